"""Chart specs hold no data, no look, and no word that somebody logged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import runsite.charts
from runsite.charts.making import format_specs, make_chart_specs

KEPT = Path(runsite.charts.__file__).with_name("specs.json")
SPECS = json.loads(KEPT.read_text(encoding="utf-8"))


def find_data(spec):
    """List the data of a spec and of its layers."""
    found = [spec["data"]] if "data" in spec else []
    for layer in spec.get("layer", ()):
        found.extend(find_data(layer))
    return found


@pytest.mark.parametrize("name", sorted(SPECS))
def test_a_spec_waits_for_its_data(name):
    """Every dataset is named and empty, so the page can fill it in."""
    spec = SPECS[name]
    assert "datasets" not in spec
    assert "config" not in spec
    if "/vega/" in spec["$schema"]:
        assert all(data.get("values", []) == [] for data in spec["data"])
    else:
        assert all(set(data) == {"name"} for data in find_data(spec))


@pytest.mark.parametrize("name", sorted(set(SPECS) - {"contour", "parallel"}))
def test_a_spec_fits_its_place(name):
    """Charts take the width that the page has."""
    assert SPECS[name]["width"] == "container"


def test_the_kept_specs_are_those_that_altair_makes():
    """Nobody can change a chart and forget the file that builds read: ``make specs``."""
    assert format_specs(make_chart_specs()) == KEPT.read_text(encoding="utf-8")


def test_names_are_unique():
    """Two kinds of chart cannot be mixed up."""
    assert len(SPECS) == len(make_chart_specs())


def test_tooltips_are_made_by_the_page():
    """No tooltip names a field: the page makes the words from the datum, as text."""
    for name, spec in SPECS.items():
        for part in (spec, *spec.get("layer", ())):
            tooltip = part.get("encoding", {}).get("tooltip", {"value": "run"})
            assert tooltip is None or set(tooltip) == {"value"}, name
