"""Kill a process at each of its file-system calls in turn.

Run as a script with a folder and a stride: it forks a child per crash point, so that Arrow is
imported once, and prints what each child told. ``tests/integration/test_crash_points.py`` then
looks at what is left.

The child runs a scenario (start, log, seal, resume, seal, compact). Whatever a call has returned
from is told to the parent by a pipe, one line each; the child kills itself with SIGKILL before its
n-th call of the file system, or in the middle of its n-th write.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet  # noqa: F401  # imported once, before the forks

import runsite.store.compact
import runsite.store.reading
import runsite.store.tables  # noqa: F401
from runsite.store import Store
from runsite.store.growth import MappedFile
from support.runs import BEGAN, a_run

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
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        plain_write = os.write
        try:
            arm(point, torn=torn)
            scenario(folder, lambda text: plain_write(writer, f"{text}\n".encode()) and None)
        except BaseException:  # noqa: BLE001  # a forked child must not run on in the parent's code
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read().splitlines()
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        told.append("failed")
    return told, os.WIFEXITED(status)


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
    main()
