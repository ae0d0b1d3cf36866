"""How pages hold their shape: metrics in groups, names of any length, nothing that jumps."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from runsite.pages.paths import make_version_path
from support.registries import a_version
from support.sites import build_site, make_run, make_run_id, write_store

pytestmark = pytest.mark.browser

KEYS = ("epoch", "system/cpu", "train/acc", "train/loss", *(f"val/class_{i}" for i in range(6)))
EXPERIMENT = "experiments/nyc-taxi/index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build a site of long names, of metrics with prefixes, and of a run that logged each once."""
    folder = tmp_path_factory.mktemp("layout")
    grouped = {key: [1.0, 3.0, 2.0] for key in KEYS}
    runs = [
        (make_run(1, run_name="n" * 300, params={"words": "w" * 300, "a": "1"}), grouped),
        (
            make_run(
                2,
                params={"words": "short", "early_stopping_rounds": "2"},
                tags={"mlflow.note.content": f"{'9' * 200}\n\n    {'code ' * 60}"},
            ),
            {"rmse": [1.0]},
        ),
    ]
    write_store(folder / "runs", runs)
    build_site(folder / "runs", folder / "site")
    return folder / "site"


def test_curves_stand_in_groups_by_prefix(open_site, site):
    """What has no prefix comes first, the machine's own metrics last and closed."""
    page = open_site(site, path=f"runs/{make_run_id(1)}.html")
    page.wait_for_selector(".curve-group")
    groups = page.locator(".curve-group")
    assert page.locator(".curve-group > summary").all_inner_texts() == ["train2", "val6", "system1"]
    assert groups.evaluate_all("all => all.map(each => each.open)") == [True, True, False]
    assert page.locator(".curve h3").first.inner_text() == "epoch"
    page.locator(".curve-group > summary").last.click()
    groups.last.locator("canvas").wait_for()


def test_metrics_are_found_by_words(open_site, site):
    """The words narrow charts and table alike; groups without a hit go."""
    page = open_site(site, path=f"runs/{make_run_id(1)}.html")
    page.get_by_label("Find metrics").fill("class 5")
    assert page.locator(".curve:visible h3").all_inner_texts() == ["val/class_5"]
    assert page.locator("table.metrics tbody tr:visible").count() == 2
    assert page.locator(".curve-group > summary:visible").all_inner_texts() == ["val6"]
    page.get_by_label("Find metrics").fill("")
    assert page.locator("table.metrics tbody tr[id]:visible").count() == len(KEYS)


def test_a_run_that_logged_each_metric_once_shows_names_and_values(open_site, site):
    """Lowest, highest and history of a single value would say the same three times."""
    page = open_site(site, path=f"runs/{make_run_id(2)}.html")
    heads = page.locator("table.metrics thead th").all_inner_texts()
    assert heads == ["Metric", "Value"]


def test_a_long_name_leaves_the_columns_their_place(open_site, site):
    """A name of three hundred letters is cut short, so the metrics stay in sight."""
    page = open_site(site, path=EXPERIMENT)
    page.wait_for_selector(".runs-table .cell-check")
    widths = page.locator(".runs-table tbody tr:not(.spacer) > *").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().width)"
    )
    assert max(widths) < 420


@pytest.mark.parametrize("width", [1280, 390])
def test_no_name_and_no_menu_makes_a_page_wider(open_site, site, width):
    """A page is as wide as the window: beside the run of a long name, and with every menu open."""
    wider = "() => document.documentElement.scrollWidth > innerWidth"
    page = open_site(site, path=f"runs/{make_run_id(2)}.html")
    page.set_viewport_size({"width": width, "height": 800})
    assert page.locator(".siblings a[rel=prev]").inner_text().split()[0] == "←"
    assert not page.evaluate(wider)
    page.goto(page.url.replace(f"runs/{make_run_id(2)}.html", EXPERIMENT))
    page.wait_for_selector("[data-plots] .chart canvas")
    menus = page.locator("details.menu > summary:visible")
    opened = 0
    for menu in menus.all():
        menu.click()
        assert not page.evaluate(wider)
        menu.click()
        opened += 1
    assert opened >= 2


def test_nothing_moves_while_a_page_loads(open_site, site):
    """The plots get a place that was kept for them: the table below stays where it was."""
    page = open_site(site, path=EXPERIMENT)
    page.wait_for_selector("[data-plots] .chart canvas")
    page.wait_for_timeout(300)
    shift = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) sum += entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(sum), 200);
        })"""
    )
    assert shift < 0.05


def test_steps_are_counted_in_whole_numbers(open_site, site):
    """An axis of three steps has no tick at half a step."""
    page = open_site(site, path=f"runs/{make_run_id(1)}.html")
    figure = page.locator(".curve").first
    figure.scroll_into_view_if_needed()
    figure.locator("canvas").wait_for()
    figure.locator("summary", has_text="Save").click()
    with page.expect_download() as download:
        figure.get_by_role("button", name="SVG picture").click()
    picture = ET.parse(download.value.path())
    axis = [
        group
        for group in picture.iter("{http://www.w3.org/2000/svg}g")
        if group.get("aria-label", "").startswith("X-axis")
    ]
    words = [text.text for text in axis[0].iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["0", "1", "2", "step"]


def test_the_name_of_a_param_breaks_where_a_word_ends(open_site, site):
    """On a telephone it stands in two lines, not with its last letters in the second."""
    page = open_site(site, path=f"runs/{make_run_id(2)}.html")
    page.set_viewport_size({"width": 390, "height": 800})
    name = page.locator("table.pairs th", has_text="early_stopping_rounds")
    assert name.evaluate("cell => cell.textContent") == "early_stopping_rounds"
    parts = name.evaluate("""cell => [...cell.childNodes].filter(each => each.data).map(text => {
        const range = document.createRange();
        range.selectNode(text);
        return range.getClientRects().length;
    })""")
    assert parts == [1, 1, 1]


def test_two_comparisons_of_a_version_say_all(open_site, tmp_path):
    """Against the version before and against Production: the verdicts of both are in sight."""
    keys = [f"training_{word}_score" for word in ("accuracy", "precision", "recall", "roc_auc")]
    runs = [(make_run(n), {key: [0.5 + n / 10] for key in keys}) for n in (1, 2, 3)]
    write_store(tmp_path / "runs", runs)
    versions = [a_version(n, run=make_run_id(n)) for n in (1, 2, 3)]
    model = {"stages": {"Production": 1}, "versions": versions}
    registry = {"format": 1, "models": {"taxi": model}}
    (tmp_path / "registry.yaml").write_text(json.dumps(registry), encoding="utf-8")
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=make_version_path("taxi", 3))
    page.set_viewport_size({"width": 1280, "height": 800})
    frames = page.locator(".decide .scroll")
    assert frames.count() == 3
    assert page.locator(".decide .verdict-better").count() == 2 * len(keys)
    assert frames.evaluate_all("all => all.every(e => e.scrollWidth <= e.clientWidth)")
