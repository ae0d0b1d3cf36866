"""Kill a process at each of its file-system calls in turn.

Run as a script with a folder and a stride: it starts a child per crash point and prints what each
told. ``tests/integration/test_crash_points.py`` then looks at what is left. The children are
processes of their own and no forks: the threads of Polars do not outlive a fork, and a child that
reads with them can wait for ever.

The child runs a scenario (start, log, seal, resume, seal, compact). Whatever a call has returned
from is told to the parent by a pipe, one line each; the child kills itself with SIGKILL before its
n-th call of the file system, or in the middle of its n-th write.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet  # noqa: F401  # imported before the calls are counted

import runsite.store.compact
import runsite.store.reading
import runsite.store.tables  # noqa: F401
from runsite.store import Store
from runsite.store.growth import MappedFile
from support.runs import BEGAN, a_run

CHILD_TIMEOUT_S = 120
CALLS = (
    "open",
    "write",
    "posix_fallocate",
    "fsync",
    "replace",
    "rename",
    "unlink",
    "ftruncate",
    "mkdir",
    "close",
)


def scenario(folder: Path, tell: Callable[[str], None]) -> None:
    """Log two runs, resume one, roll it, compact; tell each thing once it is logged."""
    store = Store.create(folder)
    for number in (1, 2):
        writer = store.start_run(a_run(number))
        writer.set_params({"depth": str(number)})
        tell(f"param {number}")
        for step in range(3):
            writer.log_metrics([("m", float(step), step, None)])
            tell(f"point {number} {step}")
        writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))
        tell(f"ended {number}")
    writer = store.resume_run(f"{1:032x}")
    for step in range(3, 5):
        writer.log_metrics([("m", float(step), step, None)])
        tell(f"point 1 {step}")
    for step in range(5, 7):
        writer.set_params({f"rolled {step}": "yes"})
        tell(f"rolled 1 {step}")
        writer.roll()
        writer.log_metrics([("m", float(step), step, None), ("n", 1.0, 100 + step, None)])
        tell(f"point 1 {step}")
        tell(f"point 1 {100 + step}")
    writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=2))
    list(store.compact(everything=True))
    tell("done")


def arm(point: int, *, torn: bool) -> None:
    """Count the calls of the file system, and die before the `point`-th (or inside, if `torn`)."""
    left = point

    def wrap(name: str, call: Callable) -> Callable:
        def counted(*args, **kwargs):
            nonlocal left
            if not torn or name == "write":
                left -= 1
                if left == 0:
                    if torn:
                        call(args[0], bytes(args[1])[: len(args[1]) // 2])  # file or descriptor
                    os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counted

    for name in CALLS:
        if hasattr(os, name):
            setattr(os, name, wrap(name, getattr(os, name)))
    # What a map takes is no call of the file system, but a process can die in the middle of it.
    MappedFile.append = wrap("write", MappedFile.append)


def run_child(folder: Path, point: int, *, torn: bool) -> tuple[list[str], bool]:
    """Run the scenario up to a crash point; return what was told, and whether it came to its end."""
    arguments = [str(folder), str(point), "torn" if torn else "whole"]
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        timeout=CHILD_TIMEOUT_S,
        check=False,
    )
    told = done.stdout.splitlines()
    if done.returncode > 0:
        told.append("failed")
    return told, done.returncode >= 0


def be_child(folder: Path, point: int, *, torn: bool) -> None:
    """Play the scenario with the crash point armed; what is told goes to standard output."""
    plain_write = os.write
    arm(point, torn=torn)
    scenario(folder, lambda text: plain_write(1, f"{text}\n".encode()) and None)


def main() -> None:
    """Try crash points, whole calls and torn writes; print what each told as a line of JSON."""
    root, every = Path(sys.argv[1]), int(sys.argv[2])
    for torn in (False, True):
        ended = False
        point = 1
        while not ended:
            folder = root / f"{'torn' if torn else 'call'}-{point}"
            told, ended = run_child(folder, point, torn=torn)
            print(json.dumps([folder.name, told]), flush=True)
            point += every


if __name__ == "__main__":
    if len(sys.argv) == 4:
        be_child(Path(sys.argv[1]), int(sys.argv[2]), torn=sys.argv[3] == "torn")
        os._exit(0)  # what Python does at its end is no part of the scenario
    main()
