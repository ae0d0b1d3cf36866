"""Learning curves: a metric over its steps or over time, one line a run or a group of runs.

Datasets: ``points`` (the lines), ``raw`` (what the lines were before smoothing) and ``bands``
(mean plus and minus the deviation). Fields: ``x`` (step, seconds or milliseconds), ``y`` (value;
null leaves a gap), ``low`` and ``high`` (of a band), ``series`` (what the line is called), ``dash``
(which of the patterns tells it from others of its colour).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import OKABE_ITO, POINTS
from runsite.charts.spec import ChartSpec, make_chart_spec

__all__ = ["make_curves_spec"]

DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


def make_curves_spec() -> ChartSpec:
    """Make the spec; `series` is coloured in the order in which the data names it."""
    x = alt.X(
        "x:Q",
        title=None,
        axis=alt.Axis(tickCount=6, grid=False),
        scale=alt.Scale(nice=False, zero=False),
    )
    y = alt.Y(
        "y:Q",
        title=None,
        axis=alt.Axis(tickCount=5),
        scale=alt.Scale(zero=False, nice=True),
    )
    color = alt.Color("series:N", sort=None, legend=None, scale=alt.Scale(range=list(OKABE_ITO)))
    dash = alt.StrokeDash("dash:O", legend=None, scale=alt.Scale(range=list(DASHES)))
    bands = (
        alt.Chart(alt.NamedData("bands"))
        .mark_area(opacity=0.16, clip=True)
        .encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q", color=color)
    )
    raw = (
        alt.Chart(alt.NamedData("raw"))
        .mark_line(strokeWidth=1, opacity=0.28, clip=True)
        .encode(x=x, y=y, color=color, detail="series:N")
    )
    lines = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_line(strokeWidth=1.75, clip=True)
        .encode(x=x, y=y, color=color, strokeDash=dash)
    )
    chart = alt.layer(bands, raw, lines).properties(width="container", height=220)
    return make_chart_spec("curves", chart)
