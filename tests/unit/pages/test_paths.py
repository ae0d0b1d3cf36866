"""Every name has one folder, and every folder one name."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runsite.pages.paths import (
    find_root,
    make_experiment_path,
    make_run_path,
    make_slug,
    make_version_path,
)

SAFE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ANY_TEXT = st.text(max_size=80) | st.text(alphabet="aAbBäÄ- ._/1", max_size=12)


@given(ANY_TEXT)
def test_a_slug_is_safe_anywhere(name):
    """Lower-case letters, digits and single hyphens; short; no name that Windows keeps."""
    slug = make_slug(name)
    assert SAFE.fullmatch(slug)
    assert len(slug) <= 60
    assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|index", slug)


@settings(max_examples=300)
@given(st.lists(ANY_TEXT, unique=True, max_size=20))
def test_names_never_share_a_folder(names):
    """Different names have different slugs, also where the file system ignores case."""
    assert len({make_slug(name).lower() for name in names}) == len(names)


@given(ANY_TEXT)
def test_a_slug_is_nobody_elses_name(name):
    """The slug of a hostile name cannot be taken by naming an experiment after it."""
    slug = make_slug(name)
    assert slug == name or make_slug(slug) != slug


@pytest.mark.parametrize(
    "name", ["nyc-taxi-regressor", "a", "run-2026-11", "0193a5c0e9b97c5f8d3f6f0c8a7b6e21"]
)
def test_a_plain_name_stays_as_it_is(name):
    """Most addresses are the names that people gave."""
    assert make_slug(name) == name


def test_known_slugs_never_change():
    """Links to a published site must stay good in every later version."""
    assert {name: make_slug(name) for name in ("", "NYC taxi / α", "con", "a--b", "x" * 60)} == {
        "": "n-4oymiquy7q",
        "NYC taxi / α": "nyc-taxi-oiwmo5wleo",
        "con": "con-cfb5uk6fjr",
        "a--b": make_slug("a--b"),
        "x" * 60: "x" * 48 + "-" + make_slug("x" * 60)[-10:],
    }


def test_naughty_strings_have_slugs_of_their_own(shared_data):
    """Strings that break other things are safe and apart as names, a lone surrogate too."""
    text = (shared_data / "naughty" / "blns.json").read_text(encoding="utf-8")
    names = {*json.loads(text), "\ud800"}
    slugs = {make_slug(name) for name in names}
    assert len(slugs) == len(names)
    assert all(SAFE.fullmatch(slug) for slug in slugs)


def test_pages_know_the_way_back():
    """From any page the root is as many steps up as the path has folders."""
    run_id = "0193a5c0e9b97c5f8d3f6f0c8a7b6e21"
    assert make_run_path(run_id) == f"runs/{run_id}.html"
    assert make_experiment_path("a") == "experiments/a/index.html"
    assert make_version_path("m", 3) == "models/m/3.html"
    assert [find_root(path) for path in ("index.html", "runs/x.html", "models/m/3.html")] == [
        "",
        "../",
        "../../",
    ]
