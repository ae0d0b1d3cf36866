"""The tables' columns as Arrow has them, and runs as an Arrow table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from runsite.records import RunRecord
from runsite.store import columns
from runsite.store.arrays import make_table
from runsite.store.columns import Kind, ListOf, MapOf, StructOf
from runsite.store.rows import row_from_record

__all__ = ["METRICS", "RUNS", "runs_table"]

_PLAIN: Final = {
    "text": pa.string(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "bool": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}


def _make_type(kind: Kind) -> pa.DataType:
    match kind:
        case ListOf(item):
            return pa.list_(_make_type(item))
        case MapOf(value):
            return pa.map_(pa.string(), _make_type(value))
        case StructOf(fields):
            return pa.struct([(name, _make_type(field)) for name, field in fields.items()])
        case name:
            return _PLAIN[name]


def _make_schema(kinds: Mapping[str, Kind]) -> pa.Schema:
    return pa.schema([(name, _make_type(kind)) for name, kind in kinds.items()])


RUNS = _make_schema(columns.RUNS)
METRICS = _make_schema(columns.METRICS)


def runs_table(records: Iterable[RunRecord]) -> pa.Table:
    """Make the runs table of some records, in the columns of `RUNS`."""
    return make_table([row_from_record(record) for record in records], RUNS)
