"""Stores of made runs, and the sites built from them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runsite.build import BuildOptions, BuildReport, build
from runsite.config import Config, SiteConfig
from runsite.records import InputRecord, RunRecord, SourceRecord, make_experiment_id
from runsite.store import Store

__all__ = ["build_site", "make_run_id", "make_taxi_runs", "read_site", "write_store"]

BEGAN = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)

History = Mapping[str, Sequence[float]]


def make_run_id(number: int) -> str:
    """Make an id as the tracking layer makes them: 32 digits, ordered by time."""
    return f"0193a5c0e9b97c5f8d3f6f0c{number:08x}"


def make_run(number: int, **fields: object) -> RunRecord:
    """Make a finished run; what a test does not care about is usual."""
    experiment = str(fields.pop("experiment", "nyc-taxi"))
    start = BEGAN + timedelta(minutes=number)
    usual: dict[str, object] = {
        "run_id": make_run_id(number),
        "revision": 0,
        "session": "",
        "experiment_id": make_experiment_id(experiment),
        "experiment": experiment,
        "run_name": f"run-{number}",
        "status": "FINISHED",
        "lifecycle_stage": "active",
        "start_time": start,
        "end_time": start + timedelta(seconds=90 + number),
        "source": SourceRecord(user="mara", source_name="train.py", command="python train.py"),
    }
    return RunRecord(**{**usual, **fields})  # type: ignore[arg-type]


def make_taxi_runs(count: int, *, points: int = 20) -> list[tuple[RunRecord, History]]:
    """Make runs of one experiment with params of each kind and metrics with histories."""
    runs = []
    for number in range(count):
        params = {
            "max_depth": str(3 + number * 7 % 30),
            "learning_rate": repr(0.001 * 1.7 ** (number % 12)),
            "booster": ("gbtree", "dart")[number % 2],
            "seed": "42",
        }
        rmse = 9.0 - number * 5 % 17 / 7
        history = {
            "rmse": [rmse + 3 * math.exp(-step / 5) for step in range(points)],
            "r2": [0.2 + number % 9 / 20],
        }
        data = InputRecord("green-2021-01", "a1b2c3", "train", "local", "data/green.parquet")
        runs.append((make_run(number, params=params, inputs=(data,)), history))
    return runs


def write_store(folder: Path, runs: Iterable[tuple[RunRecord, History]]) -> Store:
    """Log runs into a store as a process would, and seal them."""
    store = Store.create(folder)
    for run, history in runs:
        begun = dataclasses.replace(run, status="RUNNING", end_time=None)
        writer = store.start_run(begun)
        at = int(run.start_time.timestamp() * 1_000_000)
        writer.log_metrics(
            (key, value, step, at + step * 1_000_000)
            for key, values in history.items()
            for step, value in enumerate(values)
        )
        writer.close(status=run.status, end_time=run.end_time)
    return store


def build_site(store: Path, output: Path, **options: object) -> BuildReport:
    """Build a site; ``registry``, ``config`` and the other options have usual values."""
    config = options.pop("config", Config(site=SiteConfig(title="Taxi lab"), folder=store.parent))
    usual: dict[str, object] = {
        "store": str(store),
        "registry": store.parent / "registry.yaml",
        "output": output,
        "config": config,
    }
    return build(BuildOptions(**{**usual, **options}))  # type: ignore[arg-type]


def read_site(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder: path → content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
