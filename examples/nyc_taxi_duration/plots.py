"""Pictures of how a model does."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import polars as pl
from data import Trips

CELLS = 60
"""Along each axis: enough to show the shape, few enough for a picture that stands in a page."""


def draw_predictions(predicted: np.ndarray, *, trips: Trips) -> alt.LayerChart:
    """Draw predicted over actual minutes as a heat map; a perfect model lies on the line."""
    longest = float(trips.validation[trips.target].max())
    side = max(1, math.ceil(longest / CELLS))  # minutes
    cells = (
        trips.validation.select(
            actual=pl.col(trips.target) // side * side,
            predicted=pl.Series(predicted).clip(0, longest) // side * side,
        )
        .group_by("actual", "predicted")
        .len(name="trips")
        .sort("actual", "predicted")
    )
    ends = pl.DataFrame({"actual": [0.0, longest], "predicted": [0.0, longest]})
    heat = (
        alt.Chart(cells)
        .transform_calculate(
            actual_end=alt.datum.actual + side,
            predicted_end=alt.datum.predicted + side,
        )
        .mark_rect(aria=False)
        .encode(
            alt.X("actual:Q").title("actual minutes"),
            alt.X2("actual_end:Q"),
            alt.Y("predicted:Q").title("predicted minutes"),
            alt.Y2("predicted_end:Q"),
            alt.Color("trips:Q").scale(type="log", scheme="viridis"),
        )
    )
    diagonal = (
        alt.Chart(ends)
        .mark_line(color="black", strokeDash=[4, 4])
        .encode(alt.X("actual:Q"), alt.Y("predicted:Q"))
    )
    return (heat + diagonal).properties(width=360, height=360)
