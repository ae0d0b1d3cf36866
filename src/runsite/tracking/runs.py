"""Changes to runs that need not be active: deleted, restored, ended, renamed."""

from __future__ import annotations

from datetime import UTC, datetime

from runsite.errors import InvalidValueError, RunStateError, quote
from runsite.records import LifecycleStage, RunStatus
from runsite.store import Store
from runsite.store.fold import time_from_us
from runsite.tracking import sessions, uris
from runsite.tracking.active import open_session
from runsite.tracking.checks import check_status, convert_text, convert_time_us
from runsite.tracking.starting import NAME_TAG, set_tags

__all__ = ["delete_run", "set_stage", "terminate", "update"]


def delete_run(run_id: str) -> None:
    """Hide a run; the client's `restore_run` brings it back, ``runsite gc`` removes it.

    Raises:
        NotFoundError: There is no such run.
    """
    set_stage(uris.open_store(), run_id, LifecycleStage.DELETED)


def set_stage(store: Store, run_id: str, stage: LifecycleStage) -> None:
    """Delete or restore a run.

    Raises:
        NotFoundError: There is no such run.
    """
    session = sessions.find(store, run_id)
    if session is not None:
        session.writer.set_fields(lifecycle_stage=stage.value)
        return
    store.update_run(store.read_run(run_id).run_id, lifecycle_stage=stage.value)


def terminate(store: Store, run_id: str, *, status: str | None, end_time_ms: int | None) -> None:
    """End a run, whoever began it. One that has ended already gets the new status.

    Raises:
        NotFoundError: There is no such run.
        InvalidValueError: There is no such status, or it is RUNNING.
    """
    name = check_status(status or RunStatus.FINISHED.value)
    if name == RunStatus.RUNNING:
        raise InvalidValueError(
            "a run cannot end as RUNNING", hint="use FINISHED, FAILED or KILLED"
        )
    time_us = convert_time_us(end_time_ms, key="end_time", kind="field")
    end_time = datetime.now(UTC) if time_us is None else time_from_us(time_us)
    session = sessions.find(store, run_id)
    if session is not None and (session.holders or session.kept):
        sessions.close(session, status=name, end_time=end_time)
        return
    if session is not None:
        sessions.close(session, status=None)
    store.update_run(store.read_run(run_id).run_id, status=name, end_time=end_time)


def update(store: Store, run_id: str, *, status: str | None, name: str | None) -> None:
    """Change a run's status or name.

    Raises:
        NotFoundError: There is no such run.
        InvalidValueError: There is no such status.
        RunStateError: A run that has ended shall be RUNNING again.
    """
    if name:
        set_tags(open_session(store, run_id), {NAME_TAG: convert_text(name)})
    if status is None:
        return
    if check_status(status) != RunStatus.RUNNING:
        terminate(store, run_id, status=status, end_time_ms=None)
    elif store.read_run(run_id).status != RunStatus.RUNNING:
        raise RunStateError(
            f"run {quote(run_id)} has ended", hint="start_run(run_id=...) goes on with it"
        )
