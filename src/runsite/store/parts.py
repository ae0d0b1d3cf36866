"""Parts: the Parquet files of a store, written once and never changed.

A part's *leaf id* is ``<run_id>.<part>``: the name of its file before compaction, and found in
its rows (``run_id`` with ``session`` or ``part``) ever after. A merged part lists the leaf ids
that it holds in its footer.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from runsite.records import FORMAT_VERSION, MetricSummary, RunRecord, summarise_points
from runsite.store.files import write_whole
from runsite.store.schema import METRICS, RUNS, runs_table

__all__ = [
    "FORMAT_KEY",
    "LEAVES_KEY",
    "Columns",
    "format_runs",
    "open_metrics_writer",
    "order_runs",
    "points_columns",
    "summarise_columns",
    "write_metrics",
    "write_runs",
]

FORMAT_KEY = b"runsite.format"
LEAVES_KEY = b"runsite.leaves"

_SMALL_GROUP = 2048


class Columns:
    """One run's points as Arrow columns, in the order of logging, with its keys' names.

    Attributes:
        key_ids: uint32, index into `keys`.
        steps: int64.
        times_us: int64, microseconds since 1970-01-01 UTC.
        values: float64.
        keys: Names by id.
    """

    __slots__ = ("key_ids", "keys", "steps", "times_us", "values")

    def __init__(
        self,
        *,
        key_ids: pa.Array,
        steps: pa.Array,
        times_us: pa.Array,
        values: pa.Array,
        keys: Mapping[int, str],
    ) -> None:
        self.key_ids = key_ids
        self.steps = steps
        self.times_us = times_us
        self.values = values
        self.keys = keys

    def __len__(self) -> int:
        return len(self.values)


def points_columns(points: bytes, keys: Mapping[int, str]) -> Columns:
    """Turn point slots into columns by strides: no Python per point.

    Args:
        points: Whole slots as `runsite.store.slots.parse_slots` gives them.
        keys: Key names by id.
    """
    count = len(points) // 32
    words = pa.py_buffer(points)

    def strided(kind: pa.DataType, width: int, index: int) -> pa.Array:
        flat = pa.Array.from_buffers(kind, count * width, [None, words])
        lists = pa.FixedSizeListArray.from_arrays(flat, width)
        return pc.list_element(lists, index)

    times_ns = strided(pa.int64(), 4, 1)
    return Columns(
        steps=strided(pa.int64(), 4, 0),
        times_us=pc.divide(times_ns, 1000),
        values=strided(pa.float64(), 4, 2),
        key_ids=strided(pa.uint32(), 8, 6),
        keys=keys,
    )


def sort_by_key(columns: Columns) -> tuple[pa.Array, list[tuple[str, int, int]]]:
    """Order points by key name, the order of logging kept within a key.

    Returns:
        The row indices in that order (int64), and ``(key, first, length)`` of each key's rows.
    """
    names = sorted(columns.keys.items(), key=lambda item: item[1])
    ranks = {key_id: rank for rank, (key_id, _) in enumerate(names)}
    size = max(ranks, default=-1) + 1
    lookup = pa.array([ranks.get(key_id, 0) for key_id in range(size)], pa.int64())
    rank = lookup.take(columns.key_ids)
    order = pc.sort_indices(rank)  # stable: equal ranks stay in the order of logging
    counts = dict.fromkeys(range(len(names)), 0)
    for item in pc.value_counts(rank).to_pylist():
        counts[item["values"]] = item["counts"]
    spans, first = [], 0
    for rank_of, (_, name) in enumerate(names):
        if counts[rank_of]:
            spans.append((name, first, counts[rank_of]))
        first += counts[rank_of]
    return order, spans


def summarise_columns(columns: Columns) -> dict[str, MetricSummary]:
    """Summarise each key's points, as `runsite.records.summarise_points` does one key's."""
    order, spans = sort_by_key(columns)
    steps, times = columns.steps.take(order), columns.times_us.take(order)
    values = columns.values.take(order)
    return {
        key: _summarise(
            steps.slice(first, length), times.slice(first, length), values.slice(first, length)
        )
        for key, first, length in spans
    }


def _summarise(steps: pa.Array, times: pa.Array, values: pa.Array) -> MetricSummary:
    if len(values) <= _SMALL_GROUP:
        rows = zip(steps.to_pylist(), times.to_pylist(), values.to_pylist(), strict=True)
        return summarise_points(list(rows))
    last_step = pc.max(steps).as_py()
    at_last = pc.indices_nonzero(pc.equal(steps, last_step))
    latest = pc.max(times.take(at_last)).as_py()
    last = at_last.filter(pc.equal(times.take(at_last), latest))[-1].as_py()
    numbers = pc.if_else(pc.is_nan(values), None, values)
    extremes = pc.min_max(numbers)
    low, high = extremes["min"], extremes["max"]
    return MetricSummary(
        last=values[last].as_py(),
        last_step=last_step,
        last_time_us=latest,
        min=low.as_py(),
        min_step=steps[pc.index(numbers, low).as_py()].as_py() if low.is_valid else None,
        max=high.as_py(),
        max_step=steps[pc.index(numbers, high).as_py()].as_py() if high.is_valid else None,
        count=len(values),
    )


def write_metrics(path: Path, columns: Columns, *, run_id: str, part: str) -> None:
    """Write one leaf's points, sorted by key. The same points give the same bytes."""
    order, spans = sort_by_key(columns)
    count = len(columns)
    key_column = pa.chunked_array(
        [pa.repeat(pa.scalar(name, pa.string()), length) for name, _, length in spans],
        type=pa.string(),
    )
    table = pa.table(
        [
            pa.repeat(pa.scalar(run_id, pa.string()), count),
            pa.repeat(pa.scalar(part, pa.string()), count),
            key_column,
            columns.steps.take(order),
            columns.times_us.take(order).cast(METRICS.field("timestamp").type),
            columns.values.take(order),
        ],
        schema=METRICS,
    )
    buffer = io.BytesIO()
    with open_metrics_writer(buffer, leaves="") as writer:
        writer.write_table(table)
    write_whole(path, buffer.getvalue())


_METRICS_OPTIONS: Final = {
    "use_dictionary": ["run_id", "part", "key"],
    "column_encoding": {
        "step": "DELTA_BINARY_PACKED",
        "timestamp": "DELTA_BINARY_PACKED",
        "value": "BYTE_STREAM_SPLIT",
    },
    "write_statistics": ["run_id", "key"],
}
"""Differences for steps and times, split bytes for values: the smallest that was found."""


@contextlib.contextmanager
def open_metrics_writer(target: Path | io.BytesIO, *, leaves: str) -> Iterator[pq.ParquetWriter]:
    """Open a metrics part to be written table by table, as a merged part of `leaves`."""
    with _open_writer(target, METRICS, leaves=leaves, options=_METRICS_OPTIONS) as writer:
        yield writer


def write_runs(path: Path, records: list[RunRecord]) -> None:
    """Write run revisions. The same records give the same bytes."""
    write_whole(path, format_runs(runs_table(records)))


def format_runs(table: pa.Table, *, leaves: str = "") -> bytes:
    """Encode run rows; a file of few goes without what only pays in a file of many.

    Statistics and dictionaries were three fifths of a one-row file's bytes.
    """
    many = bool(leaves)
    options = {"use_dictionary": many, "write_statistics": ["run_id"] if many else False}
    buffer = io.BytesIO()
    with _open_writer(buffer, RUNS, leaves=leaves, options=options) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def order_runs(table: pa.Table) -> pa.Table:
    """Order run revisions by run and session, and drop those that another of them supersedes."""
    rows = table.select(["run_id", "session", "sessions"]).to_pylist()
    superseded = {
        (row["run_id"], session)
        for row in rows
        for session in row["sessions"]
        if session != row["session"]
    }
    kept = [
        (row["run_id"], row["session"], index)
        for index, row in enumerate(rows)
        if (row["run_id"], row["session"]) not in superseded
    ]
    return table.take(pa.array([index for *_, index in sorted(kept)], pa.int64()))


@contextlib.contextmanager
def _open_writer(
    target: Path | io.BytesIO, schema: pa.Schema, *, leaves: str, options: Mapping[str, object]
) -> Iterator[pq.ParquetWriter]:
    metadata = {FORMAT_KEY.decode(): str(FORMAT_VERSION)}
    if leaves:
        metadata[LEAVES_KEY.decode()] = leaves
    with pq.ParquetWriter(
        target,
        schema,
        compression="zstd",
        compression_level=3,
        store_schema=False,
        write_page_checksum=True,  # a flipped bit inside a page is found by runsite doctor
        **options,
    ) as writer:
        yield writer
        writer.add_key_value_metadata(metadata)
