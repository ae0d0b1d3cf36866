"""``runsite.evaluate`` on real models: what it returns and what it leaves in the run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression

import runsite
import runsite.sklearn
from runsite.errors import InvalidValueError
from runsite.store import Store
from support.docs import parse_blocks
from support.repository import ROOT

RNG = np.random.default_rng(0)
TRIPS = pd.DataFrame(
    {
        "miles": RNG.uniform(0, 10, 200),
        "noise": RNG.normal(size=200),
        "zone": RNG.choice(["a", "b"], 200),
    }
)
TRIPS["minutes"] = TRIPS["miles"] * 3 + RNG.normal(size=200) + (TRIPS["zone"] == "b") * 5
FEATURES = ["miles", "noise"]
MODEL = LinearRegression().fit(TRIPS[FEATURES], TRIPS["minutes"])


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    """Give each test a project of its own."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    return tmp_path


def test_a_regressor_is_measured_with_intervals_slices_and_importance(project: Path):
    """Metrics with intervals, metrics by slice, residuals and importance are in run and result."""
    with runsite.start_run() as run:
        result = runsite.evaluate(
            MODEL,
            TRIPS,
            targets="minutes",
            model_type="regressor",
            feature_names=FEATURES,
            slices="zone",
            prefix="val_",
        )
    low, high = (getattr(result.intervals["mean_absolute_error"], side) for side in ("low", "high"))
    assert low < result.metrics["mean_absolute_error"] < high
    assert {(part.column, part.value) for part in result.slices} == {("zone", "a"), ("zone", "b")}
    assert sum(part.rows for part in result.slices) == 200
    assert result.slices[0].metrics["mean_on_target"] != result.slices[1].metrics["mean_on_target"]
    record = Store.open("runs").read_run(run.info.run_id)
    assert record.metrics["val_r2_score"].last == result.metrics["r2_score"]
    assert [(item.name, item.context) for item in record.inputs] == [("evaluation", "eval")]
    folder = project / "runs" / "artifacts" / run.info.run_id / "val_evaluation"
    importance = json.loads((folder / "permutation_importance.json").read_text())["features"]
    assert [entry["feature"] for entry in importance] == ["miles", "noise"]
    residuals = json.loads((folder / "residuals.json").read_text())
    assert sum(residuals["histogram"]["counts"]) == 200
    summary = json.loads((folder / "evaluation.json").read_text())
    assert summary["metrics"]["mean_absolute_error"] == {
        "value": result.metrics["mean_absolute_error"],
        "low": low,
        "high": high,
    }


@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_is_measured_with_curves(classes, project: Path):
    """A classifier's confusion, ROC, precision-recall and calibration are data in the run."""
    x, y = load_iris(return_X_y=True, as_frame=True)
    x, y = x[y < classes], y[y < classes]
    model = LogisticRegression(max_iter=500).fit(x, y)
    with runsite.start_run() as run:
        info = runsite.sklearn.log_model(model, name="m")
        result = runsite.evaluate(info.model_uri, x, targets=y, model_type="classifier")
    assert result.metrics["accuracy_score"] == model.score(x, y)
    assert result.metrics["roc_auc"] > 0.9
    folder = project / "runs" / "artifacts" / run.info.run_id / "evaluation"
    assert {path.name for path in folder.iterdir()} == {
        "calibration_curve.json",
        "confusion_matrix.json",
        "evaluation.json",
        "permutation_importance.json",
        "precision_recall_curve.json",
        "roc_curve.json",
    }
    curves = json.loads((folder / "roc_curve.json").read_text())["curves"]
    assert len(curves) == (1 if classes == 2 else 3)


def shape(value: object) -> object:
    """Reduce JSON to its members: names stay where they are the format's, values go."""
    if isinstance(value, dict):
        if value and all(isinstance(inner, dict) for inner in value.values()):
            return [shape(value[name]) for name in sorted(value)][-1:]  # by the metrics' names
        return {name: shape(inner) for name, inner in value.items() if name != "metrics"}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


@pytest.mark.parametrize("model_type", ["regressor", "classifier"])
def test_files_have_the_shapes_of_the_page(model_type, project: Path):
    """Each kind of file has the members that docs/evaluation.md shows, and no other."""
    blocks = parse_blocks((ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8"))
    shown = [json.loads(block.text) for block in blocks if block.language == "json"]
    documented = {example["kind"]: shape(example) for example in shown}
    labels = TRIPS["minutes"] > 15
    model = (
        MODEL if model_type == "regressor" else LogisticRegression().fit(TRIPS[FEATURES], labels)
    )
    table = TRIPS if model_type == "regressor" else TRIPS.assign(minutes=labels)
    with runsite.start_run() as run:
        runsite.evaluate(
            model,
            table,
            targets="minutes",
            model_type=model_type,
            feature_names=FEATURES,
            slices="zone",
        )
    folder = project / "runs" / "artifacts" / run.info.run_id / "evaluation"
    written = [json.loads(path.read_text()) for path in folder.iterdir()]
    kinds = {content["kind"] for content in written}
    regressor = {"evaluation", "residuals", "feature_importance"}
    assert kinds == (regressor if model_type == "regressor" else set(documented) - {"residuals"})
    for content in written:
        assert shape(content) == documented[content["kind"]]


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_predictions_need_no_model(kind):
    """Columns of truth and predictions are enough; without ``log`` nothing is recorded."""
    table = kind({"y": [1.0, 2.0, 3.0], "p": [1.0, 2.0, 4.0]})
    result = runsite.evaluate(
        data=table, targets="y", predictions="p", model_type="regressor", log=False
    )
    assert result.metrics["mean_absolute_error"] == pytest.approx(1 / 3)
    assert result.metrics["example_count"] == 3
    assert not Path("runs").exists()


def test_the_same_seed_gives_the_same_result():
    """Evaluating twice gives identical numbers."""
    once, again = (
        runsite.evaluate(
            MODEL, TRIPS[FEATURES], targets=TRIPS["minutes"], model_type="regressor", log=False
        )
        for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"model_type": "ranker"}, "unknown model type 'ranker'"),
        ({"targets": None}, "evaluate needs targets"),
        ({"targets": "nope"}, "the data has no column 'nope' for targets"),
        ({"model": None}, "give a model or predictions"),
        ({"model": 3}, "int cannot predict"),
        ({"targets": [1.0]}, "data, targets and predictions have 1, 200 rows"),
        ({"slices": "nope"}, "the data has no column 'nope' to slice by"),
    ],
)
def test_wrong_calls_are_named(call, message):
    """What cannot be evaluated is answered by what is missing."""
    given = {
        "model": MODEL,
        "data": TRIPS,
        "targets": "minutes",
        "model_type": "regressor",
        "feature_names": FEATURES,
        "log": False,
        **call,
    }
    with pytest.raises(InvalidValueError, match=message):
        runsite.evaluate(given.pop("model"), given.pop("data"), **given)


def test_a_call_written_for_mlflow_is_understood(project: Path):
    """Evaluators, their configuration, own metrics and a dataset with predictions mean the same."""

    def within(predictions, targets):
        return float(((predictions - targets).abs() < 2).mean())

    table = TRIPS.assign(guess=TRIPS["miles"] * 3)[[*FEATURES, "minutes", "guess"]]
    data = runsite.data.from_pandas(table, targets="minutes", predictions="guess")
    with runsite.start_run() as run:
        result = runsite.evaluate(
            data=data,
            model_type="regressor",
            evaluators=["default"],
            evaluator_config={"metric_prefix": "val_", "log_model_explainability": False},
            extra_metrics=[runsite.models.make_metric(eval_fn=within, greater_is_better=True)],
        )
    expected = float(((table["guess"] - table["minutes"]).abs() < 2).mean())
    assert 0 < expected < 1
    assert result.metrics["within"] == pytest.approx(expected)
    assert runsite.get_run(run.info.run_id).data.metrics["val_within"] == pytest.approx(expected)
    measured = runsite.evaluate(
        MODEL,
        TRIPS[[*FEATURES, "minutes"]],
        targets="minutes",
        model_type="regressor",
        evaluator_config={"log_model_explainability": False},
        log=False,
    )
    assert set(measured.artifacts) == {"residuals.json"}


def test_functions_of_the_caller_s_make_files(project: Path):
    """A path, a table, an array and JSON become files of the run; the result holds what was made."""

    def make(eval_df, builtin_metrics, artifacts_dir):
        note = Path(artifacts_dir) / "note.txt"
        note.write_text(f"{len(eval_df)} rows")
        return {
            "note": str(note),
            "worst": eval_df.nlargest(2, "prediction"),
            "values": np.arange(3),
            "facts": {"rmse": builtin_metrics["root_mean_squared_error"]},
        }

    with runsite.start_run() as run:
        result = runsite.evaluate(
            MODEL,
            TRIPS[[*FEATURES, "minutes"]],
            targets="minutes",
            model_type="regressor",
            custom_artifacts=[make],
        )
    folder = f"runs:/{run.info.run_id}/evaluation"
    assert runsite.artifacts.load_text(f"{folder}/note.txt") == "200 rows"
    table = pd.read_csv(runsite.artifacts.download_artifacts(f"{folder}/worst.csv"))
    assert list(table.columns) == [*FEATURES, "prediction", "target"]
    assert np.load(runsite.artifacts.download_artifacts(f"{folder}/values.npy")).tolist() == [
        0,
        1,
        2,
    ]
    rmse = result.metrics["root_mean_squared_error"]
    assert runsite.artifacts.load_dict(f"{folder}/facts.json") == {"rmse": rmse}
    assert set(result.artifacts) >= {"note.txt", "worst.csv", "values.npy", "facts.json"}


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        ([1], "'make' returned '[1]', not names with their files"),
        (
            {"x": 1j},
            (
                "no file can be made of 'x', which is '1j'\n"
                "  hint:  return a path, a figure of Matplotlib, a DataFrame, an array, or JSON"
            ),
        ),
    ],
)
def test_a_function_that_makes_no_file_is_named(returned, problem, project: Path):
    """What cannot be kept is said, and is not pickled."""

    def make(_table, _metrics, _folder):
        return returned

    with runsite.start_run(), pytest.raises(InvalidValueError) as caught:
        runsite.evaluate(
            MODEL,
            TRIPS[[*FEATURES, "minutes"]],
            targets="minutes",
            model_type="regressor",
            custom_artifacts=[make],
        )
    assert str(caught.value) == problem


def test_metrics_of_the_caller_s_need_no_model_type(project: Path):
    """Without one nothing else is measured; with neither, evaluate says what is missing."""
    table = pd.DataFrame({"a": [1.0, 2.0], "p": [1.0, 3.0]})
    metric = runsite.metrics.mae()
    with runsite.start_run():
        result = runsite.evaluate(data=table, targets="a", predictions="p", extra_metrics=[metric])
    assert dict(result.metrics) == {"mean_absolute_error": 0.5, "example_count": 2.0}
    with pytest.raises(InvalidValueError) as caught:
        runsite.evaluate(data=table, targets="a", predictions="p")
    assert str(caught.value) == (
        "evaluate needs a model_type, or extra_metrics\n  hint:  use one of: regressor, classifier"
    )


def test_two_classes_have_their_counts(project: Path):
    """True and false positives and negatives, as MLflow's tutorials look them up."""
    table = pd.DataFrame({"t": [0, 0, 1, 1, 1], "p": [0, 1, 1, 1, 0]})
    found = runsite.evaluate(
        data=table, targets="t", predictions="p", model_type="classifier", log=False
    ).metrics
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    assert [found[name] for name in names] == [1, 1, 1, 2]


@pytest.mark.parametrize("error", [0.0, 1.0, 1e-13, 1e9])
def test_residuals_that_are_all_but_equal_are_binned(error: float):
    """A prediction that is off by the same amount everywhere differs by rounding alone."""
    data = pd.DataFrame({"t": TRIPS["minutes"], "p": TRIPS["minutes"] + error})
    with runsite.start_run() as run:
        result = runsite.evaluate(
            data=data, targets="t", predictions="p", model_type="regressor", resamples=20
        )
    assert result.metrics["mean_absolute_error"] == pytest.approx(error, abs=1e-9)
    path = Path("runs/artifacts") / run.info.run_id
    (file,) = path.rglob("residuals.json")
    assert sum(json.loads(file.read_text())["histogram"]["counts"]) == len(data)


@pytest.mark.parametrize("missing", [np.nan, None])
@pytest.mark.parametrize("column", ["t", "p"])
def test_missing_targets_and_predictions_are_told(column: str, missing: object):
    """No metric is defined for a row without a value: how many there are is the message."""
    data = pd.DataFrame({"t": TRIPS["minutes"], "p": TRIPS["minutes"]}).astype(object)
    data.loc[[3, 5], column] = missing
    for form in (data, data.astype(float)):
        with pytest.raises(InvalidValueError) as caught:
            runsite.evaluate(data=form, targets="t", predictions="p", model_type="regressor")
        what = {"t": "targets", "p": "predictions"}[column]
        assert str(caught.value) == (
            f"2 of 200 {what} are missing\n"
            "  hint:  leave those rows out, as by data.dropna(subset=['column'])"
        )


def test_a_model_that_predicts_no_number_is_still_measured():
    """What a model makes of a row may be infinite: the histogram counts the other residuals."""
    with runsite.start_run() as run:
        runsite.evaluate(
            lambda data: data["miles"].where(data["miles"] > 5, np.inf),
            TRIPS[[*FEATURES, "minutes"]],
            targets="minutes",
            model_type="regressor",
            resamples=0,
            importance_repeats=0,
        )
    (file,) = (Path("runs/artifacts") / run.info.run_id).rglob("residuals.json")
    counted = sum(json.loads(file.read_text())["histogram"]["counts"])
    assert counted == (TRIPS["miles"] > 5).sum()
