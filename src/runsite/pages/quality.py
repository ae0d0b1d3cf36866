"""Pictures of a model's quality, from the JSON files that evaluations and autologging leave. Pure.

The files came with a run, so nothing in them is believed: what has another shape than
``docs/evaluation.md`` says is passed over, text is cut, and there is a limit to how much is shown.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from runsite.pages.context import told

__all__ = ["MAX_QUALITY_BYTES", "QualityChart", "find_quality_files", "parse_quality"]

MAX_QUALITY_BYTES = 512 * 1024
MAX_QUALITY_FILES = 24
_MAX_POINTS = 1_000
_MAX_CURVES = 20
_MAX_CLASSES = 40
_MAX_FEATURES = 30
_MAX_TEXT = 120
_NAMES = re.compile(
    r"(?:confusion_matrix|roc_curve|precision_recall_curve|calibration_curve|residuals"
    r"|permutation_importance|feature_importance(?:_\w+)?)\.json$"
)


@dataclass(frozen=True, slots=True)
class QualityChart:
    """A picture of how good the model of a run is, drawn by the page."""

    kind: str = told("Kind of picture, as `docs/evaluation.md` names it.")
    path: str = told("File that it is drawn from.")
    data: str = told("Its numbers, as JSON.")


def find_quality_files(sizes: Mapping[str, int]) -> list[str]:
    """Pick the files worth reading among a run's artifacts (path → bytes), sorted."""
    found = [
        path
        for path, size in sorted(sizes.items())
        if _NAMES.search(path) and 0 < size <= MAX_QUALITY_BYTES
    ]
    return found[:MAX_QUALITY_FILES]


def parse_quality(text: str, *, path: str) -> QualityChart | None:
    """Read one file; None where it is no picture of quality that is known here."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    kind = content.get("kind")
    if kind is None and "feature_importance" in path:
        kind, content = "feature_importance", {"features": _list_scores(content)}
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    data = reader(content) if reader else None
    if not data or not isinstance(kind, str):
        return None
    # Six digits are more than a screen shows.
    short = json.loads(json.dumps(data), parse_float=lambda number: float(f"{float(number):.6g}"))
    body = json.dumps(short, ensure_ascii=False, separators=(",", ":"))
    return QualityChart(kind=kind, path=path, data=body)


Content = Mapping[str, object]


def _read_confusion(content: Content) -> Content | None:
    labels, matrix = content.get("labels"), content.get("matrix")
    if not isinstance(labels, list) or not isinstance(matrix, list):
        return None
    rows = [_numbers(row) for row in matrix]
    size = len(labels)
    if not 0 < size <= _MAX_CLASSES or len(rows) != size:
        return None
    if any(row is None or len(row) != size or None in row for row in rows):
        return None
    return {"labels": [_text(label) for label in labels], "matrix": rows}


def _read_curves(x: str, y: str, *, score: str) -> Callable[[Content], Content | None]:
    def read(content: Content) -> Content | None:
        lines = []
        for curve in _mappings(content.get("curves"))[:_MAX_CURVES]:
            xs, ys = _numbers(curve.get(x)), _numbers(curve.get(y))
            if xs and ys and len(xs) == len(ys):
                value = _number(curve.get(score))
                counts = _numbers(curve.get("count"))
                line = {"label": _text(curve.get("label")), "score": value, "x": xs, "y": ys}
                lines.append(line | ({"count": counts} if counts else {}))
        return {"lines": lines, "score": score} if lines else None

    return read


def _read_residuals(content: Content) -> Content | None:
    histogram, sample = content.get("histogram"), content.get("sample")
    data: dict[str, object] = {}
    if isinstance(histogram, dict):
        edges, counts = _numbers(histogram.get("edges")), _numbers(histogram.get("counts"))
        if edges and counts and len(edges) == len(counts) + 1 and None not in (*edges, *counts):
            data["edges"], data["counts"] = edges, counts
    if isinstance(sample, dict):
        true, predicted = _numbers(sample.get("true")), _numbers(sample.get("predicted"))
        if true and predicted and len(true) == len(predicted):
            data["true"], data["predicted"] = true, predicted
    return data


def _read_features(content: Content) -> Content | None:
    features = []
    for entry in _mappings(content.get("features")):
        mean = _number(entry.get("mean"))
        if mean is not None:
            deviation = _number(entry.get("std")) or 0.0
            features.append((_text(entry.get("feature")), mean, deviation))
    features.sort(key=lambda feature: -feature[1])
    shown = [{"name": n, "mean": m, "deviation": d} for n, m, d in features[:_MAX_FEATURES]]
    return {"features": shown, "n_features": len(features)} if shown else None


_READERS: Mapping[str, Callable[[Content], Content | None]] = {
    "confusion_matrix": _read_confusion,
    "roc_curve": _read_curves("fpr", "tpr", score="auc"),
    "precision_recall_curve": _read_curves("recall", "precision", score="average_precision"),
    "calibration_curve": _read_curves("predicted", "observed", score="brier"),
    "residuals": _read_residuals,
    "feature_importance": _read_features,
}


def _list_scores(content: Content) -> list[Content]:
    """Bring MLflow's shape, feature → number, into that of evaluations."""
    return [{"feature": name, "mean": value} for name, value in content.items()]


def _mappings(value: object) -> list[Content]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _numbers(value: object) -> list[float | None] | None:
    if not isinstance(value, list) or len(value) > _MAX_POINTS:
        return None
    numbers: Iterable[float | None] = (_number(item) for item in value)
    return list(numbers)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    text = str(value)[:_MAX_TEXT]
    return text.encode("utf-8", "replace").decode()
