"""The site on a static server under a sub-path, as a project's pages on a host: all of it works.

`serve_site` fails a test on any console message, failed request or request that leaves the
sub-path; the crawl follows every link, picture, script and anchor that a page's HTML has.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest

import runsite
from runsite.config import Config, SiteConfig
from runsite.tracking.media import format_png
from support.browser import wait_until
from support.cards import MODEL, write_project
from support.html import parse_elements
from support.sites import build_site, make_run_id, make_taxi_runs, write_store
from support.static_server import SUB_PATH, serve_folder

pytestmark = pytest.mark.browser

EXPERIMENT = "experiments/nyc-taxi/index.html"
ODD = "50% <b>off</b> & more?#x"
COUNT = 40
KEPT = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Build a site of forty runs, most without a page, a model with a card, files, odd names."""
    project = write_project(tmp_path_factory.mktemp("sub"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        runsite.set_tracking_uri(str(project / "runs"))
        runsite.set_experiment(ODD)
        for name in ("first", "second"):
            with runsite.start_run(run_name=name):
                runsite.log_metric("loss", len(name))
                runsite.log_text("# Notes\n\nof a run", f"{ODD}.md")
                picture = project / "curve.png"
                picture.write_bytes(format_png(bytes(192), width=8, height=8, channels=3))
                runsite.log_artifact(str(picture), "plots")
    write_store_into(project / "runs")
    settings = SiteConfig(title="Taxi lab", run_pages=KEPT)
    build_site(
        project / "runs",
        project / "site",
        config=Config(site=settings, folder=project),
        base_url=f"https://example.org{SUB_PATH}",
    )
    return project / "site"


@pytest.fixture(scope="module")
def moved(tmp_path_factory) -> Path:
    """Build a site that does not know where it will lie."""
    folder = tmp_path_factory.mktemp("moved")
    write_store(folder / "runs", make_taxi_runs(3))
    build_site(folder / "runs", folder / "site")
    return folder / "site"


def write_store_into(folder: Path) -> None:
    """Log the taxi runs beside those that are there."""
    aside = folder.parent / "aside"
    write_store(aside, make_taxi_runs(COUNT))
    for path in aside.rglob("*.parquet"):
        path.rename(folder / path.relative_to(aside))


class Crawl:
    """Every address that a site's pages lead to, read once. Lives as long as its test."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pages: dict[str, frozenset[str]] = {}
        self.read: set[str] = set()
        self.broken: list[str] = []

    def follow(self, address: str, *, source: str = "") -> None:
        """Read an address and what it leads to; note what is not there."""
        waiting = [(address, source)]
        anchors = []
        while waiting:
            link, page = waiting.pop()
            target, fragment = urldefrag(link)
            if target not in self.read:
                self.read.add(target)
                waiting += self.open(target, page)
            if fragment and "=" not in fragment:
                anchors.append((target, unquote(fragment), page))
        for target, fragment, page in anchors:
            if target in self.pages and fragment not in self.pages[target]:
                self.broken.append(f"{page}: no place {fragment!r} in {target}")

    def open(self, target: str, source: str) -> list[tuple[str, str]]:
        """Read one file; return the links of a page."""
        try:
            with urlopen(target) as answer:
                content = answer.read()
                is_page = answer.headers.get_content_type() == "text/html"
        except HTTPError as error:
            self.broken.append(f"{source}: {target} answers {error.code}")
            return []
        if not is_page:
            return []
        elements = parse_elements(content.decode("utf-8"))
        self.pages[target] = frozenset(e.attrs["id"] for e in elements if "id" in e.attrs)
        links = [e.attrs[n] for e in elements for n in ("href", "src") if n in e.attrs]
        # The chart library is loaded by scripts, which join its name to the way to the root.
        roots = [e.attrs["data-root"] + e.attrs[n] for e in elements if e.tag == "body"
                 for n in ("data-library", "data-specs")]  # fmt: skip
        found = [urljoin(target, link) for link in (*links, *roots)]
        return [(link, target) for link in found if self.is_own(link)]

    def is_own(self, link: str) -> bool:
        """Whether a link stays; one that leaves the sub-path on this server is broken."""
        return urlsplit(link).netloc == urlsplit(self.base).netloc


def test_every_link_and_anchor_leads_somewhere(site):
    """From the front page, all pages are reached, and nothing they name is missing."""
    with serve_folder(site) as base:
        crawl = Crawl(base)
        crawl.follow(base)
        reached = {unquote(urlsplit(page).path).removeprefix(SUB_PATH) for page in crawl.pages}
    assert crawl.broken == []
    written = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert written - reached == {"404.html"}


def test_every_page_opens(serve_site, site):
    """No console message, no failed request, none that leaves the sub-path."""
    page = serve_site(site)
    base = page.url
    paths = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert len(paths) > KEPT + 10
    for path in paths:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        assert page.locator("h1").count() == 1, path


def test_folders_are_addresses(serve_site, site):
    """The front page answers at the sub-path itself; its navigation stays below it."""
    page = serve_site(site)
    for name in ("Experiments", "Models", "Compare", "Search"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        page.wait_for_url(re.compile(f"{re.escape(SUB_PATH)}{name.lower()}"))
        page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Taxi lab").click()
    page.wait_for_url(f"**{SUB_PATH}index.html")


def test_the_table_leads_to_the_comparison(serve_site, site):
    """Filter, tick, compare: the runs stand beside each other with their curves."""
    page = serve_site(site, path=EXPERIMENT)
    wait_until(page, "window.runsite && window.runsite.view")
    page.get_by_label("Filter runs").fill('params.booster = "dart"')
    page.get_by_label("Select run-39").check()
    page.get_by_label("Select run-37").check()
    page.get_by_role("link", name="Compare 2").click()
    page.wait_for_selector(".compare-table")
    assert page.locator(".compare-table thead a").all_inner_texts() == ["run-39", "run-37"]
    page.wait_for_selector("[data-compare-curves] canvas")


@pytest.mark.parametrize("plot", ["parallel", "scatter", "curves", "history", "importance"])
def test_plots_draw(serve_site, site, plot):
    """The chart library and the data come from below the sub-path."""
    page = serve_site(site, path=f"{EXPERIMENT}#plot={plot}")
    page.wait_for_selector(f"#plot-{plot} canvas")


def test_search_leads_to_what_it_found(serve_site, site):
    """A hit opens, also one whose run has no page of its own."""
    page = serve_site(site, path="search.html#q=run-3")
    page.get_by_role("link", name="run-3", exact=False).first.wait_for()
    page.get_by_role("searchbox").fill(make_run_id(3))
    page.locator(".search-results a").first.click()
    page.wait_for_selector(f"main[data-shown-run='{make_run_id(3)}']")
    assert page.locator("h1").inner_text().startswith("run-3")


@pytest.mark.parametrize("path", ["nope.html", "runs/a/b/c/nope.html", "models/nope/"])
def test_missing_addresses_lead_back(serve_site, site, path):
    """However deep, the page for what is missing has its style and leads to the overview."""
    page = serve_site(site, path=path, missing=True)
    assert page.locator("h1").inner_text() == "Page not found"
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    assert page.evaluate("getComputedStyle(document.querySelector('.nav')).display") == "flex"
    page.get_by_role("link", name="Start from the overview").click()
    page.wait_for_url(f"**{SUB_PATH}index.html")


@pytest.mark.parametrize("path", ["nope.html", "runs/a/b/nope%20you", "models/nope/"])
def test_missing_addresses_lead_back_where_no_base_url_is_known(serve_site, moved, path):
    """The page looks for the site above the address; its links, icon and search lead there."""
    page = serve_site(moved, path=path, missing=True)
    page.wait_for_selector(f"body[data-root='{SUB_PATH}']")
    assert page.evaluate("getComputedStyle(document.querySelector('.nav')).display") == "flex"
    assert page.locator("link[rel=icon]").get_attribute("href").startswith(f"{SUB_PATH}assets/")
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.locator("html[data-theme=dark]").count() == 1
    page.get_by_role("link", name="search for").click()
    page.wait_for_url(f"**{SUB_PATH}search.html#q=nope*")
    words = "nope you" if "you" in path else "nope"
    assert page.get_by_role("searchbox").input_value() == words


def test_the_page_for_missing_addresses_opens_from_disk(open_site, moved):
    """Beside the other files, its links lead to them as they are."""
    page = open_site(moved, path="404.html")
    page.get_by_role("link", name="Start from the overview").click()
    page.wait_for_url("**/index.html")


def test_a_version_shows_its_card(serve_site, site):
    """The page of a version and its Markdown twin are one click apart."""
    page = serve_site(site, path="models/index.html")
    page.get_by_role("main").get_by_role("link", name=MODEL).first.click()
    page.wait_for_url(f"**/models/{MODEL}/index.html")
    page.locator("a[href$='/2.html']").first.click()
    page.wait_for_url("**/2.html")
    twin = page.get_by_role("link", name="This page as Markdown").evaluate("link => link.href")
    assert twin.startswith(page.url.partition("models/")[0])
    assert "rmse" in page.request.get(twin).text()
