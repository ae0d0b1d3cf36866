"""Learning curves: a metric over its steps or over time, one line a run.

Fields of the data: ``x`` (step, or seconds since the start), ``y`` (value; null leaves a gap),
``series`` (what the line is called).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.spec import OKABE_ITO, POINTS, ChartSpec, make_chart_spec

__all__ = ["make_curves_spec"]


def make_curves_spec() -> ChartSpec:
    """Make the spec; `series` is coloured in the order in which the data names it."""
    hover = alt.selection_point(
        name="hover",
        on="pointermove",
        nearest=True,
        clear="pointerout",
        encodings=["x"],
        empty=False,
    )
    base = alt.Chart(alt.NamedData(POINTS)).encode(
        x=alt.X(
            "x:Q", title=None, axis=alt.Axis(tickCount=6, grid=False), scale=alt.Scale(nice=False)
        ),
        y=alt.Y(
            "y:Q", title=None, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False, nice=True)
        ),
        color=alt.Color("series:N", sort=None, legend=None, scale=alt.Scale(range=list(OKABE_ITO))),
        tooltip=[
            alt.Tooltip("series:N", title="series"),
            alt.Tooltip("x:Q", title="x"),
            alt.Tooltip("y:Q", title="value", format=".6~g"),
        ],
    )
    line = base.mark_line(strokeWidth=1.75, clip=True)
    # Drawn for every point but seen only under the pointer: an empty layer would have no extent,
    # and Vega warns about that.
    dot = (
        base.mark_point(filled=True, size=64, clip=True)
        .encode(opacity=alt.when(hover).then(alt.value(1)).otherwise(alt.value(0)))
        .add_params(hover)
    )
    chart = alt.layer(line, dot).properties(width="container", height=220)
    return make_chart_spec("curves", chart)
