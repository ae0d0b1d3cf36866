"""The client: the same store by explicit run ids, for code that manages runs."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.capture import read_source
from runsite.entities import (
    DatasetInput,
    Experiment,
    FileInfo,
    Metric,
    PagedList,
    Param,
    Run,
    RunTag,
    ViewType,
)
from runsite.errors import InvalidValueError
from runsite.records import LifecycleStage
from runsite.store.fold import time_from_us
from runsite.tracking import (
    artifact_files,
    experiments,
    media,
    runs,
    sessions,
    tables,
    uris,
    values,
)
from runsite.tracking.active import open_session
from runsite.tracking.checks import (
    check_artifact_path,
    check_key,
    convert_text,
    convert_texts,
    convert_time_us,
)
from runsite.tracking.convert import experiment_from_record, run_from_record, runs_from_frame
from runsite.tracking.history import read_history
from runsite.tracking.inputs import record_from_input
from runsite.tracking.reading import search_page
from runsite.tracking.starting import make_record, set_tags

if TYPE_CHECKING:
    import pandas as pd

    from runsite.store import Store
    from runsite.tracking.sessions import Session

__all__ = ["RunsiteClient"]


class RunsiteClient:
    """Reads and writes runs and experiments of one store, by id.

    Cheap to make; threads may share it. A run that a client creates is open until
    `set_terminated`, or until the process ends, which leaves it interrupted.

    Args:
        tracking_uri: The store; by default that of `set_tracking_uri`.
        registry_uri: The registry file; by default that of `set_registry_uri`.
    """

    def __init__(
        self, tracking_uri: str | Path | None = None, registry_uri: str | None = None
    ) -> None:
        self._tracking_uri = tracking_uri
        self._registry_uri = registry_uri

    @property
    def tracking_uri(self) -> str:
        """The store's location as a ``file:`` URL."""
        return uris.open_store(self._tracking_uri).root.as_uri()

    # -- runs ------------------------------------------------------------------------------

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
        store = self._store(create=True)
        experiment = experiments.get_experiment(store, str(experiment_id))
        time_us = convert_time_us(start_time, key="start_time")
        record = make_record(
            (experiment.experiment_id, experiment.name),
            run_name=run_name,
            parent_run_id=None,
            tags=convert_texts(tags or {}, what="tag"),
            start_time=datetime.now(UTC) if time_us is None else time_from_us(time_us),
        )
        record = dataclasses.replace(record, source=read_source())
        sessions.begin(store, record, kept=True)
        return run_from_record(store, record)

    def get_run(self, run_id: str) -> Run:
        """Return a run, by its id or a beginning of it that only one run has.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._store()
        return run_from_record(store, store.read_run(run_id))

    def get_parent_run(self, run_id: str) -> Run | None:
        """Return the run that a run is nested under, or None.

        Raises:
            NotFoundError: There is no such run.
        """
        parent = self._store().read_run(run_id).parent_run_id
        return self.get_run(parent) if parent else None

    def search_runs(
        self,
        experiment_ids: list[str],
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
            InvalidValueError: The filter, the order or the token cannot be read.
        """
        store = self._store()
        page = search_page(
            store,
            experiment_ids=[str(item) for item in experiment_ids],
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
        runs.terminate(self._store(), run_id, status=status, end_time_ms=end_time)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name."""
        runs.update(self._store(), run_id, status=status, name=name)

    def delete_run(self, run_id: str) -> None:
        """Hide a run; `restore_run` brings it back."""
        runs.set_stage(self._store(), run_id, LifecycleStage.DELETED)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        runs.set_stage(self._store(), run_id, LifecycleStage.ACTIVE)

    # -- values ----------------------------------------------------------------------------

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
        self._session(run_id).writer.log_metrics([point])

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """Log a param, once; returns the value.

        Raises:
            AlreadyExistsError: The param has another value already.
        """
        name = convert_text(check_key(key, what="param"))
        values.add_params(self._session(run_id), {name: convert_text(value)})
        return value

    def set_tag(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> None:
        """Set a tag; see `runsite.set_tag`."""
        name = convert_text(check_key(key, what="tag"))
        set_tags(self._session(run_id), {name: convert_text(value)})

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag.

        Raises:
            NotFoundError: The run has no such tag.
        """
        values.remove_tag(self._session(run_id), key)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> None:
        """Log metrics, params and tags; nothing is logged where one of them is refused."""
        points = [
            values.make_point(m.key, m.value, step=m.step, timestamp=m.timestamp) for m in metrics
        ]
        param_texts = convert_texts({p.key: p.value for p in params}, what="param")
        tag_texts = convert_texts({t.key: t.value for t in tags}, what="tag")
        session = self._session(run_id)
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
        writer = self._session(run_id).writer
        for item in datasets or ():
            writer.add_input(record_from_input(item))

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return every value of a metric, in the order of logging.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._store()
        return read_history(store, store.read_run(run_id).run_id, key)

    # -- artifacts -------------------------------------------------------------------------

    def log_artifact(
        self, run_id: str, local_path: str | Path, artifact_path: str | None = None
    ) -> None:
        """Copy a file, or a folder, into a run's artifacts; see `runsite.log_artifact`."""
        folder = check_artifact_path(artifact_path)
        artifact_files.save_file(self._session(run_id), Path(local_path), folder=folder)

    def log_artifacts(
        self, run_id: str, local_dir: str | Path, artifact_path: str | None = None
    ) -> None:
        """Copy all that is in a folder into a run's artifacts."""
        folder = check_artifact_path(artifact_path)
        artifact_files.save_folder(self._session(run_id), Path(local_dir), folder=folder)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Write text to a file of a run."""
        data = str(text).encode("utf-8", "replace")
        artifact_files.save_bytes(self._session(run_id), artifact_file, data)

    def log_dict(self, run_id: str, dictionary: dict[str, Any], artifact_file: str) -> None:
        """Write a dictionary to a file of a run, as YAML or JSON."""
        data = media.format_dict(dictionary, name=artifact_file)
        artifact_files.save_bytes(self._session(run_id), artifact_file, data)

    def log_stream(
        self, run_id: str, stream: io.BufferedIOBase | io.RawIOBase, artifact_file: str
    ) -> None:
        """Write what a binary stream still holds to a file of a run."""
        artifact_files.save_stream(self._session(run_id), artifact_file, stream)

    def log_figure(
        self,
        run_id: str,
        figure: Any,
        artifact_file: str,
        *,
        save_kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Write a figure to a file of a run; see `runsite.log_figure`."""
        write = media.figure_writer(figure, name=artifact_file, options=save_kwargs or {})
        artifact_files.save_with(self._session(run_id), artifact_file, write)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Write an image to a file of a run; see `runsite.log_image`."""
        name = media.name_image(artifact_file, key=key, step=step)
        artifact_files.save_with(self._session(run_id), name, media.image_writer(image, name=name))

    def log_table(
        self, run_id: str, data: dict[str, Any] | pd.DataFrame, artifact_file: str
    ) -> None:
        """Write a table to a file of a run, or add rows to it; see `runsite.log_table`."""
        tables.append_table(self._session(run_id), data, name=artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> pd.DataFrame:
        """Read the tables of an experiment's runs; see `runsite.load_table`."""
        store = self._store()
        if run_ids is None:
            found = search_page(store, experiment_ids=[experiment_id], max_results=100_000)
            run_ids = found.frame["run_id"].to_list()
        chosen = [self.get_run(run_id) for run_id in run_ids]
        return tables.load_tables(store, artifact_file, runs=chosen, extra_columns=extra_columns)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """List what lies directly in a folder of a run's artifacts.

        Raises:
            NotFoundError: There is no such run.
        """
        store = self._store()
        return artifact_files.list_files(store.artifacts_dir(store.read_run(run_id).run_id), path)

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """Return a local path of an artifact: the file in the store, or a copy in `dst_path`.

        Raises:
            NotFoundError: There is no such run or artifact.
        """
        store = self._store()
        root = store.artifacts_dir(store.read_run(run_id).run_id)
        return artifact_files.fetch(root, path, into=Path(dst_path) if dst_path else None)

    # -- experiments -----------------------------------------------------------------------

    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,
        tags: dict[str, Any] | None = None,
    ) -> str:
        """Make a new experiment and return its id.

        Raises:
            AlreadyExistsError: The name is taken.
        """
        if artifact_location is not None:
            raise InvalidValueError(
                "artifacts lie in the store beside the runs: artifact_location cannot be chosen",
                hint="leave it out",
            )
        store = self._store(create=True)
        return experiments.create_experiment(store, name, tags=tags).experiment_id

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment by its id, or its name.

        Raises:
            NotFoundError: There is none.
        """
        store = self._store()
        return experiment_from_record(store, experiments.get_experiment(store, str(experiment_id)))

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Return an experiment by its name, or None."""
        store = self._store()
        record = experiments.find_experiment(store, name)
        return experiment_from_record(store, record) if record and record.name == name else None

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = 1000,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Search experiments; see `runsite.search_experiments`."""
        return experiments.search_experiments(
            self._store(),
            view_type=view_type,
            max_results=max_results,
            filter_string=filter_string,
            order_by=order_by,
            page_token=page_token,
        )

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name; its id stays.

        Raises:
            NotFoundError: There is none.
            AlreadyExistsError: The name is taken.
        """
        experiments.change_experiment(self._store(), experiment_id, name=new_name)

    def delete_experiment(self, experiment_id: str) -> None:
        """Hide an experiment and its runs; `restore_experiment` brings them back."""
        experiments.change_experiment(self._store(), experiment_id, stage=LifecycleStage.DELETED)

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring a deleted experiment and its runs back."""
        experiments.change_experiment(self._store(), experiment_id, stage=LifecycleStage.ACTIVE)

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment."""
        experiments.change_experiment(self._store(), experiment_id, tags={key: value})

    # -- inside ----------------------------------------------------------------------------

    def _store(self, *, create: bool = False) -> Store:
        return uris.open_store(self._tracking_uri, create=create)

    def _session(self, run_id: str) -> Session:
        return open_session(self._store(), run_id)
