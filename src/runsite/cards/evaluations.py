"""What evaluations measured, read from the ``evaluation.json`` that they leave in a run. Pure.

The file came with a run, so nothing in it is believed: what has another shape than
``docs/evaluation.md`` says is passed over, and there is a limit to how much is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname

from runsite.cards.facts import Estimate, split_metric_key

__all__ = ["MAX_EVALUATION_BYTES", "find_evaluations", "parse_evaluation"]

MAX_EVALUATION_BYTES = 4 * 1024 * 1024
_NAME = "evaluation.json"
_FOLDER = "evaluation"
_MAX_ESTIMATES = 2_000
_MAX_TEXT = 500


def find_evaluations(paths: Iterable[str]) -> list[str]:
    """Pick the evaluations among the paths of a run's artifacts, sorted."""
    return sorted(
        path
        for path in paths
        if basename(path) == _NAME and basename(dirname(path)).endswith(_FOLDER)
    )


def parse_evaluation(text: str, *, path: str) -> tuple[Estimate, ...]:
    """Read what one evaluation measured; nothing where the text is no evaluation.

    Args:
        text: JSON.
        path: The file's path among the artifacts: the folder's name tells the metrics' prefix.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(content, dict) or content.get("kind") != "evaluation":
        return ()
    prefix = basename(dirname(path)).removesuffix(_FOLDER)
    found = []
    for estimate in _read(content, prefix=prefix):
        found.append(estimate)
        if len(found) == _MAX_ESTIMATES:
            break
    return tuple(found)


def _read(content: Mapping[str, object], *, prefix: str) -> Iterator[Estimate]:
    dataset = _text(content.get("dataset"))
    level = _number(content.get("confidence"))
    for key, measured in _mapping(content.get("metrics")).items():
        entry = _mapping(measured)
        value = _number(entry.get("value"))
        if value is None:
            continue
        low, high = _number(entry.get("low")), _number(entry.get("high"))
        yield Estimate(
            key=f"{prefix}{_text(key)}",
            value=value,
            split=_split_of(prefix, key, dataset),
            low=low,
            high=high,
            level=level if low is not None and high is not None else None,
            rows=_count(content.get("rows")),
        )
    slices = content.get("slices")
    for part in slices if isinstance(slices, list) else ():
        yield from _read_slice(_mapping(part), prefix=prefix, dataset=dataset)


def _read_slice(part: Mapping[str, object], *, prefix: str, dataset: str) -> Iterator[Estimate]:
    name = f"{_text(part.get('column'))}={_text(part.get('value'))}"
    for key, measured in _mapping(part.get("metrics")).items():
        value = _number(measured)
        if value is not None and key != "example_count":
            yield Estimate(
                key=f"{prefix}{_text(key)}",
                value=value,
                split=_split_of(prefix, key, dataset),
                slice=name,
                rows=_count(part.get("rows")),
            )


def _split_of(prefix: str, key: str, dataset: str) -> str:
    """Name the data: as the metric's own name does, else as the evaluation called it."""
    return split_metric_key(f"{prefix}{key}")[0] or dataset


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return str(value)[:_MAX_TEXT] if isinstance(value, str | int | float | bool) else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
