"""How a run begins, and how one goes on: its record, its parent, what is captured beside it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import UTC, datetime

from runsite.capture import DIFF_PATH, Capture
from runsite.errors import InvalidValueError, NotFoundError, quote
from runsite.queries.syntax import TAG_COLUMNS
from runsite.records import LifecycleStage, RunRecord, RunStatus, SourceRecord
from runsite.store import Store
from runsite.tracking import experiments, sessions
from runsite.tracking.artifact_files import save_bytes
from runsite.tracking.checks import convert_text, convert_texts
from runsite.tracking.convert import DESCRIPTION_TAG
from runsite.tracking.names import make_run_id, make_run_name
from runsite.tracking.sessions import Session

__all__ = [
    "NAME_TAG",
    "PARENT_TAG",
    "RUN_ID_ENV",
    "add_source",
    "begin_run",
    "find_inherited_run",
    "go_on",
    "make_record",
    "make_tags",
    "set_tags",
    "watch_system",
]

RUN_ID_ENV = "RUNSITE_RUN_ID"
NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"
_SOURCE_COLUMNS = {
    tag: column
    for tag, column in TAG_COLUMNS.items()
    if column in SourceRecord.__dataclass_fields__
}
_inherited_by: int | None = None


def make_tags(tags: Mapping[str, object] | None, *, description: str | None) -> dict[str, str]:
    """Turn the tags that a run starts with into text, the description among them.

    Raises:
        InvalidValueError: A key is no text, or the description is given twice.
    """
    texts = convert_texts(tags or {}, what="tag")
    if description is None:
        return texts
    if DESCRIPTION_TAG in texts:
        raise InvalidValueError(
            f"the description is given twice: as description= and as the tag {DESCRIPTION_TAG}"
        )
    return {**texts, DESCRIPTION_TAG: convert_text(description)}


def begin_run(
    store: Store,
    *,
    experiment_id: str | None,
    run_name: str | None,
    parent_run_id: str | None,
    tags: Mapping[str, str],
) -> Session:
    """Begin a run of this process, with what is captured of its surroundings.

    Raises:
        NotFoundError: There is no such experiment or parent.
    """
    if experiment_id is None:
        experiment = experiments.find_active_experiment(store)
    else:
        experiment = experiments.get_experiment(store, str(experiment_id))
    _check_parent(store, parent_run_id)
    record = make_record(
        (experiment.experiment_id, experiment.name),
        run_name=run_name,
        parent_run_id=parent_run_id,
        tags=tags,
    )
    late = _Late()
    # The diff of a search's hundred trials would be the same hundred times.
    capture = Capture(
        store=store.root.resolve(),
        report=late.report,
        save_diff=late.save_diff if record.parent_run_id is None else None,
    )
    session = sessions.begin(store, add_source(record, capture.source))
    session.told = _find_told(record)
    late.session, session.capture = session, capture
    capture.start()
    return session


def make_record(
    experiment: tuple[str, str],
    *,
    run_name: str | None,
    parent_run_id: str | None,
    tags: Mapping[str, str],
    start_time: datetime | None = None,
) -> RunRecord:
    """Make the record of a run that begins in the experiment ``(id, name)``.

    Its source has only what the tags say of it; `add_source` adds what was captured.
    """
    rest = dict(tags)
    source = SourceRecord(**_take_source(rest))  # type: ignore[arg-type]  # these are all text
    tagged_name, tagged_parent = rest.pop(NAME_TAG, ""), rest.pop(PARENT_TAG, "")
    return RunRecord(
        run_id=make_run_id(),
        revision=0,
        session="",
        experiment_id=experiment[0],
        experiment=experiment[1],
        run_name=convert_text(run_name) if run_name else tagged_name or make_run_name(),
        status=RunStatus.RUNNING.value,
        lifecycle_stage=LifecycleStage.ACTIVE.value,
        start_time=start_time or datetime.now(UTC),
        parent_run_id=parent_run_id or tagged_parent or None,
        tags=rest,
        source=source,
    )


def add_source(record: RunRecord, captured: SourceRecord) -> RunRecord:
    """Add what was captured of a run's source to what its tags say, which weighs more."""
    source = dataclasses.replace(captured, **_find_told(record))  # type: ignore[arg-type]  # text
    return dataclasses.replace(record, source=source)


def go_on(
    store: Store,
    run_id: str,
    *,
    experiment_id: str | None,
    run_name: str | None,
    tags: Mapping[str, str],
) -> Session:
    """Go on with a run that this or another process began.

    Raises:
        NotFoundError: There is no such run.
        RunStateError: It is deleted.
        InvalidValueError: It belongs to another experiment.
    """
    session = sessions.resume(store, run_id)
    record = session.writer.record
    if experiment_id is not None and experiment_id not in (record.experiment_id, record.experiment):
        raise InvalidValueError(
            f"run {quote(record.run_id)} belongs to experiment {quote(record.experiment)}, "
            f"not to {quote(experiment_id)}"
        )
    if run_name:
        tags = {**tags, NAME_TAG: convert_text(run_name)}
    if tags:
        set_tags(session, tags)
    return session


def set_tags(session: Session, tags: Mapping[str, str]) -> None:
    """Set tags; those that runsite keeps as columns change the columns."""
    rest = dict(tags)
    name, parent = rest.pop(NAME_TAG, None), rest.pop(PARENT_TAG, None)
    if name:
        session.run_name = name
        session.writer.set_fields(run_name=name)
    if parent:
        session.parent_run_id = parent
        session.writer.set_fields(parent_run_id=parent)
    if told := _take_source(rest):
        session.set_source(told=told)
    if rest:
        session.writer.set_tags(rest)


def find_inherited_run() -> str | None:
    """Return the run that ``RUNSITE_RUN_ID`` hands to this process, to its first run only."""
    global _inherited_by  # noqa: PLW0603 - once a process
    run_id = os.environ.get(RUN_ID_ENV)
    if not run_id or _inherited_by == os.getpid():
        return None
    _inherited_by = os.getpid()
    return run_id


def watch_system(session: Session, *, wanted: bool | None) -> None:
    """Sample the machine while the run goes on, where that is wanted."""
    from runsite.tracking import system_metrics

    if system_metrics.is_wanted(wanted) and session.holders == 1:
        monitor = system_metrics.start(session)
        if monitor is not None:
            session.before_end.append(monitor.stop)


class _Late:
    """Hands what is captured late to the run's session, which exists only after the capture."""

    def __init__(self) -> None:
        self.session: Session | None = None

    def report(self, source: SourceRecord) -> None:
        if self.session is not None:
            self.session.set_source(source)

    def save_diff(self, diff: bytes) -> None:
        if self.session is not None:
            save_bytes(self.session, DIFF_PATH, diff)


def _take_source(tags: dict[str, str]) -> dict[str, str]:
    """Take out of tags those that runsite keeps in the columns of a run's source."""
    return {column: tags.pop(tag) for tag, column in _SOURCE_COLUMNS.items() if tags.get(tag)}


def _find_told(record: RunRecord) -> dict[str, str]:
    columns = _SOURCE_COLUMNS.values()
    return {name: value for name in columns if (value := getattr(record.source, name))}


def _check_parent(store: Store, run_id: str | None) -> None:
    if run_id is None or sessions.find(store, run_id) is not None:
        return
    try:
        store.read_run(run_id)
    except NotFoundError as error:
        raise NotFoundError(
            f"no run {quote(run_id)} to nest a run under", where=str(store.root)
        ) from error
