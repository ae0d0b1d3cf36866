"""A summary of points is what a plain loop finds."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from runsite.queries.points import summarise_points
from runsite.records import summarise_points as summarise_plainly

BEGAN = datetime(2026, 11, 23, tzinfo=UTC)

rows = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["loss", "val/loss"]),
        st.integers(-2, 3),
        st.integers(0, 5),
        st.sampled_from([1.0, -2.5, math.nan, math.inf, -math.inf]),
    ),
    max_size=20,
    # Of several at one step and time any may be the last.
    unique_by=lambda row: row[:4],
)


@given(rows)
def test_each_series_is_summarised_as_by_a_plain_loop(found):
    """Last by step and time, extremes without NaN, and the count, from one frame or several."""
    frame = pl.LazyFrame(
        [
            (run, key, step, BEGAN + timedelta(seconds=s), value)
            for run, key, step, s, value in found
        ],
        schema={
            "run_id": pl.String(),
            "key": pl.String(),
            "step": pl.Int64(),
            "timestamp": pl.Datetime("us", "UTC"),
            "value": pl.Float64(),
        },
        orient="row",
    )
    expected = {}
    for run, key in {row[:2] for row in found}:
        series = [(step, s, value) for r, k, step, s, value in found if (r, k) == (run, key)]
        m = summarise_plainly(series)
        expected[run, key] = (repr(m.last), m.min, m.max, m.count)
    for frames in ([frame], [frame.head(7), frame.slice(7)]):
        table = summarise_points(frames)
        ours = {(r, k): (repr(last), *rest) for r, k, last, *rest in table.iter_rows()}
        assert ours == expected
