"""Learning curves of a candidate against the current version, as pictures in a report."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass

import polars as pl

from runsite.charts.look import OKABE_ITO, POINTS
from runsite.directions import rank_metric
from runsite.queries.curves import collect_curves
from runsite.render.specs import read_chart_specs
from runsite.review.report import Report, VersionReport
from runsite.review.words import plain
from runsite.store import Store

__all__ = ["Picture", "draw_curves"]

_MAX_PICTURES = 6
_MAX_POINTS = 300
_SIZE = {"width": 420, "height": 200}


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as a picture: what it shows, in words, and its data address."""

    title: str
    text: str
    address: str


def draw_curves(
    report: Report, store: Store, *, current: dict[str, str]
) -> dict[tuple[str, int], tuple[Picture, ...]]:
    """Draw the histories of the metrics that say most, for each version that is compared.

    Args:
        report: The report.
        store: Where the points lie.
        current: Run id of each candidate → run id of the version that it is compared with.
    """
    return {
        (version.model, version.version): _draw(version, store, current.get(version.run.run_id))
        for version in report.versions
        if version.run is not None
    }


def _draw(version: VersionReport, store: Store, other: str | None) -> tuple[Picture, ...]:
    if version.run is None:
        return ()
    names = {version.run.run_id: f"version {version.version}"}
    if other is not None and version.comparison is not None:
        names[other] = f"version {version.comparison.version} ({version.comparison.stage})"
    curves = store.ask_metrics(
        lambda points: collect_curves(points, max_points=_MAX_POINTS), run_ids=list(names)
    ).filter(pl.col("count") > 1)
    keys = sorted(set(curves["key"].to_list()), key=lambda key: (rank_metric(key), key))
    gated = (
        [row.key for row in version.comparison.metrics if row.gated] if version.comparison else []
    )
    ranked = [*(key for key in gated if key in keys), *(key for key in keys if key not in gated)]
    return tuple(_picture(key, curves, names) for key in ranked[:_MAX_PICTURES])


def _picture(key: str, curves: pl.DataFrame, names: dict[str, str]) -> Picture:
    rows = curves.filter(pl.col("key") == key)
    series = {
        run_id: (steps, values)
        for run_id, steps, values in rows.select("run_id", "steps", "values").iter_rows()
    }
    points = [
        {"x": step, "y": value if math.isfinite(value) else None, "series": name}
        for run_id, name in names.items()
        for step, value in zip(*series.get(run_id, ((), ())), strict=True)
    ]
    shown = [name for run_id, name in names.items() if run_id in series]
    return Picture(
        title=plain(key),
        text=f"{plain(key)} by step: {' and '.join(shown)}",
        address=_render(points, shown),
    )


def _render(points: list[dict[str, object]], shown: list[str]) -> str:
    import vl_convert

    spec = json.loads(read_chart_specs())["curves"]
    spec |= _SIZE
    for layer in spec["layer"]:
        layer.pop("params", None)  # a picture has no pointer
        colour = layer["encoding"]["color"]
        colour["scale"] = {"domain": shown, "range": list(OKABE_ITO[: len(shown)])}
        colour["legend"] = {"orient": "bottom", "title": None}
    spec["layer"] = spec["layer"][:1]
    spec["datasets"] = {POINTS: points}
    spec["background"] = "white"
    svg = vl_convert.vegalite_to_svg(spec)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
