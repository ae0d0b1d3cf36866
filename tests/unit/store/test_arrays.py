"""Arrays made from buffers are the ones that Arrow itself makes."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.store.arrays import constant_text, make_array

text = st.text(st.characters(exclude_categories=["Cs"]))
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 1, 1)).map(lambda t: t.replace(tzinfo=UTC))  # noqa: DTZ001
int64 = st.integers(-(2**63), 2**63 - 1)
KINDS = [
    (pa.string(), st.none() | text),
    (pa.int64(), st.none() | int64),
    (pa.int32(), st.none() | st.integers(-(2**31), 2**31 - 1)),
    (pa.float64(), st.none() | st.floats(allow_nan=False)),
    (pa.bool_(), st.none() | st.booleans()),
    (pa.timestamp("us", tz="UTC"), st.none() | times),
    (pa.list_(pa.string()), st.lists(text, max_size=3)),
    (pa.map_(pa.string(), pa.float64()), st.lists(st.tuples(text, st.none() | st.floats(0, 9)))),
    (
        pa.list_(pa.struct([("a", pa.string()), ("b", pa.int64())])),
        st.lists(st.fixed_dictionaries({"a": text, "b": st.none() | int64}), max_size=3),
    ),
]


@pytest.mark.parametrize(("kind", "values"), KINDS, ids=[str(kind)[:30] for kind, _ in KINDS])
@given(data=st.data())
def test_any_column_is_the_one_that_arrow_makes(kind, values, data):
    """Every type of the tables, nulls and nesting included, equals ``pyarrow.array``'s."""
    rows = data.draw(st.lists(values, max_size=20))
    made = make_array(rows, kind)
    made.validate(full=True)
    assert made.equals(pa.array(rows, kind))


@pytest.mark.parametrize("count", [0, 1, 8, 9, 1000])
def test_a_column_of_nulls_has_room_for_all_of_them(count):
    """The bitmap covers every row, also where no bit of it is set."""
    made = make_array([None] * count, pa.string())
    made.validate(full=True)
    assert made.null_count == count


def test_a_constant_column_repeats_its_text():
    """Each row has the text, and a type that no table has is refused."""
    assert constant_text("µ", 3).to_pylist() == ["µ"] * 3
    with pytest.raises(TypeError, match="no column has the type date32"):
        make_array([], pa.date32())
