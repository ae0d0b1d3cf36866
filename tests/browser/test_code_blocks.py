"""Code on pages: it can be copied, and it names the site where it lies."""

from __future__ import annotations

import shutil

import pytest

from support.sites import build_site, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

RUN = f"runs/{make_run_id(1)}.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    write_store(folder / "runs", make_taxi_runs(2))
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.mark.parametrize("path", ["data/index.html", RUN])
def test_a_block_is_copied_with_one_key(serve_site, site, path):
    """The button comes after its block in the order of Tab, and says that it has worked."""
    page = serve_site(site, path=path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator("main pre.code").first
    block.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Copy"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == block.inner_text().rstrip("\n")
    page.locator("button.copy", has_text="Copied").wait_for(state="detached")


def test_where_the_clipboard_is_closed_a_selection_serves(serve_site, site):
    """Sites without a secure address and old browsers have no clipboard for scripts."""
    page = serve_site(site, path="data/index.html")
    page.context.grant_permissions(["clipboard-read"])
    page.evaluate(
        "Object.defineProperty(navigator.clipboard, 'writeText', {value: () => Promise.reject()})"
    )
    page.locator("main .code-box").nth(1).hover()
    page.get_by_role("button", name="Copy").nth(1).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("import polars")
    assert page.locator("textarea").count() == 0


def test_the_examples_name_the_site_on_its_server(serve_site, site):
    """Whoever copies a question to the tables has nothing to fill in."""
    page = serve_site(site, path="data/index.html#queries")
    base = page.url.removesuffix("data/index.html#queries")
    code = page.locator("main pre.code").all_inner_texts()
    assert all(f"{base}data/" in text for text in code)
    assert page.locator("[data-address-note]").count() == 0


def test_the_examples_name_the_folder_on_disk(open_site, site):
    """From disk tools take the path as it is, and curl its address."""
    page = open_site(site, path="data/index.html")
    code = page.locator("main pre.code").all_inner_texts()
    assert f"'{site}/data/runs.parquet'" in code[0]
    assert f'"{site}/data/runs.parquet"' in code[1]
    assert f"curl -s file://{site}/data/registry.json" in code[3]


def test_a_folder_that_would_break_the_code_is_not_named(open_site, site, tmp_path):
    """The example stays, with the note that says what to put in its place."""
    odd = shutil.copytree(site, tmp_path / "it's here")
    page = open_site(odd, path="data/index.html")
    shown = page.locator("pre.code").first.inner_text()
    assert "https://example.org/site/data/runs.parquet" in shown
    assert page.locator("[data-address-note]").is_visible()
