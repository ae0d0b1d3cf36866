"""Pictures of quality come from files that nobody vouches for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from runsite.integrations import curves
from runsite.pages.quality import MAX_QUALITY_BYTES, find_quality_files, parse_quality


def test_the_files_worth_reading():
    """Evaluations' and autologging's files, wherever they lie; none that is empty or huge."""
    sizes = {
        "evaluation/roc_curve.json": 900,
        "training_confusion_matrix.json": 90,
        "feature_importance_gain.json": 40,
        "evaluation/evaluation.json": 100,
        "notes.json": 10,
        "residuals.json": 0,
        "test_evaluation/residuals.json": MAX_QUALITY_BYTES + 1,
    }
    assert find_quality_files(sizes) == [
        "evaluation/roc_curve.json",
        "feature_importance_gain.json",
        "training_confusion_matrix.json",
    ]


@pytest.fixture(scope="module")
def made():
    """What the integrations write for a classifier and a regressor."""
    random = np.random.default_rng(1)
    truth = random.integers(0, 3, 200)
    scores = random.dirichlet([1, 1, 1], 200)
    classes = [0, 1, 2]
    return {
        "confusion_matrix": curves.confusion(truth, scores.argmax(axis=1)),
        "roc_curve": curves.roc(truth, scores, classes=classes),
        "precision_recall_curve": curves.precision_recall(truth, scores, classes=classes),
        "calibration_curve": curves.calibration(truth, scores, classes=classes),
        "residuals": curves.residuals(truth, scores[:, 0]),
    }


@pytest.mark.parametrize(
    "kind",
    ["confusion_matrix", "roc_curve", "precision_recall_curve", "calibration_curve", "residuals"],
)
def test_what_integrations_write_is_read(made, kind):
    """Each file that an evaluation leaves becomes a picture with the same numbers."""
    chart = parse_quality(json.dumps(made[kind]), path=f"evaluation/{kind}.json")
    data = json.loads(chart.data)
    assert (chart.kind, chart.path) == (kind, f"evaluation/{kind}.json")
    source = made[kind]
    if kind == "confusion_matrix":
        assert data["matrix"] == source["matrix"]
    elif kind == "residuals":
        assert data["counts"] == source["histogram"]["counts"]
        assert data["predicted"] == pytest.approx(source["sample"]["predicted"], rel=1e-5)
    else:
        assert [line["label"] for line in data["lines"]] == ["0", "1", "2"]
        names = {"roc_curve": "fpr", "precision_recall_curve": "recall"}
        first = source["curves"][0][names.get(kind, "predicted")]
        assert data["lines"][0]["x"] == pytest.approx(first, rel=1e-5)


def test_both_shapes_of_importance():
    """An evaluation's list and MLflow's object become the same picture, the greatest first."""
    ours = '{"kind": "feature_importance", "features": [{"feature": "a", "mean": 1, "std": 0.5}]}'
    chart = parse_quality(ours, path="permutation_importance.json")
    assert json.loads(chart.data)["features"] == [{"name": "a", "mean": 1.0, "deviation": 0.5}]
    chart = parse_quality('{"a": 1.0, "b": 3.0}', path="feature_importance_gain.json")
    assert [f["name"] for f in json.loads(chart.data)["features"]] == ["b", "a"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[1, 2]",
        "[" * 5_000,
        '{"kind": "roc_curve"}',
        '{"kind": ["roc_curve"]}',
        '{"kind": "roc_curve", "curves": [{"fpr": [0, 1], "tpr": [0]}]}',
        '{"kind": "roc_curve", "curves": {"fpr": 1}}',
        '{"kind": "confusion_matrix", "labels": ["a"], "matrix": [[1, 2]]}',
        '{"kind": "confusion_matrix", "labels": ["a"], "matrix": [["x"]]}',
        '{"kind": "confusion_matrix", "labels": [], "matrix": []}',
        '{"kind": "residuals", "histogram": {"edges": [1], "counts": [1]}}',
        '{"kind": "feature_importance", "features": [{"feature": "a", "mean": "<b>"}]}',
        '{"kind": "something else"}',
        json.dumps({"kind": "roc_curve", "curves": [{"fpr": [0] * 2000, "tpr": [0] * 2000}]}),
    ],
)
def test_what_is_no_picture_is_passed_over(text):
    """A file of another shape is no error: its page just has one picture less."""
    assert parse_quality(text, path="evaluation/roc_curve.json") is None


def test_hostile_numbers_and_names():
    """What JSON cannot hold becomes a gap, and text is cut."""
    text = (
        '{"kind": "roc_curve", "curves": [{"label": "' + "x" * 500 + '", "auc": 1e999,'
        ' "fpr": [0, 1e999, 1], "tpr": [0, NaN, true]}]}'
    )
    data = json.loads(parse_quality(text, path="roc_curve.json").data)
    (line,) = data["lines"]
    assert (line["x"], line["y"], line["score"]) == ([0, None, 1], [0, None, None], None)
    assert len(line["label"]) == 120
