"""Polars and forks: a process that was forked beside Polars' threads cannot ask it anything.

The threads stay with the parent. In the child the first question would wait for them for ever, so
that reading says so instead; logging and sealing use no threads of others, and go on. Standard
library only.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from runsite.errors import StoreError

__all__ = ["can_read", "check_can_read"]

_TASKS = Path("/proc/self/task")
_WORKER = re.compile(r"polars-\d+")  # as Polars names the threads of its pool


class _State:
    """What is known of this process; nobody locks it, as a fork copies one thread only."""

    forking_beside_threads = False
    left_behind = False


def can_read() -> bool:
    """Tell whether Polars answers in this process."""
    return not _State.left_behind


def check_can_read(location: str, *, task: str = "read the store") -> None:
    """Make sure that Polars answers in this process.

    Args:
        location: Of the store.
        task: What it is asked for, for the message.

    Raises:
        StoreError: The process was forked from one in which Polars had started its threads.
    """
    if not can_read():
        raise StoreError(
            f"a process that was forked while Polars was in use cannot {task}",
            where=location,
            hint='start it by multiprocessing.get_context("spawn"), or read before the fork; '
            "logging all but tables works here",
        )


def _before_fork() -> None:
    _State.forking_beside_threads = "polars" in sys.modules and _has_workers()


def _after_fork() -> None:
    _State.left_behind = _State.left_behind or _State.forking_beside_threads


def _has_workers() -> bool:
    """Tell whether Polars has started its pool, which it does when it first needs it."""
    try:
        return any(_WORKER.fullmatch(_read_name(task)) for task in _TASKS.iterdir())
    except OSError:
        return True  # no such listing in this system: it may have


def _read_name(task: Path) -> str:
    try:
        return (task / "comm").read_text().strip()
    except OSError:
        return ""  # a thread that ended meanwhile


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
