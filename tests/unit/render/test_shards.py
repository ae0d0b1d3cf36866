"""What a shard hands over is what was read, curves to six digits, and only data."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.queries.columns import Column
from runsite.render.shards import render_column, render_curves, render_shard


def number_column(values, *, kind="number"):
    column = Column(id="metrics.x", group="metrics", label="x", kind=kind)
    return json.loads(render_column(column, pl.Series(values, dtype=pl.Float64)))


def text_column(values):
    column = Column(id="params.x", group="params", label="x", kind="text")
    return json.loads(render_column(column, pl.Series(values, dtype=pl.String)))


def same(told, value, *, digits=17):
    if value is None:
        return told is None
    if math.isnan(value):
        return told == "NaN"
    return told == value or (digits < 17 and math.isclose(told, value, rel_tol=10**-digits))


@given(st.lists(st.none() | st.floats(), max_size=30))
def test_numbers_come_back(values):
    """A missing value is null, NaN a word, infinities infinite, all else exact."""
    told = number_column(values)
    assert len(told) == len(values)
    assert all(same(t, v) for t, v in zip(told, values, strict=True))


def test_texts_go_along_with_their_numbers():
    """A param that was logged as 0.10 is a number to sort and a text to find."""
    column = Column(id="params.x", group="params", label="x", kind="number")
    numbers, texts = pl.Series([0.1, 3.0]), pl.Series(["0.10", None])
    told = json.loads(render_column(column, numbers, texts=texts))
    assert told == {"numbers": [0.1, 3], "texts": {"words": ["0.10"], "codes": [0, -1]}}
    assert json.loads(render_column(column, numbers, texts=texts.clear(2))) == [0.1, 3]


def test_whole_numbers_stay_whole():
    """A count or a seed has no decimal point."""
    assert number_column([73_908_123.0, 2.0**53 - 1]) == [73908123, 2**53 - 1]
    assert number_column([1_763_867_520_123.0], kind="time") == [1763867520123]


@given(st.lists(st.none() | st.text(max_size=8), max_size=30))
def test_words_come_back(values):
    """Each row's word is found through its code; a missing one has none."""
    told = text_column(values)
    words = [None if code < 0 else told["words"][code] for code in told["codes"]]
    assert words == values
    assert len(set(told["words"])) == len(told["words"])


@given(st.text())
def test_a_shard_is_one_call(text):
    """No name or word ends the call early or starts another statement."""
    column = Column(id="params.x", group="params", label="x", kind="text")
    body = render_column(column, pl.Series([text], dtype=pl.String))
    shard = render_shard(text, body)
    found = re.fullmatch(r'runsite\.put\(("(?:[^"\\]|\\.)*"),(.*)\);\n', shard, re.DOTALL)
    assert json.loads(found[1]) == text
    assert json.loads(found[2])["words"] == [text]


def make_curves(points):
    start = datetime(2026, 11, 23, tzinfo=UTC)
    return pl.DataFrame(
        {
            "run_id": ["a"],
            "key": ["loss</script>"],
            "count": [len(points)],
            "steps": [[step for step, _ in points]],
            "times": [[start + timedelta(seconds=i) for i in range(len(points))]],
            "values": [[value for _, value in points]],
        },
        schema_overrides={
            "steps": pl.List(pl.Int64),
            "values": pl.List(pl.Float64),
            "times": pl.List(pl.Datetime("us", "UTC")),
        },
    )


POINTS = st.lists(st.tuples(st.integers(-(2**52), 2**52), st.floats()), min_size=1, max_size=20)


@given(POINTS)
def test_curves_come_back(points):
    """Steps and times are sums of their differences; values are close, NaN is a gap."""
    ((text,),) = render_curves(make_curves(points)).values()
    run_id, key, count, start, steps, times, values = json.loads(text)
    assert (run_id, key, count, start) == (
        "a",
        "loss</script>",
        len(points),
        1763856000000 + 31536000000,
    )
    assert [sum(steps[: i + 1]) for i in range(len(steps))] == [step for step, _ in points]
    assert [sum(times[: i + 1]) for i in range(len(times))] == [
        1000 * i for i in range(len(points))
    ]
    for told, (_, value) in zip(values, points, strict=True):
        assert told is None if math.isnan(value) else same(told, value, digits=5)


@pytest.mark.parametrize("name", ["__proto__", "constructor", 'a"b\\'])
def test_keys_are_never_member_names(name):
    """A param called __proto__ is a value in the data, not a property of an object."""
    (body,) = render_curves(make_curves([(0, 1.0)]).with_columns(key=pl.lit(name)))["a"]
    assert json.loads(body)[1] == name
    assert not re.search(r'[{,]"' + re.escape(json.dumps(name)[1:-1]) + r'":', body)
