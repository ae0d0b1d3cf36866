from __future__ import annotations

import dataclasses
import math

import pytest

from runsite.cards.changes import MetricChange, ValueChange, assemble_changes
from support.cards import RUN_IDS, make_model, make_runs


def compare(runs=None, *, production: int | None = 1, version: int = 2, directions=None):
    model = make_model(production=production)
    return assemble_changes(
        model,
        model.get_version(version),
        runs=make_runs() if runs is None else runs,
        directions=directions or {},
    )


def test_a_version_is_compared_with_the_one_before_and_with_production():
    """One comparison where both are the same version, none for the first and only one."""
    assert [(c.version, c.reasons) for c in compare()] == [(1, ("previous", "Production"))]
    assert [(c.version, c.reasons) for c in compare(production=2)] == [(1, ("previous",))]
    assert compare(version=1) == ()
    later = compare(version=1, production=2)
    assert [(c.version, c.reasons) for c in later] == [(2, ("Production",))]


def test_a_change_names_metrics_params_data_packages_and_code():
    """All that differs is there, and what is the same in the settings is not."""
    (change,) = compare()
    assert change.metrics == (
        MetricChange("rmse", pytest.approx(6.51), 6.61, "better"),
        MetricChange("training-mae", 4.2, 4.2, "same"),
    )
    assert change.params == (ValueChange("max_depth", "29", "30"),)
    assert change.data == (ValueChange("green-2021-02 (eval)", "d21", "d20"),)
    assert change.packages == (ValueChange("scikit_learn", "1.9.1", "1.9.0"),)
    assert change.commits == ("1" * 40, "2" * 40)


def with_metrics(**values: float):
    runs = make_runs()
    summary = runs[RUN_IDS[0]].metrics["rmse"]
    for run_id, value in zip(RUN_IDS, values.values(), strict=True):
        metrics = {} if value is None else {"m": dataclasses.replace(summary, last=value)}
        runs[run_id] = dataclasses.replace(runs[run_id], metrics=metrics)
    return runs


@pytest.mark.parametrize(
    ("there", "here", "direction", "verdict"),
    [
        (1.0, 2.0, "max", "better"),
        (1.0, 2.0, "min", "worse"),
        (1.0, 2.0, None, "changed"),
        (1.0, 1.0, "max", "same"),
        (math.nan, math.nan, "max", "same"),
        (1.0, math.nan, "max", "worse"),
        (None, 1.0, "max", "missing"),
        (1.0, None, "max", "missing"),
    ],
)
def test_a_metric_is_judged_by_its_direction(there, here, direction, verdict):
    """Better or worse is said only where it is known which way is better."""
    directions = {"m": direction} if direction else {}
    (change,) = compare(with_metrics(there=there, here=here), directions=directions)
    assert [m.verdict for m in change.metrics] == [verdict]


def test_a_version_whose_run_is_gone_is_not_compared():
    """Nothing is said about what is not known."""
    runs = make_runs()
    del runs[RUN_IDS[0]]
    assert compare(runs) == ()


def test_what_changed_comes_before_what_only_one_logged():
    """Twenty defaults that another version's logging left out do not hide the one that was turned."""
    runs = make_runs()
    for run_id, params in zip(
        RUN_IDS, ({"a": "1", "b": "2", "z": "100"}, {"c": "3", "z": "300"}), strict=False
    ):
        runs[run_id] = dataclasses.replace(runs[run_id], params=params)
    (change,) = compare(runs)
    assert [param.key for param in change.params] == ["z", "a", "b", "c"]
