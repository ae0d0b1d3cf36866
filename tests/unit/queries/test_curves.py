"""Thinned curves keep what a person would miss."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from runsite.queries.curves import collect_curves

START = datetime(2026, 11, 23, tzinfo=UTC)
VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=300)


def make_points(series):
    rows = [
        (run_id, key, step, START + timedelta(seconds=step), value)
        for (run_id, key), values in series.items()
        for step, value in enumerate(values)
    ]
    schema = {
        "run_id": pl.String,
        "key": pl.String,
        "step": pl.Int64,
        "timestamp": pl.Datetime("us", "UTC"),
        "value": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sample(
        fraction=1.0, shuffle=True, seed=1
    )


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(3, 40))
def test_extremes_and_the_last_value_stay(values, limit):
    """However few points are left, the lowest, the highest and the last are among them."""
    curves = collect_curves(make_points({("a", "x"): values}).lazy(), max_points=limit)
    row = curves.row(0, named=True)
    assert row["count"] == len(values)
    assert len(row["values"]) <= max(limit, 3)
    assert row["steps"] == sorted(set(row["steps"]))
    assert row["steps"][-1] == len(values) - 1
    finite = [value for value in values if not math.isnan(value)]
    if finite:
        kept = [value for value in row["values"] if not math.isnan(value)]
        assert (min(kept), max(kept)) == (min(finite), max(finite))
    told = dict(zip(row["steps"], row["values"], strict=True))
    assert all(same(value, values[step]) for step, value in told.items())


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def test_short_series_are_whole():
    """A series within the limit loses nothing, beside one that is far over it."""
    series = {("a", "x"): [float(i) for i in range(10)], ("b", "x"): [1.0] * 500}
    curves = collect_curves(make_points(series).lazy(), max_points=30)
    assert curves["run_id"].to_list() == ["a", "b"]
    assert curves["values"][0].to_list() == series["a", "x"]
    assert len(curves["values"][1]) <= 30


def test_points_of_one_step_keep_the_order_of_time():
    """Steps that were logged twice stay in the order in which they were logged."""
    points = make_points({("a", "x"): [1.0, 2.0, 3.0]}).with_columns(step=pl.lit(7, pl.Int64))
    assert collect_curves(points.lazy())["values"][0].to_list() == [1.0, 2.0, 3.0]


def test_no_points():
    """A store without points has no curves."""
    assert collect_curves(make_points({}).lazy()).is_empty()
