"""Files of a run on its page, in a real browser: shown, walked through, never run."""

from __future__ import annotations

import pytest

import runsite
from runsite.tracking.media import format_png
from support.browser import wait_until
from support.sites import build_site

pytestmark = pytest.mark.browser

EVIL = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\">"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="60" onload="alert(1)">'
    '<script>alert(2)</script><rect width="80" height="60" fill="teal"/></svg>'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of one run with files of each kind."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        runsite.set_tracking_uri(str(folder / "runs"))
        with runsite.start_run(run_name="files"):
            for step in range(4):
                pixels = bytes([60 * step, 90, 120]) * (64 * 48)
                image = format_png(pixels, width=64, height=48, channels=3)
                (folder / "image.png").write_bytes(image)
                runsite.log_artifact(str(folder / "image.png"), f"images/sample/{step}")
                path = folder / f"{step:08d}.png"
                path.write_bytes(image)
                runsite.log_artifact(str(path), "images/digits")
            for name in (
                "report.html",
                "notes.md",
                "train.log",
                f"{EVIL[:60].replace('/', '_')}.txt",
            ):
                runsite.log_text(EVIL, name)
            runsite.log_text(SVG, "figure.svg")
            runsite.log_table({"prompt": [EVIL, "b"], "score": [0.5, 1.0]}, "table.json")
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.fixture
def page(open_site, site):
    (path,) = (site / "runs").glob("*.html")
    page = open_site(site, path=f"runs/{path.name}")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.wait_for_load_state("networkidle")
    return page


def test_nothing_that_was_logged_runs(page):
    """With every preview open, no script of a file or a name has run."""
    title = page.title()
    for summary in page.locator("details.file > summary").all():
        summary.click()
    page.wait_for_timeout(200)
    assert page.title() == title
    drawing = page.get_by_alt_text("figure.svg")
    assert drawing.evaluate("image => image.naturalWidth") == 80


def test_a_slider_walks_through_the_steps(page):
    """The last image stands there; the keyboard leads to the first, picture and words alike."""
    figure = page.locator("[data-series]")
    assert figure.locator("img").get_attribute("alt") == "digits at step 3"
    last = figure.locator("img").get_attribute("src")
    slider = figure.get_by_role("slider", name="Step of digits")
    slider.press("Home")
    assert figure.locator("img").get_attribute("alt") == "digits at step 0"
    assert figure.locator("[data-series-step]").inner_text() == "step 0"
    assert slider.get_attribute("aria-valuetext") == "step 0"
    assert figure.locator("img").get_attribute("src") != last
    wait_until(page, "document.querySelector('[data-series] img').naturalWidth === 64")
