"""The pages of a model whose card has everything, and the card as one file, under axe-core."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from runsite.build.card_page import CardDocument, render_card_document
from runsite.build.options import BuildOptions
from runsite.build.site import build
from runsite.config import load_config
from runsite.records import ArtifactRecord
from runsite.registry import promote_version
from runsite.store import Store
from support.cards import CARD_TEXT, MODEL, RUN_IDS, make_card, make_facts, write_project
from support.repository import git

pytestmark = pytest.mark.browser

EVALUATION = {
    "kind": "evaluation",
    "dataset": "green-2021-02",
    "rows": 100,
    "confidence": 0.9,
    "metrics": {"rmse": {"value": 6.5, "low": 6.4, "high": 6.6}},
    "slices": [
        {"column": "borough", "value": value, "rows": 10, "metrics": {"rmse": 7.5, "mae": 5.0}}
        for value in ("Queens", "<b>Bronx</b>")
    ],
}
PAGES = [f"models/{MODEL}/index.html", f"models/{MODEL}/2.html", f"models/{MODEL}/1.html"]


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which a Python package brings along."""
    package = pytest.importorskip("axe_playwright_python")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Build a site of a model with evaluations, a card, and three promotions in Git."""
    project = write_project(tmp_path_factory.mktemp("card"))
    text = json.dumps(EVALUATION)
    writer = Store.open(project / "runs").resume_run(RUN_IDS[1])
    path = writer.artifacts_dir / "evaluation" / "evaluation.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    writer.add_artifacts([ArtifactRecord("evaluation/evaluation.json", len(text), digest)])
    writer.close()
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "registry.yaml", "cards")
    ways = [
        (1, "Production"),
        (2, "Production"),
        (1, "Production"),
        (2, "Production"),
        (1, "Staging"),
    ]
    for number, (version, stage) in enumerate(ways):
        promote_version(project / "registry.yaml", name=MODEL, version=version, stage=stage)
        moment = f"--date=2026-11-0{number + 1}T10:00:00Z"
        git(project, "commit", "--quiet", "-a", moment, "-m", f"Promote {version} (#{number + 7})")
    options = BuildOptions(
        store=str(project / "runs"),
        registry=project / "registry.yaml",
        output=project / "site",
        config=load_config(project),
    )
    build(options)
    return project / "site"


def violations(page, axe: str) -> list[object]:
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_a_full_card(open_site, site, axe, path, scheme):
    """Tables of parts, comparisons, the timeline and the words are sound in both schemes."""
    page = open_site(site, path=path, color_scheme=scheme, bypass_csp=True)
    assert violations(page, axe) == []


def test_a_full_card_fits_a_narrow_screen(open_site, site):
    """Wide tables scroll in their frames; the page itself never scrolls sideways."""
    for path in PAGES:
        page = open_site(site, path=path, viewport={"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_facts_of_a_card_are_on_its_page(open_site, site):
    """Interval, part of the data and way of the stages are told, a hostile name as text."""
    page = open_site(site, path=PAGES[1])
    assert page.get_by_role("cell", name="6.400 to 6.600 (90%)", exact=False).count() == 1
    assert page.get_by_role("rowheader", name="borough=<b>Bronx</b>").count() == 1
    history = page.locator("section[aria-labelledby=history]")
    assert history.get_by_role("row").count() >= 4
    assert "Ada Tester" in history.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_one_file_card(open_site, tmp_path, axe, scheme):
    """What is mailed and archived is as sound as what is published."""
    document = CardDocument(facts=make_facts(), card=make_card(CARD_TEXT), gaps=("one gap",))
    (tmp_path / "index.html").write_text(render_card_document(document), encoding="utf-8")
    page = open_site(tmp_path, color_scheme=scheme, bypass_csp=True)
    assert violations(page, axe) == []


def test_a_metric_is_drawn_over_the_versions(open_site, site):
    """Each main metric that two versions have is a chart whose table names the holder's stage."""
    page = open_site(site, path=PAGES[0])
    page.wait_for_selector("[data-versions] canvas")
    chart = page.locator("[data-versions] .curve").first
    chart.get_by_role("button", name="Table").click()
    cells = chart.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(0, 2).map(cell => cell.textContent))"
    )
    assert [number for number, _ in cells] == ["1", "2"]
    assert cells[1][1] == "Production"


def test_what_decides_a_promotion_comes_before_the_prose(open_site, site):
    """Measured values and the version before stand above what people wrote."""
    page = open_site(site, path=PAGES[1])
    heads = page.locator("main h2").evaluate_all("all => all.map(each => each.id)")
    prose = page.locator(".card-text h2").first.evaluate("head => head.id")
    assert heads.index("metrics") < heads.index("against-1") < heads.index(prose)


def test_the_timeline_begins_with_a_sentence(open_site, site):
    """What concerns the model as a whole has a subject, where versions are named elsewhere."""
    page = open_site(site, path=PAGES[0])
    moves = page.locator(".timeline-move").evaluate_all("all => all.map(e => e.textContent)")
    assert "The model is new" in [" ".join(move.split()) for move in moves]


def test_each_holder_of_a_stage_says_since_when(open_site, site):
    """Not only Production's: who looks at Staging asks how long it has waited there."""
    page = open_site(site, path=PAGES[0])
    feet = page.locator(".stage-card .card-foot time")
    assert feet.count() == page.locator(".stage-card").count() == 2
