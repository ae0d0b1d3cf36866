"""Nested runs as a table."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from runsite.pages.nested import NestedColumn, make_nested_table
from runsite.pages.run import make_run_ref
from runsite.records import MetricSummary
from support.runs import BEGAN, a_run


def summary(value: float) -> MetricSummary:
    return MetricSummary(
        last=value,
        last_step=0,
        last_time_us=0,
        min=value,
        min_step=0,
        max=value,
        max_step=0,
        count=1,
    )


def trial(number: int, *, params: dict[str, str], status: str = "FINISHED", **metrics: float):
    run = a_run(
        number,
        params={"model": "ridge", **params},
        status=status,
        metrics={key: summary(value) for key, value in metrics.items()},
        end_time=BEGAN + timedelta(seconds=number),
    )
    return make_run_ref(run), run


def test_trials_stand_best_first_with_what_they_differ_in():
    """Params that all share are left out; the best value of each metric is marked; NaN comes last."""
    table = make_nested_table(
        [
            trial(1, params={"alpha": "1"}, val_rmse=7.0, extra=1.0),
            trial(2, params={"alpha": "2"}, val_rmse=math.nan, r2=0.9),
            trial(3, params={"alpha": "3"}, val_rmse=5.0, r2=0.5),
            trial(4, params={}),
        ],
        directions={},
    )
    assert table.columns == (
        NestedColumn("val_rmse", "metric", "min"),
        NestedColumn("r2", "metric", "max"),
        NestedColumn("extra", "metric", ""),
        NestedColumn("alpha", "param", ""),
    )
    assert [(row.run.name, *(cell.text for cell in row.cells)) for row in table.rows] == [
        ("run-3", "5", "0.5000", "", "3"),
        ("run-1", "7", "", "1", "1"),
        ("run-2", "NaN", "0.9000", "", "2"),
        ("run-4", "", "", "", ""),
    ]
    marked = [(r.run.name, i) for r in table.rows for i, cell in enumerate(r.cells) if cell.best]
    assert marked == [("run-3", 0), ("run-2", 1)]
    assert [row.duration for row in table.rows] == ["3.0 s", "1.0 s", "2.0 s", "4.0 s"]


@pytest.mark.parametrize(("status", "shown"), [("FINISHED", False), ("FAILED", True)])
def test_a_status_that_all_share_takes_no_room(status, shown):
    """On a telephone it would push the metrics off the screen."""
    table = make_nested_table(
        [trial(1, params={}), trial(2, params={}, status=status)], directions={}
    )
    assert table.shows_status is shown


def test_long_numbers_of_params_are_shortened():
    """Sixteen digits of a search push what came of it off the page; words and ids stay whole."""
    long = {"lr": "0.7554983955592309", "id": "0012345678901", "name": "0.1.2.3.4.5.6"}
    table = make_nested_table([trial(1, params=long), trial(2, params={})], directions={})
    told = dict(
        zip(
            (column.label for column in table.columns),
            (cell.text for cell in table.rows[0].cells),
            strict=True,
        )
    )
    assert told == {**long, "lr": "0.7555"}


def test_without_a_known_direction_the_order_stays():
    """Nobody knows which is better, so the oldest stays first and nothing is marked."""
    runs = [trial(1, params={}, thing=1.0), trial(2, params={}, thing=2.0)]
    table = make_nested_table(runs, directions={})
    assert [row.run.name for row in table.rows] == ["run-1", "run-2"]
    assert not any(cell.best for row in table.rows for cell in row.cells)
    table = make_nested_table(runs, directions={"thing": "max"})
    assert [row.run.name for row in table.rows] == ["run-2", "run-1"]


def test_a_run_alone_is_not_called_the_best():
    """Nothing is best among one, and a search of thousands shows the best two hundred."""
    (row,) = make_nested_table([trial(1, params={}, rmse=1.0)], directions={}).rows
    assert not any(cell.best for cell in row.cells)
    many = [trial(number, params={}, rmse=1000.0 - number) for number in range(1, 302)]
    table = make_nested_table(many, directions={})
    assert (len(table.rows), table.rows[0].run.name) == (200, "run-301")


def test_no_runs_make_an_empty_table():
    """A run without nested runs has no columns either."""
    table = make_nested_table([], directions={})
    assert (table.columns, table.rows) == ((), ())
