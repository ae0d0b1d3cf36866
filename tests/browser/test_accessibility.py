"""axe-core has nothing to say about any page, in light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.browser import wait_until
from support.sites import build_site, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

EXPERIMENT = "experiments/nyc-taxi/index.html"
PLOTS = ["curves", "history", "slices", "importance", "contour", "boxes", "correlations"]
PAGES = [
    "index.html",
    "experiments/index.html",
    EXPERIMENT,
    f"{EXPERIMENT}#plot=scatter",
    f"{EXPERIMENT}#plot=curves&filter=zzz",
    *(f"{EXPERIMENT}#plot={plot}" for plot in PLOTS),
    f"{EXPERIMENT}#group=params.booster&open=%253Ddart&shade=metrics.rmse,metrics.r2&pin=metrics.r2",
    f"{EXPERIMENT}#sparks=on&sort=metrics.rmse&where=metrics.rmse%1Fmetrics.rmse%20%3C%208",
    f"runs/{make_run_id(3)}.html",
    "models/index.html",
    "models/taxi/index.html",
    "models/taxi/2.html",
    f"compare.html#runs={make_run_id(1)},{make_run_id(2)}",
    f"compare.html#runs={make_run_id(1)},{make_run_id(2)}&base={make_run_id(2)}&all=1",
    f"compare.html#runs={make_run_id(1)},{make_run_id(2)}&shape=rows",
    f"compare.html#runs={','.join(make_run_id(n) for n in range(30))}&select={make_run_id(2)}",
    f"compare.html#runs={','.join(make_run_id(n) for n in range(30))}&group=params.booster",
    "compare.html",
    "search.html",
    "search.html#q=dart",
    "search.html#q=taxi",
    "search.html#q=dart%20zzz",
    "data/index.html",
    "404.html",
]


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core, which a Python package brings along."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("axe")
    write_store(folder / "runs", make_taxi_runs(30))
    versions = "".join(
        f"""
      - version: {number}
        run: "{make_run_id(number)}"
        artifact: model
        digest: "sha256:{"5" * 64}"
        registered_at: "2026-11-23T03:12:00Z\""""
        for number in (1, 2)
    )
    (folder / "registry.yaml").write_text(
        "format: 1\nmodels:\n  taxi:\n    description: Minutes\n    stages: {Production: 1}\n"
        f"    versions:{versions}\n",
        encoding="utf-8",
    )
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(open_site, site, axe, path, scheme):
    """No rule of axe-core is violated once the page has come to rest."""
    page = open_site(site, path=path, color_scheme=scheme, bypass_csp=True)
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    # Without preloading: fetching the style sheets again is what a page from disk cannot do.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")[
        "violations"
    ]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("panel", ["Columns", "View", "Export", "metrics.rmse", "params.booster"])
def test_axe_finds_nothing_in_open_panels(open_site, site, axe, panel, scheme):
    """The panels of the runs table are as sound as the page."""
    page = open_site(site, path=EXPERIMENT, color_scheme=scheme, bypass_csp=True)
    wait_until(page, "window.runsite && window.runsite.view")
    head = page.locator(f"th[data-column='{panel}']")
    if head.count():
        head.hover()
        head.get_by_role("button", name="Column options").click()
    else:
        page.get_by_role("button", name=panel, exact=True).click()
    page.get_by_role("dialog").wait_for()
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    problems = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
    assert problems == []


def test_a_page_is_used_by_keyboard_alone(open_site, site):
    """Tab reaches the skip link first; it leads past the navigation to the content."""
    page = open_site(site, path=EXPERIMENT)
    wait_until(page, "window.runsite && window.runsite.view")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('[data-sort]')"):
            break
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort]").count() == 1
    assert page.evaluate("document.activeElement.matches('[data-sort]')")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["index.html", "models/taxi/2.html", "data/index.html"])
def test_what_has_the_focus_is_seen(open_site, site, path, width):
    """Going back through a page, nothing hides under the header, and each stop has its ring."""
    page = open_site(site, path=path, viewport={"width": width, "height": 600})
    page.locator(".foot a").last.focus()
    stops = 0
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        seen = page.evaluate(
            """() => {
                const stop = document.activeElement;
                if (stop === document.body || stop.closest(".top") || stop.matches(".skip")) return null;
                const { top, bottom, left, right } = stop.getBoundingClientRect();
                const header = document.querySelector(".top").getBoundingClientRect().bottom;
                const ring = getComputedStyle(stop);
                return {
                    inside: bottom > Math.max(header, 0) && top < innerHeight && left < innerWidth && right > 0,
                    ring: ring.outlineStyle === "solid" && parseFloat(ring.outlineWidth) >= 2,
                    name: stop.textContent.trim().slice(0, 40),
                };
            }"""
        )
        if seen is None:
            break
        assert (seen["inside"], seen["ring"]) == (True, True), seen["name"]
        stops += 1
    assert stops > 5
