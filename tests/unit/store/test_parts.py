"""Points become columns, summaries and files without losing or inventing anything."""

from __future__ import annotations

import math

import polars as pl
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from runsite.records import summarise_points
from runsite.store.parts import points_columns, summarise_columns, write_metrics
from runsite.store.slots import format_point

KEYS = {0: "rmse", 1: "a/b", 2: "µ", 5: "never logged"}
logged = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2]),
        st.integers(-5, 5),
        st.integers(0, 2**40),
        st.floats(),
    ),
    max_size=60,
)


def columns_of(points):
    data = b"".join(
        format_point(step=step, time_ns=time_us * 1000, value=value, key_id=key)
        for key, step, time_us, value in points
    )
    return points_columns(data, KEYS)


def alike(a, b):
    return a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b))


def assert_same_summary(got, want):
    for name in ("last", "last_step", "last_time_us", "min", "min_step", "max", "max_step"):
        assert alike(getattr(got, name), getattr(want, name)), name
    assert got.count == want.count


@given(logged)
def test_summaries_agree_with_plain_python(points):
    """The summary of a column is what counting by hand gives, NaN and ties included."""
    got = summarise_columns(columns_of(points))
    by_key = {}
    for key, step, time_us, value in points:
        by_key.setdefault(KEYS[key], []).append((step, time_us, value))
    assert set(got) == set(by_key)
    for key, rows in by_key.items():
        assert_same_summary(got[key], summarise_points(rows))


def test_summaries_of_long_histories_agree_with_plain_python():
    """The vectorised summary, used for long histories, gives the same as the plain one."""
    points = [
        (0, (n * 7919) % 4001, n // 3, math.nan if n % 5 == 0 else math.sin(n) * 100)
        for n in range(9000)
    ]
    got = summarise_columns(columns_of(points))["rmse"]
    assert_same_summary(got, summarise_points([point[1:] for point in points]))


@given(points=logged)
def test_a_part_holds_every_point_in_the_order_of_logging(tmp_path_factory, points):
    """Polars reads back each point, sorted by key and within a key as they were logged."""
    folder = tmp_path_factory.mktemp("parts")
    path = write_metrics(folder, columns_of(points), run_id="0" * 32, part="s")
    frame = pl.read_parquet(path)
    want = sorted(
        ((KEYS[key], step, time_us, value) for key, step, time_us, value in points),
        key=lambda row: row[0],
    )
    got = frame.select("key", "step", pl.col("timestamp").dt.epoch("us"), "value").rows()
    assert len(got) == len(want)
    assert all(all(map(alike, g, w)) for g, w in zip(got, want, strict=True))
    assert frame.select("run_id", "part").unique().rows() in ([], [("0" * 32, "s")])


def test_the_same_points_give_the_same_bytes(tmp_path):
    """Sealing twice writes the same file under the same name."""
    for name in ("a", "b"):
        columns = columns_of([(1, 2, 3, 4.5), (0, 1, 2, math.inf)])
        write_metrics(tmp_path / name, columns, run_id="0" * 32, part="s")
    [a], [b] = (tmp_path / "a").iterdir(), (tmp_path / "b").iterdir()
    assert (a.name, a.read_bytes()) == (b.name, b.read_bytes())


def test_a_part_is_small(tmp_path):
    """5,000 noisy points take under 40 kB: little more than the values' own noise."""
    points = [
        (key, step, 1_700_000_000_000_000 + 1009 * step, math.sin(step * 12.9898 + key) * 43758.5)
        for key in (0, 1, 2)
        for step in range(1667)
    ]
    path = write_metrics(tmp_path, columns_of(points), run_id="0" * 32, part="s")
    assert path.stat().st_size < 40_000
    assert pq.read_metadata(path).metadata[b"runsite.format"] == b"1"
