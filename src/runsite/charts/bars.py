"""Bars: how much each param or feature matters, and how errors are spread.

Fields of the data: ``name``, ``value``, ``low`` and ``high`` (one deviation around it); of a
histogram ``start``, ``end`` and ``count``.
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_histogram_spec", "make_importance_spec"]


def make_importance_spec() -> ChartSpec:
    """Make the spec of bars that lie, the longest on top, with their deviation."""
    base = alt.Chart(alt.NamedData(POINTS)).encode(
        y=alt.Y(
            "name:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=180, domain=False, ticks=False),
        ),
    )
    bars = base.mark_bar(height=alt.RelativeBandSize(0.62), cornerRadiusEnd=3).encode(
        x=alt.X("value:Q", title="importance"), tooltip=TOLD
    )
    spans = base.mark_rule(strokeWidth=1.5).encode(
        x=alt.X("low:Q", title="importance"), x2="high:Q"
    )
    chart = alt.layer(bars, spans).properties(width="container", height=300)
    return make_chart_spec("importance", chart)


def make_histogram_spec() -> ChartSpec:
    """Make the spec of a histogram whose bins are counted already."""
    chart = (
        alt.Chart(alt.NamedData(POINTS))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("start:Q", bin="binned", title="value", axis=alt.Axis(grid=False)),
            x2="end:Q",
            y=alt.Y("count:Q", title="count"),
            tooltip=TOLD,
        )
        .properties(width="container", height=240)
    )
    return make_chart_spec("histogram", chart)
