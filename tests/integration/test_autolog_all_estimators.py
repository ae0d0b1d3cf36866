"""Every estimator that scikit-learn has is trained with autologging as without it."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import all_estimators
from sklearn.utils._test_common.instance_generator import _construct_instances
from sklearn.utils.estimator_checks import (
    SkipTest,
    _enforce_estimator_tags_X,
    _enforce_estimator_tags_y,
)

import runsite
import runsite.sklearn
from runsite.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of the estimators, on data that suits few of them
]

RNG = np.random.default_rng(0)
X = RNG.normal(loc=1, size=(40, 4))
Y = (X[:, 0] > 1).astype(int)
OUTPUTS = ("predict", "predict_proba", "transform", "decision_function", "score_samples")
# They take texts, mappings or targets alone, or wrap something that is trained already.
LEFT_OUT = {
    "CountVectorizer",
    "DictVectorizer",
    "FrozenEstimator",
    "LabelBinarizer",
    "LabelEncoder",
    "MultiLabelBinarizer",
    "SparseCoder",
    "TfidfVectorizer",
}
PREPARATION = (
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_extraction",
    "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)
ESTIMATORS = [(name, kind) for name, kind in all_estimators() if name not in LEFT_OUT]


def make_instance(kind: type):
    estimator = next(iter(_construct_instances(kind)))
    if "random_state" in estimator.get_params():
        estimator.set_params(random_state=0)
    return estimator


def read_outputs(estimator, x) -> dict[str, object]:
    """Ask a fitted estimator all that it answers; a refusal is an answer too."""
    found: dict[str, object] = {}
    for name in OUTPUTS:
        method = getattr(estimator, name, None)
        if method is None:
            continue
        try:
            value = method(x)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same twice
            value = f"{type(error).__name__}: {error}"
        found[name] = value.toarray() if hasattr(value, "toarray") else value
    return found


def assert_same(left, right):
    if isinstance(left, list | tuple):
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    else:
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize(("name", "kind"), ESTIMATORS, ids=[name for name, _ in ESTIMATORS])
def test_an_estimator_is_the_same_and_is_recorded(name, kind, tmp_path: Path, monkeypatch, caplog):
    """Its fitted answers are bit for bit those without autologging, and nothing is amiss."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    plain = make_instance(kind)
    x, y = _enforce_estimator_tags_X(plain, X), _enforce_estimator_tags_y(plain, Y)
    recorded = clone(plain)
    plain.fit(x, y)
    runsite.sklearn.autolog(log_input_examples=True)
    try:
        with caplog.at_level(logging.WARNING, logger="runsite"):
            recorded.fit(x, y)
    finally:
        runsite.sklearn.autolog(disable=True)
    assert runsite.active_run() is None
    assert [record.getMessage() for record in caplog.records] == []
    expected, found = read_outputs(plain, x), read_outputs(recorded, x)
    assert expected.keys() == found.keys()
    for output, value in expected.items():
        assert_same(value, found[output])
    runs = Store.open("runs", missing_ok=True).read_runs()
    if kind.__module__.startswith(PREPARATION):
        assert len(runs) == 0
        return
    top = runs.filter(runs["parent_run_id"].is_null())
    assert top["status"].to_list() == ["FINISHED"]
    run = Store.open("runs").read_run(top["run_id"][0])
    assert run.tags["estimator_name"] == name
    models = {model.path: model for model in run.models}
    assert models["model"].signature
    assert [item.context for item in run.inputs] == ["train"]


def test_few_are_left_out():
    """What is left out exists, and what remains is nearly all that scikit-learn has."""
    names = {name for name, _ in all_estimators()}
    assert names >= LEFT_OUT
    assert len(ESTIMATORS) > 190


def test_an_instance_of_each_can_be_made():
    """No estimator is passed over because it cannot be constructed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SkipTest)
        for _, kind in ESTIMATORS:
            assert make_instance(kind) is not None
