"""Kill processes that log, at random instants, and tell what was lost.

Run as a script with a folder, how many and a seed: it forks one child after another, each logs
points (its journals roll every few thousand) and counts, in memory shared with its parent, the
calls that have returned. The parent kills it, then reads what is left, before and after sealing.
Prints one line of JSON for each: the kill's number, how many points were told, what is wrong.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

import pyarrow.parquet  # noqa: F401  # imported once, before the forks

import runsite
import runsite.tracking.active
import runsite.tracking.values
from runsite.store import Store, writer

_COUNT = struct.Struct("<q")


def log_for_ever(folder: Path, counter: mmap.mmap) -> None:
    """Log points to a run, and count each call once it has returned."""
    writer.ROLL_BYTES = 120_000  # rolls are hit as well
    runsite.set_tracking_uri(folder)
    with runsite.start_run(run_name="killed"):
        runsite.log_param("depth", 30)
        step = 0
        while True:
            runsite.log_metric("loss", step / 2, step)
            step += 1
            counter[:] = _COUNT.pack(step)  # one copy: pack_into clears the bytes first
            if step % 1000 == 0:
                runsite.set_tag("step", step)


def kill_one(folder: Path, *, delay_s: float) -> int:
    """Start a child, kill it a moment after its first point; return how many calls returned."""
    counter = mmap.mmap(-1, _COUNT.size)
    pid = os.fork()
    if pid == 0:
        try:
            log_for_ever(folder, counter)
        finally:
            os._exit(1)
    deadline = time.monotonic() + 60
    while _COUNT.unpack(counter)[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.0005)
    time.sleep(delay_s)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    count: int = _COUNT.unpack(counter)[0]
    return count


def find_wrong(folder: Path, count: int) -> list[str]:
    """Compare a store with what was told: one call more may have been on its way."""
    store = Store.open(folder)
    points = store.scan_metrics().collect().sort("step")
    [run_id] = store.read_runs()["run_id"]
    record = store.read_run(run_id)
    wrong = [f"problem {path.name}: {reason}" for path, reason in store.problems]
    if points.height not in (count, count + 1):
        wrong.append(f"{points.height} points of {count}")
    if points["step"].to_list() != list(range(points.height)):
        wrong.append("steps are missing or doubled")
    if points["value"].to_list() != [step / 2 for step in range(points.height)]:
        wrong.append("values differ")
    if record.metrics["loss"].count != points.height:
        wrong.append(f"the summary counts {record.metrics['loss'].count}")
    if record.params != {"depth": "30"} or (record.status, record.interrupted) != ("KILLED", True):
        wrong.append(f"the run is {record.status} with {record.params}")
    if record.incomplete:
        wrong.append("the run is called incomplete")
    return wrong


def main() -> None:
    """Kill, look, seal, look."""
    root, kills = Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(int(sys.argv[3]))
    told = [kill_one(root / str(n), delay_s=chance.random() * 0.06) for n in range(kills)]
    for number, count in enumerate(told):
        folder = root / str(number)
        wrong = find_wrong(folder, count)
        Store.open(folder).seal()
        wrong += [f"sealed: {line}" for line in find_wrong(folder, count)]
        print(json.dumps([number, count, wrong]), flush=True)


if __name__ == "__main__":
    main()
