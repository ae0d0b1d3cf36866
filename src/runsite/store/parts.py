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
from runsite.store.arrays import constant_text, make_array, null_scalar
from runsite.store.columns import FORMAT_KEY, LEAVES_KEY
from runsite.store.files import write_whole
from runsite.store.names import leaf_name
from runsite.store.schema import METRICS, RUNS, runs_table

__all__ = [
    "Columns",
    "open_merged_writer",
    "order_runs",
    "points_columns",
    "points_table",
    "read_leaves",
    "summarise_columns",
    "summarise_part",
    "write_metrics",
    "write_run",
]

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
        return pc.list_element(lists, make_array([index], pa.int32())[0])

    times_ns = strided(pa.int64(), 4, 1)
    key_ids = strided(pa.uint32(), 8, 6)
    # The names of keys whose event was damaged are lost; their points must not become another's.
    nameless = [key_id for key_id in pc.unique(key_ids).to_pylist() if key_id not in keys]
    return Columns(
        steps=strided(pa.int64(), 4, 0),
        times_us=_microseconds(times_ns),
        values=strided(pa.float64(), 4, 2),
        key_ids=key_ids,
        keys={**keys, **{key_id: f"unnamed-{key_id}" for key_id in nameless}} if nameless else keys,
    )


def _microseconds(times_ns: pa.Array) -> pa.Array:
    return times_ns.view(pa.timestamp("ns")).cast(pa.timestamp("us"), safe=False).view(pa.int64())


def _rank_keys(columns: Columns) -> tuple[list[str], pa.Array]:
    """Return the key names, sorted, and each point's index into them (int32)."""
    names = sorted(set(columns.keys.values()))
    ranks = {name: rank for rank, name in enumerate(names)}
    ids = sorted(columns.keys)
    by_id = make_array([ranks[columns.keys[key_id]] for key_id in ids], pa.int32())
    if ids == list(range(len(ids))):
        return names, by_id.take(columns.key_ids)
    known = make_array(ids, pa.uint32())
    return names, by_id.take(pc.index_in(columns.key_ids, value_set=known))


def sort_by_key(columns: Columns) -> tuple[pa.Array, list[tuple[str, int, int]]]:
    """Order points by key name, the order of logging kept within a key.

    Returns:
        The row indices in that order (uint64), and ``(key, first, length)`` of each key's rows.
    """
    names, ranks = _rank_keys(columns)
    order = pc.sort_indices(ranks)  # stable: equal ranks stay in the order of logging
    counts = {item["values"]: item["counts"] for item in pc.value_counts(ranks).to_pylist()}
    spans, first = [], 0
    for rank, name in enumerate(names):
        length = counts.get(rank, 0)
        if length:
            spans.append((name, first, length))
        first += length
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


def summarise_part(points: pa.Table) -> dict[str, MetricSummary]:
    """Summarise the points of one part.

    Args:
        points: In the columns of `METRICS`, all of one run.
    """
    names = points["key"].to_pylist()
    keys = sorted(set(names))
    ids = {key: index for index, key in enumerate(keys)}
    columns = Columns(
        key_ids=make_array([ids[key] for key in names], pa.uint32()),
        steps=points["step"].combine_chunks(),
        times_us=points["timestamp"].combine_chunks().cast(pa.int64()),
        values=points["value"].combine_chunks(),
        keys=dict(enumerate(keys)),
    )
    return summarise_columns(columns)


def _summarise(steps: pa.Array, times: pa.Array, values: pa.Array) -> MetricSummary:
    if len(values) <= _SMALL_GROUP:
        rows = zip(steps.to_pylist(), times.to_pylist(), values.to_pylist(), strict=True)
        return summarise_points(list(rows))
    last_step = pc.max(steps)
    at_last = pc.indices_nonzero(pc.equal(steps, last_step))
    latest = pc.max(times.take(at_last))
    last = at_last.filter(pc.equal(times.take(at_last), latest))[-1].as_py()
    numbers = pc.if_else(pc.is_nan(values), null_scalar(pa.float64()), values)
    extremes = pc.min_max(numbers)
    low, high = extremes["min"], extremes["max"]
    return MetricSummary(
        last=values[last].as_py(),
        last_step=last_step.as_py(),
        last_time_us=latest.as_py(),
        min=low.as_py(),
        min_step=steps[pc.index(numbers, low).as_py()].as_py() if low.is_valid else None,
        max=high.as_py(),
        max_step=steps[pc.index(numbers, high).as_py()].as_py() if high.is_valid else None,
        count=len(values),
    )


def write_metrics(folder: Path, columns: Columns, *, run_id: str, part: str) -> Path:
    """Write one leaf's points, sorted by key. The same points give the same file."""
    order, _ = sort_by_key(columns)
    table = points_table(columns, run_id=run_id, part=part).take(order)
    data = _encode(table, _METRICS_OPTIONS)
    path = folder / leaf_name(f"{run_id}.{part}", data)
    write_whole(path, data)
    return path


def points_table(columns: Columns, *, run_id: str, part: str) -> pa.Table:
    """Make the metrics table of one leaf's points; its text columns are dictionaries."""
    # Arrow writes a dictionary that has a value twice as plain text and leaves a page behind that
    # holds whatever was in memory, so the dictionary has each name once and no filler.
    names, ranks = _rank_keys(columns)
    keys = pa.DictionaryArray.from_arrays(ranks, make_array(names, pa.string()))
    times = columns.times_us.view(METRICS.field("timestamp").type)
    return pa.Table.from_arrays(
        [
            constant_text(run_id, len(columns)),
            constant_text(part, len(columns)),
            keys,
            columns.steps,
            times,
            columns.values,
        ],
        names=METRICS.names,
    )


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

_SMALL_ROW: Final = 4096
"""Below this many bytes the frames of compressed columns weigh more than they save."""

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
    table = runs_table([record])
    compression = "none" if table.nbytes < _SMALL_ROW else "zstd"
    data = _encode(table, {**_RUN_OPTIONS, "compression": compression})
    path = folder / leaf_name(f"{record.run_id}.{record.session}", data)
    write_whole(path, data)
    return path


def read_leaves(path: Path) -> frozenset[str]:
    """Read from a merged part's footer which leaves it holds.

    Raises:
        OSError, pyarrow.ArrowException: It cannot be read.
    """
    metadata = pq.read_metadata(path).metadata or {}
    return frozenset(metadata.get(LEAVES_KEY.encode(), b"").decode().split())


def order_runs(table: pa.Table) -> pa.Table:
    """Order run revisions by run and session, and drop those that another of them supersedes."""
    rows = table.select(["run_id", "session", "sessions"]).to_pylist()
    superseded = {
        (row["run_id"], session)
        for row in rows
        for session in row["sessions"] or ()
        if session != row["session"]
    }
    kept = [
        (row["run_id"], row["session"], index)
        for index, row in enumerate(rows)
        if (row["run_id"], row["session"]) not in superseded
    ]
    return table.take(make_array([index for *_, index in sorted(kept)], pa.int64()))


@contextlib.contextmanager
def _open_writer(
    target: Path | io.BytesIO, schema: pa.Schema, *, leaves: str, options: Mapping[str, object]
) -> Iterator[pq.ParquetWriter]:
    metadata = {FORMAT_KEY: str(FORMAT_VERSION)}
    if leaves:
        metadata[LEAVES_KEY] = leaves
    with pq.ParquetWriter(
        target,
        schema,
        **_encoding(options),
        store_schema=False,
        write_page_checksum=True,  # a flipped bit inside a page is found by runsite doctor
    ) as writer:
        yield writer
        writer.add_key_value_metadata(metadata)


def _encoding(options: Mapping[str, object]) -> dict[str, object]:
    if options.get("compression") == "none":
        return dict(options)
    return {**options, "compression": "zstd", "compression_level": 3}
