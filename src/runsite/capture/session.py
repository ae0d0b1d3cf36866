"""One run's capture: the quick facts at once, the slow ones in a thread beside the training."""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from runsite.capture.environment import (
    find_packages,
    read_host,
    read_platform,
    read_python,
    read_user,
)
from runsite.capture.git import Git, Head, read_head
from runsite.capture.program import Program, read_program
from runsite.records import SourceRecord

__all__ = ["CAPTURE_ENV", "DIFF_PATH", "Capture", "read_source"]

CAPTURE_ENV = "RUNSITE_CAPTURE"
DIFF_PATH = "source/uncommitted.diff"
"""Where among a run's artifacts the uncommitted changes are kept."""

_REMEMBERED_S = 30.0
_log = logging.getLogger("runsite")


def read_source(program: Program | None = None) -> SourceRecord:
    """Return what is known without waiting."""
    if os.environ.get(CAPTURE_ENV, "").lower() == "off":
        name = Path(sys.argv[0]).name if getattr(sys, "argv", None) else ""
        return SourceRecord(user=read_user(), source_name=name)
    program = program or read_program()
    head = _try_head(program.repository)
    return SourceRecord(
        user=read_user(),
        host=read_host(),
        source_type=program.kind,
        source_name=program.name,
        entry_point=program.entry_point,
        command=program.command,
        git_commit=head.commit,
        git_branch=head.branch,
        git_remote=head.remote,
        python=read_python(),
        platform=read_platform(),
    )


class Capture:
    """Completes one run's source record while the run goes on.

    Lives from the run's start to its end; `finish` waits for it, but not for long.

    Args:
        store: Folder of the store: runs logged into the repository do not make it dirty.
        report: Takes each more complete record, from the thread or from `finish`.
        save_diff: Takes the uncommitted changes; None where they are not wanted.
    """

    def __init__(
        self,
        *,
        store: Path,
        report: Callable[[SourceRecord], None],
        save_diff: Callable[[bytes], None] | None = None,
    ) -> None:
        self._store = store
        self._report = report
        self._mode = os.environ.get(CAPTURE_ENV, "").lower()
        self._save_diff = save_diff if self._mode not in ("facts", "off") else None
        self._program = read_program() if self._mode != "off" else None
        self.source = read_source(self._program)
        self._reported = self.source
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()

    def start(self) -> None:
        """Begin to look at Git and at the packages that are imported already."""
        if self._program is None:
            return
        self._thread = threading.Thread(target=self._work, name="runsite-capture", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads, or the interpreter is ending
            self._thread = None

    def finish(self, *, timeout_s: float = 0.5) -> None:
        """Wait a little for the thread, look at the packages once more, report."""
        if self._program is None or os.getpid() != self._pid:
            return
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._guarded(self._read_packages)
        self._guarded(self._send)

    def _work(self) -> None:
        self._guarded(self._read_packages)
        self._guarded(self._read_dirty)
        self._guarded(self._send)
        if self.source.git_dirty and self._save_diff is not None:
            self._guarded(self._keep_diff)

    def _guarded(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the training matters more
            _log.debug("capture: %s failed: %r", action, error)

    def _read_packages(self) -> None:
        self.source = dataclasses.replace(self.source, packages=_ask_packages())

    def _read_dirty(self) -> None:
        if self._program is None or self._program.repository is None:
            return
        dirty = _ask_dirty(self._program.repository, self._store, self._program.file)
        self.source = dataclasses.replace(self.source, git_dirty=dirty)

    def _keep_diff(self) -> None:
        if self._program is None or self._program.repository is None or self._save_diff is None:
            return
        diff = Git(self._program.repository, exclude=[self._store]).read_diff()
        if diff:
            self._save_diff(diff)

    def _send(self) -> None:
        if self.source != self._reported:
            self._reported = self.source
            self._report(self.source)


def _try_head(root: Path | None) -> Head:
    if root is None:
        return Head()
    try:
        return read_head(root)
    except (OSError, ValueError):
        return Head()


_packages: tuple[object, dict[str, str]] = (None, {})


def _ask_packages() -> dict[str, str]:
    """Find the packages; the scan is repeated only after something was imported."""
    global _packages  # noqa: PLW0603 - one memory for all runs of the process
    key = (len(sys.modules), tuple(sys.path))
    if _packages[0] != key:
        _packages = (key, find_packages(sys.modules, path=sys.path))
    return _packages[1]


_answers: dict[tuple[Path, Path, Path | None], tuple[float, bool | None]] = {}


def _ask_dirty(root: Path, store: Path, source: Path | None) -> bool | None:
    """Ask Git; a search of a hundred short runs asks once, not a hundred times."""
    key = (root, store, source)
    known = _answers.get(key)
    now = time.monotonic()
    if known is not None and now - known[0] < _REMEMBERED_S:
        return known[1]
    dirty = Git(root, exclude=[store]).is_dirty(source=source)
    _answers[key] = (now, dirty)
    return dirty
