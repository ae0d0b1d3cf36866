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
        """Begin to look at Git and at the packages that are imported already.

        What another run of this process learned a moment ago is taken over without a thread.
        """
        if self._program is None:
            return
        if self._is_known():
            self._work()
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

    def _is_known(self) -> bool:
        return _packages[0] == _packages_key() and (
            self._repository is None or _find_answer(self._question()) is not None
        )

    @property
    def _repository(self) -> Path | None:
        return self._program.repository if self._program is not None else None

    def _question(self) -> _Question:
        file = self._program.file if self._program is not None else None
        return _Question(self._repository or Path(), self._store, file)

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
        if self._repository is not None:
            dirty = _ask_git(self._question()).dirty
            self.source = dataclasses.replace(self.source, git_dirty=dirty)

    def _keep_diff(self) -> None:
        diff = _ask_git(self._question()).diff
        if diff and self._save_diff is not None:
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


def _packages_key() -> tuple[int, tuple[str, ...]]:
    return len(sys.modules), tuple(sys.path)


def _ask_packages() -> dict[str, str]:
    """Find the packages; the scan is repeated only after something was imported."""
    global _packages  # noqa: PLW0603 - one memory for all runs of the process
    key = _packages_key()
    if _packages[0] != key:
        _packages = (key, find_packages(sys.modules, path=sys.path))
    return _packages[1]


@dataclasses.dataclass(frozen=True, slots=True)
class _Question:
    root: Path
    store: Path
    source: Path | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Answer:
    time_s: float
    dirty: bool | None
    diff: bytes


_answers: dict[_Question, _Answer] = {}


def _find_answer(question: _Question) -> _Answer | None:
    known = _answers.get(question)
    fresh = known is not None and time.monotonic() - known.time_s < _REMEMBERED_S
    return known if fresh else None


def _ask_git(question: _Question) -> _Answer:
    """Ask Git; a search of a hundred short runs asks once, not a hundred times."""
    known = _find_answer(question)
    if known is not None:
        return known
    git = Git(question.root, exclude=[question.store])
    dirty = git.is_dirty(source=question.source)
    answer = _Answer(time.monotonic(), dirty, git.read_diff() if dirty else b"")
    _answers[question] = answer
    return answer
