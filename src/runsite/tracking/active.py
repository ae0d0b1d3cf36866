"""Active runs: started, nested, resumed and ended, one stack a thread."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from runsite.entities import Run, RunData, RunInfo, RunInputs
from runsite.errors import RunStateError, quote
from runsite.records import RunStatus
from runsite.store import Store
from runsite.store.fold import time_to_us
from runsite.tracking import sessions, starting, uris
from runsite.tracking.checks import check_status
from runsite.tracking.convert import find_artifact_root, run_from_record, time_ms
from runsite.tracking.sessions import Session

if TYPE_CHECKING:
    from runsite.store import RunWriter

__all__ = [
    "ActiveRun",
    "active_run",
    "current",
    "end_run",
    "find_session",
    "get_session",
    "last_active_run",
    "open_session",
    "start_run",
]


class _Current(threading.local):
    """What a thread is logging to. ``writer`` is that of the innermost active run."""

    def __init__(self) -> None:
        self.stack: list[ActiveRun] = []
        self.writer: RunWriter | None = None
        self.last: tuple[Store, str] | None = None


current = _Current()


class ActiveRun:
    """A run in progress. As a context manager it ends with the block: FAILED by an exception.

    It has what a `Run` has; ``info`` and ``data`` are as they stand when they are asked for.

    Attributes:
        session: Where it is written to.
        ended: Whether it has ended.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ended = False

    @property
    def info(self) -> RunInfo:
        """Which run it is and where it stands."""
        session, record = self.session, self.session.writer.record
        return RunInfo(
            run_id=session.run_id,
            experiment_id=record.experiment_id,
            user_id=record.source.user,
            status=session.status,
            start_time=time_to_us(record.start_time) // 1000,
            end_time=time_ms(session.end_time),
            artifact_uri=f"{find_artifact_root(session.store)}/{session.run_id}",
            run_name=session.run_name,
        )

    @property
    def data(self) -> RunData:
        """What has been logged so far; reads the run's journal for the metrics."""
        return self._read().data

    @property
    def inputs(self) -> RunInputs:
        """The datasets so far."""
        return self._read().inputs

    def to_dictionary(self) -> dict[str, object]:
        """Return the run as plain dictionaries and lists, ready for JSON."""
        return self._read().to_dictionary()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        status = RunStatus.FINISHED if kind is None else RunStatus.FAILED
        if not self.ended:
            _end(self, status.value)

    def __repr__(self) -> str:
        return f"<ActiveRun: {self.session.run_id}, {quote(self.session.run_name)}>"

    def _repr_html_(self) -> str:
        return self._read()._repr_html_()

    def _read(self) -> Run:
        store = self.session.store
        return run_from_record(store, store.read_run(self.session.run_id))


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: dict[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Start a run, or go on with one, and make it this thread's active run.

    Args:
        run_id: Go on with this run instead of starting one; ``RUNSITE_RUN_ID`` says the same.
        experiment_id: The experiment's id or name; by default the active one.
        run_name: Its name; by default one that is easy to remember.
        nested: Start it under the active run.
        parent_run_id: Start it under this run.
        tags: Tags to begin with.
        description: What the run is about; Markdown.
        log_system_metrics: Sample CPU, memory, disk, network and GPU while it runs; None does
            what `enable_system_metrics_logging` said.

    Raises:
        RunStateError: Another run is active and `nested` is not set, or the run is deleted.
        NotFoundError: There is no such run, parent or experiment.
        StoreError: The location is no store that can be written to.
    """
    outer = current.stack[-1] if current.stack else None
    if outer is not None and not nested:
        raise RunStateError(
            f"run {quote(outer.session.run_id)} is active already",
            hint="end it by end_run(), or start this one under it by start_run(nested=True)",
        )
    store = uris.open_store(create=True)
    texts = starting.make_tags(tags, description=description)
    run_id = run_id or starting.find_inherited_run()
    if run_id is not None:
        session = starting.go_on(
            store, run_id, experiment_id=experiment_id, run_name=run_name, tags=texts
        )
    else:
        parent = parent_run_id or (outer.session.run_id if outer is not None else None)
        session = starting.begin_run(
            store, experiment_id=experiment_id, run_name=run_name, parent_run_id=parent, tags=texts
        )
    session.holders += 1
    starting.watch_system(session, wanted=log_system_metrics)
    run = ActiveRun(session)
    current.stack.append(run)
    current.writer = session.writer
    return run


def end_run(status: str = RunStatus.FINISHED.value) -> None:
    """End this thread's innermost active run; without one nothing happens.

    Raises:
        InvalidValueError: There is no such status.
    """
    status = check_status(status)
    if current.stack:
        _end(current.stack[-1], status)


def active_run() -> ActiveRun | None:
    """Return this thread's innermost active run, or None."""
    return current.stack[-1] if current.stack else None


def last_active_run() -> Run | None:
    """Return the active run, or the one that ended last in this thread, as the store has it."""
    place = current.last
    if current.stack:
        session = current.stack[-1].session
        place = (session.store, session.run_id)
    if place is None:
        return None
    store, run_id = place
    return run_from_record(store, store.read_run(run_id))


def get_session(run_id: str | None = None) -> Session:
    """Return where to write: the named run, the active one, or one that starts now.

    Raises:
        NotFoundError: There is no such run.
    """
    if run_id is not None:
        return open_session(uris.open_store(), run_id)
    run = active_run() or start_run()
    return run.session


def open_session(store: Store, run_id: str) -> Session:
    """Return where to write to a run, whether it is in progress here, elsewhere, or has ended.

    Raises:
        NotFoundError: There is no such run.
    """
    return sessions.find(store, run_id) or sessions.attach(store, run_id)


def find_session() -> Session | None:
    """Return where the active run is written to, or None."""
    return current.stack[-1].session if current.stack else None


def _end(run: ActiveRun, status: str) -> None:
    """End a run, and those of this thread that are nested in it and still open."""
    stack = current.stack
    while run in stack:
        inner = stack.pop()
        current.writer = stack[-1].session.writer if stack else None
        inner.ended = True
        current.last = (inner.session.store, inner.session.run_id)
        sessions.release(inner.session, status=status)
