"""Curves and matrices of a model's quality, as plain data that the site draws. Pure but for NumPy.

Each is a JSON object with a ``kind``; docs/evaluation.md lists them. Curves are thinned to what a
screen can show.
"""

from __future__ import annotations

from typing import Any

__all__ = ["calibration", "confusion", "precision_recall", "residuals", "roc"]

_POINTS = 300
_CLASSES = 50


def confusion(y_true: Any, y_pred: Any, *, sample_weight: Any = None) -> dict[str, Any]:
    """Count true against predicted classes: rows are the true ones."""
    from sklearn.metrics import confusion_matrix
    from sklearn.utils.multiclass import unique_labels

    labels = unique_labels(y_true, y_pred)
    matrix = confusion_matrix(y_true, y_pred, labels=labels, sample_weight=sample_weight)
    names = [str(label) for label in labels.tolist()]
    return {"kind": "confusion_matrix", "labels": names, "matrix": matrix.tolist()}


def roc(y_true: Any, scores: Any, *, classes: Any, sample_weight: Any = None) -> dict[str, Any]:
    """Compute ROC curves: one for two classes, else one a class against the rest.

    Args:
        y_true: Classes, shape (n,).
        scores: Probabilities, shape (n, n_classes).
        classes: The classes in the order of the columns.
        sample_weight: Weights, shape (n,).
    """
    from sklearn.metrics import auc, roc_curve

    curves = []
    for label, truth, score in _one_vs_rest(y_true, scores, classes):
        fpr, tpr, thresholds = roc_curve(truth, score, sample_weight=sample_weight)
        keep = _thin(len(fpr))
        curves.append(
            {
                "label": label,
                "auc": float(auc(fpr, tpr)),
                "fpr": fpr[keep].tolist(),
                "tpr": tpr[keep].tolist(),
                "thresholds": thresholds[keep].tolist(),
            }
        )
    return {"kind": "roc_curve", "curves": curves}


def precision_recall(
    y_true: Any, scores: Any, *, classes: Any, sample_weight: Any = None
) -> dict[str, Any]:
    """Compute precision-recall curves; arguments as in `roc`."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    curves = []
    for label, truth, score in _one_vs_rest(y_true, scores, classes):
        precision, recall, _ = precision_recall_curve(truth, score, sample_weight=sample_weight)
        keep = _thin(len(precision))
        average = average_precision_score(truth, score, sample_weight=sample_weight)
        curves.append(
            {
                "label": label,
                "average_precision": float(average),
                "precision": precision[keep].tolist(),
                "recall": recall[keep].tolist(),
            }
        )
    return {"kind": "precision_recall_curve", "curves": curves}


def calibration(y_true: Any, scores: Any, *, classes: Any, bins: int = 10) -> dict[str, Any]:
    """Compare predicted probabilities with how often they came true, in bins of equal counts."""
    import numpy as np

    curves = []
    for label, truth, score in _one_vs_rest(y_true, scores, classes):
        order = np.argsort(score, kind="stable")
        parts = [part for part in np.array_split(order, bins) if len(part)]
        curves.append(
            {
                "label": label,
                "predicted": [float(score[part].mean()) for part in parts],
                "observed": [float(truth[part].mean()) for part in parts],
                "count": [len(part) for part in parts],
                "brier": float(((score - truth) ** 2).mean()),
            }
        )
    return {"kind": "calibration_curve", "curves": curves}


def residuals(y_true: Any, y_pred: Any, *, seed: int = 0) -> dict[str, Any]:
    """Describe true minus predicted values: a histogram, quantiles, and a sample of pairs."""
    import numpy as np

    truth, predicted = (np.asarray(v, dtype=float).ravel() for v in (y_true, y_pred))
    rest = truth - predicted
    counts, edges = _bin(rest)
    levels = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    with np.errstate(invalid="ignore"):  # between two infinities there is no number
        quantiles = {str(q): float(np.quantile(rest, q)) for q in levels}
    sample = np.arange(len(rest))
    if len(sample) > _POINTS:
        sample = np.sort(np.random.default_rng(seed).choice(len(rest), _POINTS, replace=False))
    return {
        "kind": "residuals",
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "quantiles": quantiles,
        "sample": {"true": truth[sample].tolist(), "predicted": predicted[sample].tolist()},
    }


def _bin(values: Any) -> tuple[Any, Any]:
    """Count the finite values in 40 bins of one width."""
    import numpy as np

    finite = values[np.isfinite(values)]
    try:
        return np.histogram(finite, bins=40)
    except ValueError:  # all but equal: the bins would be narrower than floats lie apart
        middle = float(finite.mean())
        half = max(0.5, abs(middle) * 1e-6)
        return np.histogram(finite, bins=40, range=(middle - half, middle + half))


def _one_vs_rest(y_true: Any, scores: Any, classes: Any) -> list[tuple[str, Any, Any]]:
    import numpy as np

    truth = np.asarray(y_true)
    scores = np.asarray(scores, dtype=float)
    columns = range(len(classes))
    if len(classes) == 2:
        columns = range(1, 2)
    return [
        (str(classes[i]), (truth == classes[i]).astype(float), scores[:, i])
        for i in list(columns)[:_CLASSES]
    ]


def _thin(length: int) -> Any:
    """Choose places along a curve, both ends among them."""
    import numpy as np

    if length <= _POINTS:
        return np.arange(length)
    return np.unique(np.linspace(0, length - 1, _POINTS).round().astype(int))
