"""All chart specs, made by Altair."""

from __future__ import annotations

import json
from collections.abc import Iterable

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

__all__ = ["format_specs", "make_chart_specs"]


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


def format_specs(specs: Iterable[ChartSpec]) -> str:
    """Write specs as one JSON object, name → spec, one a line."""
    members = ",\n".join(f"{json.dumps(spec.name)}:{spec.json}" for spec in specs)
    return f"{{\n{members}\n}}\n"
