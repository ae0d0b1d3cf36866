"""Metrics by name, for evaluate(extra_metrics=[…])."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics

from runsite import metrics
from runsite.integrations.evaluation.own_metrics import measure_own

TRUTH = np.array([1.0, 2.0, 4.0])
PREDICTED = np.array([1.0, 3.0, 3.0])
LABELS = np.array(["a", "b", "b", "c"])
GUESSES = np.array(["a", "b", "c", "c"])


@pytest.mark.parametrize("name", ["mae", "mse", "rmse", "mape", "max_error", "r2_score"])
def test_a_regression_s_metric_is_scikit_learn_s(name):
    """The value and the name are those of scikit-learn's function."""
    metric = getattr(metrics, name)()
    found = measure_own([metric], truth=TRUTH, predicted=PREDICTED, known={})
    function = getattr(sklearn.metrics, metric.name)
    assert found == {metric.name: pytest.approx(function(TRUTH, PREDICTED))}
    assert metric.greater_is_better is (name == "r2_score")


@pytest.mark.parametrize("name", ["precision_score", "recall_score", "f1_score"])
def test_a_classification_s_metric_is_averaged_where_there_are_more_than_two_classes(name):
    """Two classes 0 and 1: that of 1. Otherwise weighted by the classes' sizes."""
    metric = getattr(metrics, name)()
    function = getattr(sklearn.metrics, name)
    found = measure_own([metric], truth=LABELS, predicted=GUESSES, known={})
    assert found == {name: pytest.approx(function(LABELS, GUESSES, average="weighted"))}
    truth, guesses = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 0])
    found = measure_own([metric], truth=truth, predicted=guesses, known={})
    assert found == {name: pytest.approx(function(truth, guesses))}
