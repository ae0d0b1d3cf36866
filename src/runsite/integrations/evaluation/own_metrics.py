"""Metrics that a caller brings to `evaluate`, in the form that MLflow's ``make_metric`` taught."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runsite.errors import InvalidValueError, quote

__all__ = ["EvaluationMetric", "MetricValue", "make_metric", "measure_own"]


@dataclass(frozen=True, slots=True)
class EvaluationMetric:
    """A metric of the caller's: its function, its name, and which way it is better.

    With a version it is recorded as ``name/version``. The fields after it are for readers.
    """

    eval_fn: Callable[..., Any]
    name: str
    greater_is_better: bool = True
    long_name: str | None = None
    version: str | None = None
    metric_details: str | None = None
    metric_metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MetricValue:
    """What such a function may return instead of a number: several numbers by name."""

    scores: Any = None
    justifications: Any = None
    aggregate_results: Mapping[str, float] = field(default_factory=dict)


def make_metric(  # noqa: PLR0913 - MLflow's arguments
    *,
    eval_fn: Callable[..., Any],
    greater_is_better: bool,
    name: str | None = None,
    long_name: str | None = None,
    version: str | None = None,
    metric_details: str | None = None,
    metric_metadata: Mapping[str, Any] | None = None,
) -> EvaluationMetric:
    """Make a metric of a function, for ``evaluate(extra_metrics=[…])``.

    Args:
        eval_fn: Called as ``f(predictions, targets, metrics)`` with two pandas Series and the
            metrics found so far; a function of ``(eval_df, builtin_metrics)`` gets a table with the
            columns ``prediction`` and ``target`` instead. It returns a number or a `MetricValue`.
        greater_is_better: Which way it is better.
        name: What it is called; by default the function's name.
        long_name: Accepted for MLflow's sake.
        version: Becomes part of the name, as ``name/version``.
        metric_details: Accepted for MLflow's sake.
        metric_metadata: Accepted for MLflow's sake.

    Raises:
        InvalidValueError: The function has no name, and none is given.
    """
    found = name or getattr(eval_fn, "__name__", "")
    if not found or found == "<lambda>":
        raise InvalidValueError("a metric of a lambda has no name", hint="give name=")
    return EvaluationMetric(
        eval_fn, found, greater_is_better, long_name, version, metric_details, metric_metadata
    )


def measure_own(
    metrics: Iterable[EvaluationMetric], *, truth: Any, predicted: Any, known: Mapping[str, float]
) -> dict[str, float]:
    """Compute the caller's metrics; each sees those before it.

    Raises:
        InvalidValueError: Something else than a metric was given, or it returned no number.
    """
    found: dict[str, float] = {}
    for metric in metrics:
        if not hasattr(metric, "eval_fn") or not hasattr(metric, "name"):
            raise InvalidValueError(
                f"{quote(repr(metric))} is no metric",
                hint="make one by runsite.models.make_metric(eval_fn=…, greater_is_better=…)",
            )
        value = _call(metric.eval_fn, truth, predicted, {**known, **found})
        version = getattr(metric, "version", None)
        found.update(_named(metric.name, value, suffix=f"/{version}" if version else ""))
    return found


def _call(
    function: Callable[..., Any], truth: Any, predicted: Any, known: Mapping[str, float]
) -> Any:
    import pandas as pd

    names = list(inspect.signature(function).parameters)
    if _takes_table(names):
        table = pd.DataFrame({"prediction": predicted, "target": truth})
        given: list[Any] = [table, dict(known)]
    else:
        values = {
            key: MetricValue(aggregate_results={key: value, key.partition("/")[0]: value})
            for key, value in known.items()
        }
        given = [pd.Series(predicted), pd.Series(truth), values]
    variable = any(
        p.kind is inspect.Parameter.VAR_POSITIONAL
        for p in inspect.signature(function).parameters.values()
    )
    return function(*(given if variable else given[: len(names)]))


def _takes_table(names: list[str]) -> bool:
    if names and names[0].lstrip("_") == "eval_df":
        return True
    return len(names) == 2 and names[1].lstrip("_").endswith("metrics")


def _named(name: str, value: Any, *, suffix: str) -> dict[str, float]:
    several = getattr(value, "aggregate_results", value if isinstance(value, Mapping) else None)
    if several is not None:
        return {
            f"{name}{suffix}" if key == name else f"{name}{suffix}/{key}": float(number)
            for key, number in several.items()
        }
    try:
        return {f"{name}{suffix}": float(value)}
    except (TypeError, ValueError):
        raise InvalidValueError(
            f"metric {quote(name)} returned {quote(repr(value))}, which is no number"
        ) from None
