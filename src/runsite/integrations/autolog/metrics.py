"""The metrics and curves of a fitted estimator on data, under MLflow's names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from runsite.integrations import curves

__all__ = ["measure_fit"]


def measure_fit(
    estimator: Any, *, x: Any, y: Any, sample_weight: Any = None, pos_label: object = None
) -> tuple[dict[str, float], dict[str, object]]:
    """Measure a fitted estimator on the data that it was fitted to.

    Returns:
        Metrics by name, and files by path: the curves as data. A metric that cannot be computed
        (a class that is missing, a score that the model lacks) is left out.
    """
    from sklearn.base import is_classifier, is_regressor

    prefix = "training_"
    metrics: dict[str, float] = {}
    files: dict[str, object] = {}
    if x is None or y is None:
        return metrics, files
    if not hasattr(estimator, "predict"):  # a search with refit=False
        pass
    elif is_classifier(estimator):
        metrics, files = _measure_classifier(estimator, x, y, sample_weight, pos_label)
    elif is_regressor(estimator):
        metrics = _measure_regressor(estimator, x, y, sample_weight)
    # What the common score() would compute is known: predicting again can take as long as a fit.
    known = metrics.get(_SCORES.get(_score_owner(estimator), ""))
    score = known if known is not None else _try(lambda: _score(estimator, x, y, sample_weight))
    if score is not None:
        metrics["score"] = score
    return (
        {prefix + key: value for key, value in metrics.items()},
        {f"{prefix}{key}.json": value for key, value in files.items()},
    )


def _measure_regressor(estimator: Any, x: Any, y: Any, weight: Any) -> dict[str, float]:
    from sklearn import metrics as m

    predicted = estimator.predict(x)
    names = ("mean_squared_error", "mean_absolute_error", "r2_score", "root_mean_squared_error")
    return _collect(
        {name: partial(getattr(m, name), y, predicted, sample_weight=weight) for name in names}
    )


def _measure_classifier(
    estimator: Any, x: Any, y: Any, weight: Any, pos_label: object
) -> tuple[dict[str, float], dict[str, object]]:
    from sklearn import metrics as m

    predicted = estimator.predict(x)
    how: dict[str, object] = {"average": "weighted", "sample_weight": weight}
    if pos_label is not None:
        how |= {"average": "binary", "pos_label": pos_label}
    actions: dict[str, Callable[[], float]] = {
        name: partial(getattr(m, name), y, predicted, **how)
        for name in ("precision_score", "recall_score", "f1_score")
    }
    actions["accuracy_score"] = lambda: m.accuracy_score(y, predicted, sample_weight=weight)
    files: dict[str, object] = {}
    matrix = _try(lambda: curves.confusion(y, predicted, sample_weight=weight))
    if matrix is not None:
        files["confusion_matrix"] = matrix
    if hasattr(estimator, "predict_proba"):
        scores = estimator.predict_proba(x)
        classes = estimator.classes_
        actions["log_loss"] = lambda: m.log_loss(y, scores, sample_weight=weight)
        actions["roc_auc"] = lambda: m.roc_auc_score(
            y,
            scores[:, 1] if scores.shape[1] == 2 else scores,
            average="weighted",
            sample_weight=weight,
            multi_class="ovo",
        )
        for name, curve in (
            ("roc_curve", curves.roc),
            ("precision_recall_curve", curves.precision_recall),
        ):
            drawn = _try(partial(curve, y, scores, classes=classes, sample_weight=weight))
            if drawn is not None:
                files[name] = drawn
    return _collect(actions), files


_SCORES = {"RegressorMixin": "r2_score", "ClassifierMixin": "accuracy_score"}


def _score_owner(estimator: Any) -> str:
    """Return the class that defines the estimator's ``score``."""
    return next((kind.__name__ for kind in type(estimator).__mro__ if "score" in vars(kind)), "")


def _score(estimator: Any, x: Any, y: Any, weight: Any) -> float:
    if weight is None:
        return float(estimator.score(x, y))
    return float(estimator.score(x, y, sample_weight=weight))


def _collect(actions: dict[str, Callable[[], float]]) -> dict[str, float]:
    found = {name: _try(action) for name, action in actions.items()}
    return {name: float(value) for name, value in found.items() if value is not None}


def _try(action: Callable[[], Any]) -> Any:
    import warnings

    try:
        with warnings.catch_warnings():
            # A class without predictions is a fact of the metric, not news for a training script.
            warnings.simplefilter("ignore")
            return action()
    except Exception:  # noqa: BLE001 - the metric does not exist for this model and data
        return None
