"""Bundles: in the order of their list, apart from each other, made once."""

from __future__ import annotations

import json

import pytest

from runsite.build import bundles
from runsite.build.bundles import make_bundle, make_bundles
from runsite.config import Config, SiteConfig
from runsite.errors import BuildError
from runsite.render.themes import load_theme
from support.html import parse_elements
from support.sites import build_site, make_taxi_runs, read_site, write_store


def write_theme(folder, lists, **files):
    for name, content in files.items():
        path = folder / "static" / "scripts" / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    text = lists if isinstance(lists, str) else json.dumps(lists)
    (folder / "bundles.json").write_text(text, encoding="utf-8")
    return folder


def test_a_file_that_ends_unfinished_stays_apart():
    """Neither a missing semicolon nor a comment without an end of line reaches the next file."""
    made = make_bundle([b"(function () {})()", b"(function () {})() // end"], suffix=".js")
    assert made == b"(function () {})()\n;(function () {})() \n;"


def test_what_was_made_once_is_read(tmp_path, monkeypatch):
    """The second build parses nothing; a changed file is another bundle."""
    monkeypatch.setenv("RUNSITE_CACHE_DIR", str(tmp_path))
    lists = {"bundles/a.js": ["b.js", "a.js"]}
    first = make_bundles(lists, files={"a.js": b"one; // 1", "b.js": b"two;"})
    assert first == {"bundles/a.js": b"two;\n;one; \n;"}
    monkeypatch.setattr(bundles, "make_bundle", None)
    assert make_bundles(lists, files={"a.js": b"one; // 1", "b.js": b"two;"}) == first
    with pytest.raises(TypeError):
        make_bundles(lists, files={"a.js": b"three;", "b.js": b"two;"})


def test_a_script_of_a_theme_takes_its_place_in_the_bundle(tmp_path):
    """Whoever replaces one script of a bundle, or makes a bundle, gets it on the pages."""
    write_store(tmp_path / "runs", make_taxi_runs(2))
    theme = write_theme(tmp_path / "theme", {"bundles/team.js": ["scripts/mine.js"]},
                        mine="mine(); // own", anchors="own_anchors();")  # fmt: skip
    (theme / "404.html").write_text(
        '{% extends "default/404.html" %}{% block head %}'
        "<script defer src=\"{{ meta.root }}{{ asset('bundles/team.js') }}\"></script>"
        "{% endblock %}"
    )
    config = Config(site=SiteConfig(title="Taxi", theme="theme"), folder=tmp_path)
    build_site(tmp_path / "runs", tmp_path / "site", config=config)
    site = read_site(tmp_path / "site")
    assert site["assets/bundles/team.js"] == b"mine(); \n;"
    assert b"own_anchors();\n;" in site["assets/bundles/core.js"]
    assert site["assets/scripts/mine.js"] == b"mine(); // own"
    scripts = [e.attrs.get("src", "") for e in parse_elements(site["404.html"].decode())]
    assert any("assets/bundles/team.js?v=" in address for address in scripts)


def test_without_the_parsers_comments_stay(monkeypatch):
    """A site is built all the same, and a comment at the end of a file still ends there."""
    monkeypatch.setattr(bundles, "_PARSERS", ("no-such-parser",))
    assert make_bundle([b"one; // 1", b"two;"], suffix=".js") == b"one; // 1\n\n;two;\n\n;"


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ("{", ("the bundles are not JSON: Expecting property name enclosed in double quotes: "
              "line 1 column 2 (char 1)\n  where: {path}")),
        ('["a.js"]', ("the bundles are no lists of files\n  where: {path}\n  hint:  write "
                     '{"bundles/team.js": ["scripts/one.js", "scripts/two.js"]}')),
        ({"bundles/a.js": "b.js"}, ("the bundles are no lists of files\n  where: {path}\n  hint:  write "
                                   '{"bundles/team.js": ["scripts/one.js", "scripts/two.js"]}')),
        ({"bundles/a.js": ["b.js"]}, ("the bundle 'bundles/a.js' names 'b.js', which no theme has\n"
                                     "  where: {path}\n  hint:  a file of a bundle lies in the "
                                     "folder static of a theme")),
        ({"bundles/a.js": [["b"]]}, ("the bundle 'bundles/a.js' names '['b']', which no theme has\n"
                                    "  where: {path}\n  hint:  a file of a bundle lies in the "
                                    "folder static of a theme")),
    ],
)  # fmt: skip
def test_wrong_lists_are_clear_errors(tmp_path, lists, message):
    """The message names the file, the bundle and what to write instead."""
    write_theme(tmp_path, lists)
    with pytest.raises(BuildError) as error:
        load_theme(tmp_path).list_bundles()
    assert str(error.value) == message.replace("{path}", str(tmp_path / "bundles.json"))
