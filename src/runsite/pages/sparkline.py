"""Sparklines: a metric's history as the path of a tiny inline SVG. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import told

__all__ = ["HEIGHT", "WIDTH", "Sparkline", "make_sparkline"]

WIDTH = 120
HEIGHT = 28
_PAD = 3.0
_MAX_POINTS = 60


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What the partial `sparkline.html` draws, in the box 0 0 120 28."""

    path: str = told("Value of the line's `d` attribute.")
    end_x: float = told("Where the last value stands, from the left.")
    end_y: float = told("Where the last value stands, from the top.")


def make_sparkline(values: Sequence[float]) -> Sparkline | None:
    """Draw values left to right; None where fewer than two of them are finite.

    Values that are not finite leave a gap. Long histories are thinned by the extremes of equal
    buckets, so a spike stays a spike.
    """
    points = [(i, v) for i, v in enumerate(_thin(values)) if math.isfinite(v)]
    if len(points) < 2:
        return None
    low, high = min(v for _, v in points), max(v for _, v in points)
    x_scale = (WIDTH - 2 * _PAD) / max(points[-1][0], 1)
    y_scale = (HEIGHT - 2 * _PAD) / (high - low) if 0 < high - low < math.inf else 0.0
    steps: list[str] = []
    before = -2
    x = y = 0.0
    for index, value in points:
        x = round(_PAD + index * x_scale, 1)
        y = round(HEIGHT - _PAD - (value - low) * y_scale if y_scale else HEIGHT / 2, 1)
        steps.append(f"{'L' if index == before + 1 else 'M'}{x:g} {y:g}")
        before = index
    return Sparkline(path="".join(steps), end_x=x, end_y=y)


def _thin(values: Sequence[float]) -> Sequence[float]:
    if len(values) <= _MAX_POINTS:
        return values
    buckets = _MAX_POINTS // 2
    kept: list[float] = []
    for bucket in range(buckets):
        part = values[bucket * len(values) // buckets : (bucket + 1) * len(values) // buckets]
        finite = [v for v in part if math.isfinite(v)]
        if not finite:
            kept += [math.nan, math.nan]
            continue
        low, high = min(finite), max(finite)
        kept += [low, high] if part.index(low) < part.index(high) else [high, low]
    kept[-1] = values[-1]
    return kept
