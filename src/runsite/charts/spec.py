"""What all charts share when they are made: a spec as JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass

import altair as alt

__all__ = ["TOLD", "ChartSpec", "make_chart_spec"]

TOLD = alt.TooltipValue("run")
"""Marks a mark as one that the page tells about: it makes the words itself, from the datum, so that
no name that somebody logged becomes part of an expression."""


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
