"""Matrices: how columns go together, and which classes a model confuses.

Fields of the data: ``x`` and ``y`` (names, in the order of the data), ``value``, ``text`` (what the
cell says), ``strong`` (whether its colour needs light letters).
"""

from __future__ import annotations

import altair as alt

from runsite.charts.look import POINTS
from runsite.charts.spec import TOLD, ChartSpec, make_chart_spec

__all__ = ["make_confusion_spec", "make_correlations_spec"]


def make_correlations_spec() -> ChartSpec:
    """Make the spec of a correlation matrix: blue to orange, told apart by any colour vision."""
    color = alt.Color(
        "value:Q",
        title="correlation",
        scale=alt.Scale(
            domain=[-1, 0, 1], range=["#b35806", "#f7f7f7", "#2166ac"], interpolate="lab"
        ),
    )
    return make_chart_spec("correlations", _matrix(color, x_title=None, y_title=None))


def make_confusion_spec() -> ChartSpec:
    """Make the spec of a confusion matrix: rows are the true classes."""
    color = alt.Color(
        "value:Q",
        legend=None,
        scale=alt.Scale(domain=[0, 1], range=["#f2f5fb", "#0b4a8f"], interpolate="lab"),
    )
    chart = _matrix(color, x_title="predicted", y_title="true")
    return make_chart_spec("confusion", chart)


def _matrix(
    color: alt.Color, *, x_title: str | None, y_title: str | None
) -> alt.LayerChart | alt.FacetChart:
    axis = alt.Axis(domain=False, ticks=False, labelPadding=6, labelLimit=110)
    base = alt.Chart(alt.NamedData(POINTS)).encode(
        x=alt.X("x:N", sort=None, title=x_title, axis=axis),
        y=alt.Y("y:N", sort=None, title=y_title, axis=axis),
    )
    cells = base.mark_rect(cursor="pointer").encode(color=color, tooltip=TOLD)
    words = base.mark_text(fontSize=11, tooltip=None).encode(
        text="text:N",
        color=alt.when("datum.strong").then(alt.value("#ffffff")).otherwise(alt.value("#1a1d24")),
    )
    return alt.layer(cells, words).properties(width="container", height=360)
