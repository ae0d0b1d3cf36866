"""Which params matter for a metric: a random forest, and what it loses when a param is shuffled.

scikit-learn is imported by `measure_importance` only, which needs about a second and so has a
process of its own in a build; the rest decides what it is to be given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from runsite.queries.columns import Column, RunsTable

__all__ = [
    "FEWEST_RUNS",
    "MOST_RUNS",
    "Importance",
    "ImportanceInput",
    "ParamImportance",
    "choose_importance_input",
    "measure_importance",
]

FEWEST_RUNS = 20
"""With fewer finished runs a forest says more about chance than about params."""

MOST_RUNS = 2_000
"""Runs beyond this many are sampled, evenly over time, so that the cost is bounded."""

MOST_METRICS = 4
_MOST_PARAMS = 30
_MOST_WORDS = 50
_FOLDS = 3
_REPEATS = 3
_TREES = 48


@dataclass(frozen=True, slots=True)
class ParamImportance:
    """How much one param matters.

    Attributes:
        param: Key of the param.
        mean: How much of the metric's variance is no longer explained when it is shuffled.
        deviation: Standard deviation of that over folds and shuffles.
    """

    param: str
    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Importance:
    """What matters for one metric.

    Attributes:
        metric: Key of the metric.
        n_runs: Runs that were used.
        score: R² over runs that the forest had not seen (cross-validated).
        params: The most important first.
    """

    metric: str
    n_runs: int
    score: float
    params: tuple[ParamImportance, ...]


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


def measure_importance(
    features: Mapping[str, Sequence[float | None]], values: Sequence[float | None], *, metric: str
) -> Importance:
    """Measure permutation importance over held-out runs.

    For each fold a forest is grown on the other folds; each param of the fold is shuffled, and
    its importance is by how much the squared error grows, in units of the metric's variance. That
    is the loss of R². Values far out (beyond three box lengths) count as that far: one run that
    diverged would drown all others.

    Source: Breiman, "Random Forests" (2001), section 10; over held-out data as in scikit-learn's
    `permutation_importance`.

    Args:
        features: Param → values, one a run; None where the run has none.
        values: The metric, one a run; runs without a finite value are left out.
        metric: Name of the metric.
    """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import KFold

    target = np.array([np.nan if v is None else v for v in values], dtype=float)
    table = np.array([[np.nan if v is None else v for v in column] for column in features.values()])
    kept = np.isfinite(target)
    x, y = table.T[kept], target[kept]
    q1, q3 = np.quantile(y, [0.25, 0.75])
    y = np.clip(y, q1 - 3 * (q3 - q1), q3 + 3 * (q3 - q1)) if q3 > q1 else y
    variance = float(y.var()) or 1.0
    error = 0.0
    losses: list[list[float]] = [[] for _ in features]
    for fold, (seen, unseen) in enumerate(
        KFold(_FOLDS, shuffle=True, random_state=0).split(x, groups=None)
    ):
        forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=fold, n_jobs=1)
        forest.fit(x[seen], y[seen])
        errors = _shuffled_errors(forest, x[unseen], y[unseen], seed=fold)
        error += float(errors[0]) * len(unseen)
        for place, column in enumerate(losses):
            start = 1 + place * _REPEATS
            column.extend((errors[start : start + _REPEATS] - errors[0]) / variance)
    found = [
        ParamImportance(name, float(np.mean(loss)), float(np.std(loss)))
        for name, loss in zip(features, losses, strict=True)
    ]
    score = 1 - error / len(y) / variance
    found.sort(key=lambda p: (-p.mean, p.param))
    return Importance(metric=metric, n_runs=len(y), score=score, params=tuple(found))


def _shuffled_errors(forest: Any, x: Any, y: Any, *, seed: int) -> Any:
    """Return the mean squared errors as is, and with each param shuffled `_REPEATS` times."""
    import numpy as np

    random = np.random.default_rng(seed)
    copies = [x]
    for place in range(x.shape[1]):
        for _ in range(_REPEATS):
            copy = x.copy()
            copy[:, place] = random.permutation(copy[:, place])
            copies.append(copy)
    # One call for all copies: a call costs more than the predictions of a fold.
    predicted = forest.predict(np.concatenate(copies)).reshape(len(copies), len(y))
    return ((predicted - y) ** 2).mean(axis=1)


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
