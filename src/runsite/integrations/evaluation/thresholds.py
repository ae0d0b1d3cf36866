"""What an evaluation must reach: thresholds for a candidate, by itself or against a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from runsite.errors import InvalidValueError, ModelError, quote

__all__ = ["MetricThreshold", "Metrics", "validate_evaluation_results"]

_LEAST = 1e-10  # by how much a value must be better than a baseline of zero


class Metrics(Protocol):
    """Anything with metrics by name, such as an `EvaluationResult`."""

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics by name."""


@dataclass(frozen=True, slots=True)
class MetricThreshold:
    """What one metric must reach; ``validate_evaluation_results`` checks it.

    Args:
        threshold: The worst value that passes.
        min_absolute_change: By how much it must be better than the baseline's value.
        min_relative_change: The same as a part, 0 to 1, of the baseline's magnitude.
        greater_is_better: Which way the metric is better; there is no default.

    Raises:
        InvalidValueError: No condition is given, no direction, or a change out of its range.
    """

    threshold: float | None = None
    min_absolute_change: float | None = None
    min_relative_change: float | None = None
    greater_is_better: bool | None = None

    def __post_init__(self) -> None:
        if self.greater_is_better is None:
            raise InvalidValueError(
                "a threshold needs a direction", hint="give greater_is_better=True or False"
            )
        absolute, relative = self.min_absolute_change, self.min_relative_change
        if self.threshold is None and absolute is None and relative is None:
            raise InvalidValueError(
                "a threshold needs a condition",
                hint="give threshold=, min_absolute_change= or min_relative_change=",
            )
        if absolute is not None and not absolute > 0:
            raise InvalidValueError(f"min_absolute_change is positive, not {quote(absolute)}")
        if relative is not None and not 0 <= relative <= 1:
            raise InvalidValueError(f"min_relative_change lies from 0 to 1, not {quote(relative)}")


def validate_evaluation_results(
    validation_thresholds: Mapping[str, MetricThreshold],
    candidate_result: Metrics,
    baseline_result: Metrics | None = None,
) -> None:
    """Check an evaluation against thresholds; passing returns nothing.

    A gate in ``registry.yaml`` holds the same for every promotion, where reviewers see it.

    Args:
        validation_thresholds: Metric name → what it must reach.
        candidate_result: The evaluation in question.
        baseline_result: What it is compared with, where a threshold asks for a change.

    Raises:
        ModelError: A metric is missing or does not reach its threshold; all of them are told.
    """
    failures = [
        failure
        for name, threshold in validation_thresholds.items()
        for failure in _find_failures(name, threshold, candidate_result, baseline_result)
    ]
    if failures:
        raise ModelError("the candidate does not pass: " + "; ".join(failures))


def _find_failures(
    name: str, limit: MetricThreshold, candidate: Metrics, baseline: Metrics | None
) -> Iterator[str]:
    value = candidate.metrics.get(name)
    if value is None:
        yield f"{quote(name)} was not measured"
        return
    sign = 1 if limit.greater_is_better else -1
    if limit.threshold is not None and not sign * value >= sign * limit.threshold:
        yield f"{quote(name)} is {value}, needed {_words(sign)} {limit.threshold}"
    if limit.min_absolute_change is None and limit.min_relative_change is None:
        return
    before = None if baseline is None else baseline.metrics.get(name)
    if before is None:
        yield f"{quote(name)} has no value in the baseline to be compared with"
        return
    for needed in _needed(limit, before, sign):
        if not sign * value >= sign * needed:
            yield f"{quote(name)} is {value}, needed {_words(sign)} {needed}, the baseline's being {before}"


def _needed(limit: MetricThreshold, before: float, sign: int) -> Iterator[float]:
    if limit.min_absolute_change is not None:
        yield before + sign * limit.min_absolute_change
    if limit.min_relative_change is not None:
        yield before + sign * (limit.min_relative_change * abs(before) or _LEAST)


def _words(sign: int) -> str:
    return "at least" if sign > 0 else "at most"
