"""Whole runs that were recorded elsewhere: written as parts at once, without a journal."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

import pyarrow as pa

from runsite.records import RunRecord
from runsite.store.arrays import make_array
from runsite.store.fold import time_to_us
from runsite.store.layout import Layout
from runsite.store.parts import Columns, summarise_columns, write_metrics, write_run

__all__ = ["adopt_run"]


def adopt_run(
    layout: Layout, record: RunRecord, *, points: Mapping[str, Sequence[tuple[int, int, float]]]
) -> RunRecord:
    """Write a run with its points, and return its row. Doing it twice writes the same files.

    Args:
        layout: The store. What is written is not published yet.
        record: The run; session, parts and metrics are found here.
        points: Metric key → ``(time_us, step, value)`` in the order of logging.

    Raises:
        OverflowError: A step or a time has more than 64 bits.
        OSError: The store cannot be written.
    """
    columns = _make_columns(points)
    start_ms = min(max(time_to_us(record.start_time) // 1000, 0), 2**48 - 1)
    session = f"{start_ms:012x}{hashlib.sha256(record.run_id.encode()).hexdigest()[:8]}"
    whole = dataclasses.replace(
        record,
        revision=1,
        session=session,
        sessions=(session,),
        parts=(session,) if len(columns) else (),
        metrics=summarise_columns(columns),
    )
    if len(columns):
        write_metrics(layout.metrics, columns, run_id=record.run_id, part=session)
    write_run(layout.runs, whole)
    return whole


def _make_columns(points: Mapping[str, Sequence[tuple[int, int, float]]]) -> Columns:
    keys = dict(enumerate(points))
    rows = [(index, *point) for index, key in keys.items() for point in points[key]]
    return Columns(
        key_ids=make_array([row[0] for row in rows], pa.uint32()),
        times_us=make_array([row[1] for row in rows], pa.int64()),
        steps=make_array([row[2] for row in rows], pa.int64()),
        values=make_array([row[3] for row in rows], pa.float64()),
        keys=keys,
    )
