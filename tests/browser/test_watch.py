"""The watch over pages sees what it must; without this the browser tests could not fail."""

from __future__ import annotations

import pytest

from support.browser import SiteWatch

pytestmark = pytest.mark.browser


@pytest.fixture
def watched(chromium, tmp_path):
    """Open a page with this body from disk and return the problems seen."""

    def visit(body: str) -> list[str]:
        site = tmp_path / "site"
        site.mkdir()
        (tmp_path / "outside.js").write_text("1;")
        (site / "index.html").write_text(f"<!doctype html><title>t</title>{body}")
        page = chromium.new_page()
        watch = SiteWatch(page, root=site)
        page.goto((site / "index.html").as_uri())
        page.wait_for_timeout(50)
        page.close()
        return watch.problems

    return visit


def test_a_clean_page_has_no_problem(watched):
    """Own text, styles and data URIs are what a page may have."""
    assert watched("<p>hello<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>") == []


def test_a_console_error_is_a_problem(watched):
    """A script that complains is seen."""
    assert watched("<script>console.error('lost')</script>") == ["console error: lost"]


def test_an_exception_is_a_problem(watched):
    """A script that dies is seen."""
    assert watched("<script>throw new Error('dead')</script>") == ["exception: dead"]


@pytest.mark.parametrize("address", ["https://example.org/x.js", "../outside.js"])
def test_a_request_outside_the_site_is_a_problem(watched, address):
    """Neither the network nor a file beside the site may be asked for."""
    problems = watched(f"<script src='{address}'></script>")
    assert any(problem.startswith("request outside the site: ") for problem in problems)


def test_a_missing_file_is_a_problem(watched):
    """A reference to a file of the site that does not exist is seen."""
    problems = watched("<script src='missing.js'></script>")
    assert any("request failed: " in problem and "missing.js" in problem for problem in problems)
