"""Metrics as functions of row weights: one definition for values, slices and the bootstrap. Pure.

Drawing rows with replacement means weighting each by how often it was drawn, so a metric that
takes weights needs no copy of the data for a resample, sorting is done once for all of them, and
many resamples are measured at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Metrics", "bootstrap", "classifier_metrics", "measure_once", "regressor_metrics"]

Metrics: TypeAlias = Callable[[Any], dict[str, Any]]
"""Weights, shape (k, n), each row's sum above zero → metric by name, shape (k,).

NaN where a row's weights leave a metric undefined; a metric that none of them has is left out.
"""

_EPSILON = 1e-15
_ROUNDING = 1e-12
_CELLS = 2**18
"""Weights at once: 2 MB, and a few arrays of that size beside them."""

_LARGEST = 100


def measure_once(measure: Metrics, weights: Any) -> dict[str, float]:
    """Measure by one row of weights, shape (n,); no metrics where all of them are zero."""
    if weights.sum() == 0:
        return {}
    return {name: float(values[0]) for name, values in measure(weights[None]).items()}


def regressor_metrics(y_true: np.ndarray, y_pred: np.ndarray) -> Metrics:
    """Make the metrics of a regression; the names are MLflow's.

    Args:
        y_true: True values, shape (n,).
        y_pred: Predicted values, shape (n,).
    """
    import numpy as np

    error = y_pred - y_true
    absolute, squared = np.abs(error), error**2
    relative = absolute / np.maximum(np.abs(y_true), np.finfo(float).eps)
    order = np.argsort(-absolute, kind="stable")

    def measure(weights: Any) -> dict[str, Any]:
        total = weights.sum(axis=1)
        # One row of weights is centred on its own mean, many on one that is near to all of theirs.
        centre = float((weights[0] * y_true).sum() / total[0])
        rest = y_true - centre
        sums = weights @ np.column_stack([absolute, squared, relative, rest, rest**2])
        mae, mse, mape, shift, raw = (sums / total[:, None]).T
        spread = raw - shift**2
        constant = spread <= _ROUNDING * raw
        return {
            "mean_absolute_error": mae,
            "mean_squared_error": mse,
            "root_mean_squared_error": mse**0.5,
            "r2_score": np.where(constant, np.nan, 1 - mse / np.where(constant, 1, spread)),
            "max_error": _find_largest(absolute, order, weights),
            "mean_absolute_percentage_error": mape,
            "mean_on_target": centre + shift,
        }

    return measure


def classifier_metrics(
    y_true: np.ndarray, y_pred: np.ndarray, *, n_classes: int, scores: np.ndarray | None
) -> Metrics:
    """Make the metrics of a classification; the names are MLflow's.

    With two classes precision, recall and F1 are those of the second one; with more they are
    averaged by the classes' sizes.

    Args:
        y_true: True classes as places in the list of classes, shape (n,).
        y_pred: Predicted ones, shape (n,).
        n_classes: How many there are.
        scores: Probabilities, shape (n, n_classes), or None.
    """
    import numpy as np

    used, cells = np.unique(y_true * n_classes + y_pred, return_inverse=True)
    by_cell = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[by_cell], np.arange(len(used)))
    ranked = _rank(y_true, scores, n_classes) if scores is not None else []
    losses = {}
    if scores is not None:
        sure = np.clip(scores[np.arange(len(y_true)), y_true], _EPSILON, 1)
        losses["log_loss"] = -np.log(sure)
        if n_classes == 2:
            losses["brier_score"] = (scores[:, 1] - y_true) ** 2
    columns = np.column_stack([np.ones(len(y_true)), *losses.values()])

    def measure(weights: Any) -> dict[str, Any]:
        matrix = np.zeros((len(weights), n_classes**2))
        matrix[:, used] = np.add.reduceat(weights.take(by_cell, axis=1), starts, axis=1)
        found = _from_confusion(matrix.reshape(-1, n_classes, n_classes))
        # One product of matrices: several of a matrix and a vector keep idle threads spinning.
        total, *sums = (weights @ columns).T
        found |= {name: lost / total for name, lost in zip(losses, sums, strict=True)}
        return found | _from_ranks(ranked, weights)

    return measure


def bootstrap(
    measure: Metrics, *, n_rows: int, resamples: int, confidence: float, seed: int
) -> dict[str, tuple[float, float]]:
    """Compute percentile intervals by the bootstrap.

    Resamples are drawn and measured some at a time, as many as keep the weights below 2 MB (one
    at least); how many has no influence on the draws.

    Source: B. Efron, "Bootstrap methods: another look at the jackknife" (1979).

    Returns:
        Metric → (low, high); metrics that no resample has are left out.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    drawn: dict[str, list[Any]] = {}
    batch = max(1, _CELLS // n_rows)
    for begin in range(0, resamples, batch):
        count = min(batch, resamples - begin)
        places = rng.integers(0, n_rows, (count, n_rows))
        places += n_rows * np.arange(count)[:, None]
        weights = np.bincount(places.ravel(), minlength=count * n_rows).astype(float)
        for name, values in measure(weights.reshape(count, n_rows)).items():
            drawn.setdefault(name, []).append(values)
    tail = (1 - confidence) / 2
    intervals = {}
    for name, parts in drawn.items():
        values = np.concatenate(parts)
        values = values[~np.isnan(values)]
        if len(values):
            low, high = np.quantile(values, [tail, 1 - tail])
            intervals[name] = (float(low), float(high))
    return intervals


def _find_largest(absolute: Any, order: Any, weights: Any) -> Any:
    """Find each row's largest error of those with weight; mostly it is among the first few."""
    drawn = weights[:, order[:_LARGEST]] > 0
    if not drawn.any(axis=1).all():
        drawn = weights[:, order] > 0
    return absolute[order[drawn.argmax(axis=1)]]


def _from_confusion(matrix: Any) -> dict[str, Any]:
    """Compute from confusion matrices, shape (k, n_classes, n_classes)."""
    import numpy as np

    hits = np.diagonal(matrix, axis1=1, axis2=2)
    true, predicted = matrix.sum(axis=2), matrix.sum(axis=1)
    total = true.sum(axis=1)
    shares = np.array([0.0, 1.0]) if matrix.shape[1] == 2 else true / total[:, None]
    parts = {
        "precision_score": _divide(hits, predicted),
        "recall_score": _divide(hits, true),
        "f1_score": _divide(2 * hits, true + predicted),
    }
    found = {"accuracy_score": hits.sum(axis=1) / total}
    return found | {name: (values * shares).sum(axis=1) for name, values in parts.items()}


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The rows by falling score of one class, in groups of equal score that hold a true one.

    Attributes:
        order: Rows, shape (n,).
        positives: Rows of the class, in the same order, shape (p,).
        ends: For each group how many of ``order`` come before its end.
        hits: How many of ``positives`` do; None where each is a group of its own.
        starts: How many of ``order`` come before the group; None where no scores are equal.
    """

    order: Any
    positives: Any
    ends: Any
    hits: Any = None
    starts: Any = None


def _rank(y_true: Any, scores: Any, n_classes: int) -> list[_Ranking]:
    """Sort the rows by each class's score, once; classes that no row is of are left out."""
    import numpy as np

    ranked = []
    for label in [1] if n_classes == 2 else range(n_classes):
        order = np.argsort(-scores[:, label], kind="stable")
        values, is_true = scores[order, label], y_true[order] == label
        ends = np.flatnonzero(np.append(values[1:] != values[:-1], True)) + 1
        hits = np.cumsum(is_true)[ends - 1]
        held = np.diff(hits, prepend=0) > 0
        if not held.any():
            continue
        starts = np.append(0, ends[:-1])[held]
        tied = len(ends) < len(order)
        groups = (hits[held], starts) if tied else (None, None)
        ranked.append(_Ranking(order, order[is_true], ends[held], *groups))
    return ranked


def _from_ranks(ranked: list[_Ranking], weights: Any) -> dict[str, Any]:
    """Compute areas under ROC and precision-recall, averaged by the classes' sizes.

    A class of which a row of weights has none, or nothing else, has no area and does not count.
    """
    import numpy as np

    areas, averages, sizes = (np.zeros(len(weights)) for _ in range(3))
    for one in ranked:
        area, average, positives, negatives = _from_ranking(one, weights)
        defined = (positives > 0) & (negatives > 0)
        # Summed by size, an average's division by the size of the class falls away.
        areas += np.where(defined, _divide(area, negatives), 0)
        averages += np.where(defined, average, 0)
        sizes += np.where(defined, positives, 0)
    if not sizes.any():
        return {}
    sizes = np.where(sizes > 0, sizes, np.nan)
    return {"roc_auc": areas / sizes, "average_precision_score": averages / sizes}


def _from_ranking(one: _Ranking, weights: Any) -> tuple[Any, Any, Any, Any]:
    """Sum over the groups, which are the steps of both curves; the rest adds nothing to an area.

    Returns:
        The area under ROC times the positives and the negatives, the average precision times the
        positives, the positives, and the negatives, each of shape (k,).
    """
    import numpy as np

    gained = weights.take(one.positives, axis=1)
    hits = np.cumsum(gained, axis=1)
    seen = np.cumsum(weights.take(one.order, axis=1), axis=1)
    positives, negatives = hits[:, -1], seen[:, -1] - hits[:, -1]
    if one.hits is not None:
        hits = hits.take(one.hits - 1, axis=1)
        gained = np.diff(hits, prepend=0.0, axis=1)
    until = seen.take(one.ends - 1, axis=1)
    below = negatives[:, None] - (until - hits)
    if one.starts is not None:
        before = np.where(one.starts > 0, seen.take(one.starts - 1, axis=1), 0.0)
        below += (until - before - gained) / 2  # half of those that the score does not tell apart
    precision = hits / np.maximum(until, np.finfo(float).tiny)
    area = np.einsum("kp,kp->k", gained, below)
    return area, np.einsum("kp,kp->k", gained, precision), positives, negatives


def _divide(above: Any, below: Any) -> Any:
    import numpy as np

    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0)
