"""Sparklines: a metric's history as the path of a tiny inline SVG. Pure."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import told

__all__ = ["HEIGHT", "WIDTH", "Sparkline", "make_sparkline"]

WIDTH = 1200
HEIGHT = 280
_PAD = 30
_BUCKETS = 30


@dataclass(frozen=True, slots=True)
class Sparkline:
    """What the macro `sparkline` draws, in whole units of the box 0 0 1200 280."""

    path: str = told("Value of the line's `d` attribute.")
    end_x: int = told("Where the last value stands, from the left.")
    end_y: int = told("Where the last value stands, from the top.")


def make_sparkline(values: Sequence[float]) -> Sparkline | None:
    """Draw values left to right; None where fewer than two of them are finite.

    Values that are not finite leave a gap. Long histories are thinned by the extremes of equal
    buckets, so a spike stays a spike.
    """
    # A sum is finite only where every value is: one cheap look for the usual case.
    if len(values) > 1 and math.isfinite(sum(values)):
        points = _thin(values) if len(values) > 2 * _BUCKETS else values
        return _draw([points])
    finite = [v for v in values if math.isfinite(v)]
    if len(finite) < 2:
        return None
    points = values if len(values) <= 2 * _BUCKETS else _thin_with_gaps(values)
    return _draw(_split(points))


def _draw(pieces: Sequence[Sequence[float]]) -> Sparkline | None:
    """Draw pieces of a line; an empty piece is a gap one value wide."""
    drawn = [piece for piece in pieces if piece]
    low, high = min(map(min, drawn)), max(map(max, drawn))
    count = sum(map(len, pieces)) + len(pieces) - 1
    columns = _find_columns(count)
    y_scale = (HEIGHT - 2 * _PAD) / (high - low) if 0 < high - low < math.inf else 0.0
    # Of a range that is next to nothing the scale is infinite: that is drawn flat too.
    y_scale = y_scale if y_scale < math.inf else 0.0
    base = HEIGHT - _PAD + 0.5 if y_scale else HEIGHT / 2
    paths: list[str] = []
    start = 0
    y = 0
    for piece in pieces:
        if piece:
            # A range that is itself infinite is drawn flat: infinity times nothing is no number.
            rows = [int(base - (v - low) * y_scale) if y_scale else int(base) for v in piece]
            places = columns[start : start + len(piece)]
            paths.append("M" + "L".join(map("%d %d".__mod__, zip(places, rows, strict=True))))
            x, y = places[-1], rows[-1]
        start += len(piece) + 1
    return Sparkline(path="".join(paths), end_x=x, end_y=y)


@functools.lru_cache(maxsize=256)
def _find_columns(count: int) -> tuple[int, ...]:
    """Find where each of some values stands, from the left; most histories are of one length."""
    scale = (WIDTH - 2 * _PAD) / max(count - 1, 1)
    return tuple(int(_PAD + place * scale + 0.5) for place in range(count))


@functools.lru_cache(maxsize=256)
def _find_buckets(count: int) -> tuple[slice, ...]:
    edges = [bucket * count // _BUCKETS for bucket in range(_BUCKETS + 1)]
    return tuple(map(slice, edges, edges[1:]))


def _thin(values: Sequence[float]) -> list[float]:
    """Keep each bucket's lowest and highest value in their order, and the very last."""
    kept: list[float] = []
    for bucket in _find_buckets(len(values)):
        part = values[bucket]
        low, high = min(part), max(part)
        kept += (low, high) if part.index(low) < part.index(high) else (high, low)
    kept[-1] = values[-1]
    return kept


def _thin_with_gaps(values: Sequence[float]) -> list[float]:
    """Thin values of which some are not finite; a bucket without a finite one is a gap."""
    kept: list[float] = []
    count = len(values)
    for bucket in range(_BUCKETS):
        part = values[bucket * count // _BUCKETS : (bucket + 1) * count // _BUCKETS]
        finite = [v for v in part if math.isfinite(v)]
        if not finite:
            kept.append(math.nan)
            continue
        low, high = min(finite), max(finite)
        kept += (low, high) if finite.index(low) < finite.index(high) else (high, low)
    return kept


def _split(values: Sequence[float]) -> list[list[float]]:
    """Cut a line at each value that is not finite."""
    pieces: list[list[float]] = [[]]
    for value in values:
        if math.isfinite(value):
            pieces[-1].append(value)
        else:
            pieces.append([])
    return pieces
