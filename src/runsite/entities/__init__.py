"""What a reader gets back: MLflow's entities as plain frozen values.

The attribute names are those that tutorials use (``run.info.run_id``, ``run.data.metrics``), so
code written against MLflow reads them unchanged. Times are milliseconds since 1970-01-01 UTC, as
there; what is a list there is a list here. Pure: how a stored run becomes a `Run` is in `runsite.tracking.convert`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from runsite.notebook import RunFacts, RunView, render_run
from runsite.records import LifecycleStage, RunStatus

__all__ = [
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentTag",
    "FileInfo",
    "InputTag",
    "LifecycleStage",
    "Metric",
    "ModelVersion",
    "ModelVersionStatus",
    "PagedList",
    "Param",
    "RegisteredModel",
    "Run",
    "RunData",
    "RunInfo",
    "RunInputs",
    "RunStatus",
    "RunTag",
    "SourceType",
    "ViewType",
]

T = TypeVar("T")


class ViewType(IntEnum):
    """Which runs or experiments a search looks at."""

    ACTIVE_ONLY = 1
    DELETED_ONLY = 2
    ALL = 3

    @staticmethod
    def from_string(name: str) -> ViewType:
        """Return the view type of a name such as ``active_only``."""
        return ViewType[name.upper()]

    @staticmethod
    def to_string(view_type: int) -> str:
        """Return the name of a view type, such as ``active_only``."""
        return ViewType(view_type).name.lower()


class SourceType(StrEnum):
    """What kind of thing started a run."""

    NOTEBOOK = "NOTEBOOK"
    LOCAL = "LOCAL"
    JOB = "JOB"


class ModelVersionStatus(StrEnum):
    """Whether a version can be loaded; in a registry that is a file, it can at once."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    FAILED_REGISTRATION = "FAILED_REGISTRATION"
    READY = "READY"

    @staticmethod
    def from_string(text: str) -> ModelVersionStatus:
        """Return the status of a name."""
        return ModelVersionStatus(text)

    @staticmethod
    def to_string(status: str) -> str:
        """Return a status as text."""
        return ModelVersionStatus(status).value


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Gives an entity as pairs of name and value, so that ``dict(version)`` works as in MLflow."""

    def __iter__(self) -> Iterator[tuple[str, object]]:
        for item in fields(self):
            yield item.name, getattr(self, item.name)

    if not TYPE_CHECKING:  # a checker would take every name for one that is there

        def __getattr__(self, name: str) -> object:
            problem = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name in {"to_proto", "from_proto"}:
                problem += ": runsite has no protocol buffers; dict() of it gives names and values"
            raise AttributeError(problem, name=name, obj=self)


@dataclass(frozen=True, slots=True)
class Metric(_Pairs):
    """One value of a metric; ``timestamp`` in milliseconds."""

    key: str
    value: float
    timestamp: int
    step: int = 0
    run_id: str | None = field(default=None, kw_only=True)

    def to_dictionary(self) -> dict[str, object]:
        """Return the value as a plain dictionary."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Param(_Pairs):
    """One parameter of a run."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class RunTag(_Pairs):
    """One tag of a run."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class ExperimentTag(_Pairs):
    """One tag of an experiment."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class InputTag(_Pairs):
    """One tag of a dataset input; ``mlflow.data.context`` says what the data was used for."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Dataset(_Pairs):
    """What identifies a dataset: its name and a digest of its content.

    ``schema`` and ``profile`` are JSON text; the profile holds the number of rows.
    """

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str | None = None
    profile: str | None = None

    def to_dictionary(self) -> dict[str, str | None]:
        """Return the dataset as a plain dictionary."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DatasetInput(_Pairs):
    """A dataset as one run used it."""

    dataset: Dataset
    tags: list[InputTag] = field(default_factory=list)

    def to_dictionary(self) -> dict[str, object]:
        """Return the dataset and its tags as plain dictionaries and lists."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RunInputs(_Pairs):
    """Everything that a run read."""

    dataset_inputs: list[DatasetInput] = field(default_factory=list)

    def to_dictionary(self) -> dict[str, object]:
        """Return the inputs as plain dictionaries and lists."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RunInfo(_Pairs):
    """Which run it is and where it stands; times in milliseconds, ``end_time`` None while it runs."""

    run_id: str
    experiment_id: str
    user_id: str
    status: str
    start_time: int
    end_time: int | None = None
    lifecycle_stage: str = LifecycleStage.ACTIVE.value
    artifact_uri: str = ""
    run_name: str = ""


@dataclass(frozen=True, slots=True)
class RunData(_Pairs):
    """What was logged: the last value of each metric, the params and the tags."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_dictionary(self) -> dict[str, dict[str, object]]:
        """Return metrics, params and tags as plain dictionaries."""
        return {
            "metrics": dict(self.metrics),
            "params": dict(self.params),
            "tags": dict(self.tags),
        }


@dataclass(frozen=True, slots=True)
class Run(_Pairs):
    """One run, as it stood when it was read.

    ``load_view`` reads what a notebook shows beside the facts (curves, the run's page); it is
    called only when a notebook displays the run.
    """

    info: RunInfo
    data: RunData = field(default_factory=RunData)
    inputs: RunInputs = field(default_factory=RunInputs)
    load_view: Callable[[], RunView] | None = field(
        default=None, repr=False, compare=False, kw_only=True
    )

    def to_dictionary(self) -> dict[str, object]:
        """Return the run as plain dictionaries and lists, ready for JSON."""
        return {
            "info": asdict(self.info),
            "data": self.data.to_dictionary(),
            "inputs": self.inputs.to_dictionary(),
        }

    def _repr_html_(self) -> str:
        info, data = self.info, self.data
        facts = RunFacts(info.run_name, info.run_id, info.status, data.params, data.metrics)
        return render_run(facts, view=self.load_view() if self.load_view else RunView())


@dataclass(frozen=True, slots=True)
class Experiment(_Pairs):
    """A named group of runs; times in milliseconds, None where nothing recorded them."""

    experiment_id: str
    name: str
    artifact_location: str = ""
    lifecycle_stage: str = LifecycleStage.ACTIVE.value
    tags: Mapping[str, str] = field(default_factory=dict)
    creation_time: int | None = None
    last_update_time: int | None = None


@dataclass(frozen=True, slots=True)
class FileInfo(_Pairs):
    """A file or folder among a run's artifacts; ``path`` relative to their root, ``/`` between."""

    path: str
    is_dir: bool
    file_size: int | None = None


@dataclass(frozen=True, slots=True)
class ModelVersion(_Pairs):
    """One version of a registered model, as ``registry.yaml`` has it."""

    name: str
    version: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    description: str = ""
    user_id: str = ""
    current_stage: str = "None"
    source: str = ""
    run_id: str = ""
    status: str = ModelVersionStatus.READY.value
    status_message: str | None = None
    run_link: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RegisteredModel(_Pairs):
    """A model's name with its newest version per stage."""

    name: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    description: str = ""
    latest_versions: list[ModelVersion] = field(default_factory=list)
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


class PagedList(list[T], Generic[T]):
    """One page of results; ``token`` asks for the next one and is None on the last."""

    def __init__(self, items: Iterable[T] = (), token: str | None = None) -> None:
        super().__init__(items)
        self.token = token
