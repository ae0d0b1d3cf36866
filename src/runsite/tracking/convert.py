"""From stored records and rows to the entities that readers get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from runsite.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    InputTag,
    Run,
    RunData,
    RunInfo,
    RunInputs,
)
from runsite.queries.syntax import TAG_COLUMNS
from runsite.records import ExperimentRecord, InputRecord, RunRecord
from runsite.store import Store
from runsite.store.fold import time_to_us

if TYPE_CHECKING:
    import polars as pl

    from runsite.notebook import RunView

__all__ = [
    "CONTEXT_TAG",
    "DESCRIPTION_TAG",
    "experiment_from_record",
    "find_artifact_root",
    "make_tags",
    "run_from_record",
    "runs_from_frame",
    "time_ms",
]

CONTEXT_TAG = "mlflow.data.context"
DESCRIPTION_TAG = "mlflow.note.content"
_ROW_COLUMNS = (
    "run_id",
    "experiment_id",
    "run_name",
    "status",
    "lifecycle_stage",
    "parent_run_id",
    "start_time",
    "end_time",
    "user",
    "source_type",
    "source_name",
    "entry_point",
    "git_commit",
    "git_branch",
    "git_remote",
    "params",
    "tags",
    "metrics",
    "inputs",
)


def time_ms(time: datetime | None) -> int | None:
    """Turn a time into milliseconds since 1970-01-01 UTC."""
    return None if time is None else time_to_us(time) // 1000


def make_tags(tags: Mapping[str, str], columns: Mapping[str, object]) -> dict[str, str]:
    """Add to a run's tags those that MLflow keeps as tags and runsite in columns."""
    known = {tag: columns.get(column) for tag, column in TAG_COLUMNS.items()}
    return {**tags, **{tag: str(value) for tag, value in known.items() if value}}


def run_from_record(store: Store, record: RunRecord) -> Run:
    """Make the entity of a run."""
    source = record.source
    columns = {column: getattr(source, column, "") for column in TAG_COLUMNS.values()}
    columns.update(run_name=record.run_name, parent_run_id=record.parent_run_id or "")
    info = RunInfo(
        run_id=record.run_id,
        experiment_id=record.experiment_id,
        user_id=source.user,
        status=record.status,
        start_time=time_to_us(record.start_time) // 1000,
        end_time=time_ms(record.end_time),
        lifecycle_stage=record.lifecycle_stage,
        artifact_uri=find_artifact_root(store) + "/" + record.run_id,
        run_name=record.run_name,
    )
    metrics = {key: summary.last for key, summary in record.metrics.items()}
    data = RunData(metrics, dict(record.params), make_tags(record.tags, columns))
    inputs = RunInputs(tuple(map(_make_input, record.inputs)))
    return Run(info, data, inputs, load_view=partial(_load_view, store, record.run_id))


def runs_from_frame(store: Store, frame: pl.DataFrame) -> list[Run]:
    """Make the entities of rows of the runs table."""
    root = find_artifact_root(store)
    return [
        _run_from_row(store, root, row) for row in frame.select(_ROW_COLUMNS).iter_rows(named=True)
    ]


def experiment_from_record(store: Store, record: ExperimentRecord) -> Experiment:
    """Make the entity of an experiment."""
    return Experiment(
        experiment_id=record.experiment_id,
        name=record.name,
        artifact_location=find_artifact_root(store),
        lifecycle_stage=str(record.lifecycle_stage),
        tags=dict(record.tags),
        creation_time=time_ms(record.created),
        last_update_time=time_ms(record.updated),
    )


def _run_from_row(store: Store, root: str, row: Mapping[str, object]) -> Run:
    start, end = cast("datetime", row["start_time"]), cast("datetime | None", row["end_time"])
    run_id = str(row["run_id"])
    info = RunInfo(
        run_id=run_id,
        experiment_id=str(row["experiment_id"]),
        user_id=str(row["user"] or ""),
        status=str(row["status"]),
        start_time=time_to_us(start) // 1000,
        end_time=time_ms(end),
        lifecycle_stage=str(row["lifecycle_stage"]),
        artifact_uri=f"{root}/{run_id}",
        run_name=str(row["run_name"] or ""),
    )
    data = RunData(
        metrics=cast("dict[str, float]", row["metrics"] or {}),
        params=cast("dict[str, str]", row["params"] or {}),
        tags=make_tags(cast("dict[str, str]", row["tags"] or {}), row),
    )
    items = cast("Iterable[dict[str, object]]", row["inputs"] or ())
    records = (InputRecord(**item) for item in items)  # type: ignore[arg-type]  # the table's own
    inputs = RunInputs(tuple(map(_make_input, records)))
    return Run(info, data, inputs, load_view=partial(_load_view, store, run_id))


def _make_input(record: InputRecord) -> DatasetInput:
    profile = None if record.rows is None else f'{{"num_rows": {record.rows}}}'
    return DatasetInput(
        Dataset(
            name=record.name,
            digest=record.digest,
            source_type=record.source_type,
            source=record.source,
            schema=record.schema or None,
            profile=profile,
        ),
        (InputTag(CONTEXT_TAG, record.context),) if record.context else (),
    )


def find_artifact_root(store: Store) -> str:
    """Return the URL that stands before ``/<run_id>`` in a run's artifact URI."""
    return store.layout.artifacts.absolute().as_uri()


def _load_view(store: Store, run_id: str) -> RunView:
    from runsite.tracking.views import load_view  # reads Parquet: only when a notebook asks

    return load_view(store, run_id)
