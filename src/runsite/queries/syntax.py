"""What a search may say: its fields, and the syntax tree of a filter. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "EXPERIMENTS",
    "MODELS",
    "RUNS",
    "TAG_COLUMNS",
    "VERSIONS",
    "And",
    "Clause",
    "Entity",
    "Expression",
    "Field",
    "Kind",
    "Not",
    "Or",
    "Order",
    "Vocabulary",
]


class Entity(StrEnum):
    """What a field belongs to."""

    METRIC = "metrics"
    PARAM = "params"
    TAG = "tags"
    ATTRIBUTE = "attributes"
    DATASET = "datasets"


class Kind(StrEnum):
    """What a field's values are. Params and tags are text that may look like a number."""

    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    LOOSE = "loose"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Which fields a search knows.

    Attributes:
        attributes: Each attribute and what its values are.
        aliases: Other spellings of an attribute.
        entities: The entities beside attributes.
        what: What is searched, for messages.
    """

    attributes: Mapping[str, Kind]
    aliases: Mapping[str, str]
    entities: frozenset[Entity]
    what: str


RUNS = Vocabulary(
    attributes={
        "run_id": Kind.TEXT,
        "run_name": Kind.TEXT,
        "status": Kind.TEXT,
        "user_id": Kind.TEXT,
        "artifact_uri": Kind.TEXT,
        "start_time": Kind.TIME,
        "end_time": Kind.TIME,
        "duration_s": Kind.NUMBER,
        "experiment": Kind.TEXT,
        "experiment_id": Kind.TEXT,
        "parent_run_id": Kind.TEXT,
        "lifecycle_stage": Kind.TEXT,
        "source_name": Kind.TEXT,
        "host": Kind.TEXT,
        "git_commit": Kind.TEXT,
        "git_branch": Kind.TEXT,
    },
    aliases={
        "run name": "run_name",
        "Run name": "run_name",
        "Run Name": "run_name",
        "id": "run_id",
        "created": "start_time",
        "Created": "start_time",
        "user": "user_id",
        "experiment_name": "experiment",
    },
    entities=frozenset({Entity.METRIC, Entity.PARAM, Entity.TAG, Entity.DATASET}),
    what="runs",
)
"""What a search of runs knows. Attributes after ``end_time`` go beyond MLflow."""

EXPERIMENTS = Vocabulary(
    attributes={
        "name": Kind.TEXT,
        "experiment_id": Kind.TEXT,
        "creation_time": Kind.TIME,
        "last_update_time": Kind.TIME,
    },
    aliases={},
    entities=frozenset({Entity.TAG}),
    what="experiments",
)
"""What a search of experiments knows."""

MODELS = Vocabulary(
    attributes={"name": Kind.TEXT},
    aliases={},
    entities=frozenset({Entity.TAG}),
    what="registered models",
)
"""What a search of registered models knows."""

VERSIONS = Vocabulary(
    attributes={
        "name": Kind.TEXT,
        "version_number": Kind.NUMBER,
        "run_id": Kind.TEXT,
        "current_stage": Kind.TEXT,
    },
    aliases={"version": "version_number", "stage": "current_stage"},
    entities=frozenset({Entity.TAG}),
    what="model versions",
)
"""What a search of model versions knows."""


TAG_COLUMNS = {
    "mlflow.runName": "run_name",
    "mlflow.user": "user",
    "mlflow.source.name": "source_name",
    "mlflow.source.type": "source_type",
    "mlflow.source.git.commit": "git_commit",
    "mlflow.source.git.branch": "git_branch",
    "mlflow.source.git.repoURL": "git_remote",
    "mlflow.project.entryPoint": "entry_point",
    "mlflow.parentRunId": "parent_run_id",
}
"""Tags that MLflow keeps as text and runsite as columns; readers and filters know both."""


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared: an entity, a key in it, and what its values are."""

    entity: Entity
    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison. ``value`` is None for IS NULL, a tuple for IN, milliseconds for a time."""

    field: Field
    op: str
    value: float | str | tuple[float | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class And:
    """True where every part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where any part is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is not."""

    part: Expression


Expression = Clause | And | Or | Not


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an ordering."""

    field: Field
    descending: bool = False
