"""A link that leads nowhere is found, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from runsite.output.links import find_broken_links

PAGE = '<!doctype html>\n<h1 id="top">x</h1><a href="{}">there</a>'


def check(tmp_path, link, *, page="runs/a.html", base_path=""):
    files = {page: PAGE.format(link), "index.html": PAGE.format(""), "assets/x y.js": ""}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return find_broken_links(tmp_path, files, base_path=base_path)


@pytest.mark.parametrize(
    "link",
    [
        "../index.html",
        "../index.html?v=1#top",
        "#top",
        "a.html",
        "../assets/x%20y.js?v=abc",
        "https://example.org/none",
        "mailto:a@example.org",
        "//example.org/x",
        "data:,x",
        "../index.html#sort=metrics.rmse&amp;x=1",
    ],
)
def test_good_links(tmp_path, link):
    """Files of the site, places in them, views of scripts, and addresses elsewhere are fine."""
    assert check(tmp_path, link) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("b.html", "b.html does not exist"),
        ("/index.html", "/index.html does not exist"),
        ("../../index.html", "../../index.html does not exist"),
        ("#nope", "#nope has no such place"),
        ("../index.html#nope", "../index.html#nope has no such place"),
        ("x&amp;y.html", "x&y.html does not exist"),
    ],
)
def test_broken_links(tmp_path, link, problem):
    """The page, the link as it was written, and what is wrong with it."""
    assert check(tmp_path, link) == [f"runs/a.html: {problem}"]


def test_texts_are_no_links(tmp_path):
    """What looks like an attribute in a text is a text, also beside quotes."""
    text = '<p title="a &lt;b href=&#34;x&#34;"> say href="nowhere.html" or &lt;a href="no.html"&gt;</p>'
    (tmp_path / "a.html").write_text(text)
    assert find_broken_links(tmp_path, ["a.html"]) == []


def test_the_page_for_missing_addresses(tmp_path):
    """It links from the place where the site is published, for it is shown at any depth."""
    assert check(tmp_path, "/repo/index.html", page="404.html", base_path="/repo/") == []
    assert check(tmp_path, "/repo/no.html", page="404.html", base_path="/repo/") == [
        "404.html: /repo/no.html does not exist"
    ]
