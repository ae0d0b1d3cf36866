"""What an importer finds in another tracker, as plain values. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

__all__ = [
    "FoundExperiment",
    "FoundInput",
    "FoundModel",
    "FoundPoint",
    "FoundRun",
    "FoundVersion",
    "Source",
    "clean_name",
    "merge_points",
]

FoundPoint = tuple[int, int, float]
"""Time in milliseconds, step, value."""


@dataclass(frozen=True, slots=True)
class FoundExperiment:
    """An experiment; times in milliseconds since 1970."""

    experiment_id: str
    name: str
    deleted: bool = False
    created_ms: int | None = None
    updated_ms: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundInput:
    """A dataset that a run used; ``profile`` is JSON text."""

    name: str
    digest: str
    context: str = ""
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run with all its points.

    Attributes:
        status: A word such as FINISHED.
        metrics: Key → points, as `merge_points` gives them.
        artifacts: Folder of its files on this machine, None where there is none.
        artifact_uri: Where the tracker says that they are.
        models: Folders of models that are kept beside the artifacts, by their path among them.
    """

    run_id: str
    experiment: FoundExperiment
    name: str
    status: str
    deleted: bool
    user: str
    start_ms: int | None
    end_ms: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, tuple[FoundPoint, ...]]
    inputs: tuple[FoundInput, ...] = ()
    artifacts: Path | None = None
    artifact_uri: str = ""
    models: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundVersion:
    """A registered version; ``source`` is where its files were, as the tracker says."""

    version: int
    run_id: str
    source: str
    stage: str = "None"
    created_ms: int | None = None
    user: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A registered model; ``aliases`` name versions by their number."""

    name: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[FoundVersion, ...] = ()


class Source(Protocol):
    """A tracker's data, open for reading.

    Attributes:
        problems: What could not be read so far, as ``(place, reason)``.
    """

    problems: list[tuple[str, str]]

    def list_experiments(self) -> list[FoundExperiment]:
        """List the experiments."""

    def count_runs(self) -> int:
        """Count the runs, for a progress bar; cheap, and not more than a guess."""

    def read_runs(self) -> Iterator[FoundRun]:
        """Read one run after the other."""

    def list_models(self) -> list[FoundModel]:
        """List the registered models with their versions, ordered by number."""


def clean_name(path: Path) -> str:
    """Return a relative path as text with ``/`` between; what is no UTF-8 in it is replaced."""
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def merge_points(points: list[FoundPoint]) -> tuple[FoundPoint, ...]:
    """Order the points of one metric by step, time and value, and drop those that are doubled.

    The last one is then the value that MLflow shows: at the highest step the latest, and of
    several at one time the highest. (MLflow 3 wrote the points of step 0 twice.)
    """
    unique = {(time, step, repr(value)): (time, step, value) for time, step, value in points}
    # NaN compares with nothing: it comes first among equals, as in MLflow's database.
    return tuple(
        sorted(
            unique.values(), key=lambda p: (p[1], p[0], p[2] == p[2], p[2] if p[2] == p[2] else 0)
        )
    )
