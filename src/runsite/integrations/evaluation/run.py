"""`evaluate`: measure, and keep what was measured as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runsite.errors import InvalidValueError, quote
from runsite.integrations import curves
from runsite.integrations.autolog.datasets import log_dataset
from runsite.integrations.autolog.recording import log_values, save_json
from runsite.integrations.autolog.training import guarded
from runsite.integrations.evaluation.importance import permutation_importance, sample_rows
from runsite.integrations.evaluation.inputs import (
    EvaluationData,
    Scorer,
    find_model,
    make_data,
)
from runsite.integrations.evaluation.own_files import log_own_files
from runsite.integrations.evaluation.own_metrics import EvaluationMetric, measure_own
from runsite.integrations.evaluation.switches import read_switches
from runsite.integrations.evaluation.weighted import (
    Metrics,
    bootstrap,
    classifier_metrics,
    measure_once,
    regressor_metrics,
)

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

__all__ = ["EvaluationResult", "Interval", "Slice", "evaluate"]

_TYPES = ("regressor", "classifier")
_MAX_SLICES = 50


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a metric lies with the confidence that was asked for."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows that have one value in a column, and their metrics."""

    column: str
    value: str
    rows: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What `evaluate` found.

    Attributes:
        metrics: By name.
        intervals: By name of the metric; from the bootstrap.
        slices: Largest first.
        artifacts: File in the evaluation's folder → its content: curves, residuals, importance, and
            what ``custom_artifacts`` returned.
    """

    model_type: str
    rows: int
    confidence: float
    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()
    artifacts: Mapping[str, Any] = field(default_factory=dict)


def evaluate(  # noqa: PLR0913 - each says one thing about an evaluation, all by keyword
    model: Any = None,
    data: Any = None,
    *,
    model_type: str | None = None,
    targets: Any = None,
    predictions: Any = None,
    feature_names: list[str] | None = None,
    scores: Any = None,
    slices: str | list[str] | None = None,
    confidence: float = 0.95,
    resamples: int = 500,
    importance_repeats: int = 3,
    seed: int = 0,
    prefix: str = "",
    dataset_name: str = "evaluation",
    log: bool = True,
    evaluators: str | list[str] | None = None,
    evaluator_config: Mapping[str, Any] | None = None,
    extra_metrics: list[EvaluationMetric] | None = None,
    custom_artifacts: list[Callable[..., Mapping[str, Any]]] | None = None,
    model_config: Mapping[str, Any] | None = None,
    env_manager: str = "local",
) -> EvaluationResult:
    """Measure a model, or predictions, on data, and record it in the active run.

    Args:
        model: A model's URI, a loaded model, an estimator, or a function; None where
            ``predictions`` are given.
        data: Table or array of features; a table may hold targets and predictions too.
        model_type: ``regressor`` or ``classifier``; None measures by ``extra_metrics`` alone.
        targets: True values, or the name of their column.
        predictions: Predicted values, or the name of their column.
        feature_names: The columns that the model takes; by default all others.
        scores: Probabilities of a classifier's predictions, shape (n, n_classes), classes sorted.
        slices: Columns whose values' metrics are measured apart.
        confidence: Of the intervals.
        resamples: Of the bootstrap; 0 leaves the intervals out.
        importance_repeats: Shuffles a column for permutation importance; 0 leaves it out.
        seed: Of everything random.
        prefix: Put before the metrics' names, such as ``val_``.
        dataset_name: What the data is called in the record.
        log: Record it; otherwise only return it.
        evaluators: ``default`` is the one there is.
        evaluator_config: MLflow's ``metric_prefix`` and ``log_model_explainability`` are heeded.
        extra_metrics: Metrics of your own, made by ``runsite.models.make_metric``.
        custom_artifacts: Functions of ``(eval_df, builtin_metrics, artifacts_dir)`` that return
            names with paths, figures, tables, arrays or JSON; not called where nothing is recorded.
        model_config: Settings of a model given by its URI, as in ``load_model``.
        env_manager: Accepted for MLflow's sake: the model runs in this environment.

    Raises:
        InvalidValueError: An unknown model type or evaluator, no targets, neither model nor
            predictions, or a function of yours that returned what it should not.
    """
    switches = read_switches(evaluators, evaluator_config)
    prefix = prefix or switches.prefix
    if model_type not in _TYPES and not (model_type is None and extra_metrics):
        raise InvalidValueError(
            f"unknown model type {quote(model_type)}"
            if model_type
            else "evaluate needs a model_type, or extra_metrics",
            hint=f"use one of: {', '.join(_TYPES)}",
        )
    given = make_data(data, targets=targets, predictions=predictions, feature_names=feature_names)
    with guarded():
        scorer = find_model(model, model_config=model_config)
        measured = _measure(given, scorer, model_type=model_type, scores=scores)
        values = measured.values()
        result = EvaluationResult(
            model_type=model_type or "",
            rows=given.rows,
            confidence=confidence,
            metrics={
                **values,
                **measure_own(
                    extra_metrics or (),
                    truth=given.truth.ravel(),
                    predicted=measured.predicted.ravel(),
                    known=values,
                ),
                "example_count": float(given.rows),
            },
            intervals=_intervals(measured.metrics, given.rows, resamples, confidence, seed),
            slices=_slices(given, measured.metrics, slices),
            artifacts=measured.files
            | _importance(
                given,
                scorer,
                measured,
                repeats=importance_repeats if switches.importance else 0,
                seed=seed,
            ),
        )
    if log:
        _record(result, given, prefix=prefix, dataset_name=dataset_name)
        result = _with_files(result, given, measured, custom_artifacts or (), prefix)
    return result


@dataclass(frozen=True, slots=True)
class _Measured:
    metrics: Metrics
    predicted: Any
    loss: Any
    files: dict[str, Mapping[str, Any]]

    counts: Mapping[str, float] = field(default_factory=dict)

    def values(self) -> dict[str, float]:
        import numpy as np

        return measure_once(self.metrics, np.ones(len(self.predicted))) | dict(self.counts)


def _measure(
    data: EvaluationData, scorer: Scorer | None, *, model_type: str | None, scores: Any
) -> _Measured:
    import numpy as np

    predicted = data.predictions
    if predicted is None:
        if scorer is None:
            raise InvalidValueError("give a model or predictions")
        predicted = np.asarray(scorer.predict(data.features))
    if model_type is None:
        return _Measured(lambda _weights: {}, predicted, _error_rate(data.truth.ravel()), {})
    if model_type == "regressor":
        truth = data.truth.astype(float).ravel()
        predicted = predicted.astype(float).ravel()
        files: dict[str, Mapping[str, Any]] = {"residuals.json": curves.residuals(truth, predicted)}
        return _Measured(
            regressor_metrics(truth, predicted),
            predicted,
            _squared_loss(truth),
            files,
            {"sum_on_target": float(truth.sum())},
        )
    if scores is None and scorer is not None and scorer.predict_proba is not None:
        scores = scorer.predict_proba(data.features)
    return _measure_classes(data.truth.ravel(), predicted.ravel(), scorer, scores)


def _measure_classes(truth: Any, predicted: Any, scorer: Scorer | None, scores: Any) -> _Measured:
    import numpy as np

    known = scorer.classes if scorer is not None and scorer.classes is not None else []
    classes = np.unique(np.concatenate([truth, predicted, np.asarray(known, dtype=truth.dtype)]))
    if scores is not None and np.shape(scores)[1] != len(classes):
        scores = None  # a class that the model never saw has no column
    codes, guesses = np.searchsorted(classes, truth), np.searchsorted(classes, predicted)
    files: dict[str, Mapping[str, Any]] = {
        "confusion_matrix.json": curves.confusion(truth, predicted)
    }
    if scores is not None:
        scores = np.asarray(scores, dtype=float)
        files["roc_curve.json"] = curves.roc(truth, scores, classes=classes)
        files["precision_recall_curve.json"] = curves.precision_recall(
            truth, scores, classes=classes
        )
        files["calibration_curve.json"] = curves.calibration(truth, scores, classes=classes)
    metrics = classifier_metrics(codes, guesses, n_classes=len(classes), scores=scores)
    counts = _counts(codes, guesses) if len(classes) == 2 else {}
    return _Measured(metrics, predicted, _error_rate(truth), files, counts)


def _counts(truth: Any, predicted: Any) -> dict[str, float]:
    import numpy as np

    cells = np.bincount(2 * truth + predicted, minlength=4)
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    return {name: float(count) for name, count in zip(names, cells, strict=True)}


def _squared_loss(truth: Any) -> Any:
    def loss(predicted: Any, rows: Any) -> float:
        return float(((predicted.astype(float).ravel() - truth[rows]) ** 2).mean() ** 0.5)

    return loss


def _error_rate(truth: Any) -> Any:
    def loss(predicted: Any, rows: Any) -> float:
        return float((predicted.ravel() != truth[rows]).mean())

    return loss


def _intervals(
    metrics: Metrics, rows: int, resamples: int, confidence: float, seed: int
) -> dict[str, Interval]:
    if resamples <= 0:
        return {}
    found = bootstrap(metrics, n_rows=rows, resamples=resamples, confidence=confidence, seed=seed)
    # The largest error of a resample is never larger than that of the data: no interval.
    return {name: Interval(*pair) for name, pair in found.items() if name != "max_error"}


def _slices(
    data: EvaluationData, metrics: Metrics, columns: str | list[str] | None
) -> tuple[Slice, ...]:
    names = [columns] if isinstance(columns, str) else list(columns or ())
    found = []
    for name in names:
        if data.table is None or name not in data.table.columns:
            raise InvalidValueError(f"the data has no column {quote(name)} to slice by")
        values = data.table[name].astype(str)
        for value, rows in values.value_counts().head(_MAX_SLICES).items():
            mask = (values == value).to_numpy().astype(float)
            found.append(Slice(name, str(value), int(rows), measure_once(metrics, mask)))
    return tuple(found)


def _importance(
    data: EvaluationData, scorer: Scorer | None, measured: _Measured, *, repeats: int, seed: int
) -> dict[str, Mapping[str, Any]]:
    import numpy as np

    plain = hasattr(data.features, "columns") or isinstance(data.features, np.ndarray)
    if scorer is None or repeats <= 0 or not plain or data.features.ndim != 2:
        return {}
    rows = sample_rows(data.rows, seed=seed)
    features = data.features
    taken = features.iloc[rows] if hasattr(features, "iloc") else features[rows]
    found = permutation_importance(
        lambda x: np.asarray(scorer.predict(x)),
        taken,
        loss=lambda predicted: measured.loss(predicted, rows),
        repeats=repeats,
        seed=seed,
    )
    content = {"kind": "feature_importance", "method": "permutation", "features": found}
    return {"permutation_importance.json": content}


def _record(
    result: EvaluationResult, data: EvaluationData, *, prefix: str, dataset_name: str
) -> None:
    from runsite.tracking.active import get_session

    session = get_session()
    log_values(session, {prefix + name: value for name, value in result.metrics.items()})
    folder = f"{prefix}evaluation"
    for name, content in result.artifacts.items():
        save_json(session, f"{folder}/{name}", content)
    save_json(session, f"{folder}/evaluation.json", _summary(result, dataset_name))
    if data.features is not None:
        _log_data(session, data, name=dataset_name)


def _with_files(
    result: EvaluationResult,
    data: EvaluationData,
    measured: _Measured,
    functions: Iterable[Callable[..., Any]],
    prefix: str,
) -> EvaluationResult:
    import pandas as pd

    truth = {"prediction": measured.predicted.ravel(), "target": data.truth.ravel()}
    is_table = hasattr(data.features, "assign")
    table = data.features.assign(**truth) if is_table else pd.DataFrame(truth)
    kept = log_own_files(
        functions, table=table, metrics=result.metrics, folder=f"{prefix}evaluation"
    )
    return dataclasses.replace(result, artifacts={**result.artifacts, **kept})


def _log_data(session: Session, data: EvaluationData, *, name: str) -> None:
    log_dataset(session, data.features, data.truth, context="eval", name=name)


def _summary(result: EvaluationResult, dataset_name: str) -> dict[str, Any]:
    metrics = {
        name: {
            "value": value,
            **(dataclasses.asdict(result.intervals[name]) if name in result.intervals else {}),
        }
        for name, value in result.metrics.items()
    }
    return {
        "kind": "evaluation",
        "model_type": result.model_type,
        "dataset": dataset_name,
        "rows": result.rows,
        "confidence": result.confidence,
        "metrics": metrics,
        "slices": [dataclasses.asdict(part) for part in result.slices],
        "files": sorted(result.artifacts),
    }
