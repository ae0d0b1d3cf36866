"""A run in a notebook: safe, small, readable without a script."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from runsite.entities import Run, RunData, RunInfo
from runsite.notebook import RunFacts, RunView, format_number, render_run, render_sparkline


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


HOSTILE = "<script>alert(1)</script>\"'&"


def test_every_value_is_escaped():
    """A run's names are nobody's HTML."""
    facts = RunFacts(HOSTILE, HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, {HOSTILE: 1.0})
    page = Reader(render_run(facts, view=RunView({HOSTILE: (1.0, 2.0)}, page_url=HOSTILE)))
    assert [tag for tag, _ in page.tags if tag == "script"] == []
    assert "".join(page.text).count(HOSTILE) == 6
    assert dict(page.tags)["a"]["href"] == HOSTILE


def test_a_run_shows_params_metrics_and_their_curves():
    """What people ask for first, and a link to the rest."""
    facts = RunFacts("calm-otter-1", "ab", "FINISHED", {"alpha": "0.1"}, {"rmse": 7.7587})
    view = RunView({"rmse": (9.0, 8.0, 7.7587)}, page_url="file:///site/runs/ab/index.html")
    text = render_run(facts, view=view)
    page = Reader(text)
    assert {"calm-otter-1", "alpha", "0.1", "rmse", "7.7587"} <= set(page.text)
    assert [attrs["aria-label"] for tag, attrs in page.tags if tag == "svg"] == ["from 9 to 7.7587"]
    assert len(text) < 1500


def test_an_entity_shows_itself_without_reading_anything():
    """A run without a store to ask has no curves."""
    run = Run(RunInfo("ab", "0", "ada", "FAILED", 0), RunData({"m": 1.0}, {}, {}))
    assert "<svg" not in run._repr_html_()
    assert "FAILED" in run._repr_html_()


@pytest.mark.parametrize("values", [(), (1.0,), (math.nan, 1.0), (math.inf, math.nan)])
def test_a_curve_needs_two_points(values):
    """A single value is no curve."""
    assert render_sparkline(values) == ""


@pytest.mark.parametrize(
    "values",
    [
        (1.0, 1.0),
        (1e308, -1e308, 1e308),
        (1.0, math.nan, 2.0, math.inf),
        tuple(float(i % 7) for i in range(10_000)),
    ],
)
def test_a_curve_stays_in_its_frame(values):
    """Flat, huge, with gaps, long: every point is in the picture."""
    picture = ET.fromstring(render_sparkline(values))
    points = picture[0].attrib["points"].split()
    assert 2 <= len(points) <= 60
    for point in points:
        x, y = map(float, point.split(","))
        assert 0 <= x <= 120
        assert 0 <= y <= 24


def test_numbers_have_six_digits():
    """A table is for reading, not for calculating."""
    assert [format_number(value) for value in (7.75871234, math.nan, 1e-9)] == [
        "7.75871",
        "nan",
        "1e-09",
    ]
