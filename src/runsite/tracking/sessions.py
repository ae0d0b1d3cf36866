"""The runs that this process writes to: one open writer each, however many threads use it."""

from __future__ import annotations

import atexit
import dataclasses
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from runsite.capture import Capture
from runsite.errors import InvalidValueError, RunStateError, quote
from runsite.records import LifecycleStage, RunRecord, RunStatus, SourceRecord
from runsite.store import RunWriter, Store

__all__ = ["Session", "attach", "begin", "close", "close_idle", "find", "release", "resume"]

_IDLE_S = 2.0


class Session:
    """One run that this process writes to.

    Threads share it. It lives until the last active run that holds it ends, or the client
    terminates it; one that is only attached (a tag set on a run that had ended) is sealed when it
    has been idle for a moment, and every one at exit.

    Attributes:
        holders: How many active runs hold it.
        kept: Made by a client: open until it is terminated or the process ends.
        run_name: The name now, which may have changed since the start.
        parent_run_id: The run that this one is nested under.
        source: What the run came from, as it is now.
        told: What tags say of the source, whatever is captured later.
        status: Where the run stands, known without reading the store.
        end_time: When it ended.
    """

    def __init__(self, store: Store, writer: RunWriter, *, kept: bool = False) -> None:
        self.store = store
        self.writer = writer
        self.kept = kept
        self.holders = 0
        self.run_name = writer.record.run_name
        self.parent_run_id = writer.record.parent_run_id
        self.source = writer.record.source
        self.told: dict[str, str] = {}
        self.capture: Capture | None = None
        self.before_end: list[Callable[[], None]] = []
        self.used_at = time.monotonic()
        self.status = RunStatus.RUNNING.value
        self.end_time: datetime | None = None
        self._ended_as: str | None = None

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.writer.run_id

    def set_source(
        self, captured: SourceRecord | None = None, *, told: Mapping[str, str] | None = None
    ) -> None:
        """Record what the run came from: what was captured, below what tags say."""
        with _lock:  # a thread captures while another one sets tags
            self.told |= told or {}
            self.source = dataclasses.replace(captured or self.source, **self.told)  # type: ignore[arg-type]  # text
            self.writer.set_source(self.source)

    def protect(self, action: Callable[[], None]) -> None:
        """Do something to the store's files; a failure is a warning, or an error if strict."""
        try:
            action()
        except OSError as error:
            self.writer.take_failure(error)

    def note_end(self, status: str) -> None:
        """Remember how one of several holders ended; what is not FINISHED weighs more."""
        if self._ended_as in (None, RunStatus.FINISHED):
            self._ended_as = status

    def close(self, *, status: str | None = None, end_time: datetime | None = None) -> None:
        """Wait for what is captured, and seal."""
        for action in self.before_end:
            action()
        if self.capture is not None:
            self.capture.finish()
        status = status or self._ended_as
        if status is not None and not self.writer.closed:
            self.status, self.end_time = status, end_time or datetime.now(UTC)
        self.writer.close(status=status, end_time=self.end_time)


_lock = threading.RLock()
_sessions: dict[tuple[Path, str], Session] = {}
_sweeper: threading.Thread | None = None


def find(store: Store, run_id: str) -> Session | None:
    """Find the session of a run that this process writes to.

    Raises:
        InvalidValueError: The id is not text.
    """
    if not isinstance(run_id, str):
        raise InvalidValueError(f"a run id is text, not {quote(run_id)}")
    session = _sessions.get((store.root, run_id))
    if session is None or session.writer.closed:
        return None
    session.used_at = time.monotonic()
    return session


def begin(store: Store, record: RunRecord, *, kept: bool = False) -> Session:
    """Begin a new run."""
    writer = store.start_run(record)
    return _remember(Session(store, writer, kept=kept))


def resume(store: Store, run_id: str) -> Session:
    """Go on with a run, which is then in progress again.

    Raises:
        NotFoundError: There is no such run.
        RunStateError: It is deleted.
    """
    with _lock:
        session = find(store, run_id)
        if session is None or not (session.holders or session.kept):
            if session is not None:
                # What was only attached does not decide the run's status: begin one that does.
                session.close()
            record = store.read_run(run_id)
            _check_active(record)
            session = _remember(Session(store, store.resume_run(record.run_id)))
            session.writer.set_fields(status=RunStatus.RUNNING.value, end_time=None)
    return session


def attach(store: Store, run_id: str) -> Session:
    """Return a session to write something to a run that goes on, or that has ended.

    Raises:
        NotFoundError: There is no such run.
    """
    with _lock:
        session = find(store, run_id)
        if session is None:
            session = _remember(Session(store, store.resume_run(run_id, owner=False)))
            _start_sweeper()
    return session


def release(session: Session, *, status: str) -> None:
    """Let go of a session; the last holder's end is the run's."""
    with _lock:
        session.note_end(status)
        session.holders -= 1
        if session.holders > 0:
            return
        _sessions.pop((session.store.root, session.run_id), None)
    session.close()


def close(session: Session, *, status: str | None, end_time: datetime | None = None) -> None:
    """End a session whoever holds it."""
    with _lock:
        _sessions.pop((session.store.root, session.run_id), None)
    session.close(status=status, end_time=end_time)


def close_idle(store: Store | None = None) -> None:
    """Seal what is only attached, so that the files hold it."""
    with _lock:
        idle = [
            session
            for session in _sessions.values()
            if not session.holders
            and not session.kept
            and (store is None or session.store is store)
        ]
        for session in idle:
            del _sessions[(session.store.root, session.run_id)]
    for session in idle:
        session.close()


def _remember(session: Session) -> Session:
    with _lock:
        _sessions[(session.store.root, session.run_id)] = session
    return session


def _check_active(record: RunRecord) -> None:
    if record.lifecycle_stage == LifecycleStage.DELETED:
        raise RunStateError(
            f"run {quote(record.run_id)} is deleted",
            hint="RunsiteClient().restore_run(run_id) brings it back",
        )


def _start_sweeper() -> None:
    global _sweeper  # noqa: PLW0603 - one for the process
    if _sweeper is None or not _sweeper.is_alive():
        _sweeper = threading.Thread(target=_sweep, name="runsite-sweep", daemon=True)
        _sweeper.start()


def _sweep() -> None:
    """Seal attached sessions once they are idle; ends when there is none."""
    while True:
        time.sleep(_IDLE_S / 2)
        with _lock:
            attached = [s for s in _sessions.values() if not s.holders and not s.kept]
            idle = [s for s in attached if time.monotonic() - s.used_at > _IDLE_S]
            for session in idle:
                del _sessions[(session.store.root, session.run_id)]
        for session in idle:
            session.close()
        if len(idle) == len(attached):
            return


def _at_exit() -> None:
    # A script that an exception ended did not finish. (A prompt survives its exceptions.)
    failed = getattr(sys, "last_value", None) is not None and not hasattr(sys, "ps1")
    status = RunStatus.FAILED if failed and "ipykernel" not in sys.modules else RunStatus.FINISHED
    with _lock:
        left = list(_sessions.values())
        _sessions.clear()
    for session in reversed(left):  # nested runs before those that they are nested under
        if session.holders:
            session.note_end(status.value)
        session.close()


def _after_fork() -> None:
    global _lock, _sweeper  # noqa: PLW0603 - another thread of the parent may have held the lock
    _lock = threading.RLock()
    _sweeper = None


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
