"""Metrics as functions of row weights: one definition for values, slices and the bootstrap. Pure.

Drawing rows with replacement means weighting each by how often it was drawn, so a metric that
takes weights needs no copy of the data for a resample, and sorting is done once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Metrics", "bootstrap", "classifier_metrics", "regressor_metrics"]

Metrics: TypeAlias = Callable[[Any], dict[str, float]]
"""Weights, shape (n,) → metric by name."""

_EPSILON = 1e-15


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

    def measure(weights: Any) -> dict[str, float]:
        total = weights.sum()
        if total == 0:
            return {}
        mean = float(weights @ y_true / total)
        mse = float(weights @ squared / total)
        spread = float(weights @ (y_true - mean) ** 2 / total)
        return {
            "mean_absolute_error": float(weights @ absolute / total),
            "mean_squared_error": mse,
            "root_mean_squared_error": mse**0.5,
            "r2_score": 1 - mse / spread if spread > 0 else float("nan"),
            "max_error": float(absolute[weights > 0].max()),
            "mean_absolute_percentage_error": float(weights @ relative / total),
            "mean_on_target": mean,
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

    cells = y_true * n_classes + y_pred
    ranked = _rank(y_true, scores, n_classes) if scores is not None else []
    loss = brier = None
    if scores is not None:
        sure = np.clip(scores[np.arange(len(y_true)), y_true], _EPSILON, 1)
        loss = -np.log(sure)
        if n_classes == 2:
            brier = (scores[:, 1] - y_true) ** 2

    def measure(weights: Any) -> dict[str, float]:
        total = weights.sum()
        if total == 0:
            return {}
        matrix = np.bincount(cells, weights=weights, minlength=n_classes**2)
        found = _from_confusion(matrix.reshape(n_classes, n_classes))
        if loss is not None:
            found["log_loss"] = float(weights @ loss / total)
        if brier is not None:
            found["brier_score"] = float(weights @ brier / total)
        return found | _from_ranks(ranked, weights)

    return measure


def bootstrap(
    measure: Metrics, *, n_rows: int, resamples: int, confidence: float, seed: int
) -> dict[str, tuple[float, float]]:
    """Compute percentile intervals by the bootstrap.

    Source: B. Efron, "Bootstrap methods: another look at the jackknife" (1979).

    Returns:
        Metric → (low, high); metrics that no resample has are left out.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(resamples):
        rows = rng.integers(0, n_rows, n_rows)
        weights = np.bincount(rows, minlength=n_rows).astype(float)
        for name, value in measure(weights).items():
            drawn.setdefault(name, []).append(value)
    tail = (1 - confidence) / 2
    return {
        name: (float(np.nanquantile(values, tail)), float(np.nanquantile(values, 1 - tail)))
        for name, values in drawn.items()
        if not np.all(np.isnan(values))
    }


def _from_confusion(matrix: Any) -> dict[str, float]:
    import numpy as np

    hits = np.diag(matrix)
    true, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    precision = _divide(hits, predicted)
    recall = _divide(hits, true)
    f1 = _divide(2 * hits, true + predicted)
    found = {"accuracy_score": float(hits.sum() / matrix.sum())}
    shares = np.array([0.0, 1.0]) if len(matrix) == 2 else true / true.sum()
    parts: Mapping[str, Any] = {
        "precision_score": precision,
        "recall_score": recall,
        "f1_score": f1,
    }
    return found | {name: float(values @ shares) for name, values in parts.items()}


def _rank(y_true: Any, scores: Any, n_classes: int) -> list[tuple[Any, Any, Any]]:
    """Sort the rows by each class's score, once: order, truth in it, last row of each tie."""
    import numpy as np

    ranked = []
    for label in [1] if n_classes == 2 else range(n_classes):
        order = np.argsort(-scores[:, label], kind="stable")
        sorted_scores = scores[order, label]
        last = np.append(sorted_scores[1:] != sorted_scores[:-1], True)
        ranked.append((order, (y_true[order] == label).astype(float), np.flatnonzero(last)))
    return ranked


def _from_ranks(ranked: list[tuple[Any, Any, Any]], weights: Any) -> dict[str, float]:
    """Compute areas under ROC and precision-recall, averaged by the classes' sizes."""
    import numpy as np

    areas, averages, sizes = [], [], []
    for order, truth, last in ranked:
        w = weights[order]
        hits = np.cumsum(w * truth)[last]
        misses = np.cumsum(w * (1 - truth))[last]
        positives, negatives = hits[-1], misses[-1]
        if positives == 0 or negatives == 0:
            continue
        tpr, fpr = hits / positives, misses / negatives
        areas.append(np.trapezoid(np.append(0, tpr), np.append(0, fpr)))
        precision = _divide(hits, hits + misses)
        averages.append((np.diff(np.append(0, tpr)) * precision).sum())
        sizes.append(positives)
    if not areas:
        return {}
    return {
        "roc_auc": float(np.average(areas, weights=sizes)),
        "average_precision_score": float(np.average(averages, weights=sizes)),
    }


def _divide(above: Any, below: Any) -> Any:
    import numpy as np

    return np.divide(above, below, out=np.zeros_like(above, dtype=float), where=below > 0)
