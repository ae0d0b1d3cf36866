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
from runsite.store.names import leaf_name
from runsite.store.schema import METRICS, RUNS, runs_table

__all__ = [
    "FORMAT_KEY",
    "LEAVES_KEY",
    "Columns",
    "open_merged_writer",
    "order_runs",
    "points_columns",
    "summarise_columns",
    "write_metrics",
    "write_run",
]

FORMAT_KEY = b"runsite.format"
LEAVES_KEY = b"runsite.leaves"

_SMALL_GROUP = 256
"""Up to this many points plain Python is faster than a dozen calls of Arrow."""


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


def write_metrics(folder: Path, columns: Columns, *, run_id: str, part: str) -> Path:
    """Write one leaf's points, sorted by key. The same points give the same file."""
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
    data = _encode(table, _METRICS_OPTIONS)
    path = folder / leaf_name(f"{run_id}.{part}", data)
    write_whole(path, data)
    return path


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


_RUN_OPTIONS: Final = {"use_dictionary": False, "write_statistics": False}
"""A one-row file without what only pays in a file of many: three fifths of its bytes."""

_MERGED_RUNS_OPTIONS: Final = {"use_dictionary": True, "write_statistics": ["run_id"]}


@contextlib.contextmanager
def open_merged_writer(target: Path, *, kind: str, leaves: str) -> Iterator[pq.ParquetWriter]:
    """Open a merged part to be written table by table.

    Args:
        target: The file.
        kind: ``runs`` or ``metrics``.
        leaves: Leaf ids, one a line.
    """
    schema, options = (
        (RUNS, _MERGED_RUNS_OPTIONS) if kind == "runs" else (METRICS, _METRICS_OPTIONS)
    )
    with _open_writer(target, schema, leaves=leaves, options=options) as writer:
        yield writer


def _encode(table: pa.Table, options: Mapping[str, object]) -> bytes:
    buffer = io.BytesIO()
    with _open_writer(buffer, table.schema, leaves="", options=options) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def write_run(folder: Path, record: RunRecord) -> Path:
    """Write one revision of a run. The same record gives the same file."""
    data = _encode(runs_table([record]), _RUN_OPTIONS)
    path = folder / leaf_name(f"{record.run_id}.{record.session}", data)
    write_whole(path, data)
    return path


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
