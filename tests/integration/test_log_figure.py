"""Figures of the plotting libraries, through their own writers, into a run's artifacts."""

from __future__ import annotations

import altair as alt
import pytest

import runsite
from runsite.store import Store

CHART = alt.Chart(alt.Data(values=[{"x": 1, "y": 2}])).mark_point().encode(x="x:Q", y="y:Q")


@pytest.mark.parametrize(
    ("name", "start"),
    [("plots/a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.json", b"{"), ("a.html", b"<!DOCTYPE")],
)
def test_an_altair_chart_is_written_in_the_format_that_its_suffix_says(
    tmp_store, monkeypatch, name, start
):
    """The library sees the suffix although the file is first written under another name."""
    monkeypatch.setenv("RUNSITE_TRACKING_URI", str(tmp_store))
    with runsite.start_run() as run:
        runsite.log_figure(CHART, name)
    store = Store.open(tmp_store)
    content = (store.artifacts_dir(run.info.run_id) / name).read_bytes()
    assert content.lstrip()[: len(start)] == start
    (recorded,) = [a for a in store.read_run(run.info.run_id).artifacts if a.path == name]
    assert recorded.size_bytes == len(content)


def test_a_figure_that_cannot_be_drawn_leaves_no_file(tmp_store, monkeypatch):
    """The library's error reaches the caller; no half file and no temporary one stays behind."""
    monkeypatch.setenv("RUNSITE_TRACKING_URI", str(tmp_store))
    with runsite.start_run() as run, pytest.raises(ValueError, match="nonsense"):
        runsite.log_figure(CHART, "a.nonsense")
    folder = Store.open(tmp_store).artifacts_dir(run.info.run_id)
    assert [p.name for p in folder.iterdir() if p.is_file()] == []
