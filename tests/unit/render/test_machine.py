"""Feeds and their kin are what their readers can parse, whatever names are in them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.context import Site
from runsite.render.machine import FeedEntry, render_feed, render_llms, render_sitemap

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://example.org/taxi/"


def make_site(title="Taxi lab"):
    return Site(
        title=title, description="", version="1", repository_url="", base_url=BASE, n_models=0
    )


def test_a_feed_has_what_a_reader_needs():
    """Ids, absolute links, times and authors, the time of the newest entry as the feed's own."""
    entries = [
        FeedEntry("run-2", "b", "runs/2.html", "2026-11-23T03:13:00Z", "rmse 6", "mara"),
        FeedEntry("run-1", "a", "runs/1.html", "2026-11-23T03:12:00Z"),
    ]
    feed = ET.fromstring(render_feed(make_site(), entries))
    assert feed.findtext(f"{ATOM}updated") == "2026-11-23T03:13:00Z"
    assert feed.findtext(f"{ATOM}id") == BASE
    found = feed.findall(f"{ATOM}entry")
    assert [e.find(f"{ATOM}link").get("href") for e in found] == [
        f"{BASE}runs/2.html",
        f"{BASE}runs/1.html",
    ]
    assert [e.findtext(f"{ATOM}id") for e in found] == [f"{BASE}#run-2", f"{BASE}#run-1"]
    assert [e.findtext(f"{ATOM}author/{ATOM}name") for e in found] == ["mara", "Taxi lab"]


def test_an_empty_feed_is_one():
    """A site without runs has a feed that readers accept."""
    assert ET.fromstring(render_feed(make_site(), [])).findtext(f"{ATOM}updated")


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_name_is_well_formed(title, name):
    """Markup, control characters and halves of characters leave the XML readable."""
    entry = FeedEntry("k", name, "runs/1.html", "2026-11-23T03:12:00Z", name, name)
    feed = ET.fromstring(render_feed(make_site(title), [entry]).encode("utf-8", "replace"))
    assert feed.find(f"{ATOM}entry/{ATOM}title") is not None


def test_a_sitemap_lists_absolute_addresses():
    """Each page stands under the address at which it is published."""
    root = ET.fromstring(render_sitemap(BASE, ["index.html", "runs/a&b.html"]))
    assert [loc.text for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")] == [
        f"{BASE}index.html",
        f"{BASE}runs/a&b.html",
    ]


@pytest.mark.parametrize("title", ["Taxi lab", "# [x](javascript:1)\n\n## y"])
def test_a_title_stays_the_title(title):
    """A name that looks like Markdown makes no heading and no link of its own."""
    text = render_llms(make_site(title), models=[], experiments=[])
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert len(headings) == 2
    assert "](javascript" not in text.replace("\\]", "")
