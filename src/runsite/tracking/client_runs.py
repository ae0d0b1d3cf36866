"""The client's part for runs: begun, read, searched, ended, and what is logged to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from runsite.capture import read_source
from runsite.entities import DatasetInput, Metric, PagedList, Param, Run, RunTag, ViewType
from runsite.errors import InvalidValueError, quote
from runsite.records import LifecycleStage
from runsite.store.fold import time_from_us
from runsite.tracking import experiments, runs, sessions, values
from runsite.tracking.checks import (
    check_key,
    check_params,
    convert_ids,
    convert_text,
    convert_texts,
    convert_time_us,
)
from runsite.tracking.client_base import ClientBase
from runsite.tracking.convert import run_from_record, runs_from_frame
from runsite.tracking.history import read_history
from runsite.tracking.inputs import record_from_input
from runsite.tracking.reading import search_page
from runsite.tracking.starting import add_source, make_record, set_tags

__all__ = ["RunMethods"]


_T = TypeVar("_T")


class RunMethods(ClientBase):
    """Runs by their ids, whoever began them."""

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Begin a run that is no active run.

        Args:
            experiment_id: Id or name.
            start_time: Milliseconds since 1970-01-01 UTC; now by default.
            tags: Tags to begin with.
            run_name: Its name; by default one that is easy to remember.

        Raises:
            NotFoundError: There is no such experiment.
        """
        store = self._open_store(create=True)
        experiment = experiments.get_experiment(store, str(experiment_id))
        time_us = convert_time_us(start_time, key="start_time", kind="field")
        record = make_record(
            (experiment.experiment_id, experiment.name),
            run_name=run_name,
            parent_run_id=None,
            tags=convert_texts(tags or {}, what="tag"),
            start_time=datetime.now(UTC) if time_us is None else time_from_us(time_us),
        )
        record = add_source(record, read_source())
        sessions.begin(store, record, kept=True)
        return run_from_record(store, record)

    def get_run(self, run_id: str) -> Run:
        """Return a run, by its id or a beginning of it that only one run has.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._open_store()
        return run_from_record(store, store.read_run(run_id))

    def get_parent_run(self, run_id: str) -> Run | None:
        """Return the run that a run is nested under, or None.

        Raises:
            NotFoundError: There is no such run.
        """
        parent = self._open_store().read_run(run_id).parent_run_id
        return self.get_run(parent) if parent else None

    def search_runs(
        self,
        experiment_ids: list[str] | str,
        filter_string: str = "",
        run_view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 1000,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Search the runs of some experiments; see `runsite.search_runs`.

        Returns:
            A page of them, whose ``token`` asks for the next.

        Raises:
            InvalidValueError: The filter, the order or the token cannot be read, or the
                experiments are no list.
        """
        store = self._open_store()
        page = search_page(
            store,
            experiment_ids=convert_ids(experiment_ids),
            filter_string=filter_string,
            view_type=run_view_type,
            max_results=max_results,
            order_by=order_by,
            page_token=page_token,
        )
        return PagedList(runs_from_frame(store, page.frame), page.token)

    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run as FINISHED or the status given; the time is in milliseconds, now by default."""
        runs.terminate(self._open_store(), run_id, status=status, end_time_ms=end_time)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name."""
        runs.update(self._open_store(), run_id, status=status, name=name)

    def delete_run(self, run_id: str) -> None:
        """Hide a run; `restore_run` brings it back."""
        runs.set_stage(self._open_store(), run_id, LifecycleStage.DELETED)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        runs.set_stage(self._open_store(), run_id, LifecycleStage.ACTIVE)

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> None:
        """Log one value of a metric; see `runsite.log_metric`."""
        point = values.make_point(key, value, step=step, timestamp=timestamp)
        self._open_session(run_id).writer.log_metrics([point])

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """Log a param, once; returns the value.

        Raises:
            AlreadyExistsError: The param has another value already.
        """
        name = convert_text(check_key(key, what="param"))
        values.add_params(self._open_session(run_id), {name: convert_text(value)})
        return value

    def set_tag(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> None:
        """Set a tag; see `runsite.set_tag`."""
        name = convert_text(check_key(key, what="tag"))
        set_tags(self._open_session(run_id), {name: convert_text(value)})

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag.

        Raises:
            NotFoundError: The run has no such tag.
        """
        values.remove_tag(self._open_session(run_id), key)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> None:
        """Log metrics, params and tags; nothing is logged where one of them is refused.

        Raises:
            InvalidValueError: One of them cannot be accepted, or is no entity of its kind.
            AlreadyExistsError: A param has another value, in the run or in the batch.
        """
        metrics = _check_entities(metrics, Metric)
        params = _check_entities(params, Param)
        tags = _check_entities(tags, RunTag)
        points = [
            values.make_point(m.key, m.value, step=m.step, timestamp=m.timestamp) for m in metrics
        ]
        param_texts: dict[str, str] = {}
        for param in params:
            text = convert_texts({param.key: param.value}, what="param")
            check_params(text, known=param_texts, run_id=run_id)
            param_texts |= text
        tag_texts = convert_texts({t.key: t.value for t in tags}, what="tag")
        session = self._open_session(run_id)
        values.add_params(session, param_texts)
        if tag_texts:
            set_tags(session, tag_texts)
        if points:
            session.writer.log_metrics(points)

    def log_inputs(
        self,
        run_id: str,
        datasets: Sequence[DatasetInput] | None = None,
        models: Sequence[Any] | None = None,
    ) -> None:
        """Record datasets that a run used, as other runs' ``inputs`` have them."""
        writer = self._open_session(run_id).writer
        for item in datasets or ():
            writer.add_input(record_from_input(item))

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return every value of a metric, in the order of logging.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._open_store()
        return read_history(store, store.read_run(run_id).run_id, key)


def _check_entities(items: object, kind: type[_T]) -> Sequence[_T]:
    """Return what is logged together; None is nothing.

    What has the same attributes will do as well: MLflow's own entities are taken.
    """
    names = kind.__match_args__  # type: ignore[attr-defined]  # a dataclass
    needed = [name for name in names if name in ("key", "value")]
    if items is None:
        return ()
    if not isinstance(items, Iterable):
        raise InvalidValueError(f"expected a list of {kind.__name__}, not {quote(items)}")
    found = list(items)
    for item in found:
        if not all(hasattr(item, name) for name in needed):
            raise InvalidValueError(
                f"expected {kind.__name__}, not {type(item).__name__} {quote(item)}",
                hint=f"runsite.entities.{kind.__name__}({', '.join(names)})",
            )
    return found
