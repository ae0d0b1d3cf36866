"""Parallel coordinates for files: the page draws its own, faster, and saves this one.

Datasets: ``points`` (``axis``, its name; ``place``, 0 to 1 along it; ``run``; ``color``) and
``ticks`` (``axis``, ``place``, ``text``).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import ChartSpec, make_chart_spec

__all__ = ["make_parallel_spec"]


def make_parallel_spec() -> ChartSpec:
    """Make the spec: one line a run over all axes."""
    x = alt.X("axis:N", sort=None, title=None, scale=alt.Scale(padding=0.2))
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[0, 1]))
    lines = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_line(strokeWidth=1)
        .encode(
            x=x,
            y=y,
            color=alt.Color("color:Q", title="color", scale=alt.Scale(scheme="viridis")),
            detail="run:N",
        )
    )
    ticks = alt.Chart(alt.NamedData("ticks")).encode(x=x, y=y)
    words = ticks.mark_text(align="left", dx=7, fontSize=11).encode(text="text:N")
    marks = ticks.mark_tick(orient="horizontal", width=8, thickness=1, color="#888888")
    chart = alt.layer(lines, marks, words).properties(width=960, height=380)
    return make_chart_spec("parallel", chart)
