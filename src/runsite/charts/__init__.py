"""Chart specs: one Vega-Lite spec per kind of chart, made by Altair, with the data left out.

Pure. The page fills in the named dataset ``points`` when it draws, and the colours of the theme.
"""

from __future__ import annotations

from runsite.charts.curves import make_curves_spec
from runsite.charts.scatter import make_scatter_spec
from runsite.charts.spec import ChartSpec

__all__ = ["ChartSpec", "make_chart_specs"]


def make_chart_specs() -> tuple[ChartSpec, ...]:
    """Make the spec of every kind of chart."""
    return (make_curves_spec(), make_scatter_spec())
