"""Scatter plot: anything against anything over the runs, coloured by a third thing.

Fields of the data: ``x``, ``y``, ``color`` (numbers, or words where the page changes the type of
the channel to nominal), ``run`` (its name) and ``href`` (its page).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.spec import POINTS, ChartSpec, make_chart_spec

__all__ = ["make_scatter_spec"]


def make_scatter_spec() -> ChartSpec:
    """Make the spec for quantitative axes and colour."""
    chart = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_circle(size=52, opacity=0.75, cursor="pointer")
        .encode(
            x=alt.X("x:Q", title="x", scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", title="y", scale=alt.Scale(zero=False)),
            color=alt.Color("color:Q", title="color", scale=alt.Scale(scheme="viridis")),
            href=alt.Href("href:N"),
            tooltip=[
                alt.Tooltip("run:N", title="run"),
                alt.Tooltip("x:Q", title="x"),
                alt.Tooltip("y:Q", title="y"),
                alt.Tooltip("color:Q", title="color"),
            ],
        )
        .properties(width="container", height=360)
    )
    return make_chart_spec("scatter", chart)
