"""Arrow arrays from Python values, made from buffers.

``pyarrow.array`` and ``pyarrow.scalar`` import pandas wherever it is installed, which costs a
training script that never uses it 0.3 to 2 seconds when its first run ends. A run's row is a few
dozen short columns, so laying out their buffers takes a page of code and no import.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pyarrow as pa

__all__ = ["constant_text", "make_array", "make_table", "null_scalar"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def make_table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Make a table of rows that have a value, or None, for every column of `schema`."""
    columns = [make_array([row[field.name] for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def make_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Make an array.

    Args:
        values: Of the Python type that fits `kind`; None is null. A map's value is pairs in
            order, a struct's a mapping with all its fields, a timestamp's a time with its zone.
        kind: int32, uint32, int64, float64, bool, string, timestamp in µs, or a list, map or
            struct of these.

    Raises:
        TypeError: A type that no table here has.
    """
    for is_kind, make in _MAKERS:
        if is_kind(kind):
            return make(values, kind)
    raise TypeError(f"no column has the type {kind}")


def constant_text(text: str, count: int) -> pa.DictionaryArray:
    """Make a column of one text, repeated."""
    indices = pa.Array.from_buffers(pa.int32(), count, [None, pa.py_buffer(bytes(4 * count))])
    return pa.DictionaryArray.from_arrays(indices, make_array([text], pa.string()))


def null_scalar(kind: pa.DataType) -> pa.Scalar:
    """Make a null of a type."""
    return pa.nulls(1, kind)[0]


def _make_numbers(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    code = {"int32": "i", "uint32": "I", "int64": "q", "double": "d"}[str(kind)]
    data = array(code, [0 if value is None else value for value in values])
    return pa.Array.from_buffers(kind, len(values), [_validity(values), _buffer(data)])


def _make_times(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    ticks = [
        (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else None
        for value in values
    ]
    return _make_numbers(ticks, pa.int64()).view(kind)


def _make_bools(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [_validity(values), _bits(map(bool, values))])


def _make_texts(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    encoded = [b"" if value is None else str(value).encode() for value in values]
    buffers = [_validity(values), _offsets(map(len, encoded)), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def _make_lists(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    items, lengths = _flatten(values)
    children = [make_array(items, kind.value_type)]
    buffers = [None, _offsets(lengths)]
    return pa.Array.from_buffers(kind, len(values), buffers, children=children)


def _make_maps(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    pairs, lengths = _flatten(values)
    keys = make_array([key for key, _ in pairs], kind.key_type)
    items = make_array([item for _, item in pairs], kind.item_type)
    entries = pa.StructArray.from_arrays([keys, items], fields=[kind.key_field, kind.item_field])
    buffers = [None, _offsets(lengths)]
    return pa.Array.from_buffers(kind, len(values), buffers, children=[entries])


def _make_structs(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    fields = [kind.field(index) for index in range(kind.num_fields)]
    columns = [make_array([value[field.name] for value in values], field.type) for field in fields]
    return pa.StructArray.from_arrays(columns, fields=fields)


def _flatten(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    lists = [list(value) for value in values]
    return [item for items in lists for item in items], [len(items) for items in lists]


def _offsets(lengths: Iterable[int]) -> pa.Buffer:
    return _buffer(array("i", accumulate(lengths, initial=0)))


def _validity(values: Sequence[Any]) -> pa.Buffer | None:
    if None not in values:
        return None
    return _bits(value is not None for value in values)


def _bits(flags: Iterable[bool]) -> pa.Buffer:
    listed = list(flags)
    packed = bytearray((len(listed) + 7) // 8)
    for index, flag in enumerate(listed):
        if flag:
            packed[index >> 3] |= 1 << (index & 7)
    return pa.py_buffer(bytes(packed))


def _buffer(data: array[int] | array[float]) -> pa.Buffer:
    return pa.py_buffer(data.tobytes())


_MAKERS: Sequence[
    tuple[Callable[[pa.DataType], bool], Callable[[Sequence[Any], pa.DataType], pa.Array]]
] = (
    (pa.types.is_string, _make_texts),
    (pa.types.is_map, _make_maps),
    (pa.types.is_list, _make_lists),
    (pa.types.is_struct, _make_structs),
    (pa.types.is_timestamp, _make_times),
    (pa.types.is_boolean, _make_bools),
    (lambda kind: pa.types.is_integer(kind) or pa.types.is_floating(kind), _make_numbers),
)
