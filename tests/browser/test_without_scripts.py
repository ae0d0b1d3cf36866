"""Pages of a reader without JavaScript: facts, tables and static pictures, in light and in dark."""

from __future__ import annotations

import dataclasses

import pytest

from runsite.records import make_experiment_id
from support.sites import build_site, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

EVIL = "\"'></svg><script>alert(1)</script>&<b"
EXPERIMENT = "experiments/nyc-taxi/index.html"
MODEL = "models/taxi/index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Forty runs of one experiment, three of another whose metric has a hostile name, a model."""
    folder = tmp_path_factory.mktemp("plain")
    runs = make_taxi_runs(40)
    for number in range(3):
        run, history = runs[number]
        evil = {f"rmse {EVIL}": history["rmse"]}
        named = dataclasses.replace(run, experiment=EVIL, experiment_id=make_experiment_id(EVIL))
        runs[number] = (named, evil)
    write_store(folder / "runs", runs)
    versions = "".join(
        f'      - {{version: {n}, run: "{make_run_id(n + 10)}", artifact: model,'
        ' registered_at: "2026-11-23T03:12:00Z"}\n'
        for n in (1, 2, 3)
    )
    (folder / "registry.yaml").write_text(
        f"format: 1\nmodels:\n  taxi:\n    stages: {{Production: 2}}\n    versions:\n{versions}",
        encoding="utf-8",
    )
    build_site(folder / "runs", folder / "site")
    return folder / "site"


def count_dots(page):
    path = page.locator(".static-dots").get_attribute("d")
    return path.count("h0")


def test_an_experiment_shows_table_facts_and_picture(open_site, site):
    """The newest runs, the best ones, and the main metric run after run; no empty plots."""
    page = open_site(site, path=EXPERIMENT, java_script_enabled=False)
    assert page.locator(".runs-table tbody tr").count() == 37
    assert page.locator(".best-card").count() >= 1
    picture = page.locator(".static-plot svg")
    assert picture.is_visible()
    assert picture.get_attribute("aria-label").startswith("rmse of 37 runs, from ")
    assert (
        page.locator(".static-plot figcaption")
        .inner_text()
        .endswith("; the line is the best so far.")
    )
    assert count_dots(page) == 37
    assert not page.locator("[data-plots]").is_visible()


def test_a_model_shows_its_versions_and_their_picture(open_site, site):
    """The table of versions, and the main metric by version."""
    page = open_site(site, path=MODEL, java_script_enabled=False)
    assert page.locator("th[scope=row]").filter(has_text="Version").count() == 3
    assert page.locator(".static-plot svg").is_visible()
    assert count_dots(page) == 3


@pytest.mark.parametrize(
    "path", ["index.html", f"runs/{make_run_id(12)}.html", "models/taxi/2.html"]
)
def test_other_pages_show_their_facts(open_site, site, path):
    """Metrics stand in the page itself."""
    page = open_site(site, path=path, java_script_enabled=False)
    assert "rmse" in page.locator("main").inner_text()


def test_a_name_is_text(open_site, site):
    """A hostile metric name is shown as it is and ends no element."""
    folder = next(
        p for p in (site / "experiments").iterdir() if p.is_dir() and p.name != "nyc-taxi"
    )
    path = (folder / "index.html").relative_to(site).as_posix()
    page = open_site(site, path=path, java_script_enabled=False)
    assert f"rmse {EVIL}" in page.locator(".static-plot figcaption").inner_text()
    assert (
        page.locator(".static-plot svg")
        .get_attribute("aria-label")
        .startswith(f"rmse {EVIL} of 3 runs")
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_are_those_of_the_scheme(open_site, site, scheme):
    """Line and words stand out from the page in both."""
    page = open_site(site, path=EXPERIMENT, java_script_enabled=False, color_scheme=scheme)
    line = page.locator(".static-line").evaluate("e => getComputedStyle(e).stroke")
    assert line == {"light": "rgb(0, 114, 178)", "dark": "rgb(86, 180, 233)"}[scheme]


def test_with_scripts_the_plots_are_there_instead(open_site, site):
    """Nobody sees both."""
    page = open_site(site, path=EXPERIMENT)
    page.wait_for_function("window.runsite && window.runsite.view")
    assert page.locator(".static-plot").count() == 0
    assert page.locator("[data-plots]").is_visible()
