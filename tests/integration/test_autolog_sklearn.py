"""Autologging of scikit-learn, on real fits: what is recorded, and that training never notices."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import runsite
import runsite.sklearn
from runsite.records import RunRecord
from runsite.store import Store

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.integers(0, 9, 60)})
Y = X["a"] * 2 + X["b"]
LABELS = (Y > 3).astype(int)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch):
    """Give each test a project of its own, and leave scikit-learn as it was."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    runsite.sklearn.autolog()
    yield tmp_path
    runsite.sklearn.autolog(disable=True)
    while runsite.active_run():
        runsite.end_run()


def read_all() -> list[RunRecord]:
    store = Store.open("runs", missing_ok=True)
    ids = sorted(store.read_runs()["run_id"])
    return [store.read_run(run_id) for run_id in ids]


def read_one() -> RunRecord:
    (record,) = read_all()
    return record


@pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")
def test_a_regression_records_what_mlflow_records():
    """Params, training metrics, tags, data, diagram and model have MLflow's names."""
    LinearRegression().fit(X, Y)
    run = read_one()
    assert run.params == {
        "copy_X": "True",
        "fit_intercept": "True",
        "n_jobs": "None",
        "positive": "False",
        "tol": "1e-06",
    }
    assert set(run.metrics) == {
        "training_mean_squared_error",
        "training_mean_absolute_error",
        "training_r2_score",
        "training_root_mean_squared_error",
        "training_score",
    }
    assert run.metrics["training_score"].last == pytest.approx(1.0)
    assert run.tags["estimator_name"] == "LinearRegression"
    assert run.tags["estimator_class"] == "sklearn.linear_model._base.LinearRegression"
    assert run.tags["mlflow.autologging"] == "sklearn"
    assert [(item.context, item.rows) for item in run.inputs] == [("train", 60)]
    assert "estimator.html" in {file.path for file in run.artifacts}
    assert [model.path for model in run.models] == ["model"]
    assert run.status == "FINISHED"
    loaded = runsite.sklearn.load_model(f"runs:/{run.run_id}/model")
    assert np.allclose(loaded.predict(X), Y)


def test_a_classifier_records_metrics_and_curves_as_data():
    """A classifier's metrics have MLflow's names; matrix, ROC and precision-recall are JSON."""
    RandomForestClassifier(5, random_state=0).fit(X, LABELS)
    run = read_one()
    assert set(run.metrics) == {
        f"training_{name}"
        for name in (
            "accuracy_score",
            "f1_score",
            "log_loss",
            "precision_score",
            "recall_score",
            "roc_auc",
            "score",
        )
    }
    folder = Path("runs/artifacts") / run.run_id
    matrix = json.loads((folder / "training_confusion_matrix.json").read_text())
    assert matrix["labels"] == ["0", "1"]
    assert np.sum(matrix["matrix"]) == len(LABELS)
    roc = json.loads((folder / "training_roc_curve.json").read_text())
    assert [curve["label"] for curve in roc["curves"]] == ["1"]
    assert roc["curves"][0]["auc"] == pytest.approx(run.metrics["training_roc_auc"].last)
    assert (folder / "training_precision_recall_curve.json").exists()


def test_a_search_records_its_best_and_its_candidates():
    """A search's run has the best params and all results; the top candidates are child runs."""
    pipeline = make_pipeline(StandardScaler(), Ridge())
    GridSearchCV(pipeline, {"ridge__alpha": [0.1, 1, 10, 100, 1000, 10000]}).fit(X, Y)
    runs = read_all()
    (parent,) = [run for run in runs if run.parent_run_id is None]
    children = [run for run in runs if run.parent_run_id == parent.run_id]
    assert len(children) == 5
    assert {child.inputs for child in children} == {parent.inputs}
    assert parent.params["best_ridge__alpha"] == "0.1"
    assert "ridge__alpha" not in parent.params
    assert "best_cv_score" in parent.metrics
    assert {model.path for model in parent.models} == {"model", "best_estimator"}
    assert "cv_results.csv" in {file.path for file in parent.artifacts}
    alphas = {child.params["ridge__alpha"] for child in children}
    assert alphas == {"0.1", "1", "10", "100", "1000"}
    assert set(children[0].metrics) == {
        "mean_fit_time",
        "std_fit_time",
        "mean_score_time",
        "std_score_time",
        "mean_test_score",
        "std_test_score",
        "rank_test_score",
    }


def test_a_search_that_refits_nothing_is_recorded_without_a_warning(caplog):
    """With ``refit=False`` there is nothing that predicts, and so nothing that is missing."""
    GridSearchCV(Ridge(), {"alpha": [0.1, 1]}, refit=False).fit(X, Y)

    (run,) = [run for run in read_all() if run.parent_run_id is None]
    assert set(run.metrics) == {"best_cv_score"}
    assert caplog.text == ""


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_fits_inside_a_search_are_no_runs_whichever_way_they_run_in_parallel(backend):
    """Candidates that are fitted on joblib's threads or processes belong to the search."""
    runsite.sklearn.autolog(max_tuning_runs=0, log_models=False)
    with joblib.parallel_config(backend, n_jobs=2):
        GridSearchCV(Ridge(), {"alpha": [0.1, 1, 10]}).fit(X, Y)
    assert [run.tags["estimator_name"] for run in read_all()] == ["GridSearchCV"]


def test_pipelines_are_one_training_and_preparation_is_none():
    """A pipeline's steps are part of it, and a scaler alone starts no run."""
    StandardScaler().fit(X)
    assert read_all() == []
    make_pipeline(StandardScaler(), LinearRegression()).fit(X, Y)
    run = read_one()
    assert run.tags["estimator_name"] == "Pipeline"
    assert run.params["linearregression__fit_intercept"] == "True"


def test_metrics_after_the_training_go_into_its_run():
    """A metric on predictions and a score are recorded under the names of their data."""
    from sklearn.metrics import mean_squared_error

    model = LinearRegression().fit(X, Y)
    X_test, y_test = X.iloc[:20], Y.iloc[:20]  # noqa: N806 - the name is what is tested
    value = mean_squared_error(y_test, model.predict(X_test))
    mean_squared_error(Y.iloc[20:], model.predict(X.iloc[20:]))
    score = model.score(X_test, y_test)
    run = read_one()
    assert run.metrics["mean_squared_error_X_test"].last == value
    assert "mean_squared_error-2_unknown_dataset" in run.metrics
    assert run.metrics["LinearRegression_score_X_test"].last == score
    info = json.loads((Path("runs/artifacts") / run.run_id / "metric_info.json").read_text())
    assert info["LinearRegression_score_X_test"] == "LinearRegression.score(X_test, y_test)"
    assert [(item.name, item.context, item.rows) for item in run.inputs] == [
        ("dataset", "train", 60),
        ("X_test", "eval", 20),
    ]


def test_an_active_run_is_used_and_left_open():
    """Inside the user's run the fit is recorded there, and the run goes on."""
    with runsite.start_run() as run:
        LinearRegression().fit(X, Y)
        assert runsite.active_run() is not None
        runsite.log_param("mine", 1)
    assert read_one().run_id == run.info.run_id
    assert read_one().params["mine"] == "1"


def test_exclusive_leaves_the_users_runs_alone():
    """With ``exclusive`` nothing is recorded into a run that the user started."""
    runsite.sklearn.autolog(exclusive=True)
    with runsite.start_run():
        LinearRegression().fit(X, Y)
    assert read_one().params == {}


def test_switches_turn_their_part_off():
    """Without models, datasets and post-training metrics the rest is recorded all the same."""
    runsite.sklearn.autolog(
        log_models=False, log_datasets=False, log_post_training_metrics=False, extra_tags={"t": "1"}
    )
    LinearRegression().fit(X, Y).score(X, Y)
    run = read_one()
    assert (run.models, run.inputs, run.tags["t"]) == ((), (), "1")
    assert "LinearRegression_score_X" not in run.metrics
    assert "training_score" in run.metrics


def test_examples_and_registration_on_wish():
    """Input examples and a name to register are carried out for the logged model."""
    runsite.sklearn.autolog(log_input_examples=True, registered_model_name="taxi")
    LinearRegression().fit(X, Y)
    run = read_one()
    assert (Path("runs/artifacts") / run.run_id / "model" / "input_example.json").exists()
    assert f'run: "{run.run_id}"' in Path("registry.yaml").read_text()


def test_turning_it_off_leaves_no_trace():
    """After ``disable`` the classes have their own methods back, and later classes too."""
    wrapped = LinearRegression.fit
    runsite.sklearn.autolog(disable=True)
    assert LinearRegression.fit is wrapped.__wrapped__
    assert not hasattr(LinearRegression.fit, "_runsite_original")
    LinearRegression().fit(X, Y)
    assert read_all() == []


def test_a_failing_fit_fails_as_before_and_its_run_says_so():
    """The framework's error reaches the caller unchanged, and the run is FAILED."""
    with pytest.raises(ValueError, match="Input X contains NaN"):
        LinearRegression().fit([[np.nan]], [1.0])
    assert read_one().status == "FAILED"
    assert runsite.active_run() is None


def test_a_failure_of_recording_is_one_warning(monkeypatch, caplog):
    """When recording breaks, the fit returns its model and one warning says what is missing."""
    import runsite.integrations.autolog.sklearn_fit as module

    def broken(*_args, **_kwargs):
        raise RuntimeError("no luck")

    monkeypatch.setattr(module, "measure_fit", broken)
    monkeypatch.setattr(module, "log_dataset", broken)
    with caplog.at_level(logging.WARNING, logger="runsite"):
        model = LinearRegression().fit(X, Y)
    assert model.coef_.shape == (2,)
    assert [record.getMessage() for record in caplog.records] == [
        "autologging sklearn: not all was recorded: RuntimeError: no luck"
    ]
    runsite.sklearn.autolog(silent=True)
    caplog.clear()
    LinearRegression().fit(X, Y)
    assert caplog.records == []


def test_another_fit_in_the_same_run_keeps_the_first_params(caplog):
    """Params of a second training in one run do not overwrite, and do not end the training."""
    with runsite.start_run():
        Ridge(alpha=1).fit(X, Y)
        Ridge(alpha=2).fit(X, Y)
    assert read_one().params["alpha"] == "1"
    assert "the run has other values of alpha already" in caplog.text


@pytest.mark.parametrize(
    "data", [X.to_numpy(), sp.csr_matrix(X.to_numpy()), X.to_numpy().tolist(), "polars"]
)
def test_every_kind_of_data_is_recorded(data):
    """Arrays, sparse matrices, lists and Polars frames are trained on and recorded."""
    if isinstance(data, str):
        import polars as pl

        data = pl.from_pandas(X)
    runsite.sklearn.autolog(serialization_format=None)
    LinearRegression().fit(data, Y)
    run = read_one()
    assert "training_r2_score" in run.metrics
    assert [model.path for model in run.models] == ["model"]


def test_models_without_targets_are_recorded():
    """A clustering has no targets: params and model are recorded, also by ``fit_predict``."""
    KMeans(2, n_init=1, random_state=0).fit_predict(X)
    run = read_one()
    assert run.params["n_clusters"] == "2"
    assert [model.path for model in run.models] == ["model"]


def test_threads_train_into_runs_of_their_own():
    """Fits in several threads at once are as many runs, none mixed with another."""
    threads = [
        threading.Thread(target=lambda a=alpha: Ridge(alpha=a).fit(X, Y)) for alpha in range(1, 6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run.params["alpha"] for run in read_all()) == ["1", "2", "3", "4", "5"]
    assert {run.status for run in read_all()} == {"FINISHED"}


def test_estimators_can_be_cloned_pickled_and_inspected():
    """What other code does with estimators works while they are patched."""
    import inspect
    import pickle

    from sklearn.base import clone

    assert list(inspect.signature(LogisticRegression.fit).parameters)[:3] == ["self", "X", "y"]
    model = clone(LogisticRegression(C=3)).fit(X, LABELS)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(X), model.predict(X))
    search = GridSearchCV(model, {"C": [1]})
    assert not hasattr(search, "score_samples")


def test_autolog_before_the_import_imports_nothing_and_works(tmp_path: Path):
    """``autolog()`` loads no framework, and takes hold when scikit-learn is imported later."""
    script = """
        import sys
        import runsite
        runsite.autolog()
        assert "sklearn" not in sys.modules and "xgboost" not in sys.modules
        from sklearn.linear_model import Ridge
        Ridge().fit([[1.0], [2.0]], [1.0, 2.0])
        from sklearn.tree import DecisionTreeRegressor
        DecisionTreeRegressor().fit([[1.0], [2.0]], [1.0, 2.0])
        import sklearn.base
        assert type(sklearn.base.__spec__.loader).__name__ == "SourceFileLoader"
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, check=True)
    names = {run.tags["estimator_name"] for run in read_all()}
    assert names == {"Ridge", "DecisionTreeRegressor"}
