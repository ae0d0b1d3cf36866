"""Thresholds for an evaluation, by itself or against a baseline."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.errors import InvalidValueError, ModelError
from runsite.models import MetricThreshold, validate_evaluation_results

numbers = st.floats(-1e6, 1e6)


def result(**metrics: float) -> SimpleNamespace:
    return SimpleNamespace(metrics=metrics)


def passes(limit: MetricThreshold, value: float, before: float | None = None) -> bool:
    baseline = None if before is None else result(m=before)
    try:
        validate_evaluation_results({"m": limit}, result(m=value), baseline)
    except ModelError:
        return False
    return True


@given(numbers, numbers)
def test_a_threshold_is_the_worst_value_that_passes(value, limit):
    """At the threshold itself a metric passes, in both directions."""
    assert passes(MetricThreshold(limit, greater_is_better=True), value) == (value >= limit)
    assert passes(MetricThreshold(limit, greater_is_better=False), value) == (value <= limit)


@pytest.mark.parametrize(
    ("limit", "value", "before", "expected"),
    [
        ({"min_absolute_change": 0.1, "greater_is_better": True}, 0.9, 0.7, True),
        ({"min_absolute_change": 0.1, "greater_is_better": True}, 0.75, 0.7, False),
        ({"min_relative_change": 0.1, "greater_is_better": False}, 8.9, 10.0, True),
        ({"min_relative_change": 0.1, "greater_is_better": False}, 9.1, 10.0, False),
        # A baseline below zero is bettered by a part of its magnitude.
        ({"min_relative_change": 0.5, "greater_is_better": True}, -0.4, -1.0, True),
        ({"min_relative_change": 0.5, "greater_is_better": True}, -0.6, -1.0, False),
        # A baseline of zero must be bettered at all.
        ({"min_relative_change": 0.5, "greater_is_better": True}, 0.0, 0.0, False),
        ({"min_relative_change": 0.5, "greater_is_better": True}, 0.01, 0.0, True),
    ],
)
def test_a_change_is_measured_from_the_baseline(limit, value, before, expected):
    """Absolute, or as a part of the baseline's magnitude."""
    assert passes(MetricThreshold(**limit), value, before) is expected


def test_all_failures_are_told_at_once():
    """A reader sees every metric that fails, with the value needed."""
    limits = {
        "rmse": MetricThreshold(6.5, greater_is_better=False),
        "r2": MetricThreshold(min_absolute_change=0.25, greater_is_better=True),
        "mae": MetricThreshold(5, greater_is_better=False),
        "bias": MetricThreshold(min_relative_change=0.1, greater_is_better=False),
    }
    with pytest.raises(ModelError) as caught:
        validate_evaluation_results(
            limits, result(rmse=7.0, r2=0.5, bias=1.0), result(rmse=7.0, r2=0.5)
        )
    assert str(caught.value) == (
        "the candidate does not pass: 'rmse' is 7.0, needed at most 6.5; "
        "'r2' is 0.5, needed at least 0.75, the baseline's being 0.5; "
        "'mae' was not measured; 'bias' has no value in the baseline to be compared with"
    )


def test_not_a_number_passes_nothing():
    """A metric that came out as NaN is no improvement."""
    assert not passes(MetricThreshold(6.5, greater_is_better=False), float("nan"))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"threshold": 1},
            "a threshold needs a direction\n  hint:  give greater_is_better=True or False",
        ),
        (
            {"greater_is_better": True},
            (
                "a threshold needs a condition\n"
                "  hint:  give threshold=, min_absolute_change= or min_relative_change="
            ),
        ),
        (
            {"min_absolute_change": 0, "greater_is_better": True},
            "min_absolute_change is positive, not '0'",
        ),
        (
            {"min_relative_change": 2, "greater_is_better": True},
            "min_relative_change lies from 0 to 1, not '2'",
        ),
    ],
)
def test_a_threshold_that_says_nothing_is_refused(given, problem):
    """The mistake is told where the threshold is written."""
    with pytest.raises(InvalidValueError) as caught:
        MetricThreshold(**given)
    assert str(caught.value) == problem
