"""Static pictures: a metric of runs or versions as paths of an inline SVG. Pure.

They stand in the page for readers without JavaScript (docs/decisions/0014-static-pictures.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import told
from runsite.pages.formatting import format_count, format_number

__all__ = ["HEIGHT", "WIDTH", "Picture", "make_best_so_far", "make_picture"]

WIDTH = 720
HEIGHT = 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 12, 14, 14
_BUCKETS = 60
_FAR_OUT = 3.0
"""Source: Tukey, "Exploratory Data Analysis" (1977): values beyond 3 box lengths are far out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the macro `picture` draws, in units of the box 0 0 720 200."""

    metric: str = told("Name of the metric.")
    direction: str = told("`min` or `max` where it is known which is better; else empty.")
    dots: str = told("Value of the `d` attribute of a path whose round ends are the dots.")
    line: str = told("The same of the line; may be empty.")
    high: str = told("Value at the upper edge, for people.")
    low: str = told("Value at the lower edge, for people.")
    count: str = told("How many values it shows, for people.")
    n_outside: int = told("Values that lie beyond the edges and are drawn at them.")


def make_picture(
    values: Sequence[float | None],
    *,
    metric: str,
    direction: str = "",
    line: Sequence[float | None] = (),
    steps: bool = False,
) -> Picture | None:
    """Draw a dot a value, left to right; None where fewer than two of them are finite.

    A few values that are far out do not press the others flat: they are drawn at the edge.
    Of many values, each bucket's lowest and highest are drawn.

    Args:
        values: In the order of the runs or versions; a gap where one has none.
        metric: What they are values of.
        direction: Which is better.
        line: What the line shows at the same places, if there is one.
        steps: Whether the line keeps its value up to the next place.
    """
    points = [(i, v) for i, v in enumerate(values) if v is not None and math.isfinite(v)]
    if len(points) < 2:
        return None
    low, high = _find_range([value for _, value in points])
    box = _Box(count=len(values), low=low, high=high)
    return Picture(
        metric=metric,
        direction=direction,
        dots="".join(f"M{box.place(*point)}h0" for point in _thin(points, count=len(values))),
        line=_draw_line(line, box=box, steps=steps),
        high=format_number(high),
        low=format_number(low),
        count=format_count(len(points)),
        n_outside=sum(not low <= value <= high for _, value in points),
    )


def make_best_so_far(values: Sequence[float | None], *, direction: str) -> list[float | None]:
    """Return the best value up to each place; a gap before the first.

    Args:
        values: In order; what is missing or not finite changes nothing.
        direction: ``min`` or ``max``.
    """
    better = min if direction == "min" else max
    best: float | None = None
    found: list[float | None] = []
    for value in values:
        if value is not None and math.isfinite(value):
            best = value if best is None else better(best, value)
        found.append(best)
    return found


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a value stands in the picture."""

    count: int
    low: float
    high: float

    def place(self, index: int, value: float) -> str:
        """Place a value: whole units from the left, then from the top."""
        width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
        span = self.high - self.low
        rise = (min(max(value, self.low), self.high) - self.low) / span if _is_wide(span) else 0.5
        x = _LEFT + index * width / max(self.count - 1, 1)
        return f"{int(x + 0.5)} {int(HEIGHT - _BOTTOM - rise * height + 0.5)}"


def _is_wide(span: float) -> bool:
    # The span of two enormous values is itself infinite: those are drawn flat.
    return 0 < span < math.inf


def _find_range(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    first, third = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4 - 1]
    reach = _FAR_OUT * (third - first)
    inside = [v for v in ordered if first - reach <= v <= third + reach]
    # With half of the values equal, everything else would be far out.
    return (inside[0], inside[-1]) if reach > 0 else (ordered[0], ordered[-1])


def _thin(points: Sequence[tuple[int, float]], *, count: int) -> list[tuple[int, float]]:
    if len(points) <= 2 * _BUCKETS:
        return list(points)
    buckets: dict[int, list[tuple[int, float]]] = {}
    for point in points:
        buckets.setdefault(point[0] * _BUCKETS // count, []).append(point)
    kept = []
    for bucket in buckets.values():
        lowest = min(bucket, key=lambda point: point[1])
        highest = max(bucket, key=lambda point: point[1])
        kept += sorted({lowest, highest})
    return kept


def _draw_line(values: Sequence[float | None], *, box: _Box, steps: bool) -> str:
    """Draw only where the line turns: at changes, and at both ends."""
    points = [(i, v) for i, v in enumerate(values) if v is not None and math.isfinite(v)]
    last = len(points) - 1
    turns = [
        point
        for i, point in enumerate(points)
        if i in {0, last} or not points[i - 1][1] == point[1] == points[i + 1][1]
    ]
    if len(turns) > 4 * _BUCKETS:
        turns = _thin(turns, count=len(values))
    if len(turns) < 2:
        return ""
    first, *others = [box.place(*point) for point in turns]
    if not steps:
        return "L".join([f"M{first}", *others])
    return f"M{first}" + "".join("H{}V{}".format(*place.split()) for place in others)
