"""Contours of a metric over two params. Altair has no such mark, so this one is Vega by hand.

Datasets: ``grid`` (one object: ``width``, ``height``, ``values``; its rows from the top), ``faint``
(cells with no run nearby: ``x0``, ``x1``, ``y0``, ``y1``, in units of the axes' length) and
``points`` (``x``, ``y``, ``row``).
"""

from __future__ import annotations

import json

from runsite.charts.look import POINTS
from runsite.charts.spec import ChartSpec

__all__ = ["make_contour_spec"]

SCHEMA = "https://vega.github.io/schema/vega/v6.json"


def make_contour_spec() -> ChartSpec:
    """Make the spec; the page sets the titles, the domains, the levels and the colours."""
    spec = {
        "$schema": SCHEMA,
        "padding": 4,
        "autosize": {"type": "fit", "contains": "padding"},
        "width": 600,
        "height": 380,
        "data": [
            {"name": "grid", "values": []},
            {
                "name": "contours",
                "source": "grid",
                "transform": [
                    {
                        "type": "isocontour",
                        "scale": {"expr": "[width / datum.width, height / datum.height]"},
                        "smooth": True,
                        "thresholds": [],
                    }
                ],
            },
            {"name": "faint", "values": []},
            {"name": POINTS, "values": []},
        ],
        "scales": [
            _scale("x", "width"),
            _scale("y", "height"),
            {"name": "color", "type": "linear", "domain": [0, 1], "range": {"scheme": "viridis"}},
        ],
        "axes": [
            {"scale": "x", "orient": "bottom", "title": "x", "tickCount": 6},
            {"scale": "y", "orient": "left", "title": "y", "tickCount": 6},
        ],
        "legends": [{"fill": "color", "type": "gradient", "title": "value"}],
        "marks": [_contours(), _faint(), _points()],
    }
    return ChartSpec(name="contour", json=json.dumps(spec, separators=(",", ":"), sort_keys=True))


def _scale(name: str, reach: str) -> dict[str, object]:
    return {"name": name, "type": "linear", "domain": [0, 1], "range": reach, "zero": False}


def _contours() -> dict[str, object]:
    return {
        "type": "path",
        "clip": True,
        "from": {"data": "contours"},
        "encode": {
            "update": {
                "fill": {"scale": "color", "field": "contour.value"},
                "stroke": {"value": "#ffffff"},
                "strokeOpacity": {"value": 0.35},
                "strokeWidth": {"value": 0.8},
            }
        },
        "transform": [{"type": "geopath", "field": "datum.contour"}],
    }


def _faint() -> dict[str, object]:
    return {
        "type": "rect",
        "clip": True,
        "from": {"data": "faint"},
        "encode": {
            "update": {
                "x": {"signal": "datum.x0 * width"},
                "x2": {"signal": "datum.x1 * width"},
                "y": {"signal": "datum.y0 * height"},
                "y2": {"signal": "datum.y1 * height"},
                "fill": {"value": "#ffffff"},
                "fillOpacity": {"value": 0.8},
            }
        },
    }


def _points() -> dict[str, object]:
    return {
        "type": "symbol",
        "clip": True,
        "from": {"data": POINTS},
        "encode": {
            "update": {
                "x": {"scale": "x", "field": "x"},
                "y": {"scale": "y", "field": "y"},
                "size": {"value": 34},
                "fill": {"scale": "color", "field": "z"},
                "stroke": {"value": "#ffffff"},
                "strokeWidth": {"value": 1},
                "cursor": {"value": "pointer"},
                "tooltip": {"value": "run"},
            }
        },
    }
