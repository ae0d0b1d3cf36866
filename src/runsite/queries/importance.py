"""Which runs, params and metrics the importance of params is measured over.

`runsite.queries.forest` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from runsite.queries.columns import Column, RunsTable

__all__ = [
    "FEWEST_RUNS",
    "MOST_RUNS",
    "ImportanceInput",
    "choose_importance_input",
]

FEWEST_RUNS = 20
"""With fewer finished runs a forest says more about chance than about params."""

MOST_RUNS = 500
"""Runs beyond this many are sampled, evenly over time, so that the cost is bounded."""

MOST_METRICS = 4
_MOST_PARAMS = 30
_MOST_WORDS = 50


@dataclass(frozen=True, slots=True)
class ImportanceInput:
    """What a forest is grown on.

    Attributes:
        frame: Columns of params and metrics, named by their ids, all Float64; words as codes.
        params: Ids of the params' columns.
        metrics: Ids of the metrics' columns; empty where nothing can be said.
        n_finished: Finished runs of the experiment, all or, of many, nearly all: see
            `choose_importance_input`.
        problem: Why nothing can be said, as a sentence; else empty.
    """

    frame: pl.DataFrame
    params: tuple[str, ...]
    metrics: tuple[str, ...]
    n_finished: int
    problem: str = ""


def choose_importance_input(table: RunsTable) -> ImportanceInput:
    """Choose the runs, params and metrics that importance is measured over.

    The number of runs grows in steps of a tenth, so that one run more in a large experiment
    changes nothing here, while the same runs always give the same answer.
    """
    finished = table.frame.filter(pl.col("run.status") == "FINISHED")
    finished = used = finished.head(_round_down(finished.height))
    if used.height > MOST_RUNS:
        used = used.gather_every(-(-used.height // MOST_RUNS))
    params = [c for c in table.columns if c.group == "params" and _varies(used, c)][:_MOST_PARAMS]
    metrics = [c for c in table.columns if c.group == "metrics" and _is_measured(used, c)]
    metrics = sorted(metrics, key=lambda c: c.direction is None)[:MOST_METRICS]
    problem = _find_problem(finished.height, params=params, metrics=metrics)
    return ImportanceInput(
        frame=used.select(*(_as_number(c) for c in params), *(pl.col(c.id) for c in metrics)),
        params=tuple(c.id for c in params),
        metrics=() if problem else tuple(c.id for c in metrics),
        n_finished=finished.height,
        problem=problem,
    )


def _round_down(count: int) -> int:
    """Round a number of runs down to a step of at most a tenth; small numbers stay."""
    step = 1
    while count // step >= 100:
        step *= 10
    return count // step * step


def _varies(frame: pl.DataFrame, column: Column) -> bool:
    distinct = frame[column.id].drop_nulls().n_unique()
    return distinct > 1 and (column.kind != "text" or distinct <= _MOST_WORDS)


def _is_measured(frame: pl.DataFrame, column: Column) -> bool:
    values = frame[column.id]
    finite = values.filter(values.is_finite())
    return len(finite) >= FEWEST_RUNS and finite.n_unique() > 1


def _as_number(column: Column) -> pl.Expr:
    if column.kind != "text":
        return pl.col(column.id)
    return (pl.col(column.id).rank("dense") - 1).cast(pl.Float64)


def _find_problem(n_finished: int, *, params: Sequence[Column], metrics: Sequence[Column]) -> str:
    if n_finished < FEWEST_RUNS:
        return (
            f"Too few runs to say which params matter: {n_finished} finished, and a forest needs "
            f"at least {FEWEST_RUNS}."
        )
    if not params:
        return "No param varies over the finished runs, so none can matter."
    if not metrics:
        return f"No metric has a value that varies in at least {FEWEST_RUNS} finished runs."
    return ""
