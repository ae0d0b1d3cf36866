"""An experiment's summary names its best runs, and why."""

from __future__ import annotations

import math

import polars as pl

from runsite.queries.overview import summarise_experiment
from runsite.records import summarise_points
from runsite.store.schema import runs_table
from support.sites import BEGAN, make_run, make_run_id


def make_frame(*values, key="rmse"):
    runs = [
        make_run(i, metrics={key: summarise_points([(0, 0, value)])})
        for i, value in enumerate(values)
    ]
    return pl.DataFrame(runs_table(runs))


def test_the_best_run_by_direction():
    """The lowest error wins, the highest score; the earlier of two equal runs."""
    low = summarise_experiment("e", runs=make_frame(7.0, 6.0, 6.0, 9.0)).best[0]
    assert (low.metric, low.direction, low.value, low.run_id) == (
        "rmse",
        "min",
        6.0,
        make_run_id(1),
    )
    high = summarise_experiment("e", runs=make_frame(0.7, 0.9, key="r2")).best[0]
    assert (high.direction, high.run_id) == ("max", make_run_id(1))


def test_what_is_no_number_is_never_best():
    """NaN and infinities do not win, and do not hide who does."""
    values = (math.nan, -math.inf, 6.5, math.inf)
    assert summarise_experiment("e", runs=make_frame(*values)).best[0].value == 6.5
    assert summarise_experiment("e", runs=make_frame(math.nan)).best == ()


def test_a_failed_run_is_never_best():
    """A value from before a failure says nothing about a model that was never finished."""
    runs = [
        make_run(i, status=status, metrics={"rmse": summarise_points([(0, 0, value)])})
        for i, (status, value) in enumerate([("FAILED", 1.0), ("FINISHED", 6.0), ("KILLED", 2.0)])
    ]
    assert summarise_experiment("e", runs=pl.DataFrame(runs_table(runs))).best[0].value == 6.0


def test_a_metric_without_direction_has_no_best():
    """Nobody knows whether a higher epoch is better."""
    assert summarise_experiment("e", runs=make_frame(1.0, 2.0, key="epoch")).best == ()


def test_the_project_can_tell_the_direction():
    """Settings make a metric comparable that its name does not."""
    told = summarise_experiment(
        "e", runs=make_frame(1.0, 2.0, key="epoch"), directions={"epoch": "max"}
    )
    assert told.best[0].value == 2.0


def test_the_trend_is_the_best_so_far():
    """Each run's place in the trend is the best value until then."""
    assert summarise_experiment("e", runs=make_frame(7.0, 8.0, 5.0, 6.0)).trend == (
        7.0,
        7.0,
        5.0,
        5.0,
    )
    long = summarise_experiment("e", runs=make_frame(*(1000.0 - i for i in range(500)))).trend
    assert (len(long), long[0], long[-1]) == (60, 1000.0, 501.0)


def test_counts():
    """Runs are counted by how they ended; the last start is the newest."""
    statuses = ["FINISHED", "FAILED", "RUNNING", "KILLED"]
    runs = [make_run(i, status=status) for i, status in enumerate(statuses)]
    summary = summarise_experiment("e", runs=pl.DataFrame(runs_table(runs)))
    assert (summary.n_runs, summary.n_finished, summary.n_failed, summary.n_running) == (4, 1, 2, 1)
    assert summary.last_start > BEGAN
    assert not summary.has_curves


def test_no_runs():
    """An experiment without runs is an empty summary."""
    assert summarise_experiment("e", runs=make_frame()).n_runs == 0
