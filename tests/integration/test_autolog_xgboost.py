"""Autologging of XGBoost, on real trainings."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from sklearn.model_selection import GridSearchCV

import runsite
import runsite.sklearn
import runsite.xgboost
from runsite.records import RunRecord
from runsite.store import Store

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=80), "b": RNG.integers(0, 9, 80)})
Y = X["a"] * 2 + X["b"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch):
    """Give each test a project of its own, and leave XGBoost as it was."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    runsite.xgboost.autolog()
    yield tmp_path
    runsite.xgboost.autolog(disable=True)


def read_all() -> list[RunRecord]:
    store = Store.open("runs", missing_ok=True)
    return [store.read_run(run_id) for run_id in sorted(store.read_runs()["run_id"])]


def history(run: RunRecord, key: str) -> list[tuple[int, float]]:
    frame = Store.open("runs").scan_metrics().collect()
    rows = frame.filter((frame["run_id"] == run.run_id) & (frame["key"] == key))
    return list(zip(rows["step"], rows["value"], strict=True))


def test_train_records_params_rounds_importance_and_model():
    """``xgb.train`` leaves its params, each round's metrics, importance, data and the model."""
    results: dict = {}
    booster = xgb.train(
        {"max_depth": 2, "eta": 0.3},
        xgb.DMatrix(X, Y),
        num_boost_round=8,
        evals=[(xgb.DMatrix(X, Y), "validation")],
        evals_result=results,
        verbose_eval=False,
    )
    (run,) = read_all()
    assert run.params == {
        "max_depth": "2",
        "eta": "0.3",
        "num_boost_round": "8",
        "maximize": "None",
        "early_stopping_rounds": "None",
        "verbose_eval": "False",
        "custom_metric": "None",
    }
    assert history(run, "validation-rmse") == list(enumerate(results["validation"]["rmse"]))
    assert [(item.name, item.context, item.rows) for item in run.inputs] == [
        ("dataset", "train", 80),
        ("validation", "eval", 80),
    ]
    folder = Path("runs/artifacts") / run.run_id
    importance = json.loads((folder / "feature_importance_weight.json").read_text())
    assert importance == booster.get_score(importance_type="weight")
    loaded = runsite.xgboost.load_model(f"runs:/{run.run_id}/model")
    assert loaded.get_fscore() == booster.get_fscore()
    scored = runsite.pyfunc.load_model(f"runs:/{run.run_id}/model").predict(X)
    assert np.allclose(scored, booster.predict(xgb.DMatrix(X)))


def test_early_stopping_says_where_it_stopped():
    """The best and the last round are metrics, and the last value is that of the kept model."""
    booster = xgb.train(
        {"eta": 0.9, "max_depth": 6},
        xgb.DMatrix(X[:40], Y[:40]),
        100,
        evals=[(xgb.DMatrix(X[40:], Y[40:]), "val")],
        early_stopping_rounds=3,
        verbose_eval=False,
    )
    (run,) = read_all()
    assert run.metrics["best_iteration"].last == booster.best_iteration
    assert run.metrics["stopped_iteration"].last == booster.num_boosted_rounds() - 1
    values = history(run, "val-rmse")
    assert len(values) == booster.num_boosted_rounds() + 1
    assert values[-1] == (booster.num_boosted_rounds(), booster.best_score)


def test_an_estimator_records_params_and_rounds():
    """``XGBRegressor.fit`` leaves all its params and ``validation_0-rmse`` per round."""
    model = xgb.XGBRegressor(n_estimators=4, max_depth=2).fit(
        X, Y, eval_set=[(X, Y)], verbose=False
    )
    (run,) = read_all()
    assert run.params["n_estimators"] == "4"
    assert len(run.params) >= 37
    assert (run.params["num_boost_round"], run.params["verbose_eval"]) == ("4", "False")
    assert [(item.name, item.context) for item in run.inputs] == [
        ("dataset", "train"),
        ("validation_0", "eval"),
    ]
    expected = model.evals_result()["validation_0"]["rmse"]
    assert history(run, "validation_0-rmse") == list(enumerate(expected))
    assert np.allclose(
        runsite.pyfunc.load_model(f"runs:/{run.run_id}/model").predict(X), model.predict(X)
    )


def test_own_callbacks_go_on_working():
    """A user's callback is called, his list is not changed, and both see each round."""
    seen = []

    class Mine(xgb.callback.TrainingCallback):
        def after_iteration(self, model, epoch, evals_log):
            seen.append(epoch)
            return False

    mine = [Mine()]
    xgb.train(
        {},
        xgb.DMatrix(X, Y),
        3,
        evals=[(xgb.DMatrix(X, Y), "t")],
        callbacks=mine,
        verbose_eval=False,
    )
    assert seen == [0, 1, 2]
    assert len(mine) == 1
    (run,) = read_all()
    assert len(history(run, "t-rmse")) == 3


def test_inside_a_search_only_the_search_is_recorded():
    """XGBoost's estimator in scikit-learn's search belongs to the search."""
    runsite.sklearn.autolog(max_tuning_runs=1)
    try:
        GridSearchCV(xgb.XGBRegressor(n_estimators=2), {"max_depth": [1, 2]}, cv=2).fit(X, Y)
    finally:
        runsite.sklearn.autolog(disable=True)
    names = [run.tags["estimator_name"] for run in read_all()]
    assert names == ["GridSearchCV", "XGBRegressor"]


def test_turning_it_off_leaves_no_trace():
    """After ``disable`` the functions are XGBoost's own again."""
    runsite.xgboost.autolog(disable=True)
    assert not hasattr(xgb.train, "_runsite_original")
    xgb.train({}, xgb.DMatrix(X, Y), 1)
    assert read_all() == []
