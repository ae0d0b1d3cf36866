"""Metrics of the caller's own, in both forms that MLflow's tutorials use."""

from __future__ import annotations

import numpy as np
import pytest

from runsite.errors import InvalidValueError
from runsite.integrations.evaluation.own_metrics import (
    EvaluationMetric,
    MetricValue,
    make_metric,
    measure_own,
)

TRUTH = np.array([1.0, 2.0, 4.0])
PREDICTED = np.array([1.0, 3.0, 3.0])


def largest(predictions, targets):
    return (predictions - targets).abs().max()


def spread(eval_df, builtin_metrics):
    return (eval_df["prediction"] - eval_df["target"]).std(ddof=0) + builtin_metrics["bias"]


def several(predictions, targets, metrics):
    known = metrics["bias"].aggregate_results["bias"]
    return MetricValue(aggregate_results={"low": known - 1, "several": known})


def test_each_form_of_function_gets_what_it_names():
    """Series with the metrics so far, fewer of them, or a table: a number or several come back."""
    metrics = [
        make_metric(eval_fn=largest, greater_is_better=False),
        make_metric(eval_fn=spread, greater_is_better=False, name="sd"),
        make_metric(eval_fn=several, greater_is_better=True),
        make_metric(eval_fn=lambda *given: len(given), greater_is_better=True, name="count"),
    ]
    found = measure_own(metrics, truth=TRUTH, predicted=PREDICTED, known={"bias": 2.0})
    sd = float(np.std(PREDICTED - TRUTH)) + 2.0
    assert found == {
        "largest": 1.0,
        "sd": pytest.approx(sd),
        "several/low": 1.0,
        "several": 2.0,
        "count": 3.0,
    }


def test_a_metric_sees_the_ones_before_it():
    """MLflow hands the metrics found so far to each function."""
    doubled = make_metric(
        eval_fn=lambda predictions, targets, metrics: (
            2 * metrics["largest"].aggregate_results["largest"]
        ),
        greater_is_better=False,
        name="doubled",
    )
    first = make_metric(eval_fn=largest, greater_is_better=False)
    found = measure_own([first, doubled], truth=TRUTH, predicted=PREDICTED, known={})
    assert found == {"largest": 1.0, "doubled": 2.0}


def test_what_is_no_metric_or_no_number_is_refused():
    """The message says what was given and how a metric is made."""
    with pytest.raises(InvalidValueError) as caught:
        measure_own(["mae"], truth=TRUTH, predicted=PREDICTED, known={})
    assert str(caught.value) == (
        "''mae'' is no metric\n"
        "  hint:  make one by runsite.models.make_metric(eval_fn=…, greater_is_better=…)"
    )
    text = make_metric(eval_fn=lambda predictions: "good", greater_is_better=True, name="verdict")
    with pytest.raises(InvalidValueError) as caught:
        measure_own([text], truth=TRUTH, predicted=PREDICTED, known={})
    assert str(caught.value) == "metric 'verdict' returned ''good'', which is no number"
    with pytest.raises(InvalidValueError) as caught:
        make_metric(eval_fn=lambda predictions: 1, greater_is_better=True)
    assert str(caught.value) == "a metric of a lambda has no name\n  hint:  give name="


def test_a_function_of_table_and_metrics_is_told_by_its_second_name():
    """Older tutorials write ``f(_eval_df, builtin_metrics)``, newer ones ``f(predictions, targets)``."""

    def share(_eval_df, builtin_metrics):
        return (_eval_df["prediction"] > 2).mean() + builtin_metrics["bias"]

    metric = make_metric(eval_fn=share, greater_is_better=True)
    found = measure_own([metric], truth=TRUTH, predicted=PREDICTED, known={"bias": 1.0})
    assert found == {"share": pytest.approx(1 + 2 / 3)}


def test_a_version_is_part_of_the_name():
    """As MLflow has it, also for the functions that come after and look it up."""
    first = EvaluationMetric(largest, "worst", greater_is_better=False, version="v2")

    def again(predictions, targets, metrics):
        return metrics["worst/v2"].aggregate_results["worst"]

    found = measure_own(
        [first, make_metric(eval_fn=again, greater_is_better=False)],
        truth=TRUTH,
        predicted=PREDICTED,
        known={},
    )
    assert found == {"worst/v2": 1.0, "again": 1.0}
