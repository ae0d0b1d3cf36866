"""The same trainings leave in a run what they leave with MLflow's autologging, but for a list."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from support.mlflow_peer import MlflowPeer, mlflow_peer
from support.repository import ROOT

__all__ = ["mlflow_peer"]

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "tests" / "support" / "autolog_cases.py"
CURVES = {"confusion_matrix", "roc_curve", "precision_recall_curve"}

# Case → what only MLflow records, what only we do. Both sides as ``kind: name``.
DIFFERENCES: dict[str, tuple[set[str], set[str], str]] = {
    "linear": (
        {"metrics: LinearRegression_score_unknown_dataset"},
        {"metrics: LinearRegression_score_X_test"},
        "MLflow finds the variable of a metric's data, but not that of score()'s",
    ),
    "forest": (
        {f"files: training_{name}.png" for name in CURVES},
        {f"files: training_{name}.json" for name in CURVES},
        "data that the site draws in place of pictures",
    ),
    "multiclass": (
        {"files: training_confusion_matrix.png"},
        {f"files: training_{name}.json" for name in CURVES},
        "also the curves of more than two classes",
    ),
    "random_search": (
        {f"files: training_{name}.png" for name in CURVES},
        {f"files: training_{name}.json" for name in CURVES},
        "data that the site draws in place of pictures",
    ),
    "xgb_train": (
        {"files: feature_importance_weight.png"},
        set(),
        "the same as JSON, which both write",
    ),
    "xgb_fit": (
        {"files: feature_importance_weight.png"},
        {
            f"params: {name}"
            for name in (
                "callbacks",
                "enable_categorical",
                "feature_types",
                "feature_weights",
                "importance_type",
                "missing",
                "n_estimators",
            )
        },
        "all params of the estimator, where MLflow has those that reach train()",
    ),
    "lgb_train": (
        {"files: feature_importance_gain.png", "files: feature_importance_split.png"},
        set(),
        "the same as JSON, which both write",
    ),
    "lgb_fit": (
        {
            "files: feature_importance_gain.png",
            "files: feature_importance_split.png",
            "params: metric",
            "params: num_threads",
            "params: objective",
        },
        {
            "params: class_weight",
            "params: importance_type",
            "params: n_estimators",
            "params: n_jobs",
            "params: objective",
        },
        "the params of the estimator as given, where MLflow has what LightGBM makes of them",
    ),
}


def find_differences(theirs: dict, ours: dict) -> tuple[set[str], set[str]]:
    """Compare two descriptions of a run: entries that are there, and equal, on one side only."""
    left, right = set(), set()
    for kind in ("params", "metrics", "points", "tags", "files", "inputs"):
        a, b = theirs[kind], ours[kind]
        if isinstance(a, list):
            left |= {f"{kind}: {name}" for name in set(a) - set(b)}
            right |= {f"{kind}: {name}" for name in set(b) - set(a)}
            assert kind == "files" or len(a) == len(b)
            continue
        same = {name for name in set(a) & set(b) if a[name] == b[name] or name.endswith("_time")}
        shown = "metrics" if kind == "points" else kind
        left |= {f"{shown}: {name}" for name in set(a) - same}
        right |= {f"{shown}: {name}" for name in set(b) - same}
    return left, right


def find_shape(found: dict) -> dict:
    """Return how many runs and children each case left, and how they ended."""
    return {
        case: [[run["status"] for run in runs] for runs in (groups["runs"], groups["children"])]
        for case, groups in found.items()
    }


def run_theirs(peer: MlflowPeer, folder, *, shape: dict) -> dict:
    """Run the cases with MLflow; again where its database was locked and it lost a run by that."""
    code = f"import sys; sys.argv[1:] = ['mlflow']; exec(open({str(SCRIPT)!r}).read())"
    for attempt in range(3):
        cwd = folder / str(attempt)
        cwd.mkdir()
        found = json.loads(peer.run(code, cwd=cwd))
        if find_shape(found) == shape:
            break
    return found


def run_ours(folder) -> dict:
    done = subprocess.run(
        [sys.executable, "-P", SCRIPT, "runsite"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_autologging_records_what_mlflow_s_does(mlflow_peer: MlflowPeer, tmp_path):
    """Names and values of params, metrics, tags, files, data; how many points, runs, children."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    ours = run_ours(tmp_path / "ours")
    theirs = run_theirs(mlflow_peer, tmp_path / "theirs", shape=find_shape(ours))
    assert set(theirs) == set(ours)
    assert len(theirs) == 12
    found = {}
    for case, expected in theirs.items():
        for group in ("runs", "children"):
            assert len(expected[group]) == len(ours[case][group]), case
        assert len(expected["runs"]) == 1
        (left,), (right,) = expected["runs"], ours[case]["runs"]
        for key in ("status", "autologging"):
            assert left[key] == right[key], case
        found[case] = find_differences(left, right)
        for one, other in zip(expected["children"], ours[case]["children"], strict=True):
            assert find_differences(one, other) == (set(), set()), case
    listed = {case: (left, right) for case, (left, right, _) in DIFFERENCES.items()}
    assert {case: both for case, both in found.items() if any(both)} == listed
