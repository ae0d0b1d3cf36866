"""The verbs that read: runs, searches, experiments, the whole tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from runsite.entities import Experiment, PagedList, Run, ViewType
from runsite.errors import InvalidValueError, quote
from runsite.records import LifecycleStage
from runsite.store import Store
from runsite.tracking import experiments, uris
from runsite.tracking.checks import convert_ids
from runsite.tracking.convert import (
    experiment_from_record,
    find_artifact_root,
    run_from_record,
    runs_from_frame,
)

if TYPE_CHECKING:
    import polars as pl

    from runsite.queries.search import Page

__all__ = [
    "create_experiment",
    "delete_experiment",
    "find_runs",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_run",
    "read_metrics",
    "read_runs",
    "search_experiments",
    "search_page",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
]

_MAX_RESULTS = 100_000


def get_run(run_id: str) -> Run:
    """Return a run, by its id or a beginning of it that only one run has.

    Raises:
        NotFoundError: There is no such run.
    """
    store = uris.open_store()
    return run_from_record(store, store.read_run(run_id))


def get_parent_run(run_id: str) -> Run | None:
    """Return the run that a run is nested under, or None.

    Raises:
        NotFoundError: There is no such run.
    """
    store = uris.open_store()
    parent = store.read_run(run_id).parent_run_id
    return run_from_record(store, store.read_run(parent)) if parent else None


def search_runs(
    experiment_ids: list[str] | str | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = _MAX_RESULTS,
    order_by: list[str] | None = None,
    output_format: Literal["pandas", "list", "polars"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: list[str] | str | None = None,
) -> Any:
    """Search runs.

    Args:
        experiment_ids: Ids or names of experiments; by default the active one.
        filter_string: Such as ``metrics.rmse < 7 AND params.model = 'ridge'``; docs/search.md
            has the grammar.
        run_view_type: Runs that are there, deleted, or both.
        max_results: No more than these.
        order_by: Such as ``["metrics.rmse ASC"]``; by default the newest first.
        output_format: ``pandas``, ``polars`` or ``list``.
        search_all_experiments: Look in every experiment.
        experiment_names: Names, instead of `experiment_ids`.

    Returns:
        A frame with the columns run_id, experiment_id, status, artifact_uri, start_time,
        end_time, metrics.*, params.*, tags.*; or a list of `Run`.

    Raises:
        InvalidValueError: The filter or the order cannot be read, or the format is unknown.
        NotFoundError: There is no such experiment.
    """
    if output_format not in ("pandas", "polars", "list"):
        raise InvalidValueError(
            f"unknown output_format {quote(output_format)}", hint="use pandas, polars or list"
        )
    if experiment_ids and experiment_names:
        raise InvalidValueError("give experiment_ids or experiment_names, not both")
    store = uris.open_store()
    named = experiment_names if experiment_names is not None else experiment_ids
    if named is not None:
        named = convert_ids(named)
    elif not search_all_experiments:
        named = [experiments.find_active_experiment(store).experiment_id]
    page = search_page(
        store,
        experiment_ids=None if search_all_experiments and not named else named,
        filter_string=filter_string,
        view_type=run_view_type,
        max_results=max_results,
        order_by=order_by,
    )
    if output_format == "list":
        return runs_from_frame(store, page.frame)
    from runsite.tracking.tables import to_pandas

    frame = _spread(page.frame, artifact_root=find_artifact_root(store))
    return to_pandas(frame) if output_format == "pandas" else frame


def search_page(
    store: Store,
    *,
    experiment_ids: Sequence[str] | None,
    filter_string: str | None = "",
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 1000,
    order_by: Iterable[str] | None = None,
    page_token: str | None = None,
) -> Page:
    """Find one page of runs; experiments by id or name, None for every one.

    Raises:
        InvalidValueError: The filter, the order or the token cannot be read.
    """
    import polars as pl

    from runsite.queries.search import Query, search_runs

    runs = store.read_runs()
    deleted = experiments.list_deleted(store)
    if deleted:
        # Deleting an experiment hides its runs; restoring it shows those that were not deleted.
        stage = pl.when(pl.col("experiment_id").is_in(deleted)).then(
            pl.lit(LifecycleStage.DELETED.value)
        )
        runs = runs.with_columns(lifecycle_stage=stage.otherwise("lifecycle_stage"))
    query = Query(
        filter=filter_string or "",
        order_by=tuple(order_by or ()),
        experiment_ids=_resolve(store, experiment_ids),
        stages=experiments.STAGES[ViewType(view_type)],
        max_results=max_results,
        page_token=page_token,
        artifact_root=find_artifact_root(store),
    )
    return search_runs(runs, query=query)


def find_runs(store: Store, *, run_ids: Sequence[str] | None) -> list[Run]:
    """Return some runs, or all of the active experiment."""
    if run_ids is not None:
        return [run_from_record(store, store.read_run(run_id)) for run_id in run_ids]
    experiment = experiments.find_active_experiment(store)
    page = search_page(store, experiment_ids=[experiment.experiment_id], max_results=_MAX_RESULTS)
    return runs_from_frame(store, page.frame)


def read_runs() -> pl.LazyFrame:
    """Return the runs table, one row a run, for questions of your own; docs/format.md has it."""
    return uris.open_store().read_runs().lazy()


def read_metrics() -> pl.LazyFrame:
    """Return every logged point: run_id, key, step, timestamp, value.

    Collect it soon: it reads files that `runsite compact` may take away; asked anew it finds them.
    """
    return uris.open_store().scan_metrics()


def set_experiment(
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    trace_location: Any = None,
) -> Experiment:
    """Make an experiment the one that runs go to; by name it is made where it is missing.

    Args:
        experiment_name: Its name.
        experiment_id: Its id (or name) instead; it must exist.
        trace_location: Accepted for MLflow's sake.

    Raises:
        RunStateError: The experiment is deleted.
        NotFoundError: No experiment has the id.
    """
    store = uris.open_store(create=True)
    record = experiments.make_active(store, name=experiment_name, experiment_id=experiment_id)
    return experiment_from_record(store, record)


def create_experiment(
    name: str,
    artifact_location: str | None = None,
    tags: dict[str, Any] | None = None,
    trace_location: Any = None,
) -> str:
    """Make a new experiment and return its id.

    Args:
        name: Its name.
        artifact_location: Refused: artifacts lie in the store.
        tags: Tags to begin with.
        trace_location: Accepted for MLflow's sake.

    Raises:
        AlreadyExistsError: The name is taken.
    """
    if artifact_location is not None:
        raise InvalidValueError(
            "artifacts lie in the store beside the runs: artifact_location cannot be chosen",
            hint="leave it out",
        )
    store = uris.open_store(create=True)
    return experiments.create_experiment(store, name, tags=tags).experiment_id


def get_experiment(experiment_id: str) -> Experiment:
    """Return an experiment by its id, or its name.

    Raises:
        NotFoundError: There is none.
    """
    store = uris.open_store()
    return experiment_from_record(store, experiments.get_experiment(store, str(experiment_id)))


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return an experiment by its name, or None."""
    store = uris.open_store()
    record = experiments.find_named(store, name)
    if record is None or record.name != name:
        return None
    return experiment_from_record(store, record)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
) -> PagedList[Experiment]:
    """Search experiments; the newest first unless `order_by` says otherwise.

    Args:
        view_type: Experiments that are there, deleted, or both.
        max_results: No more than these; None for all.
        filter_string: Over name, creation_time, last_update_time and tags.
        order_by: Such as ``["name ASC"]``.

    Raises:
        InvalidValueError: The filter or the order cannot be read.
    """
    return experiments.search_experiments(
        uris.open_store(),
        view_type=view_type,
        max_results=max_results,
        filter_string=filter_string,
        order_by=order_by,
    )


def delete_experiment(experiment_id: str) -> None:
    """Hide an experiment and its runs; the client's `restore_experiment` brings them back.

    Raises:
        NotFoundError: There is none.
    """
    store = uris.open_store()
    experiments.change_experiment(store, experiment_id, stage=LifecycleStage.DELETED)


def set_experiment_tag(key: str, value: Any) -> None:
    """Set a tag of the active experiment."""
    set_experiment_tags({key: value})


def set_experiment_tags(tags: dict[str, Any]) -> None:
    """Set tags of the active experiment."""
    store = uris.open_store(create=True)
    experiment = experiments.find_active_experiment(store)
    experiments.change_experiment(store, experiment.experiment_id, tags=tags)


def _resolve(store: Store, named: Sequence[str] | None) -> tuple[str, ...] | None:
    """Turn ids and names of experiments into ids; one that is unknown has no runs."""
    if named is None:
        return None
    found = (experiments.find_experiment(store, str(item)) for item in named)
    return tuple(
        record.experiment_id if record is not None else str(item)
        for item, record in zip(named, found, strict=True)
    )


def _spread(frame: pl.DataFrame, *, artifact_root: str) -> pl.DataFrame:
    """Spread the maps of runs into one column a key, as MLflow's DataFrame has them."""
    import polars as pl

    from runsite.queries.syntax import TAG_COLUMNS

    columns = [
        pl.col("run_id"),
        pl.col("experiment_id"),
        pl.col("status"),
        (pl.lit(artifact_root + "/") + pl.col("run_id")).alias("artifact_uri"),
        pl.col("start_time"),
        pl.col("end_time"),
    ]
    for entity in ("metrics", "params", "tags"):
        keys = set(frame[entity].map.keys().explode().drop_nulls())
        shown = keys - TAG_COLUMNS.keys() if entity == "tags" else keys
        columns += [pl.col(entity).map.get(key).alias(f"{entity}.{key}") for key in sorted(shown)]
    for tag, column in TAG_COLUMNS.items():
        value = pl.coalesce(
            pl.when(pl.col(column) != "").then(pl.col(column)), pl.col("tags").map.get(tag)
        )
        columns.append(value.alias(f"tags.{tag}"))
    spread = frame.select(columns)
    # A tag that no run has is no column.
    empty = [
        f"tags.{tag}" for tag in TAG_COLUMNS if spread[f"tags.{tag}"].null_count() == spread.height
    ]
    return spread.drop(empty)
