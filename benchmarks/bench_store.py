"""Stores of made runs for the benchmarks: 10 params, 5 metrics × 200 points, facts of a real run.

Written through the store's own Parquet writers: as merged parts, which is what ``runsite compact``
leaves of closed months, or as one part a run, which is what logging leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from runsite.records import (
    InputRecord,
    MetricSummary,
    RunRecord,
    SourceRecord,
    make_experiment_id,
)
from runsite.store.compact import write_merged
from runsite.store.layout import create_layout
from runsite.store.parts import Columns, write_metrics, write_run
from runsite.store.schema import METRICS, runs_table

__all__ = ["METRIC_KEYS", "POINTS", "add_run", "make_record", "write_store"]

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
FIRST_MS = int(BEGAN.timestamp() * 1000)
METRIC_KEYS = ("loss", "mae", "r2", "rmse", "val_loss")
POINTS = 200
RUNS_A_PART = 5_000
RUNS_A_TABLE = 1_000
PACKAGES = {
    "numpy": "2.3.4",
    "pandas": "2.3.3",
    "polars": "1.35.1",
    "pyarrow": "22.0.0",
    "scikit-learn": "1.7.2",
    "scipy": "1.16.3",
    "xgboost": "3.1.1",
}


def make_curves(number: int, runs: int = 1) -> np.ndarray:
    """Make the values of some runs, as noisy as real ones: shape (runs, metrics, points)."""
    noise = np.random.default_rng(number)
    steps = np.arange(POINTS)
    falling = 5 + 6 * np.exp(-steps / 30)
    shift = noise.random((runs, len(METRIC_KEYS), 1))
    return falling + shift + noise.normal(0, 0.05, (runs, len(METRIC_KEYS), POINTS))


def make_record(number: int, curves: np.ndarray) -> RunRecord:
    """Make one run and the summaries of its curves, shape (metrics, points)."""
    spread = (number * 2654435761 % 2**32) / 2**32
    session = f"{FIRST_MS + number:012x}{number:08x}"
    start = BEGAN + timedelta(seconds=number)
    lows, highs = curves.argmin(axis=1), curves.argmax(axis=1)
    return RunRecord(
        run_id=_run_id(number),
        revision=1,
        session=session,
        sessions=(session,),
        parts=(session,),
        experiment_id=make_experiment_id("bench"),
        experiment="bench",
        run_name=f"run-{number}",
        status="FINISHED",
        lifecycle_stage="active",
        start_time=start,
        end_time=start + timedelta(seconds=30 + number % 90),
        source=SourceRecord(
            user=("mara", "jo", "sam")[number % 3],
            host="bench",
            source_type="LOCAL",
            source_name="train.py",
            command=f"python train.py --seed {number}",
            git_commit=f"{number // 50:040x}",
            git_branch="main",
            git_dirty=False,
            python="3.11.2",
            platform="Linux-6.1.0-x86_64-with-glibc2.36",
            packages=PACKAGES,
        ),
        params={
            "booster": ("gbtree", "dart")[number % 2],
            "max_depth": str(3 + number * 7 % 30),
            "learning_rate": repr(0.001 * 1.2 ** (number % 40)),
            "subsample": f"{0.5 + number % 50 / 100:g}",
            "reg_alpha": repr(round(spread, 6)),
            **{f"param_{n}": str((number * (n + 3)) % 97) for n in range(5)},
        },
        tags={"kind": ("base", "search")[number % 2]},
        metrics={
            key: MetricSummary(
                last=float(values[-1]),
                last_step=POINTS - 1,
                last_time_us=_first_time(number) + (POINTS - 1) * 130_000,
                min=float(values[low]),
                min_step=int(low),
                max=float(values[high]),
                max_step=int(high),
                count=POINTS,
            )
            for key, values, low, high in zip(METRIC_KEYS, curves, lows, highs, strict=True)
        },
        inputs=(InputRecord("green-2021-01", "a1b2c3", "train", "local", "data/green.parquet"),),
    )


def write_store(folder: Path, runs: int, *, merged: bool) -> None:
    """Write a store of so many runs, as a few merged parts or as one part each."""
    layout = create_layout(folder)
    for first in range(0, runs, RUNS_A_PART):
        numbers = range(first, min(first + RUNS_A_PART, runs))
        if not merged:
            for number in numbers:
                add_run(folder, number)
            continue
        curves = make_curves(first, len(numbers))
        records = [make_record(n, c) for n, c in zip(numbers, curves, strict=True)]
        leaves = sorted(f"{record.run_id}.{record.session}" for record in records)
        write_merged(layout.runs, [runs_table(records)], month="2026-01", leaves=leaves)
        write_merged(layout.metrics, _tables(records, curves), month="2026-01", leaves=leaves)


def add_run(folder: Path, number: int) -> None:
    """Add one run as a process would leave it: a part of its row and a part of its points."""
    layout = create_layout(folder)
    curves = make_curves(number)[0]
    record = make_record(number, curves)
    metrics, points = curves.shape
    columns = Columns(
        key_ids=pa.array(np.repeat(np.arange(metrics), points), pa.uint32()),
        steps=pa.array(np.tile(np.arange(points), metrics)),
        times_us=pa.array(np.tile(_times(number), metrics)),
        values=pa.array(curves.ravel()),
        keys=dict(enumerate(METRIC_KEYS)),
    )
    write_metrics(layout.metrics, columns, run_id=record.run_id, part=record.session)
    write_run(layout.runs, record)


def _tables(records: Sequence[RunRecord], curves: np.ndarray) -> Iterator[pa.Table]:
    for first in range(0, len(records), RUNS_A_TABLE):
        some = records[first : first + RUNS_A_TABLE]
        values = curves[first : first + RUNS_A_TABLE]
        runs, metrics, points = values.shape
        each = metrics * points
        run = np.repeat(np.arange(runs, dtype=np.int32), each)
        key = np.tile(np.repeat(np.arange(metrics, dtype=np.int32), points), runs)
        times = np.concatenate([np.tile(_times(_number(r)), metrics) for r in some])
        yield pa.Table.from_arrays(
            [
                pa.DictionaryArray.from_arrays(run, [record.run_id for record in some]),
                pa.DictionaryArray.from_arrays(run, [record.session for record in some]),
                pa.DictionaryArray.from_arrays(key, list(METRIC_KEYS)),
                pa.array(np.tile(np.arange(points), runs * metrics)),
                pa.array(times, pa.int64()).view(METRICS.field("timestamp").type),
                pa.array(values.ravel()),
            ],
            names=METRICS.names,
        ).cast(METRICS)


def _run_id(number: int) -> str:
    return f"{FIRST_MS + number:012x}7{number:019x}"


def _number(record: RunRecord) -> int:
    return int(record.run_id[13:], 16)


def _first_time(number: int) -> int:
    return (FIRST_MS + number * 1000) * 1000


def _times(number: int) -> np.ndarray:
    jitter = np.random.default_rng(number).integers(0, 9_000, POINTS)
    return _first_time(number) + np.arange(POINTS) * 130_000 + jitter
