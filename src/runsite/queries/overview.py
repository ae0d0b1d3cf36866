"""What an experiment comes to: counts, the last start, the best runs by its main metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from runsite.directions import find_direction, order_metrics

__all__ = ["BestRun", "ExperimentSummary", "summarise_experiment"]

_MAX_BEST = 4
_TREND_POINTS = 60


@dataclass(frozen=True, slots=True)
class BestRun:
    """The best run of an experiment by one metric (its last value, as the table shows it)."""

    metric: str
    direction: str
    value: float
    run_id: str
    run_name: str
    status: str


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """An experiment in numbers.

    Attributes:
        best: By the main metrics: those with a known direction, the most logged first.
        trend: Best value so far of the first of them, run after run.
        has_curves: Whether a metric of any run has more than one value.
    """

    name: str
    n_runs: int
    n_finished: int = 0
    n_running: int = 0
    n_failed: int = 0
    last_start: datetime | None = None
    best: tuple[BestRun, ...] = ()
    trend: tuple[float, ...] = ()
    has_curves: bool = False


def summarise_experiment(
    name: str,
    *,
    runs: pl.DataFrame,
    directions: Mapping[str, str] | None = None,
    gated: Collection[str] = (),
) -> ExperimentSummary:
    """Summarise the runs of one experiment.

    Args:
        name: The experiment's name.
        runs: Its rows, as `Store.read_runs` gives them.
        directions: Metric key → ``min`` or ``max``, where the project says so.
        gated: Metrics that gates of the registry name.
    """
    if runs.is_empty():
        return ExperimentSummary(name=name, n_runs=0)
    status = runs["status"]
    best = _find_best(runs, directions=directions or {}, gated=gated)
    return ExperimentSummary(
        name=name,
        n_runs=runs.height,
        n_finished=int((status == "FINISHED").sum()),
        n_running=int((status == "RUNNING").sum()),
        n_failed=int(status.is_in(["FAILED", "KILLED"]).sum()),
        last_start=runs["start_time"].max(),  # type: ignore[arg-type]  # a datetime column
        best=best,
        trend=_find_trend(runs, best[0]) if best else (),
        has_curves=_has_curves(runs),
    )


def _find_best(
    runs: pl.DataFrame, *, directions: Mapping[str, str], gated: Collection[str]
) -> tuple[BestRun, ...]:
    keys = runs.select(pl.col("metrics").map.keys().alias("key")).explode("key").drop_nulls()
    counts = keys.group_by("key").len()
    ranked = order_metrics(dict(counts.iter_rows()), directions=directions, gated=gated)
    found: list[BestRun] = []
    for key in ranked:
        direction = find_direction(key, directions=directions)
        best = _find_best_by(runs, key, direction) if direction else None
        if best:
            found.append(best)
        if len(found) == _MAX_BEST:
            break
    return tuple(found)


def _find_best_by(runs: pl.DataFrame, key: str, direction: str) -> BestRun | None:
    value = pl.col("metrics").map.get(key)
    # A run that failed half-way can have a fine value of its first batch: it is not the best.
    finite = runs.select(
        "run_id", "run_name", "status", "interrupted", "start_time", value.alias("value")
    ).filter(pl.col("value").is_finite() & pl.col("status").is_in(["FINISHED", "RUNNING"]))
    if finite.is_empty():
        return None
    row = finite.sort(
        ["value", "start_time", "run_id"], descending=[direction == "max", False, False]
    ).row(0, named=True)
    return BestRun(
        metric=key,
        direction=direction,
        value=row["value"],
        run_id=row["run_id"],
        run_name=row["run_name"] or "",
        status="INTERRUPTED" if row["interrupted"] else row["status"],
    )


def _find_trend(runs: pl.DataFrame, best: BestRun) -> tuple[float, ...]:
    """Follow the best value so far over the runs in the order in which they started."""
    value = pl.col("metrics").map.get(best.metric)
    values = (
        runs.sort("start_time", "run_id")
        .select(value.alias("value"))
        .filter(pl.col("value").is_finite())["value"]
    )
    so_far = values.cum_min() if best.direction == "min" else values.cum_max()
    if len(so_far) > _TREND_POINTS:
        last = len(so_far) - 1
        picks = [round(i * last / (_TREND_POINTS - 1)) for i in range(_TREND_POINTS)]
        so_far = so_far.gather(picks)
    return tuple(so_far.to_list())


def _has_curves(runs: pl.DataFrame) -> bool:
    counts = runs.select(
        pl.col("metric_summaries")
        .map.values()
        .list.eval(pl.element().struct.field("count"))
        .list.max()
        .max()
    ).item()
    return counts is not None and counts > 1
