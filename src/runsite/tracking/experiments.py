"""Experiments: found by id or name, made when first named, and the one that is active."""

from __future__ import annotations

import dataclasses
import logging
import os
from collections.abc import Iterable, Mapping

from runsite.entities import Experiment, PagedList, ViewType
from runsite.errors import (
    AlreadyExistsError,
    InvalidValueError,
    NotFoundError,
    RunStateError,
    StoreError,
    quote,
)
from runsite.records import DEFAULT_EXPERIMENT, ExperimentRecord, LifecycleStage, make_experiment_id
from runsite.store import Store
from runsite.store.experiments import identify_experiment, read_experiments
from runsite.store.writer import STRICT_ENV
from runsite.tracking.checks import convert_text, convert_texts
from runsite.tracking.convert import experiment_from_record

__all__ = [
    "EXPERIMENT_ENV",
    "STAGES",
    "change_experiment",
    "create_experiment",
    "find_active_experiment",
    "find_experiment",
    "find_named",
    "get_experiment",
    "list_deleted",
    "make_active",
    "search_experiments",
]

EXPERIMENT_ENV = "RUNSITE_EXPERIMENT_NAME"
_ENVIRONMENT = (EXPERIMENT_ENV, "MLFLOW_EXPERIMENT_NAME")
STAGES = {
    ViewType.ACTIVE_ONLY: (LifecycleStage.ACTIVE.value,),
    ViewType.DELETED_ONLY: (LifecycleStage.DELETED.value,),
    ViewType.ALL: (LifecycleStage.ACTIVE.value, LifecycleStage.DELETED.value),
}
"""Lifecycle stages that a view shows."""

_log = logging.getLogger("runsite")
_active: ExperimentRecord | None = None


def make_active(store: Store, *, name: str | None, experiment_id: str | None) -> ExperimentRecord:
    """Make an experiment the active one; by name it is created where it is missing.

    Raises:
        InvalidValueError: Both or neither of name and id are given.
        NotFoundError: No experiment has the id.
        RunStateError: The experiment is deleted.
    """
    global _active  # noqa: PLW0603 - one setting for the process, as in MLflow
    if (name is None) == (experiment_id is None):
        raise InvalidValueError("name either the experiment or its id, not both and not neither")
    if name is not None:
        record = _find_or_create(store, _check_name(name))
    else:
        record = get_experiment(store, str(experiment_id))
    _check_active(record)
    _active = record
    os.environ[EXPERIMENT_ENV] = record.name  # for the processes that this one starts
    return record


def find_active_experiment(store: Store) -> ExperimentRecord:
    """Return the experiment of a run that names none: the active one, else the default.

    Raises:
        RunStateError: It is deleted.
    """
    there = {record.experiment_id: record for record in read_experiments(store.layout)}
    if _active is not None and _active.experiment_id in there:
        record = there[_active.experiment_id]  # by whatever name it has today
    else:
        named = (os.environ.get(name) for name in _ENVIRONMENT)
        name = _active.name if _active else next((value for value in named if value), None)
        record = _find_default(store) if name is None else _find_or_make(store, name)
    _check_active(record)
    return record


def create_experiment(
    store: Store, name: str, *, tags: Mapping[str, object] | None = None
) -> ExperimentRecord:
    """Make a new experiment.

    Raises:
        AlreadyExistsError: The name is taken.
    """
    if find_named(store, _check_name(name)) is not None:
        raise AlreadyExistsError(
            f"an experiment {quote(name)} exists already", hint="set_experiment(name) uses it"
        )
    record = dataclasses.replace(
        _make_record(store, name), tags=convert_texts(tags or {}, what="tag")
    )
    store.write_experiment(record)
    return record


def find_experiment(store: Store, name_or_id: str) -> ExperimentRecord | None:
    """Find an experiment by id or name, or None. The default one is always there."""
    recorded = _find_recorded(store, name_or_id)
    default = _find_default(store)
    if name_or_id in (default.experiment_id, default.name):
        return default
    if recorded is not None:
        return recorded
    return _find_among(store.read_experiments(), name_or_id)


def find_named(store: Store, name: str) -> ExperimentRecord | None:
    """Find an experiment by its name alone, or None: a name may look like another one's id."""
    recorded = _find_recorded(store, name, by_id=False)
    if recorded is not None:
        return recorded
    default = _find_default(store)
    if name == default.name:
        return default
    return _find_among(store.read_experiments(), name, by_id=False)


def get_experiment(store: Store, name_or_id: str) -> ExperimentRecord:
    """Return an experiment by id or name.

    Raises:
        NotFoundError: There is none.
    """
    record = find_experiment(store, name_or_id)
    if record is None:
        names = ", ".join(quote(item.name) for item in store.read_experiments()[:10])
        raise NotFoundError(
            f"no experiment {quote(name_or_id)} in the store {quote(str(store.root))}",
            hint=f"the experiments there are {names}" if names else "the store has no experiments",
        )
    return record


def change_experiment(
    store: Store,
    name_or_id: str,
    *,
    name: str | None = None,
    stage: LifecycleStage | None = None,
    tags: Mapping[str, object] | None = None,
) -> None:
    """Rename an experiment, delete or restore it, or set tags of it.

    Raises:
        NotFoundError: There is none.
        AlreadyExistsError: Another one has the new name.
    """
    record = get_experiment(store, name_or_id)
    changes: dict[str, object] = {}
    if name is not None and name != record.name:
        if find_named(store, _check_name(name)) is not None:
            raise AlreadyExistsError(f"an experiment {quote(name)} exists already")
        changes["name"] = name
    if stage is not None:
        changes["lifecycle_stage"] = stage.value
    if tags:
        changes["tags"] = {**record.tags, **convert_texts(tags, what="tag")}
    store.write_experiment(dataclasses.replace(record, **changes))  # type: ignore[arg-type]


def list_deleted(store: Store) -> list[str]:
    """List the ids of the deleted experiments: their runs count as deleted too."""
    return [
        record.experiment_id
        for record in read_experiments(store.layout)
        if record.lifecycle_stage == LifecycleStage.DELETED
    ]


def search_experiments(
    store: Store,
    *,
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Iterable[str] | None = None,
    page_token: str | None = None,
) -> PagedList[Experiment]:
    """Search the experiments, the default one included; the newest first unless ordered.

    Raises:
        InvalidValueError: The filter, the order or the token cannot be read.
    """
    from runsite.queries.listing import ListQuery
    from runsite.queries.listing import search_experiments as search

    records = store.read_experiments()
    if not any(record.experiment_id == "0" for record in records):
        records.append(_find_default(store))
    records = [r for r in records if r.lifecycle_stage in STAGES[ViewType(view_type)]]
    query = ListQuery(filter_string or "", tuple(order_by or ()), max_results, page_token)
    found, token = search(records, query=query)
    return PagedList((experiment_from_record(store, records[i]) for i in found), token)


def _find_or_create(store: Store, name: str) -> ExperimentRecord:
    record = _find_recorded(store, name, by_id=False)
    if record is None:
        try:
            store.write_experiment(_make_record(store, name))
        except StoreError as error:
            if os.environ.get(STRICT_ENV) == "1" or not isinstance(error.__cause__, OSError):
                raise
            # Its runs carry name and id themselves: training goes on, as when a run cannot write.
            _log.warning(
                "%s. Training goes on; %s=1 makes this an error.", error.problem, STRICT_ENV
            )
    return _find_or_make(store, name)


def _find_or_make(store: Store, name: str) -> ExperimentRecord:
    return _find_recorded(store, name, by_id=False) or _make_record(store, name)


def _find_default(store: Store) -> ExperimentRecord:
    """Return the default experiment, which is always there, by whatever name it has today."""
    default = ExperimentRecord(make_experiment_id(DEFAULT_EXPERIMENT), DEFAULT_EXPERIMENT)
    records = read_experiments(store.layout)
    return next((r for r in records if r.experiment_id == default.experiment_id), default)


def _find_recorded(store: Store, name_or_id: str, *, by_id: bool = True) -> ExperimentRecord | None:
    """Look among the experiments with a file of their own, which needs no Parquet."""
    return _find_among(read_experiments(store.layout), name_or_id, by_id=by_id)


def _find_among(
    records: Iterable[ExperimentRecord], name_or_id: str, *, by_id: bool = True
) -> ExperimentRecord | None:
    with_id = named = None
    for record in records:
        with_id = record if by_id and record.experiment_id == name_or_id else with_id
        named = record if record.name == name_or_id else named
    return with_id or named


def _make_record(store: Store, name: str) -> ExperimentRecord:
    key = identify_experiment(read_experiments(store.layout), name)
    return ExperimentRecord(experiment_id=key, name=name)


def _check_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InvalidValueError(f"an experiment's name must be text, not {quote(name)}")
    return convert_text(name)


def _check_active(record: ExperimentRecord) -> None:
    if record.lifecycle_stage == LifecycleStage.DELETED:
        raise RunStateError(
            f"experiment {quote(record.name)} is deleted",
            hint="restore_experiment(id) brings it back, or choose another name",
        )
