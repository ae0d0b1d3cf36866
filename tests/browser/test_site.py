"""The built site, opened from disk in a real Chromium: no error, no request, and it works.

`open_site` fails a test on any console message, exception, failed request or request that leaves
the site's folder.
"""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from runsite.config import Config, SiteConfig
from support.browser import wait_until
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

COUNT = 120
EXPERIMENT = "experiments/nyc-taxi/index.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of 120 runs, one registered version, and a few odd values."""
    folder = tmp_path_factory.mktemp("taxi")
    runs = make_taxi_runs(COUNT)
    odd, history = runs[7]
    runs[7] = (dataclasses.replace(odd, status="FAILED"), {**history, "r2": [math.nan]})
    write_store(folder / "runs", runs)
    (folder / "registry.yaml").write_text(
        f"""\
format: 1
models:
  taxi:
    stages: {{Production: 1}}
    versions:
      - version: 1
        run: "{make_run_id(1)}"
        artifact: model
        digest: "sha256:{"5" * 64}"
        registered_at: "2026-11-23T03:12:00Z"
""",
        encoding="utf-8",
    )
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.fixture
def view(open_site, site):
    """Open the experiment's page and wait until its table is alive."""

    def open_view(fragment="", **options):
        page = open_site(site, path=EXPERIMENT + fragment, **options)
        wait_until(page, "window.runsite && window.runsite.view")
        return page

    return open_view


def names(page):
    return page.locator(".runs-table tbody th[scope=row]").all_inner_texts()


def column(page, number):
    return page.locator(
        f".runs-table tbody tr:not(.spacer) td:nth-child({number})"
    ).all_inner_texts()


PAGES = [
    "index.html",
    "experiments/index.html",
    EXPERIMENT,
    f"runs/{make_run_id(3)}.html",
    "models/index.html",
    "models/taxi/index.html",
    "models/taxi/1.html",
    "compare.html",
    f"compare.html#runs={make_run_id(1)},{make_run_id(2)}",
    "search.html#q=dart",
    "data/index.html",
    "404.html",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_from_disk(open_site, site, path, scheme):
    """No console message, no failed request, nothing wider than a phone's screen."""
    page = open_site(site, path=path, color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_only_one_name_is_put_on_a_page(open_site, site):
    """The chart library leaves none of its thousands of names behind."""
    page = open_site(site, path=f"runs/{make_run_id(3)}.html")
    page.wait_for_selector(".curve canvas")
    blank = set(
        page.evaluate(
            "Object.getOwnPropertyNames(document.body.appendChild(document.createElement('iframe')).contentWindow)"
        )
    )
    here = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    assert {name for name in here - blank if not name.isdigit()} <= {"runsite", "vegaEmbed"}


def test_the_metrics_curves_draw(open_site, site):
    """Each metric with a history has a chart with ink on it."""
    page = open_site(site, path=f"runs/{make_run_id(3)}.html")
    page.wait_for_selector(".curve canvas")
    assert page.locator(".curve h3").all_inner_texts() == ["rmse"]
    assert count_ink(page, ".curve canvas") > 500


def count_ink(page, selector):
    """Count the pixels of a canvas that are not transparent."""
    return page.locator(selector).first.evaluate(
        """canvas => {
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            let ink = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i]) ink++;
            return ink;
        }"""
    )


def test_scripts_show_what_python_wrote(open_site, site):
    """The table that scripts draw says the same as the one in the page's HTML, cell by cell."""
    plain = open_site(site, path=EXPERIMENT, java_script_enabled=False)
    rows = "rows => rows.slice(0, 12).map(row => [...row.cells].map(c => [c.innerText.trim(), c.title]))"
    told = plain.locator(".runs-table tbody tr").evaluate_all(rows)
    alive = open_site(site, path=EXPERIMENT)
    wait_until(alive, "window.runsite && window.runsite.view")
    drawn = alive.locator(".runs-table tbody tr:not(.spacer)").evaluate_all(rows)
    assert [row[0][0] for row in told] == [f"run-{n}" for n in range(COUNT - 1, COUNT - 13, -1)]
    for python, script in zip(told, drawn, strict=True):
        assert [text for text, _ in python] == [text for text, _ in script[1:]]


NUMBERS = [7.758712, 0.1, 1234.5, -1234.5, 73908.4, 1e-5, 123456789.5, 2.5e300, 0.00012345, 99.995]
DURATIONS = [0.0004, 0.34, 0.9996, 27.31, 59.96, 252, 3599.6, 7500, 86399, 273600]


def test_both_languages_format_alike(view):
    """Python and the browser write every number and duration the same way."""
    from runsite.pages.formatting import format_duration, format_number, format_setting

    page = view()
    assert page.evaluate("x => x.map(runsite.formatNumber)", NUMBERS) == [
        format_number(value) for value in NUMBERS
    ]
    assert page.evaluate("x => x.map(runsite.formatSetting)", NUMBERS) == [
        format_setting(value) for value in NUMBERS
    ]
    assert page.evaluate("x => x.map(runsite.formatDuration)", DURATIONS) == [
        format_duration(value) for value in DURATIONS
    ]


def test_all_runs_scroll_by(view):
    """Only the rows in sight exist, the count is of all, and the last row can be reached."""
    page = view()
    assert page.locator(".runs-table tbody tr").count() < 60
    assert page.locator("table.runs-table").get_attribute("aria-rowcount") == str(COUNT + 1)
    assert page.locator(".toolbar-count").inner_text() == f"{COUNT} runs"
    page.locator(".runs-scroll").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    page.wait_for_selector("text=run-0")
    assert names(page)[-1] == "run-0"


def test_sorting(view):
    """A click sorts the better way first, a second one turns it, Shift adds a column."""
    page = view()
    table = page.locator(".runs-table")
    table.get_by_role("button", name="rmse").click()
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    place = column_number(page, "rmse")
    shown = [float(text) for text in column(page, place)]
    assert shown == sorted(shown)
    assert "sort=metrics.rmse" in page.url
    table.get_by_role("button", name="rmse").click()
    turned = [float(text) for text in column(page, place)]
    assert turned == sorted(turned, reverse=True)
    table.get_by_role("button", name="booster").click()
    table.get_by_role("button", name="max_depth").click(modifiers=["Shift"])
    assert page.locator("th[aria-sort]").count() == 2
    depths = [int(text) for text in column(page, column_number(page, "max_depth"))]
    assert depths == sorted(depths)


def column_number(page, label):
    heads = page.locator(".runs-table thead th").all_inner_texts()
    return 1 + next(i for i, head in enumerate(heads) if label in head.split("\n"))


def test_nan_and_missing_come_last(view):
    """What is no number never counts as best, in neither direction."""
    page = view("#sort=-metrics.r2")
    page.locator(".runs-scroll").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    page.wait_for_selector("text=run-7")
    assert names(page)[-1] == "run-7"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("dart", COUNT // 2),
        ("run-11", 11),
        ("dart run-11", 6),
        ("metrics.rmse < 7.5", None),
        ('params.booster = "dart" and params.max_depth >= 20', None),
        ("status = 'FAILED'", 1),
        ("params.max_depth in (3, 10)", None),
        ("params.booster like 'd%' and not status = 'FAILED'", COUNT // 2 - 1),
        ("params.nope is null", COUNT),
        ("zzz", 0),
    ],
)
def test_filtering(view, text, count):
    """Words and queries choose the runs that Python would choose, and stand in the address."""
    page = view()
    page.get_by_label("Filter runs").fill(text)
    shown = page.evaluate("Array.from(runsite.view.table.rows, row => runsite.view.runs.name(row))")
    if count is None:
        rows = make_taxi_runs(COUNT)
        tests = {
            "metrics.rmse < 7.5": lambda _, history: history["rmse"][-1] < 7.5,
            'params.booster = "dart" and params.max_depth >= 20': lambda run, _: (
                run.params["booster"] == "dart" and int(run.params["max_depth"]) >= 20
            ),
            "params.max_depth in (3, 10)": lambda run, _: run.params["max_depth"] in {"3", "10"},
        }
        assert sorted(shown) == sorted(run.run_name for run, h in rows if tests[text](run, h))
    else:
        assert len(shown) == count
    assert page.evaluate("new URLSearchParams(location.hash.slice(1)).get('filter')") == text
    if text == "params.nope is null":
        assert "No run here has params.nope" in page.locator("#filter-problem").inner_text()


def test_a_view_can_be_shared(view):
    """Filter, order, columns and selection come back from the address alone."""
    page = view(
        "#filter=dart&sort=-params.max_depth&columns=run.name,params.max_depth&select="
        + make_run_id(3)
    )
    assert page.get_by_label("Filter runs").input_value() == "dart"
    assert page.locator(".runs-table thead th").count() == 3
    assert (
        page.locator(".toolbar-count").inner_text() == f"{COUNT // 2} of {COUNT} runs, 1 selected"
    )
    depths = [int(text) for text in column(page, 3)]
    assert depths == sorted(depths, reverse=True)


def test_selected_runs_are_compared(view):
    """Checked rows lead to a page that shows what differs, with their curves."""
    page = view()
    for name in ("run-119", "run-118"):
        page.get_by_label(f"Select {name}").check()
    page.get_by_role("link", name="Compare 2").click()
    page.wait_for_selector(".compare-table")
    assert page.locator(".compare-table thead a").all_inner_texts() == ["run-119", "run-118"]
    rows = page.locator(".compare-table tbody th[scope=row]").all_inner_texts()
    assert "max_depth" in rows
    assert "seed" not in rows
    page.get_by_label("Only what differs").uncheck()
    assert "seed" in page.locator(".compare-table tbody th[scope=row]").all_inner_texts()
    page.wait_for_selector("[data-compare-curves] canvas")


def test_columns_are_chosen(view):
    """The chooser hides and shows columns; the keyboard opens and closes it."""
    page = view()
    page.get_by_role("button", name="Columns").press("Enter")
    page.get_by_role("dialog", name="Columns").get_by_role("checkbox", name="booster").uncheck()
    assert "booster" not in " ".join(page.locator(".runs-table thead th").all_inner_texts())
    page.keyboard.press("Escape")
    assert page.locator(".chooser-panel").is_hidden()


def test_brushing_narrows_the_table(view):
    """A range on an axis of the parallel coordinates leaves only its runs in the table."""
    page = view()
    canvas = page.locator(".parallel canvas").last
    canvas.scroll_into_view_if_needed()
    assert count_ink(page, ".parallel canvas >> nth=1") > 1000
    box = canvas.bounding_box()
    axis = page.evaluate("runsite.view.plots.made.parallel.xs[0]")
    page.mouse.move(box["x"] + axis, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + axis, box["y"] + 200, steps=4)
    page.mouse.up()
    wait_until(page, "runsite.view.brushed")
    chosen = page.evaluate("runsite.view.table.rows.length")
    assert 0 < chosen < COUNT
    page.get_by_role("button", name="Let go of the plot's ranges").click()
    assert page.evaluate("runsite.view.table.rows.length") == COUNT


@pytest.mark.parametrize("plot", ["scatter", "curves"])
def test_the_other_plots_draw(view, plot):
    """Tabs open by click or arrow key, and their charts have ink."""
    page = view()
    page.get_by_role("tab", name="Parallel coordinates").press("ArrowRight")
    if plot == "curves":
        page.get_by_role("tab", name="Scatter").press("ArrowRight")
    page.wait_for_selector(f"#plot-{plot} .chart canvas")
    assert count_ink(page, f"#plot-{plot} .chart canvas") > 500
    assert f"plot={plot}" in page.url


def test_search_finds(open_site, site):
    """Words in params, names and models are found and marked."""
    page = open_site(site, path="search.html")
    page.wait_for_selector("text=to search")
    page.get_by_role("searchbox").fill("max_depth=10 dart")
    page.wait_for_selector(".search-results li")
    assert page.locator(".search-results mark").first.inner_text() in {"max_depth=10", "dart"}
    page.get_by_role("searchbox").fill("taxi production")
    page.wait_for_selector(".search-results >> text=Model version")
    assert page.locator(".search-results .hit-title").first.inner_text().startswith("taxi")


def test_the_theme_switch_stays(open_site, site):
    """A reader's choice of dark turns the page, its charts, and the next page too."""
    page = open_site(site, path=EXPERIMENT)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.goto(page.url.replace(EXPERIMENT, "index.html"))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_hostile_strings_only_show(open_site, shared_data, tmp_path):
    """Strings that break other sites, as every kind of name and value: nothing runs or breaks."""
    texts = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    texts = [text for text in texts if text.strip()]
    runs = []
    for number, start in enumerate(range(0, len(texts), 40)):
        part = texts[start : start + 40]
        run = make_run(
            number,
            run_name=part[0],
            experiment=part[-1] if number % 3 else "evil",
            params={text: text for text in part},
            tags={text: text for text in part[:10]},
        )
        runs.append((run, {text: [1.0, 2.0] for text in part[:5]}))
    write_store(tmp_path / "runs", runs)
    config = Config(site=SiteConfig(title=texts[100], description=texts[200]), folder=tmp_path)
    build_site(tmp_path / "runs", tmp_path / "site", config=config)
    paths = [
        path.relative_to(tmp_path / "site").as_posix()
        for path in sorted((tmp_path / "site").rglob("*.html"))
    ]
    page = open_site(tmp_path / "site")
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    base = page.url.removesuffix("index.html")
    for path in paths:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        if path.startswith("experiments/") and path.count("/") == 2:
            wait_until(page, "window.runsite && window.runsite.view")
    page.goto(f"{base}search.html#q=script")
    page.wait_for_selector(".search-results li")
