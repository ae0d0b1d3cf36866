"""The chart specs as they are kept: read by whoever draws, without the library that made them."""

from __future__ import annotations

import importlib.resources

__all__ = ["read_chart_specs"]


def read_chart_specs() -> str:
    """Read the specs of all kinds of chart: one JSON object, name → spec."""
    specs = importlib.resources.files("runsite.charts").joinpath("specs.json")
    return specs.read_text(encoding="utf-8").strip()
