"""Metrics for ``evaluate(extra_metrics=[…])``: your own by `make_metric`, and scikit-learn's by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from runsite.integrations.evaluation.own_metrics import (
    EvaluationMetric,
    MetricValue,
    make_metric,
)

__all__ = [
    "EvaluationMetric",
    "MetricValue",
    "f1_score",
    "mae",
    "make_metric",
    "mape",
    "max_error",
    "mse",
    "precision_score",
    "r2_score",
    "recall_score",
    "rmse",
]


def mae() -> EvaluationMetric:
    """Make the mean absolute error."""
    return _make("mean_absolute_error", greater_is_better=False)


def mse() -> EvaluationMetric:
    """Make the mean squared error."""
    return _make("mean_squared_error", greater_is_better=False)


def rmse() -> EvaluationMetric:
    """Make the root of the mean squared error."""
    return _make("root_mean_squared_error", greater_is_better=False)


def mape() -> EvaluationMetric:
    """Make the mean absolute percentage error."""
    return _make("mean_absolute_percentage_error", greater_is_better=False)


def max_error() -> EvaluationMetric:
    """Make the largest error."""
    return _make("max_error", greater_is_better=False)


def r2_score() -> EvaluationMetric:
    """Make the coefficient of determination."""
    return _make("r2_score", greater_is_better=True)


def precision_score() -> EvaluationMetric:
    """Make the precision; of more than two classes, averaged by their sizes."""
    return _make("precision_score", greater_is_better=True, averaged=True)


def recall_score() -> EvaluationMetric:
    """Make the recall; of more than two classes, averaged by their sizes."""
    return _make("recall_score", greater_is_better=True, averaged=True)


def f1_score() -> EvaluationMetric:
    """Make the F1 score; of more than two classes, averaged by their sizes."""
    return _make("f1_score", greater_is_better=True, averaged=True)


def _make(name: str, *, greater_is_better: bool, averaged: bool = False) -> EvaluationMetric:
    function: Callable[..., float] = partial(_average if averaged else _score, name)
    return make_metric(eval_fn=function, greater_is_better=greater_is_better, name=name)


def _score(name: str, predictions: Any, targets: Any) -> float:
    import sklearn.metrics

    return float(getattr(sklearn.metrics, name)(targets, predictions))


def _average(name: str, predictions: Any, targets: Any) -> float:
    import sklearn.metrics
    from sklearn.utils.multiclass import type_of_target

    function = getattr(sklearn.metrics, name)
    if type_of_target(targets) == "binary" and set(targets) <= {0, 1}:
        return float(function(targets, predictions, zero_division=0))
    return float(function(targets, predictions, average="weighted", zero_division=0))
