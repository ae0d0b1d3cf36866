"""The runs nested in a run, as a table: what they differ in, what came of it, the best first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runsite.directions import find_direction, is_better, rank_metric
from runsite.pages.context import RunRef, told
from runsite.pages.formatting import format_duration, format_number
from runsite.records import RunRecord, RunStatus

__all__ = [
    "MAX_CONSIDERED",
    "NestedCell",
    "NestedColumn",
    "NestedRow",
    "NestedTable",
    "make_nested_table",
]

MAX_CONSIDERED = 2000
_MAX_ROWS = 200
_MAX_PARAMS = 4
_MAX_METRICS = 3
_MANY_DIGITS = 9
_LONG_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+(e-?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class NestedColumn:
    """A param that differs, or a metric."""

    label: str = told("Key of the param or metric.")
    kind: str = told("`param` or `metric`.")
    direction: str = told("Of a metric: `min` or `max`; empty where nobody knows.")


@dataclass(frozen=True, slots=True)
class NestedCell:
    """A value of a run."""

    text: str = told("The value; empty where the run has none.")
    kind: str = told("`param` or `metric`.")
    best: bool = told("Whether no other run nested here is better.")


@dataclass(frozen=True, slots=True)
class NestedRow:
    """One nested run."""

    run: RunRef = told("The run.")
    cells: tuple[NestedCell, ...] = told("One a column.")
    duration: str = told("How long it took; empty while it runs.")


@dataclass(frozen=True, slots=True)
class NestedTable:
    """Runs nested in a run."""

    columns: tuple[NestedColumn, ...] = told("Metrics first, then params.")
    rows: tuple[NestedRow, ...] = told("Best first, by the first metric that has a direction.")
    shows_status: bool = told("Whether any of these rows is not simply finished.")


def make_nested_table(
    runs: Sequence[tuple[RunRef, RunRecord]], *, directions: Mapping[str, str]
) -> NestedTable:
    """Make the table of nested runs.

    Args:
        runs: The runs, oldest first.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """
    records = [record for _, record in runs]
    params = _differing_params(records)
    metrics = _main_metrics(records, directions=directions)
    columns = (
        *(NestedColumn(key, "metric", direction) for key, direction in metrics),
        *(NestedColumn(key, "param", "") for key in params),
    )
    best = {key: _find_best(records, key, direction) for key, direction in metrics}
    ordered = sorted(runs, key=lambda pair: _place(pair[1], metrics))
    rows = tuple(
        NestedRow(
            run=reference,
            cells=(
                *(_metric_cell(record, key, best=best[key]) for key, _ in metrics),
                *(_param_cell(record.params.get(key, "")) for key in params),
            ),
            duration=_duration(record),
        )
        for reference, record in ordered[:_MAX_ROWS]
    )
    shows_status = any(row.run.status != RunStatus.FINISHED.value for row in rows)
    return NestedTable(columns, rows, shows_status)


def _differing_params(records: Sequence[RunRecord]) -> list[str]:
    values: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for record in records:
        for key, value in record.params.items():
            values.setdefault(key, set()).add(value)
            counts[key] = counts.get(key, 0) + 1
    differing = [k for k in values if len(values[k]) > 1 or counts[k] < len(records)]
    return sorted(differing, key=lambda key: (-counts[key], key))[:_MAX_PARAMS]


def _main_metrics(
    records: Sequence[RunRecord], *, directions: Mapping[str, str]
) -> list[tuple[str, str]]:
    counts: dict[str, int] = {}
    for record in records:
        for key in record.metrics:
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(
        counts, key=lambda key: (rank_metric(key, directions=directions), -counts[key], key)
    )
    return [
        (key, find_direction(key, directions=directions) or "") for key in ranked[:_MAX_METRICS]
    ]


def _find_best(records: Sequence[RunRecord], key: str, direction: str) -> float | None:
    best: float | None = None
    if direction and len(records) > 1:
        for record in records:
            if key in record.metrics:
                value = record.metrics[key].last
                if best is None or is_better(value, best, direction=direction):
                    best = value
    return best


def _place(record: RunRecord, metrics: Sequence[tuple[str, str]]) -> tuple[int, float]:
    """Order by the first metric with a direction; NaN and no value last, else as they came."""
    for key, direction in metrics:
        if direction:
            value = record.metrics[key].last if key in record.metrics else None
            if value is None or value != value:
                return (1, 0.0)
            return (0, value if direction == "min" else -value)
    return (0, 0.0)


def _param_cell(text: str) -> NestedCell:
    """Show a param; of a number with very many digits those that tell runs apart."""
    if len(text) > _MANY_DIGITS and _LONG_NUMBER.fullmatch(text):
        text = format_number(float(text))
    return NestedCell(text, "param", best=False)


def _metric_cell(record: RunRecord, key: str, *, best: float | None) -> NestedCell:
    if key not in record.metrics:
        return NestedCell("", "metric", best=False)
    value = record.metrics[key].last
    return NestedCell(format_number(value), "metric", best=best is not None and value == best)


def _duration(record: RunRecord) -> str:
    if record.end_time is None:
        return ""
    return format_duration((record.end_time - record.start_time).total_seconds())
