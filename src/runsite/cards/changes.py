"""What is different between two versions of a model. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from runsite.directions import find_direction, is_better
from runsite.records import RunRecord
from runsite.registry.records import Model, ModelVersion

__all__ = ["Change", "MetricChange", "ValueChange", "assemble_changes", "compare_runs"]

_PREVIOUS = "previous"
_PRODUCTION = "Production"


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric here and there; None where it was not logged.

    ``verdict`` is ``better``, ``worse``, ``same``, ``changed`` where no direction is known, or
    ``missing`` where one side lacks the metric.
    """

    key: str
    value: float | None
    other: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A param, dataset or other text that differs; None where there is none."""

    key: str
    value: str | None
    other: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One version against another one.

    Attributes:
        version: Number of the other version.
        reasons: Why it is the one compared with: ``previous``, ``Production``, or both.
        commits: The code's commit there and here, where both are known and differ.
    """

    version: int
    reasons: tuple[str, ...]
    metrics: tuple[MetricChange, ...] = ()
    params: tuple[ValueChange, ...] = ()
    data: tuple[ValueChange, ...] = ()
    packages: tuple[ValueChange, ...] = ()
    commits: tuple[str, str] | None = None


def assemble_changes(
    model: Model,
    version: ModelVersion,
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> tuple[Change, ...]:
    """Compare a version with the one before it and with the one in Production.

    One comparison where both are the same version; none with a version whose run is not there.
    """
    others: dict[int, tuple[str, ...]] = {}
    production = model.stages.get(_PRODUCTION)
    before = [v.version for v in model.versions if v.version < version.version]
    if before:
        others[max(before)] = (_PREVIOUS,)
    if production is not None and production != version.version:
        others[production] = (*others.get(production, ()), _PRODUCTION)
    run = runs.get(version.run)
    changes = []
    for number, reasons in others.items():
        other = model.find_version(number)
        other_run = runs.get(other.run) if other else None
        if run is not None and other_run is not None:
            changes.append(
                compare_runs(run, other_run, to=(number, reasons), directions=directions)
            )
    return tuple(changes)


def compare_runs(
    run: RunRecord,
    other: RunRecord,
    *,
    to: tuple[int, tuple[str, ...]],
    directions: Mapping[str, str],
) -> Change:
    """Compare a run with another one, which is that of version ``to[0]``, for the reasons given."""
    commits = (other.source.git_commit, run.source.git_commit)
    return Change(
        version=to[0],
        reasons=to[1],
        metrics=_compare_metrics(run, other, directions=directions),
        params=_compare_values(run.params, other.params),
        data=_compare_values(_describe_data(run), _describe_data(other)),
        packages=_compare_values(run.source.packages, other.source.packages),
        commits=commits if all(commits) and commits[0] != commits[1] else None,
    )


def _compare_metrics(
    run: RunRecord, other: RunRecord, *, directions: Mapping[str, str]
) -> tuple[MetricChange, ...]:
    changes = []
    for key in sorted({*run.metrics, *other.metrics}):
        here = run.metrics[key].last if key in run.metrics else None
        there = other.metrics[key].last if key in other.metrics else None
        direction = find_direction(key, directions=directions)
        changes.append(MetricChange(key, here, there, _judge(here, there, direction=direction)))
    return tuple(changes)


def _judge(here: float | None, there: float | None, *, direction: str | None) -> str:
    if here is None or there is None:
        return "missing"
    if here == there or (math.isnan(here) and math.isnan(there)):
        return "same"
    if direction is None:
        return "changed"
    return "better" if is_better(here, there, direction=direction) else "worse"


def _compare_values(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[ValueChange, ...]:
    """List what differs; what both know and see differently comes before what only one logged."""
    return tuple(
        ValueChange(key, here.get(key), there.get(key))
        for key in sorted(
            {*here, *there}, key=lambda key: (key not in here or key not in there, key)
        )
        if here.get(key) != there.get(key)
    )


def _describe_data(run: RunRecord) -> dict[str, str]:
    """Name each dataset by its name and use, and describe it by its digest."""
    return {
        f"{item.name} ({item.context})" if item.context else item.name: item.digest
        for item in run.inputs
    }
