"""A metric of the versions of a model, in the order in which they were registered.

Datasets: ``points`` (one a version) and ``stages`` (those of them that hold a stage). Fields:
``version`` (its number as text), ``value`` (of the metric) and ``stage`` (the name of the stage).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_versions_spec"]


def make_versions_spec() -> ChartSpec:
    """Make the spec: a thin line, a dot a version, and the name of the stage above its holder."""
    x = alt.X(
        "version:O",
        sort=None,
        title="version",
        axis=alt.Axis(labelAngle=0, grid=False),
        scale=alt.Scale(padding=0.6),
    )
    y = alt.Y(
        "value:Q",
        title=None,
        axis=alt.Axis(tickCount=4),
        scale=alt.Scale(zero=False, nice=True, padding=22),
    )
    points = alt.Chart(alt.NamedData(POINTS))
    line = points.mark_line(strokeWidth=1.5, opacity=0.55).encode(x=x, y=y)
    dots = points.mark_circle(size=60, opacity=1, cursor="pointer").encode(x=x, y=y, tooltip=TOLD)
    stages = alt.Chart(alt.NamedData("stages"))
    rings = stages.mark_point(size=190, strokeWidth=2, filled=False).encode(x=x, y=y)
    words = stages.mark_text(dy=-17, fontSize=11, fontWeight=600).encode(x=x, y=y, text="stage:N")
    chart = alt.layer(line, dots, rings, words).properties(width="container", height=180)
    return make_chart_spec("versions", chart)
