"""What a run is, as plain values: the records that every layer above shares.

Pure: no clock, file, environment or randomness. The Parquet columns of the same names are in
`runsite.store.schema`, and their meaning for readers of the tables in ``docs/format.md``.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = [
    "DEFAULT_EXPERIMENT",
    "FORMAT_VERSION",
    "ArtifactRecord",
    "ExperimentRecord",
    "InputRecord",
    "LifecycleStage",
    "MetricSummary",
    "ModelRecord",
    "Point",
    "RunRecord",
    "RunStatus",
    "SourceRecord",
    "make_experiment_id",
    "summarise_points",
]

FORMAT_VERSION = 1
"""The store format that this version writes, and the newest that it reads."""

DEFAULT_EXPERIMENT = "Default"


class RunStatus(StrEnum):
    """Where a run stands. A run whose process died is sealed as KILLED and marked interrupted."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    @staticmethod
    def to_string(status: str) -> str:
        """Return a status as text, as code written for MLflow asks for it."""
        return RunStatus(status).value

    @staticmethod
    def from_string(text: str) -> RunStatus:
        """Return the status of a name."""
        return RunStatus(text)

    @staticmethod
    def is_terminated(status: str) -> bool:
        """Tell whether a run of this status has ended."""
        return RunStatus(status) is not RunStatus.RUNNING


class LifecycleStage(StrEnum):
    """Whether a run or experiment is shown. Deleting hides; ``runsite gc`` removes."""

    ACTIVE = "active"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Point:
    """One logged value of a metric.

    Attributes:
        key: Metric name.
        step: Any int64; 0 where none was given.
        time_us: Microseconds since 1970-01-01 UTC.
        value: A float; NaN and the infinities are kept.
    """

    key: str
    step: int
    time_us: int
    value: float


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What is known of one metric of one run without its history.

    ``last`` is the value at the highest step (of several there: the latest time, then the last
    logged), as in MLflow. ``min`` and ``max`` ignore NaN and are None where every value is NaN;
    their steps are those of the first occurrence in the order of logging.
    """

    last: float
    last_step: int
    last_time_us: int
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    count: int


@dataclass(frozen=True, slots=True)
class InputRecord:
    """A dataset that a run used. ``schema`` is JSON text; ``context`` is such as train or eval."""

    name: str
    digest: str
    context: str = ""
    source_type: str = ""
    source: str = ""
    schema: str = ""
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """A file that a run produced: path relative to the run's artifact folder, ``/`` between."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model that a run logged: a folder of artifacts with an MLmodel file in it.

    ``digest`` is ``sha256:…`` over the folder's files; ``signature`` the MLmodel signature as
    JSON text, empty where there is none.
    """

    path: str
    flavors: tuple[str, ...] = ()
    digest: str = ""
    signature: str = ""
    model_id: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Who ran what, where, from which code: all that is captured without being asked.

    ``source_type`` is NOTEBOOK, LOCAL or JOB; ``git_dirty`` is None where it is not known.
    ``packages`` maps the imported distributions to their versions.
    """

    user: str = ""
    host: str = ""
    source_type: str = ""
    source_name: str = ""
    entry_point: str = ""
    command: str = ""
    git_commit: str = ""
    git_branch: str = ""
    git_dirty: bool | None = None
    git_remote: str = ""
    python: str = ""
    platform: str = ""
    packages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One revision of a run, whole. The newest revision wins (docs/format.md).

    Attributes:
        run_id: 32 hex digits, time-ordered.
        revision: 1 for the first sealed row, one more for each later one.
        session: Id of the journal that this revision came from; breaks ties between revisions.
        experiment_id: From `make_experiment_id` of the experiment's name.
        sessions: Ids of all journals folded into this revision, the newest last. A revision
            whose sessions another one contains is superseded by it.
        parts: Metric parts whose points belong to this run, as in their column ``part``.
        interrupted: The process died before it ended the run.
        incomplete: Something that was logged could not be written (disk full, folder gone).
    """

    run_id: str
    revision: int
    session: str
    experiment_id: str
    experiment: str
    run_name: str
    status: str
    lifecycle_stage: str
    start_time: datetime
    end_time: datetime | None = None
    parent_run_id: str | None = None
    interrupted: bool = False
    incomplete: bool = False
    source: SourceRecord = field(default_factory=SourceRecord)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, MetricSummary] = field(default_factory=dict)
    inputs: tuple[InputRecord, ...] = ()
    artifacts: tuple[ArtifactRecord, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    sessions: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """One revision of an experiment; runs name their experiment, so it may exist without one."""

    experiment_id: str
    name: str
    lifecycle_stage: str = LifecycleStage.ACTIVE
    created: datetime | None = None
    updated: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict)
    revision: int = 0
    session: str = ""


def make_experiment_id(name: str, attempt: int = 0) -> str:
    """Derive an experiment's id from its name, so that two branches agree without talking.

    The default experiment is ``0``, as in MLflow; every other one has 18 digits taken from the
    SHA-256 of the name, which is the look of MLflow's own ids.

    Args:
        name: Its name when it was made.
        attempt: How many ids of this name were found to be taken, by experiments that were
            renamed since.
    """
    if name == DEFAULT_EXPERIMENT and not attempt:
        return "0"
    salted = f"{name}\0{attempt}" if attempt else name
    digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).digest()
    return str(10**17 + int.from_bytes(digest[:8], "big") % (9 * 10**17))


def summarise_points(points: list[tuple[int, int, float]]) -> MetricSummary:
    """Summarise one metric's points ``(step, time_us, value)``, given in the order of logging.

    Raises:
        ValueError: There is no point.
    """
    if not points:
        raise ValueError("a summary needs at least one point")
    last = points[0]
    low: tuple[int, int, float] | None = None
    high: tuple[int, int, float] | None = None
    for point in points:
        step, time_us, value = point
        if step > last[0] or (step == last[0] and time_us >= last[1]):
            last = point
        if math.isnan(value):
            continue
        if low is None or value < low[2]:
            low = point
        if high is None or value > high[2]:
            high = point
    return MetricSummary(
        last=last[2],
        last_step=last[0],
        last_time_us=last[1],
        min=low[2] if low else None,
        min_step=low[0] if low else None,
        max=high[2] if high else None,
        max_step=high[0] if high else None,
        count=len(points),
    )
