"""The report of ``runsite diff --format html`` in a real browser: one file, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import run_cli
from support.projects import Project

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=alert(1)> \u202ea \x1b[31m `|@all"


@pytest.fixture
def report(git_repo, monkeypatch, tmp_path):
    """Write the report of a promotion that gates stop, with curves and a hostile description."""
    project = Project(git_repo, monkeypatch)
    for number in (1, 2):
        project.register(number, metrics={"rmse": 7.0 - number, HOSTILE: 1.0 * number})
        writer = project.store.resume_run(f"{number:032x}")
        points = [("loss", number / (step + 1), step, None) for step in range(30)]
        writer.log_metrics(points)
        writer.close(status="FINISHED")
    project.promote(1)
    project.add_gates("{metric: rmse, max: 1}", "{metric: rmse, better_than: Production}")
    project.commit("Begin")
    project.promote(2)
    folder = tmp_path / "report"
    folder.mkdir()
    to = str(folder / "index.html")
    done = run_cli("diff", "main", "--format", "html", "--output", to, cwd=git_repo)
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_file_opens_alone_and_axe_finds_nothing(open_site, report, scheme):
    """Nothing is asked for, curves are drawn, and every table is told to who cannot see it."""
    package = pytest.importorskip("axe_playwright_python")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page = open_site(report, color_scheme=scheme, bypass_csp=True)

    assert page.locator("h1").inner_text() == "Blocked 1 gate does not pass"
    outcomes = page.locator("section.version td:first-child").all_inner_texts()
    assert outcomes[:2] == ["fails", "passes"]
    sizes = page.evaluate("[...document.images].map((image) => image.naturalWidth)")
    assert len(sizes) == 1
    assert min(sizes) > 100
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_tables_scroll_on_a_phone_and_the_page_does_not(open_site, report):
    """Words are not cut into letters, and nothing hangs out of the window."""
    page = open_site(report, viewport={"width": 390, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    widths = page.evaluate(
        "[...document.querySelectorAll('th, td')].map((cell) => cell.offsetWidth)"
    )
    assert min(widths) >= 90
