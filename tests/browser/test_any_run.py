"""The page of any run shows what the run's own page would show, and only shows it."""

from __future__ import annotations

import dataclasses
import math

import pytest

import runsite
from runsite.config import Config, SiteConfig
from runsite.records import ArtifactRecord, ModelRecord, SourceRecord
from runsite.tracking.media import format_png
from support.browser import wait_until
from support.sites import build_site, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

COUNT = 40
EVIL = (
    "<img src=x onerror=\"document.title = 'ran'\"></script><script>document.title = 'ran'</script>"
)
GAPS = [0.0] * 30 + [1.0] * 30 + [math.nan] * 30 + [math.inf] + [2.0, 1.0] * 20
SOURCE = SourceRecord(
    user="mara",
    source_name="train.py",
    command="python train.py --depth 3",
    git_commit="a1" * 20,
    git_dirty=True,
    python="3.11.2",
    packages={"polars": "2.1.0"},
)


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """The same runs twice: each with its page, and most without."""
    folder = tmp_path_factory.mktemp("any")
    runs = make_taxi_runs(COUNT, points=90)
    rich, history = runs[3]
    runs[3] = (
        dataclasses.replace(
            rich,
            source=SOURCE,
            tags={"team": "fleet"},
            artifacts=(ArtifactRecord("model/MLmodel", 812, "ab" * 32),),
            models=(ModelRecord("model", flavors=("sklearn",), digest="sha256:" + "5" * 64),),
            parent_run_id=make_run_id(2),
        ),
        history,
    )
    odd, history = runs[5]
    runs[5] = (
        dataclasses.replace(odd, run_name=EVIL, params={EVIL: EVIL}, tags={"__proto__": EVIL}),
        {EVIL: [1.0, 2.0]},
    )
    broken, _ = runs[6]
    runs[6] = (broken, {"few": [1.0, math.nan, 2.0, 3.0], "many": GAPS, "whole": [3.0, 1.0]})
    write_store(folder / "runs", runs)
    for name, limit in (("all", COUNT), ("few", 8)):
        config = Config(site=SiteConfig(title="Taxi lab", run_pages=limit), folder=folder)
        build_site(folder / "runs", folder / name, config=config)
    return folder


def open_any(open_site, sites, number):
    page = open_site(sites / "few", path=f"run.html#{make_run_id(number)}")
    page.wait_for_selector("main[data-shown-run]")
    return page


def read(page):
    """Read what a person reads, section by section, and the title."""
    page.wait_for_selector(".spark")
    # The marks that link headings are a convenience of pages whose address holds no run.
    page.locator("a.anchor").evaluate_all("marks => marks.forEach(mark => mark.remove())")
    sections = page.locator("main > header, main section").all()
    texts = [" ".join(section.inner_text().split()) for section in sections]
    return page.title().partition(" · Taxi lab")[0], texts


def test_it_says_what_the_runs_page_says(open_site, sites):
    """Facts, metrics, params, tags, code, environment, datasets and files: word for word."""
    own = open_site(sites / "all", path=f"runs/{make_run_id(3)}.html")
    own.wait_for_selector(".curve")
    title, texts = read(own)
    page = open_any(open_site, sites, 3)
    page.wait_for_selector(".curve")
    other_title, others = read(page)
    assert other_title == title
    models = next(text for text in texts if text.startswith("Logged models"))
    assert "runs:/" in models
    assert [t for t in others if not t.startswith("Logged models")] == [
        t for t in texts if t != models
    ]
    assert page.locator(".spark").count() == own.locator(".spark").count()
    above = [each.locator(".crumbs li").all_inner_texts() for each in (own, page)]
    assert above == [["Overview", "Experiments", "nyc-taxi"]] * 2


def test_small_histories_have_the_gaps_of_the_runs_page(open_site, sites):
    """Where no value is finite the line is broken, as the run's own page draws it."""
    own = open_site(sites / "all", path=f"runs/{make_run_id(6)}.html")
    page = open_any(open_site, sites, 6)
    pieces = []
    for each in (own, page):
        each.wait_for_selector(".spark")
        lines = each.locator(".spark path").evaluate_all("all => all.map(e => e.getAttribute('d'))")
        pieces.append([[part.count("L") for part in line.split("M")[1:]] for line in lines])
    assert pieces[0] == pieces[1]
    assert [len(each) for each in pieces[0]] == [2, 2, 1]


def test_neighbours_lead_on(open_site, sites):
    """Previous and next walk from run to run, each with its own permalink."""
    page = open_any(open_site, sites, 20)
    page.click("a[rel=next]")
    page.wait_for_selector(f"main[data-shown-run='{make_run_id(21)}']")
    assert page.url.endswith(f"run.html#run={make_run_id(21)}")
    assert page.locator("h1").inner_text().startswith("run-21")
    assert page.locator("main > header").count() == 1


def test_a_run_with_a_page_is_sent_there(open_site, sites):
    """A link by id always leads to the run, whichever page shows it."""
    page = open_site(sites / "few", path=f"run.html#{make_run_id(COUNT - 1)}")
    page.wait_for_url(f"**/runs/{make_run_id(COUNT - 1)}.html")


@pytest.mark.parametrize(
    ("fragment", "words"),
    [("#" + "f" * 32, "No such run"), ("", "No run chosen"), ("#0", "No such")],
)
def test_an_unknown_run_is_said(open_site, sites, fragment, words):
    """Neither a wrong id nor none leaves an empty page."""
    page = open_site(sites / "few", path="run.html" + fragment)
    page.wait_for_selector("text=" + words)


def test_hostile_strings_only_show(open_site, sites):
    """What was logged is text: nothing runs, nothing breaks."""
    page = open_any(open_site, sites, 5)
    page.wait_for_selector(".curve")
    assert page.locator("h1").inner_text().startswith(EVIL)
    assert page.title() == f"{EVIL} · nyc-taxi"
    assert page.locator("main img").count() == 0


def test_the_table_leads_to_it(open_site, sites):
    """A name in the runs table opens the run, also one without a page."""
    page = open_site(sites / "few", path="experiments/nyc-taxi/index.html")
    wait_until(page, "window.runsite && window.runsite.view")
    page.locator(".runs-table tbody th a", has_text="run-20").click()
    page.wait_for_selector(f"main[data-shown-run='{make_run_id(20)}']")


def test_the_options_of_curves_keep_the_run(open_site, sites):
    """Smoothing is in the address beside the run, so what a reader sees can be shared."""
    page = open_any(open_site, sites, 20)
    page.wait_for_selector(".curve")
    page.get_by_label("Log y").check()
    wait_until(page, "location.hash.includes('curves.log')")
    page.reload()
    page.wait_for_selector(f"main[data-shown-run='{make_run_id(20)}']")
    assert page.get_by_label("Log y").is_checked()


def test_it_shows_files_nested_runs_and_groups(open_site, tmp_path, monkeypatch):
    """Pictures by step and alone, excerpts when opened, children as a table, metrics by prefix."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNSITE_CAPTURE", "off")
    runsite.set_tracking_uri(str(tmp_path / "runs"))
    with runsite.start_run(run_name="study") as run:
        runsite.log_text(EVIL, "notes.md")
        runsite.log_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "a.svg")
        for step in (0, 5):
            picture = tmp_path / f"{step:08d}.png"
            picture.write_bytes(format_png(bytes([step] * 48), width=4, height=4, channels=3))
            runsite.log_artifact(str(picture), "images/masks")
        runsite.log_metrics({"val/auc": 0.9, "val/f1": 0.8, "rmse": 3.0})
        for depth in (3, 9):
            with runsite.start_run(run_name=f"depth-{depth}", nested=True):
                runsite.log_param("depth", depth)
                runsite.log_metric("rmse", depth)
    config = Config(site=SiteConfig(run_pages=0), folder=tmp_path)
    build_site(tmp_path / "runs", tmp_path / "site", config=config)
    page = open_site(tmp_path / "site", path=f"run.html#{run.info.run_id}")
    page.wait_for_selector("main[data-shown-run]")
    assert page.locator(".group-row").all_inner_texts() == ["val 2"]
    children = page.locator("section[aria-labelledby=children]")
    heads = children.locator("thead th").all_inner_texts()
    assert [head.split()[:2] for head in heads] == [["Run"], ["rmse", "↓"], ["depth"], ["Duration"]]
    assert children.locator("tbody a").all_inner_texts() == ["depth-3", "depth-9"]
    page.get_by_label("Step of masks").press("Home")
    assert page.locator("[data-series-step]").inner_text() == "step 0"
    drawing = page.locator("figure", has_text="a.svg").locator("img")
    drawing.scroll_into_view_if_needed()
    wait_until(page, "document.querySelector('img[alt=\"a.svg\"]').naturalWidth === 9")
    notes = page.locator("details.file", has_text="notes.md")
    notes.locator("summary").click()
    notes.locator("pre").wait_for()
    assert notes.locator("pre").inner_text() == EVIL
    assert page.title().startswith("study")
