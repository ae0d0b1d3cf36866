"""The main metrics of a model's versions, each against the version before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from runsite.directions import find_direction, is_better, rank_metric
from runsite.pages.context import told
from runsite.pages.deltas import find_verdict, format_change
from runsite.pages.formatting import format_exact, format_number
from runsite.records import RunRecord
from runsite.registry import Model
from runsite.registry.gates import MetricGate

__all__ = [
    "VersionMetric",
    "choose_main_metrics",
    "compare_versions",
    "find_last_value",
    "list_gated_metrics",
]

_MAX_METRICS = 6


@dataclass(frozen=True, slots=True)
class VersionMetric:
    """A metric of a version in its model's table."""

    key: str = told("Name.")
    value: str = told("Value for people; empty where the version's run has none.")
    exact: str = told("The same with every digit.")
    change: str = told("Difference to the version before, with its sign; may be empty.")
    verdict: str = told("`better`, `worse`, `same`, `changed` or empty, against that version.")
    is_best: bool = told("Whether no other version is better.")


def list_gated_metrics(models: Iterable[Model]) -> frozenset[str]:
    """List the metrics that gates of these models name: those that the team decides by."""
    return frozenset(
        gate.metric
        for model in models
        for gates in model.gates.values()
        for gate in gates
        if isinstance(gate, MetricGate)
    )


def choose_main_metrics(
    model: Model, *, runs: Mapping[str, RunRecord], directions: Mapping[str, str]
) -> tuple[str, ...]:
    """Choose the metrics that most versions have, those with a direction first."""
    gated = list_gated_metrics([model])
    counts: dict[str, int] = {}
    for version in model.versions:
        run = runs.get(version.run)
        for key in run.metrics if run else ():
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(
        counts,
        key=lambda key: (
            rank_metric(key, directions=directions, gated=gated),
            -counts[key],
            key,
        ),
    )
    return tuple(ranked[:_MAX_METRICS])


def compare_versions(
    model: Model,
    names: Sequence[str],
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> dict[int, tuple[VersionMetric, ...]]:
    """Put the versions beside each other: version → each metric against the version before."""
    columns = []
    for name in names:
        direction = find_direction(name, directions=directions)
        values = {v.version: find_last_value(runs.get(v.run), name) for v in model.versions}
        best: float | None = None
        for value in values.values():
            if direction and value is not None and value == value:
                better = best is None or is_better(value, best, direction=direction)
                best = value if better else best
        columns.append(_compare_values(name, values, direction=direction, best=best))
    return {v.version: tuple(column[v.version] for column in columns) for v in model.versions}


def _compare_values(
    name: str, values: Mapping[int, float | None], *, direction: str | None, best: float | None
) -> dict[int, VersionMetric]:
    before: float | None = None
    found = {}
    for version, value in values.items():
        found[version] = VersionMetric(
            key=name,
            value=format_number(value) if value is not None else "",
            exact=format_exact(value) if value is not None else "",
            change=format_change(value, before),
            verdict=find_verdict(value, before, direction=direction),
            is_best=value is not None and value == best and len(values) > 1,
        )
        before = value if value is not None else before
    return found


def find_last_value(run: RunRecord | None, key: str) -> float | None:
    """Find the last value of a metric; None where the run, or the metric, is not there."""
    return run.metrics[key].last if run and key in run.metrics else None
