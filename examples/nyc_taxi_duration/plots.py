"""Pictures of how a model does."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl
from data import Trips

CELL_MINUTES = 2
"""Side of a cell in the picture: small enough to show the shape, few enough to stay small."""


def draw_predictions(predicted: np.ndarray, *, trips: Trips) -> alt.LayerChart:
    """Draw predicted over actual minutes as a heat map; a perfect model lies on the line."""
    longest = float(trips.validation[trips.target].max())
    cells = (
        trips.validation.select(
            actual=pl.col(trips.target) // CELL_MINUTES * CELL_MINUTES,
            predicted=pl.Series(predicted).clip(0, longest) // CELL_MINUTES * CELL_MINUTES,
        )
        .group_by("actual", "predicted")
        .len(name="trips")
        .sort("actual", "predicted")
    )
    ends = pl.DataFrame({"actual": [0.0, longest], "predicted": [0.0, longest]})
    heat = (
        alt.Chart(cells)
        .transform_calculate(
            actual_end=alt.datum.actual + CELL_MINUTES,
            predicted_end=alt.datum.predicted + CELL_MINUTES,
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
