"""Run pages made by several processes: the build's own and helpers that it feeds.

Only the making is shared: reading and writing stay in the build's process, so that one place
writes. A helper is a program of its own, never a fork: Polars has threads. Each page is made from
its order alone, so the site has the same bytes whatever the number of processes.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Self

from jinja2 import Environment

from runsite.render.pressing import PageOrder, PressSettings, make_page, send

__all__ = ["Press", "find_job_count"]

FEWEST_PAGES = 300
"""A helper needs half a second to start, in which as many pages are made."""

_PAGES_A_TASK = 25
_PROGRAM = "import sys; from runsite.render.pressing import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"


def find_job_count(jobs: int) -> int:
    """Return how many processes make pages: as many as were asked for, else at most two."""
    if jobs:
        return jobs
    with contextlib.suppress(AttributeError):
        return min(2, len(os.sched_getaffinity(0)))
    return min(2, os.cpu_count() or 1)


class Press:
    """Makes run pages; starts its helpers with the first order. One build owns it; one thread.

    Use it as a context manager: leaving ends the helpers.
    """

    def __init__(
        self, settings: PressSettings, *, environment: Environment, jobs: int, n_pages: int
    ) -> None:
        self._settings = settings
        self._environment = environment
        n_helpers = min(jobs - 1, n_pages // FEWEST_PAGES)
        self._helpers = [_start(settings) for _ in range(n_helpers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for helper in self._helpers:
            helper.kill()
            helper.communicate()

    def make(self, orders: Sequence[PageOrder]) -> Iterator[tuple[PageOrder, str]]:
        """Make pages, in any order.

        Raises:
            BuildError: A template is wrong.
        """
        starts = range(0, len(orders), _PAGES_A_TASK)
        tasks = queue.SimpleQueue[Sequence[PageOrder]]()
        for start in starts:
            tasks.put(orders[start : start + _PAGES_A_TASK])
        done = queue.SimpleQueue[tuple[Sequence[PageOrder], Sequence[str]]]()
        threads = [
            threading.Thread(target=_feed, args=(helper, tasks, done), daemon=True)
            for helper in self._helpers
        ]
        for thread in threads:
            thread.start()
        for _ in starts:
            task, pages = self._take(tasks, done)
            # A helper that failed gives no pages: making them here says what is wrong.
            yield from zip(task, pages or map(self._make, task), strict=True)
        for thread in threads:
            thread.join()

    def _take(
        self,
        tasks: queue.SimpleQueue[Sequence[PageOrder]],
        done: queue.SimpleQueue[tuple[Sequence[PageOrder], Sequence[str]]],
    ) -> tuple[Sequence[PageOrder], Sequence[str]]:
        """Take what a helper has done, else what nobody has begun, else wait for a helper."""
        with contextlib.suppress(queue.Empty):
            return done.get_nowait()
        with contextlib.suppress(queue.Empty):
            return tasks.get_nowait(), ()
        return done.get()

    def _make(self, order: PageOrder) -> str:
        return make_page(self._environment, self._settings, order)


def _start(settings: PressSettings) -> subprocess.Popen[bytes]:
    # Without -P a queue.py of the current folder would be imported.
    helper = subprocess.Popen(  # noqa: S603 - this interpreter and this module, no shell
        [sys.executable, "-P", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with contextlib.suppress(OSError):
        send(helper.stdin, settings)
    return helper


def _feed(
    helper: subprocess.Popen[bytes],
    tasks: queue.SimpleQueue[Sequence[PageOrder]],
    done: queue.SimpleQueue[tuple[Sequence[PageOrder], Sequence[str]]],
) -> None:
    """Give a helper one task after the other; one that fails gets no more."""
    while True:
        try:
            task = tasks.get_nowait()
        except queue.Empty:
            return
        try:
            send(helper.stdin, task)
            pages = _receive(helper.stdout)
        except Exception:  # noqa: BLE001 - whatever a dying process makes of its answer
            done.put((task, ()))
            return
        done.put((task, pages))


def _receive(stream: IO[bytes] | None) -> Sequence[str]:
    if not stream:
        return ()
    pages: Sequence[str] = pickle.load(stream)  # noqa: S301 - from our own process
    return pages
