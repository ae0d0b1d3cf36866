"""Pages on paper: all that can be read, in dark ink, and no empty sheets."""

from __future__ import annotations

import re

import pytest

from support.browser import wait_until
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

RUNS = 400
PAGES = [
    "index.html",
    "models/taxi/index.html",
    "models/taxi/1.html",
    f"runs/{make_run_id(1)}.html",
    "experiments/nyc-taxi/index.html",
    "data/index.html",
]
REGISTRY = f"""format: 1
models:
  taxi:
    stages: {{Production: 1}}
    versions:
      - version: 1
        run: "{make_run_id(1)}"
        artifact: model
        digest: "sha256:{"5" * 64}"
        registered_at: "2026-11-23T03:12:00Z"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    write_store(folder / "runs", make_taxi_runs(RUNS))
    (folder / "registry.yaml").write_text(REGISTRY, encoding="utf-8")
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.mark.parametrize("path", PAGES)
def test_paper_is_white_and_has_no_buttons(open_site, site, path):
    """Also where the reader chose the dark theme; the navigation is left out, headings are not."""
    page = open_site(site, path=path, color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    ink, paper = page.evaluate(
        "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
    )
    assert (sum(map(int, re.findall(r"\d+", ink)[:3])), paper) == (75, "rgb(255, 255, 255)")
    assert page.locator("h1").is_visible()
    assert page.locator(".top:visible, .toolbar:visible, .jumps:visible").count() == 0
    assert page.locator("button:visible:not([role=tab], .sort, .axis-name)").count() == 0


def test_a_stage_is_read_without_its_background(open_site, site):
    """Browsers leave backgrounds out, so white words on green would be white on white."""
    page = open_site(site, path="models/taxi/1.html")
    page.emulate_media(media="print")
    style = page.locator("h1 .stage-production").evaluate(
        "pill => (s => [s.color, s.backgroundColor])(getComputedStyle(pill))"
    )
    assert style == ["rgb(22, 24, 29)", "rgba(0, 0, 0, 0)"]


def test_a_long_table_fills_no_empty_sheets(open_site, site):
    """Rows that the screen has not drawn leave no gap; the table fits the width of the paper."""
    page = open_site(site, path="experiments/nyc-taxi/index.html")
    wait_until(page, "window.runsite && window.runsite.view")
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert 1 <= pages <= 3


def test_charts_that_nobody_has_seen_are_printed(open_site, tmp_path):
    """What is drawn when it comes into sight is on paper too, from the first page to the last."""
    keys = [f"loss_{number}" for number in range(12)]
    write_store(tmp_path / "runs", [(make_run(1), {key: [3.0, 2.0, 1.5] for key in keys})])
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(
        tmp_path / "site",
        path=f"runs/{make_run_id(1)}.html",
        viewport={"width": 1280, "height": 400},
    )
    wait_until(page, "document.querySelectorAll('.curve').length === 12 && window.vegaEmbed")
    page.wait_for_load_state("networkidle")
    assert page.locator(".curve canvas").count() < len(keys)
    page.evaluate("""() => addEventListener("afterprint", () => {
        document.body.dataset.printed = document.querySelectorAll(".curve canvas").length;
    })""")
    page.pdf()
    assert page.locator("body").get_attribute("data-printed") == str(len(keys))


@pytest.mark.parametrize(
    ("path", "canvas"),
    [
        (f"runs/{make_run_id(1)}.html", ".curve canvas"),
        ("experiments/nyc-taxi/index.html", ".parallel canvas[role=img]"),
    ],
)
def test_a_dark_page_is_printed_with_charts_for_white_paper(open_site, site, path, canvas):
    """The charts on paper are those of the light theme, to the pixel; the page stays dark."""
    printed = []
    for scheme in ("light", "dark"):
        page = open_site(site, path=path, color_scheme=scheme)
        page.wait_for_selector(canvas)
        page.wait_for_load_state("networkidle")
        picture = f"document.querySelector('{canvas}').toDataURL()"
        before = page.evaluate(picture)
        page.evaluate(f"() => addEventListener('afterprint', () => {{ window.kept = {picture} }})")
        page.pdf()
        printed.append(page.evaluate("window.kept"))
        wait_until(page, f"{picture} === {before!r}")
    assert len(printed[0]) > 1000
    assert printed[0] == printed[1]
