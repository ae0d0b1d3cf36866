"""How values are spread over categories: box and strip plots, whose numbers the page computes.

Datasets: ``boxes`` (``category``, ``low``, ``q1``, ``median``, ``q3``, ``high``) and ``points``
(``category``, ``y``, ``jitter`` between -0.5 and 0.5, ``row``).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_boxes_spec"]


def make_boxes_spec() -> ChartSpec:
    """Make the spec: boxes after Tukey, and each run beside its like."""
    scale = alt.Scale(zero=False)
    x = alt.X("category:N", sort=None, title="category", axis=alt.Axis(labelAngle=0, grid=False))

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title="value", scale=scale)

    boxes = alt.Chart(alt.NamedData("boxes"))
    band = alt.RelativeBandSize(0.42)
    whisker = boxes.mark_rule(strokeWidth=1.25).encode(x=x, y=y("low"), y2="high")
    box = boxes.mark_bar(width=band, opacity=0.28, tooltip=True).encode(
        x=x, y=y("q1"), y2="q3", tooltip=TOLD
    )
    middle = boxes.mark_tick(width=band, thickness=2.5).encode(x=x, y=y("median"))
    strip = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_circle(
            size=22,
            opacity=0.55,
            cursor="pointer",
            clip=True,
            # A channel for this would move the boxes as well.
            xOffset=alt.ExprRef("datum.jitter * bandwidth('x')"),
        )
        .encode(
            x=x,
            y=y("y"),
            tooltip=TOLD,
        )
    )
    chart = alt.layer(whisker, box, middle, strip).properties(width="container", height=360)
    return make_chart_spec("boxes", chart)
