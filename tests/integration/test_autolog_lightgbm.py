"""Autologging of LightGBM, on real trainings."""

from __future__ import annotations

import json
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV

import runsite
import runsite.lightgbm
import runsite.sklearn
from runsite.records import RunRecord
from runsite.store import Store

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=120), "b": RNG.normal(size=120)})
Y = X["a"] * 2 + X["b"]
QUIET = {"verbose": -1, "learning_rate": 0.5}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch):
    """Give each test a project of its own, and leave LightGBM as it was."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    runsite.lightgbm.autolog()
    yield tmp_path
    runsite.lightgbm.autolog(disable=True)


def read_all() -> list[RunRecord]:
    store = Store.open("runs", missing_ok=True)
    return [store.read_run(run_id) for run_id in sorted(store.read_runs()["run_id"])]


def history(run: RunRecord, key: str) -> list[tuple[int, float]]:
    frame = Store.open("runs").scan_metrics().collect()
    rows = frame.filter((frame["run_id"] == run.run_id) & (frame["key"] == key))
    return list(zip(rows["step"], rows["value"], strict=True))


def sets() -> tuple[lgb.Dataset, lgb.Dataset]:
    train = lgb.Dataset(X, Y)
    return train, lgb.Dataset(X.head(40), Y.head(40), reference=train)


def test_train_records_params_rounds_importance_and_model():
    """``lgb.train`` leaves its params, each round's metrics, importance, data and the model."""
    results: dict = {}
    train, valid = sets()
    booster = lgb.train(
        QUIET,
        train,
        6,
        valid_sets=[valid],
        valid_names=["val"],
        callbacks=[lgb.record_evaluation(results)],
    )
    (run,) = read_all()
    assert run.params == {
        "verbose": "-1",
        "learning_rate": "0.5",
        "num_boost_round": "6",
        "keep_training_booster": "False",
    }
    assert history(run, "val-l2") == list(enumerate(results["val"]["l2"]))
    assert [(item.name, item.context, item.rows) for item in run.inputs] == [
        ("dataset", "train", 120),
        ("val", "eval", 40),
    ]
    folder = Path("runs/artifacts") / run.run_id
    for kind in ("split", "gain"):
        importance = json.loads((folder / f"feature_importance_{kind}.json").read_text())
        assert list(importance.values()) == booster.feature_importance(kind).tolist()
    scored = runsite.pyfunc.load_model(f"runs:/{run.run_id}/model").predict(X)
    assert np.allclose(scored, booster.predict(X))


def test_early_stopping_says_where_it_stopped():
    """The best and the last round are metrics, and the last value is that of the kept model."""
    train, _ = sets()
    noise = lgb.Dataset(X.head(40), RNG.normal(size=40), reference=train)
    booster = lgb.train(
        QUIET, train, 50, valid_sets=[noise], callbacks=[lgb.early_stopping(3, verbose=False)]
    )
    (run,) = read_all()
    values = history(run, "valid_0-l2")
    assert run.metrics["best_iteration"].last == booster.best_iteration
    assert run.metrics["stopped_iteration"].last == len(values) - 1
    assert values[-1] == (len(values) - 1, booster.best_score["valid_0"]["l2"])


@pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")
def test_an_estimator_records_its_params_and_rounds():
    """``LGBMRegressor.fit`` leaves all its params, its rounds, and the estimator itself."""
    model = lgb.LGBMRegressor(n_estimators=4, verbose=-1).fit(X, Y, eval_X=X, eval_y=Y)
    (run,) = read_all()
    assert run.params["n_estimators"] == "4"
    assert run.params["num_boost_round"] == "4"
    expected = model.evals_result_["training"]["l2"]
    assert history(run, "training-l2") == list(enumerate(expected))
    loaded = runsite.lightgbm.load_model(f"runs:/{run.run_id}/model")
    assert type(loaded) is lgb.LGBMRegressor
    assert np.array_equal(loaded.predict(X), model.predict(X))


def test_training_is_the_same_with_and_without():
    """What is trained does not depend on being recorded, and the caller's lists stay his."""
    mine: list = []
    recorded = lgb.train(QUIET, sets()[0], 5, callbacks=mine)
    runsite.lightgbm.autolog(disable=True)
    plain = lgb.train(QUIET, sets()[0], 5, callbacks=mine)
    assert recorded.model_to_string() == plain.model_to_string()
    assert mine == []
    assert len(read_all()) == 1


def test_inside_a_search_only_the_search_is_recorded():
    """LightGBM's estimator in scikit-learn's search belongs to the search."""
    runsite.sklearn.autolog(max_tuning_runs=1)
    try:
        grid = {"num_leaves": [3, 7]}
        GridSearchCV(lgb.LGBMRegressor(n_estimators=2, verbose=-1), grid, cv=2).fit(X, Y)
    finally:
        runsite.sklearn.autolog(disable=True)
    assert [run.tags["estimator_name"] for run in read_all()] == ["GridSearchCV", "LGBMRegressor"]


def test_a_wrong_call_fails_as_before():
    """LightGBM's own error for a wrong call reaches the caller."""
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'train_set'"):
        lgb.train({})


@pytest.mark.parametrize("name", ["num_boost_round", "n_estimators", "num_iterations"])
def test_rounds_among_the_params_weigh_more_than_the_argument(name, caplog):
    """LightGBM trains as many rounds as its params say: the run names no other number."""
    lgb.train({**QUIET, name: 3}, lgb.Dataset(X, Y))

    (run,) = read_all()
    assert run.params[name] == "3"
    assert "num_boost_round" not in set(run.params) - {name}
    assert caplog.text == ""
