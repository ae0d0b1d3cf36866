"""A process that is killed at any call of the file system loses nothing and doubles nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runsite.store import Store
from support.repository import ROOT

# A stride that shares no factor with the handful of calls that a log call makes, so that every
# kind of call is hit; RUNSITE_CRASH_STRIDE=1 tries all of them.
STRIDE = os.environ.get("RUNSITE_CRASH_STRIDE", "3")


@pytest.mark.slow
def test_every_crash_point_keeps_what_was_told(tmp_path):
    """SIGKILL before a call, or in the middle of a write: all that had returned is there once.

    It is there at once, after sealing, and after compaction.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), *sys.path])}
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "support" / "crash_points.py", tmp_path, STRIDE],
        env=env,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    points = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(points) > 30
    wrong = [f"{name}: {line}" for name, told in points for line in recover(tmp_path / name, told)]
    assert wrong == []


def recover(folder: Path, told: list[str]) -> Iterator[str]:
    """Check what is left; seal, check; compact, check."""
    if not (folder / "runsite.json").exists():
        assert told == []
        return
    yield from find_wrong(folder, told)
    Store.open(folder).seal()
    yield from (f"sealed: {line}" for line in find_wrong(folder, told))
    list(Store.open(folder).compact(everything=True))
    yield from (f"compacted: {line}" for line in find_wrong(folder, told))


def find_wrong(folder: Path, told: list[str]) -> list[str]:
    """Compare a store with what was told: nothing lost, nothing doubled, at most one in flight."""
    store = Store.open(folder, missing_ok=True)
    points = sorted(
        (int(run_id, 16), step)
        for run_id, step in store.scan_metrics().select("run_id", "step").collect().iter_rows()
    )
    wrong = [f"problem {path.name}: {reason}" for path, reason in store.problems]
    wrong += ["the scenario raised"] * ("failed" in told)
    return [*wrong, *_compare_points(points, told), *_compare_runs(store, points, told)]


def _compare_points(points: list[tuple[int, int]], told: list[str]) -> Iterator[str]:
    expected = {
        (int(line.split()[1]), int(line.split()[2])) for line in told if line.startswith("point")
    }
    if len(set(points)) != len(points):
        yield f"doubled: {points}"
    if expected - set(points):
        yield f"lost: {sorted(expected - set(points))}"
    if len(points) > len(expected) + 2:  # a call logs up to two
        yield f"invented: {sorted(set(points) - expected)}"


def _compare_runs(store: Store, points: list[tuple[int, int]], told: list[str]) -> Iterator[str]:
    runs = store.read_runs()
    if runs["run_id"].n_unique() != runs.height:
        yield "a run is there twice"
    for kind, number in (line.split() for line in told if line.startswith(("param", "ended"))):
        record = store.read_run(f"{int(number):032x}")
        if record.params.get("depth") != number:
            yield f"lost the param of run {number}"
        if (kind, number) == ("ended", "2") and record.status != "FINISHED":
            yield f"run {number} is {record.status}"
    for _, number, step in (line.split() for line in told if line.startswith("rolled")):
        if f"rolled {step}" not in store.read_run(f"{int(number):032x}").params:
            yield f"lost the param before roll {step}"
    for run_id in runs["run_id"]:
        summaries = store.read_run(run_id).metrics.values()
        counted = sum(summary.count for summary in summaries)
        if counted != sum(number == int(run_id, 16) for number, _ in points):
            yield f"the summary of {run_id} counts {counted}"
