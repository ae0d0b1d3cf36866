"""Pictures for link previews."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.build import social
from runsite.pages.files import find_image_size
from support.html import parse_elements
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, read_site, write_store

BASE = "https://example.org/taxi/"


@pytest.fixture
def store(tmp_path):
    runs = [*make_taxi_runs(3), (make_run(9, experiment="other"), {"rmse": [1.0]})]
    write_store(tmp_path / "runs", runs)
    return tmp_path / "runs"


def image_of(page: bytes) -> list[str]:
    elements = parse_elements(page.decode())
    return [e.attrs["content"] for e in elements if e.attrs.get("property") == "og:image"]


def test_main_pages_have_a_picture_of_their_own(store, tmp_path, monkeypatch):
    """Overview and experiment have one in the usual size; a run shows the overview's."""
    monkeypatch.setenv("RUNSITE_CACHE_DIR", str(tmp_path / "cache"))
    build_site(store, tmp_path / "site", base_url=BASE)
    site = read_site(tmp_path / "site")
    pictures = [path for path in site if path.startswith("social/")]
    assert pictures == [
        "social/experiments/nyc-taxi.png",
        "social/experiments/other.png",
        "social/index.png",
    ]
    assert {find_image_size(site[path]) for path in pictures} == {(1200, 630)}
    assert image_of(site["experiments/other/index.html"]) == [f"{BASE}social/experiments/other.png"]
    run = next(path for path in site if path.startswith("runs/"))
    assert image_of(site[run]) == [f"{BASE}social/index.png"]
    assert len(list((tmp_path / "cache" / "social").iterdir())) == 3


def test_versions_that_matter_have_a_picture_of_their_own(store, tmp_path):
    """Who holds a stage and the newest; a long history of versions is not drawn one by one."""
    versions = "".join(
        f'      - {{version: {number}, run: "{make_run_id(1)}", artifact: model,'
        ' registered_at: "2026-11-23T03:12:00Z"}\n'
        for number in range(1, 5)
    )
    (tmp_path / "registry.yaml").write_text(
        f"format: 1\nmodels:\n  taxi:\n    stages: {{Production: 2}}\n    versions:\n{versions}",
        encoding="utf-8",
    )
    build_site(store, tmp_path / "site", base_url=BASE)
    site = read_site(tmp_path / "site")
    assert {path for path in site if path.startswith("social/models/")} == {
        "social/models/taxi.png",
        "social/models/taxi/2.png",
        "social/models/taxi/4.png",
    }
    assert image_of(site["models/taxi/2.html"]) == [f"{BASE}social/models/taxi/2.png"]
    assert image_of(site["models/taxi/3.html"]) == [f"{BASE}social/index.png"]
    assert site["social/models/taxi/2.png"] != site["social/models/taxi.png"]


def test_without_an_address_there_are_none(store, tmp_path):
    """A preview needs an absolute address, so a site without one draws no picture."""
    build_site(store, tmp_path / "site")
    site = read_site(tmp_path / "site")
    assert not [path for path in site if path.startswith("social/")]
    assert image_of(site["index.html"]) == []


def test_only_so_many_are_drawn(store, tmp_path, monkeypatch):
    """Thousands of experiments do not cost minutes: the rest share the overview's."""
    monkeypatch.setattr(social, "MAX_CARDS", 1)
    build_site(store, tmp_path / "site", base_url=BASE)
    site = read_site(tmp_path / "site")
    assert [path for path in site if path.startswith("social/")] == [
        "social/experiments/nyc-taxi.png",
        "social/index.png",
    ]
    assert image_of(site["experiments/other/index.html"]) == [f"{BASE}social/index.png"]


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=6))
def test_any_words_are_a_drawing(site, title, facts):
    """Markup and characters that the typeface lacks leave the SVG well-formed, and text only."""
    root = ET.fromstring(social.draw_card(site, kind="Model", title=title, facts=facts))
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "rect", "path", "text"}


def test_a_long_title_is_broken_and_cut():
    """Two lines of a title fit; the rest is an ellipsis or left out."""
    drawn = social.draw_card("Lab", kind="", title="nyc-taxi-trip-duration-regressor-v2", facts=[])
    texts = [e.text for e in ET.fromstring(drawn).iter() if e.tag.endswith("text") and e.text]
    assert texts[1:] == ["nyc-taxi-trip-duration-", "regressor-v2"]
