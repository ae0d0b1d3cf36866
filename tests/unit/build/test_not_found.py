"""The page for missing addresses needs no file beside it, wherever a server shows it."""

from __future__ import annotations

import base64
import hashlib

import pytest

from runsite.config import Config, SiteConfig
from support.html import parse_elements
from support.sites import build_site, make_taxi_runs, write_store

CUSTOM = """.hero { background: url(fonts/mine.svg); content: "</style><b>"; }\r
.foot { background: url('data:image/gif;base64,R0lGODlhAQABAAAAACw='); }"""


def build_page(folder, *, base_url=""):
    write_store(folder / "runs", make_taxi_runs(1))
    static = folder / "theme" / "static"
    static.mkdir(parents=True)
    (static / "custom.css").write_bytes(CUSTOM.encode())
    config = Config(site=SiteConfig(title="Taxi", theme="theme"), folder=folder)
    build_site(folder / "runs", folder / "site", config=config, base_url=base_url)
    return parse_elements((folder / "site" / "404.html").read_bytes().decode())


def find_digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_names_no_file_but_its_icon(tmp_path):
    """Styles and script are in it, those of the theme too, and the policy allows just them."""
    elements = build_page(tmp_path)
    (style,) = [e for e in elements if e.tag == "style"]
    (script,) = [e for e in elements if e.tag == "script"]
    assert [e.attrs["rel"] for e in elements if e.tag == "link"] == ["icon"]
    policy = next(e.attrs["content"] for e in elements if "http-equiv" in e.attrs)
    assert f"script-src 'self' file: {find_digest(script.text)};" in policy
    assert f"style-src 'self' file: {find_digest(style.text)};" in policy
    assert "--page:" in style.text


def test_styles_of_a_theme_cannot_end_their_element(tmp_path):
    """Files beside the styles are not named, for they are not there; data in them stays."""
    (style,) = [e for e in build_page(tmp_path) if e.tag == "style"]
    assert 'content: "<\\/style><b>"' in style.text
    assert ".hero { background: none;" in style.text
    assert "\r" not in style.text
    assert "url('data:image/gif;base64,R0lGODlhAQABAAAAACw=')" in style.text


@pytest.mark.parametrize(
    ("base_url", "start"),
    [
        ("", "index.html"),
        ("https://example.org", "/index.html"),
        ("https://example.org/team/report", "/team/report/index.html"),
    ],
)
def test_links_begin_where_the_site_is_published(tmp_path, base_url, start):
    """Known by --base-url; else relative, for the script to mend."""
    links = [e.attrs["href"] for e in build_page(tmp_path, base_url=base_url) if e.tag == "a"]
    assert start in links
