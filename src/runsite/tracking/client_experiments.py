"""The client's part for experiments."""

from __future__ import annotations

from typing import Any

from runsite.entities import Experiment, PagedList, ViewType
from runsite.errors import InvalidValueError
from runsite.records import LifecycleStage
from runsite.tracking import experiments
from runsite.tracking.client_base import ClientBase
from runsite.tracking.convert import experiment_from_record

__all__ = ["ExperimentMethods"]


class ExperimentMethods(ClientBase):
    """Experiments by their ids, or their names."""

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
        store = self._open_store(create=True)
        return experiments.create_experiment(store, name, tags=tags).experiment_id

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Return an experiment by its id, or its name.

        Raises:
            NotFoundError: There is none.
        """
        store = self._open_store()
        return experiment_from_record(store, experiments.get_experiment(store, str(experiment_id)))

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Return an experiment by its name, or None."""
        store = self._open_store()
        record = experiments.find_named(store, name)
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
            self._open_store(),
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
        experiments.change_experiment(self._open_store(), experiment_id, name=new_name)

    def delete_experiment(self, experiment_id: str) -> None:
        """Hide an experiment and its runs; `restore_experiment` brings them back."""
        experiments.change_experiment(
            self._open_store(), experiment_id, stage=LifecycleStage.DELETED
        )

    def restore_experiment(self, experiment_id: str) -> None:
        """Bring a deleted experiment and its runs back."""
        experiments.change_experiment(
            self._open_store(), experiment_id, stage=LifecycleStage.ACTIVE
        )

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment."""
        experiments.change_experiment(self._open_store(), experiment_id, tags={key: value})
