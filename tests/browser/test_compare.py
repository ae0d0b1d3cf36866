"""The compare page: any runs of any experiments, what differs first, kept in the address."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pytest

import runsite
from runsite.config import Config, SiteConfig
from runsite.records import InputRecord, SourceRecord
from runsite.tracking.media import format_png
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

A, B, C = make_run_id(1), make_run_id(2), make_run_id(500)

STACKED = """items => items.map(item => item.querySelectorAll("span")).every(([name, facts]) =>
    name.getBoundingClientRect().bottom <= facts.getBoundingClientRect().top)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Sixty runs of one experiment, two of another, two versions of a model."""
    folder = tmp_path_factory.mktemp("compare")
    made = make_taxi_runs(60)
    for number, (run, history) in enumerate(made):
        source = SourceRecord(
            user="mara",
            git_commit=f"{number % 3:040x}",
            python="3.11.4",
            packages={"numpy": "2.1" if number % 2 else "1.26", "polars": "2.0"},
        )
        data = InputRecord("green", f"d{number % 2}", "train")
        made[number] = (dataclasses.replace(run, source=source, inputs=(data,)), history)
    other = make_run(500, experiment="other", params={"max_depth": "deep"}, run_name="far")
    write_store(folder / "runs", [*made, (other, {"rmse": [5.0], "mae": [1.0]})])
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
        f"format: 1\nmodels:\n  taxi:\n    stages: {{Production: 1}}\n    versions:{versions}\n",
        encoding="utf-8",
    )
    settings = SiteConfig(title="Taxi lab", repository_url="https://github.com/example/taxi")
    build_site(folder / "runs", folder / "site", config=Config(site=settings, folder=folder))
    return folder / "site"


@pytest.fixture
def compare(open_site, site):
    def open_comparison(fragment, **options):
        page = open_site(site, path=f"compare.html#{fragment}", **options)
        page.wait_for_selector(".compare-table, .runs-table tbody a, .compare-empty")
        return page

    return open_comparison


def names(page):
    return page.locator(".compare-table thead a").all_inner_texts()


def line(page, label):
    head = page.get_by_role("rowheader", name=label, exact=True)
    return [
        text.split("\n")[0] for text in head.locator("xpath=..").locator("td").all_inner_texts()
    ]


def test_what_differs_stands_first(compare):
    """Metrics, params, code, inputs and packages that differ; what is the same only on request."""
    page = compare(f"runs={A},{B}")
    page.get_by_role("rowheader", name="numpy").wait_for()
    assert names(page) == ["run-1", "run-2"]
    assert line(page, "booster") == ["dart", "gbtree"]
    assert line(page, "numpy") == ["2.1", "1.26"]
    assert line(page, "green (train)") == ["d1", "d0"]
    assert page.get_by_role("rowheader", name="polars").count() == 0
    link = page.get_by_role("link", name="00000000 … 00000000")
    assert link.get_attribute("href") == (
        f"https://github.com/example/taxi/compare/{1:040x}...{2:040x}"
    )
    page.get_by_label("Only what differs").uncheck()
    page.get_by_role("rowheader", name="polars").wait_for()
    assert line(page, "seed") == ["42", "42"]
    assert line(page, "Status") == ["finished", "finished"]
    assert "all=1" in page.url


def test_values_are_told_from_a_baseline(compare):
    """Each number says how far it is from the baseline's, and whether that is better."""
    page = compare(f"runs={A},{B}")
    page.get_by_role("button", name="baseline run-1").click()
    page.wait_for_selector(".compare-table td.is-base")
    cells = page.get_by_role("rowheader", name="rmse", exact=True).locator("xpath=..").locator("td")
    values = page.evaluate("[...runsite.comparison.runs.get('metrics.rmse').numbers].reverse()")
    change = cells.nth(1).locator(".change")
    verdict = "better" if values[1] < values[0] else "worse"
    assert f"change-{verdict}" in change.get_attribute("class")
    share = (values[1] - values[0]) / values[0] * 100
    assert f"({'+' if share > 0 else '−'}{abs(share):.1f} %)" in change.inner_text()
    assert f"base={A}" in page.url
    page.go_back()
    page.wait_for_selector(".compare-table td.is-base", state="detached")


def test_runs_are_chosen_on_the_page(compare):
    """A search over all experiments adds runs, a click removes them, back brings them again."""
    page = compare("")
    assert page.locator(".compare-empty").is_visible()
    page.get_by_role("button", name="Add runs").click()
    picker = page.get_by_role("dialog", name="Add runs")
    picker.get_by_label("Search runs").fill("run_name in ('far', 'run-7')")
    picker.get_by_text("2 runs", exact=True).wait_for()
    assert picker.locator(".tick").evaluate_all(STACKED)  # a name has the width of the panel
    for name in ("far", "run-7"):
        picker.get_by_label(name).check()
        page.get_by_role("columnheader", name=name).wait_for()
    page.keyboard.press("Escape")
    assert names(page) == ["far", "run-7"]
    assert line(page, "Experiment") == ["other", "nyc-taxi"]
    assert line(page, "max_depth") == ["deep", "22"]
    assert line(page, "mae") == ["1", "–"]
    page.get_by_role("button", name="Remove far").click()
    page.get_by_role("columnheader", name="far").wait_for(state="detached")
    page.go_back()
    page.get_by_role("columnheader", name="far").wait_for()


def test_versions_of_a_model_are_compared(open_site, site):
    """The model's page leads to its versions side by side, named as versions."""
    page = open_site(site, path="models/taxi/index.html")
    page.get_by_role("link", name="Compare the 2 versions side by side").click()
    page.wait_for_selector(".compare-table")
    labels = page.locator(".compare-version").all_inner_texts()
    assert sorted(labels) == ["taxi 1", "taxi 2"]


def test_many_runs_are_rows(compare):
    """Beyond a handful, runs stand below each other, sorted by a click, and go out as CSV."""
    ids = ",".join(make_run_id(number) for number in range(60))
    page = compare(f"runs={ids},{'f' * 32}")
    assert (
        "60 runs; 1 of 61 runs are not on this site" in page.locator(".toolbar-count").inner_text()
    )
    first = page.locator(".runs-table tbody a").first
    assert first.inner_text() == "run-0"
    page.locator("[data-sort='metrics.rmse']").click()
    best = page.locator(".runs-table tbody td.best").first
    assert best.locator("xpath=..").get_attribute("aria-rowindex") == "2"
    with page.expect_download() as got:
        page.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(got.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == 60
    assert rows[0]["run_id"] == make_run_id(0)
    page.get_by_role("button", name="Runs as columns").click()
    page.wait_for_selector(".compare-table")
    assert len(names(page)) == 60


def many(count=60):
    return ",".join(make_run_id(number) for number in range(count))


def test_ticked_rows_become_the_comparison(compare):
    """Ticks stand in the address; they are kept, or taken away, and back undoes it."""
    page = compare(f"runs={many()}")
    for name in ("run-3", "run-4", "run-5"):
        page.get_by_label(f"Select {name}", exact=True).check()
    assert make_run_id(4) in page.url.partition("select=")[2]
    page.reload()
    page.get_by_role("button", name="Remove 3").click()
    page.locator(".toolbar-count", has_text="57 runs").wait_for()
    page.go_back()
    page.locator(".toolbar-count", has_text="60 runs").wait_for()
    page.get_by_role("button", name="Compare only these 3").click()
    page.wait_for_selector(".compare-table")
    assert names(page) == ["run-3", "run-4", "run-5"]
    assert "select" not in page.url


def test_the_options_of_a_column_do_what_they_say(compare):
    """In rows, a header's options sort, filter, group, shade, pin and hide, in the address."""
    page = compare(f"runs={many()}")

    def choose(column, item):
        head = page.locator(f"th[data-column='{column}']")
        head.hover()
        head.get_by_role("button", name="Column options").click()
        panel = page.get_by_role("dialog")
        panel.get_by_text(item, exact=True).first.click()
        page.keyboard.press("Escape")

    choose("params.booster", "dart")
    page.get_by_text("30 of 60 runs match").wait_for()
    choose("metrics.rmse", "Highest first")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    choose("metrics.rmse", "Shade by value")
    choose("metrics.rmse", "Pin to the left")
    assert page.locator("th.pinned").get_attribute("data-column") == "metrics.rmse"
    choose("params.max_depth", "Hide")
    assert page.locator("th[data-column='params.max_depth']").count() == 0
    page.reload()
    page.get_by_text("30 of 60 runs match").wait_for()
    assert page.locator("th[data-column='params.max_depth']").count() == 0
    page.get_by_role("button", name="Reset this view").click()
    page.get_by_text("Tick runs to compare only those").wait_for()
    choose("params.booster", "Group by this")
    assert page.locator(".runs-table .group-label").count() == 2


def test_the_page_says_when_a_run_is_unknown(compare):
    """An address from another site is answered, not broken."""
    page = compare("runs=nope,__proto__,%253Cscript%253E&base=x&versions=a/1")
    assert "4 of 4 runs are not on this site" in page.locator(".toolbar-count").inner_text()


def test_files_and_pictures_stand_side_by_side(open_site, tmp_path, monkeypatch):
    """Files that differ are listed, the same ones on request; pictures stand beside each other."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri(str(tmp_path / "runs"))
    ids: list[str] = []
    for shade, name in enumerate(("light", "dark")):
        with runsite.start_run(run_name=name) as run:
            picture = tmp_path / "curve.png"
            pixels = bytes([90 * shade, 60, 120]) * (32 * 24)
            picture.write_bytes(format_png(pixels, width=32, height=24, channels=3))
            runsite.log_artifact(str(picture), "plots")
            runsite.log_text("the same", "same.txt")
            runsite.log_text(name, "<b>odd</b>.txt")
            ids.append(run.info.run_id)
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=f"compare.html#runs={','.join(ids)}")
    page.locator(".compared-file summary", has_text="<b>odd</b>.txt").wait_for()
    assert page.locator(".compared-file").count() == 1
    figures = page.locator(".compare-pictures figure")
    assert [t.strip() for t in figures.locator("figcaption").all_inner_texts()] == ["light", "dark"]
    figures.last.scroll_into_view_if_needed()
    for place in (0, 1):
        image = figures.nth(place).locator("img")
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 32
    page.get_by_label("Only what differs").uncheck()
    page.locator(".compared-file summary", has_text="same.txt").wait_for()


def test_facts_are_data(site):
    """Packages and files of runs are a shard of their own, that only comparisons load."""
    found = list((site / "data" / "experiments").rglob("more-0.js"))
    texts = [path.read_text(encoding="utf-8") for path in found]
    assert len(texts) == 1
    body = texts[0].split(",", 1)[1].rsplit(");", 1)[0]
    columns = dict(json.loads(body)["columns"])
    assert json.loads(columns["run.packages"]["words"][0])[0]["key"] in {"numpy", "polars"}
