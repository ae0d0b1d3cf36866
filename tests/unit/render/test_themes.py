"""A theme of one's own: from a folder or from a package, down to a single colour."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runsite.config import Config, SiteConfig
from runsite.errors import BuildError
from runsite.render.themes import find_theme, load_theme
from support.html import parse_elements
from support.repository import ROOT
from support.sites import build_site, make_run_id, make_taxi_runs, read_site, write_store

EXAMPLE = ROOT / "examples" / "theme"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package on the path that brings a theme along, as pip would install it."""
    package = tmp_path / "lib" / "team_look"
    (package / "theme" / "static").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('a theme runs no code')\n")
    (package / "theme" / "static" / "custom.css").write_text(":root { --accent: red; }\n")
    info = tmp_path / "lib" / "team_look-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: team-look\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[runsite.themes]\nteam = team_look.theme\nlost = team_look.gone\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    return package / "theme"


def build(tmp_path, theme):
    write_store(tmp_path / "runs", make_taxi_runs(2))
    config = Config(site=SiteConfig(title="Taxi lab", theme=str(theme)), folder=tmp_path)
    build_site(tmp_path / "runs", tmp_path / "site", config=config)
    return read_site(tmp_path / "site")


def test_the_example_overrides_colour_block_and_page(tmp_path):
    """Each kind of override is seen where it belongs, and the rest of the pages is there."""
    site = build(tmp_path, EXAMPLE)
    run = site[f"runs/{make_run_id(1)}.html"].decode()
    assert "Ask the forecasting team" in run
    assert "max_depth" in run.replace("<wbr>", "")
    for path in ("index.html", "404.html", f"runs/{make_run_id(1)}.html"):
        assert "Forecasting team, internal" in site[path].decode()
    assert "Nothing here" in site["404.html"].decode()
    assert b"#00696b" in site["assets/custom.css"]
    styles = [e.attrs["href"] for e in parse_elements(run) if e.attrs.get("rel") == "stylesheet"]
    assert styles[-1].startswith("../assets/custom.css?v=")


def test_a_package_brings_a_theme(tmp_path, installed):
    """Its name in the settings is enough, and none of its code runs."""
    assert find_theme("team", base=tmp_path) == installed
    assert b"--accent: red" in build(tmp_path, "team")["assets/custom.css"]
    assert "team_look" not in sys.modules


def test_a_folder_comes_before_a_package(tmp_path, installed):
    """A project can put its own theme in the place of an installed one."""
    (tmp_path / "team").mkdir()
    assert find_theme("team", base=tmp_path) == tmp_path / "team"


def test_a_theme_that_is_nowhere_is_a_clear_error(tmp_path, installed):
    """The message names what is installed."""
    with pytest.raises(BuildError) as error:
        find_theme("teem", base=tmp_path)
    assert str(error.value) == (
        "the theme 'teem' is neither a folder nor installed\n"
        "  hint:  correct site.theme in runsite.yaml, or leave it out; themes that are installed:"
        " lost, team"
    )
    with pytest.raises(BuildError, match=r"installed without its folder 'team_look\.gone'"):
        find_theme("lost", base=tmp_path)


def test_the_first_folder_that_has_a_file_gives_it(tmp_path):
    """A user's file goes before that of default, and default's before that of base."""
    (tmp_path / "static" / "styles").mkdir(parents=True)
    own = tmp_path / "static" / "styles" / "page.css"
    own.write_text("/* own */")
    found = load_theme(tmp_path).list_static()
    assert found["styles/page.css"] == own
    assert found["styles/tokens.css"].parts[-4] == "default"
    assert found["scripts/core.js"].parts[-4] == "base"
    assert isinstance(found["scripts/core.js"], Path)
