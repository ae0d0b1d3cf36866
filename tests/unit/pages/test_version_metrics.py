"""A model's versions beside each other, also where a metric is no number."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from runsite.pages.version_metrics import choose_main_metrics, compare_versions
from runsite.records import MetricSummary
from runsite.registry import Model, ModelVersion
from support.sites import make_run, make_run_id

AT = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)


def compare(values, *, key="rmse"):
    versions = tuple(ModelVersion(n, make_run_id(n), "model", "", AT) for n in range(len(values)))
    runs = {
        make_run_id(n): make_run(n, metrics={key: MetricSummary(v, 0, 0, v, 0, v, 0, 1)})
        for n, v in enumerate(values)
    }
    found = compare_versions(Model("taxi", versions=versions), [key], runs=runs, directions={})
    return [metric for (metric,) in found.values()]


def test_what_is_no_number_is_never_the_best():
    """A version whose metric diverged beats nothing, and every number beats it."""
    found = compare([math.nan, math.nan, 7.0, math.nan, 6.0])
    assert [m.is_best for m in found] == [False, False, False, False, True]
    assert [m.verdict for m in found] == ["", "same", "better", "worse", "better"]


def test_without_a_direction_nothing_is_best():
    """Of a metric that nobody knows which way is better only the change is told."""
    found = compare([3.0, 4.0], key="leaves")
    assert [(m.change, m.verdict, m.is_best) for m in found] == [
        ("", "", False),
        ("+1", "changed", False),
    ]


@pytest.mark.parametrize("count", [1, 20])
def test_a_table_has_room_for_six_metrics(count):
    """A model of many metrics shows those that say which version is better first."""
    metrics = {f"m{n:02}": MetricSummary(1.0, 0, 0, 1.0, 0, 1.0, 0, 1) for n in range(count)}
    metrics["rmse"] = MetricSummary(1.0, 0, 0, 1.0, 0, 1.0, 0, 1)
    model = Model("taxi", versions=(ModelVersion(1, make_run_id(1), "model", "", AT),))
    runs = {make_run_id(1): make_run(1, metrics=metrics)}
    names = choose_main_metrics(model, runs=runs, directions={})
    assert names == ("rmse", *sorted(metrics)[: min(count, 5)])
