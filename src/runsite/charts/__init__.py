"""Chart specs: one Vega-Lite spec per kind of chart, made by Altair, with the data left out.

Pure. The page fills in the named datasets when it draws, and the colours of the theme.
"""

from __future__ import annotations

from runsite.charts.bars import make_histogram_spec, make_importance_spec
from runsite.charts.contour import make_contour_spec
from runsite.charts.curves import make_curves_spec
from runsite.charts.distributions import make_boxes_spec
from runsite.charts.matrices import make_confusion_spec, make_correlations_spec
from runsite.charts.parallel import make_parallel_spec
from runsite.charts.quality import make_quality_spec, make_residuals_spec
from runsite.charts.scatter import make_history_spec, make_scatter_spec
from runsite.charts.spec import ChartSpec
from runsite.charts.versions import make_versions_spec

__all__ = ["ChartSpec", "make_chart_specs"]


def make_chart_specs() -> tuple[ChartSpec, ...]:
    """Make the spec of every kind of chart."""
    return (
        make_boxes_spec(),
        make_confusion_spec(),
        make_contour_spec(),
        make_correlations_spec(),
        make_curves_spec(),
        make_histogram_spec(),
        make_history_spec(),
        make_importance_spec(),
        make_parallel_spec(),
        make_quality_spec(),
        make_residuals_spec(),
        make_scatter_spec(),
        make_versions_spec(),
    )
