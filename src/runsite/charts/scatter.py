"""Charts of one mark a run: a scatter plot, and the progress of a search.

Fields of the data: ``x``, ``y``, ``color`` and ``size`` (numbers, or words where the page changes
the type of the channel), ``best`` (the best value so far), ``row`` (which run).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_history_spec", "make_scatter_spec"]


def make_scatter_spec() -> ChartSpec:
    """Make the spec for quantitative axes, colour and size."""
    chart = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_circle(size=52, opacity=0.75, cursor="pointer", clip=True)
        .encode(
            x=alt.X("x:Q", title="x", scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", title="y", scale=alt.Scale(zero=False)),
            color=alt.Color("color:Q", title="color", scale=alt.Scale(scheme="viridis")),
            size=alt.Size("size:Q", title="size", scale=alt.Scale(range=[16, 420], zero=False)),
            tooltip=TOLD,
        )
        .properties(width="container", height=360)
    )
    return make_chart_spec("scatter", chart)


def make_history_spec() -> ChartSpec:
    """Make the spec of a search's progress: each trial, and the best so far as steps."""
    x = alt.X("x:Q", title="trial", axis=alt.Axis(grid=False, tickMinStep=1))
    scale = alt.Scale(zero=False)
    trials = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_circle(size=46, opacity=0.6, cursor="pointer", clip=True)
        .encode(x=x, y=alt.Y("y:Q", title="value", scale=scale), tooltip=TOLD)
    )
    best = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_line(interpolate="step-after", strokeWidth=2, clip=True)
        .encode(x=x, y=alt.Y("best:Q", title="value", scale=scale))
    )
    chart = alt.layer(trials, best).properties(width="container", height=360)
    return make_chart_spec("history", chart)
