"""Say on standard error what is being done, how it went and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """Write a line of its own."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """One line of progress: what is done, then its result and the seconds that it took."""

    def __init__(self, name: str) -> None:
        self.result = ""
        self._label = f"  {name:<24}"
        self._start = time.perf_counter()
        self.note("")

    def note(self, text: str) -> None:
        """Show how far it is; only a terminal can take it back, so only a terminal gets it."""
        if sys.stderr.isatty():
            print(f"\r{self._label}{text:<24}", end="", file=sys.stderr, flush=True)

    def finish(self) -> None:
        """End the line."""
        again = "\r" if sys.stderr.isatty() else ""
        say(f"{again}{self._label}{self.result:<24}{time.perf_counter() - self._start:6.1f} s")


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Show a step from its beginning to its end."""
    line = Step(name)
    try:
        yield line
    except BaseException:
        line.result = "failed"
        raise
    finally:
        line.finish()
