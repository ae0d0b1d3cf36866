"""What all charts share: the name of their data, their palettes, and a spec as JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass

import altair as alt

__all__ = ["OKABE_ITO", "POINTS", "TOLD", "ChartSpec", "make_chart_spec"]

POINTS = "points"
"""Name of the dataset that the page fills in."""

TOLD = alt.TooltipValue("run")
"""Marks a mark as one that the page tells about: it makes the words itself, from the datum, so that
no name that somebody logged becomes part of an expression."""

OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#6B6B6B")
"""Eight colours that people with any colour vision tell apart (Okabe and Ito 2008; its yellow and
black are replaced, for they vanish on a white or a dark page)."""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A Vega-Lite spec without data, as JSON text."""

    name: str
    json: str


def make_chart_spec(name: str, chart: alt.Chart | alt.LayerChart | alt.FacetChart) -> ChartSpec:
    """Turn an Altair chart into a spec; the site's own look is added when it is drawn."""
    spec = chart.to_dict()
    spec.pop("config", None)
    return ChartSpec(name=name, json=json.dumps(spec, separators=(",", ":"), sort_keys=True))
