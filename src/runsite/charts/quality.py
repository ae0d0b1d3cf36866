"""Curves of a model's quality: one line a class, and the line that means "no better than chance".

Datasets: ``points`` (``x``, ``y``, ``series``, ``order``) and ``guide`` (``x``, ``y``).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import OKABE_ITO, POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_quality_spec", "make_residuals_spec"]


def make_quality_spec() -> ChartSpec:
    """Make the spec that ROC, precision-recall and calibration share: both axes from 0 to 1."""
    unit = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", title="x", scale=unit, axis=alt.Axis(tickCount=5))
    y = alt.Y("y:Q", title="y", scale=unit, axis=alt.Axis(tickCount=5))
    color = alt.Color("series:N", sort=None, legend=None, scale=alt.Scale(range=list(OKABE_ITO)))
    guide = (
        alt.Chart(alt.NamedData("guide"))
        .mark_line(strokeDash=[4, 4], strokeWidth=1)
        .encode(x=x, y=y)
    )
    base = alt.Chart(alt.NamedData(POINTS)).encode(x=x, y=y, color=color)
    lines = base.mark_line(strokeWidth=2, interpolate="linear").encode(order="order:Q")
    # Wide and unseen: a line of two pixels is hard to point at.
    dots = base.mark_circle(size=90).encode(tooltip=TOLD, opacity=alt.value(0))
    chart = alt.layer(guide, lines, dots).properties(width="container", height=300)
    return make_chart_spec("quality", chart)


def make_residuals_spec() -> ChartSpec:
    """Make the spec of errors over predictions, around the line without error."""
    x = alt.X("x:Q", title="predicted", scale=alt.Scale(zero=False))
    points = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_circle(size=26, opacity=0.6, clip=True)
        .encode(x=x, y=alt.Y("y:Q", title="true - predicted"), tooltip=TOLD)
    )
    zero = (
        alt.Chart(alt.NamedData("guide"))
        .mark_rule(strokeDash=[4, 4])
        .encode(y=alt.Y("y:Q", title="true - predicted"))
    )
    chart = alt.layer(zero, points).properties(width="container", height=300)
    return make_chart_spec("residuals", chart)
