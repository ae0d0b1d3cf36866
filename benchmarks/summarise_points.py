"""How many points a machine summarises: last, minimum and maximum of each run and metric.

    python benchmarks/summarise_points.py [--points 100] [--keep FOLDER]

A store of so many millions of points is written first (parts of many runs, as ``runsite compact``
makes them), then summarised in one pass in a process of its own, whose peak memory is told. The
floor beside it is what reading the same columns costs without summarising.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POINTS_A_SERIES = 1_000
KEYS = ("loss", "val_loss", "accuracy", "rmse", "lr")
SERIES_A_PART = 5_000


def write_points(folder: Path, millions: int) -> int:
    """Write parts of many runs each; returns the number of series."""
    import numpy as np
    import pyarrow as pa

    from runsite.store.compact import write_merged
    from runsite.store.layout import create_layout
    from runsite.store.schema import METRICS

    layout = create_layout(folder)
    series = millions * 1_000_000 // POINTS_A_SERIES
    random = np.random.default_rng(7)
    for first in range(0, series, SERIES_A_PART):
        numbers = range(first, min(first + SERIES_A_PART, series))
        runs = sorted({n // len(KEYS) for n in numbers})
        ids = [f"{1_767_571_200_000 + run:012x}{run:020x}" for run in runs]
        tables = []
        for run, run_id in zip(runs, ids, strict=True):
            count = POINTS_A_SERIES * len(KEYS)
            steps = np.tile(np.arange(POINTS_A_SERIES), len(KEYS))
            times = (1_767_571_200_000_000 + run * 10**6 + steps * 1000).astype("datetime64[us]")
            tables.append(
                pa.table(
                    {
                        "run_id": pa.array([run_id] * count),
                        "part": pa.array([f"{run:020x}"] * count),
                        "key": pa.array(np.repeat(sorted(KEYS), POINTS_A_SERIES)),
                        "step": steps,
                        "timestamp": pa.array(times).cast(METRICS.field("timestamp").type),
                        "value": random.normal(size=count),
                    },
                    schema=METRICS,
                )
            )
        merged = [pa.concat_tables(tables[i : i + 200]) for i in range(0, len(tables), 200)]
        leaves = [f"{run_id}.{run:020x}" for run, run_id in zip(runs, ids, strict=True)]
        write_merged(layout.metrics, merged, month="2026-01", leaves=leaves)
    return series


def measure(folder: Path, what: str) -> None:
    """Do one thing to the points, and print seconds, seconds of processor, peak memory in MB and rows."""
    import polars as pl

    from runsite.queries.points import summarise_points

    files = sorted((folder / "metrics").glob("*.parquet"))
    points = pl.scan_parquet(files)
    begin, used = time.perf_counter(), time.process_time()
    if what == "floor":
        columns = ("step", "timestamp", "value")
        rows = points.select(pl.col(c).max() for c in columns).collect(engine="streaming").height
    else:
        rows = summarise_points(map(pl.scan_parquet, files)).height
    seconds = time.perf_counter() - begin
    used = time.process_time() - used
    print(seconds, used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, rows)


def main() -> None:
    """Write, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100, help="millions")
    parser.add_argument("--keep", type=Path, help="a folder to write to once and use again")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(Path(args.measure[0]), args.measure[1])
        return
    if args.write:
        write_points(args.write, args.points)
        return
    folder = args.keep or Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    if not (folder / "metrics").exists():
        # Not here: a process hands the peak of its memory on to those that it starts.
        writing = [sys.executable, __file__, "--points", str(args.points), "--write", str(folder)]
        subprocess.run(writing, check=True)
    size = sum(path.stat().st_size for path in (folder / "metrics").iterdir())
    print(f"{args.points} million points, {size / 1e9:.2f} GB of Parquet")
    for what in ("floor", "summary", "floor", "summary"):
        command = [sys.executable, __file__, "--measure", str(folder), what]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, used, memory, rows = done.stdout.split()
        print(
            f"{what:8} {float(seconds):6.2f} s  {float(used):6.2f} s of processor  "
            f"{float(memory):6.0f} MB peak  {rows} rows"
        )
    if args.keep is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
