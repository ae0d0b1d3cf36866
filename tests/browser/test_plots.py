"""The plots of the experiment page: each draws, says what it shows, and can be taken away."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runsite.pages.paths import make_experiment_path
from support.searches import EXPERIMENT, make_search
from support.sites import build_site, make_run, make_run_id, write_store

pytestmark = pytest.mark.browser

COUNT = 80
PATH = make_experiment_path(EXPERIMENT)
PLOTS = [
    "parallel",
    "scatter",
    "curves",
    "history",
    "slices",
    "importance",
    "contour",
    "boxes",
    "correlations",
]
INK = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i]) ink++;
    return ink;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    write_store(folder / "runs", make_search(COUNT, points=25))
    build_site(folder / "runs", folder / "site")
    return folder / "site"


@pytest.fixture
def view(open_site, site):
    """Open the experiment's page with a plot, and wait until it is drawn."""

    def open_plot(plot, state="", **options):
        page = open_site(site, path=f"{PATH}#plot={plot}{state}", **options)
        page.wait_for_selector(f"#plot-{plot} .chart canvas")
        page.wait_for_load_state("networkidle")
        return page

    return open_plot


def count_ink(page, plot):
    return (
        page.locator(f"#plot-{plot} .chart canvas >> visible=true")
        .nth(1 if plot == "parallel" else 0)
        .evaluate(INK)
    )


@pytest.mark.parametrize("plot", PLOTS)
def test_every_plot_draws(view, plot):
    """There is ink, a picture's name for those who do not see it, and nothing wider than a phone."""
    page = view(plot, viewport={"width": 390, "height": 844}, color_scheme="dark")
    assert count_ink(page, plot) > 500
    labels = page.locator(f"#plot-{plot} canvas[role=img]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )
    assert labels
    assert all(len(label) > 12 for label in labels)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_plots_draw_from_a_server_under_a_path(chromium, site):
    """The same files work below a path of a static server."""
    from support.browser import SiteWatch

    handler = partial(QuietHandler, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        context = chromium.new_context()
        page = context.new_page()
        watch = SiteWatch(page)
        page.goto(f"http://127.0.0.1:{server.server_port}/site/{PATH}#plot=scatter")
        page.wait_for_selector("#plot-scatter .chart canvas")
        assert count_ink(page, "scatter") > 500
        context.close()
        server.shutdown()
    assert watch.problems == []


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


def read_table(page, plot):
    """Read the table behind a plot's first chart: head and rows."""
    panel = page.locator(f"#plot-{plot}")
    panel.get_by_role("button", name="Table").first.click()
    sheet = panel.locator(".chart-sheet").first
    head = sheet.locator("thead th").all_inner_texts()
    rows = sheet.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.title || cell.innerText))"
    )
    return head, rows


@pytest.mark.parametrize(
    ("plot", "head", "count"),
    [
        ("parallel", ["run", "reg_lambda"], COUNT),
        ("scatter", ["run", "learning_rate", "rmse"], COUNT - 1),
        ("history", ["run", "rmse", "best so far"], COUNT),
        ("importance", ["param", "importance", "standard deviation"], 6),
        ("contour", ["run", "learning_rate", "subsample", "rmse"], COUNT - 1),
        ("boxes", ["booster", "runs", "lowest"], 3),
        ("correlations", ["column", "learning_rate"], 8),
        ("slices", ["run", "learning_rate", "rmse"], COUNT - 1),
        ("curves", ["line", "step", "rmse"], 8 * 25),
    ],
)
def test_every_plot_is_a_table_too(view, plot, head, count):
    """The numbers behind a picture stand in an accessible table with a caption."""
    page = view(plot)
    found, rows = read_table(page, plot)
    assert found[: len(head)] == head
    assert len(rows) == count
    assert page.locator(f"#plot-{plot} .chart-sheet caption").first.inner_text()
    assert page.locator(f"#plot-{plot} .chart-sheet:visible").count() == 1


def save(page, plot, words):
    panel = page.locator(f"#plot-{plot}")
    panel.locator("summary", has_text="Save").first.click()
    with page.expect_download() as download:
        panel.get_by_role("button", name=words).first.click()
    return download.value.path().read_bytes()


def test_a_saved_plot_is_named_by_what_it_shows(view):
    """The values that its description goes on to tell are no part of a file's name."""
    panel = view("boxes").locator("#plot-boxes")
    panel.locator("summary", has_text="Save").first.click()
    with panel.page.expect_download() as download:
        panel.get_by_role("button", name="CSV numbers").click()
    assert re.fullmatch(r"box-plot-of-[a-z-]+-by-[a-z-]+\.csv", download.value.suggested_filename)


def test_large_numbers_stand_short_beside_an_axis(view):
    """Whole numbers of many digits were cut off after the first ten, all alike."""
    page = view("parallel")
    written = "value => runsite.Axis.prototype.format.call({ column: { kind: 'number' } }, value)"
    values = [8e14, -2.5e9, 12_345_678, 2_000_000, 50, 0.1]
    assert [page.evaluate(written, value) for value in values] == [
        "8e14",
        "-2.5e9",
        "1.235e7",
        "2000000",
        "50",
        "0.1",
    ]


@pytest.mark.parametrize("plot", PLOTS)
def test_every_plot_is_saved(view, plot):
    """As SVG, PNG, CSV and a Vega spec that carries its data."""
    page = view(plot)
    assert b"<svg" in save(page, plot, "SVG picture")
    assert save(page, plot, "PNG picture").startswith(b"\x89PNG")
    lines = list(csv.reader(io.StringIO(save(page, plot, "CSV numbers").decode())))
    assert len(lines) > 2
    assert {len(line) for line in lines} == {len(lines[0])}
    spec = json.loads(save(page, plot, "Vega spec"))
    assert "vega" in spec["$schema"]
    data = spec.get("datasets") or {d["name"]: d.get("values") for d in spec["data"]}
    assert any(data.values())


def test_boxes_show_the_quartiles(view):
    """Python computes the same quartiles from what was logged."""
    import numpy as np

    _, rows = read_table(view("boxes"), "boxes")
    values = {}
    for run, history in make_search(COUNT, points=25):
        if run.params:
            values.setdefault(run.params["booster"], []).append(history["rmse"][-1])
    for name, runs, low, q1, median, *_ in rows:
        assert int(runs) == len(values[name])
        wanted = np.quantile(values[name], [0, 0.25, 0.5])
        assert [float(low), float(q1), float(median)] == pytest.approx(wanted, rel=1e-4)


def test_the_best_so_far_never_gets_worse(view):
    """The progress of a search is a running minimum in the order of the starts."""
    _, rows = read_table(view("history", "&history.y=metrics.rmse"), "history")
    values = [float(row[1]) for row in rows]
    best = [float(row[2]) for row in rows]
    assert best == [min(values[: i + 1]) for i in range(len(values))]


def test_options_stand_in_the_address(view):
    """A plot that was changed comes back from its address alone, with the table's view."""
    page = view("scatter")
    page.get_by_label("Colour").first.select_option("params.booster")
    page.locator("#plot-scatter label", has_text=re.compile("^y(?! scale)")).locator(
        "select"
    ).select_option("metrics.mae")
    page.get_by_label("Filter runs").fill("gbtree")
    assert "scatter.color=params.booster" in page.url
    assert "scatter.y=metrics.mae" in page.url
    again = view("scatter", "&" + page.url.split("plot=scatter&")[-1].replace("plot=scatter", ""))
    assert again.get_by_label("Colour").first.input_value() == "params.booster"
    assert again.get_by_label("Filter runs").input_value() == "gbtree"
    head, rows = read_table(again, "scatter")
    assert head == ["run", "learning_rate", "mae", "booster"]
    assert {row[3] for row in rows} == {"gbtree"}


def test_axes_are_moved_flipped_and_bent_by_keyboard(view):
    """Arrow keys move an axis and keep the focus, Enter flips it, L changes its scale."""
    page = view("parallel")
    names = page.locator(".axis-name")
    first = names.first.inner_text()
    names.first.focus()
    page.keyboard.press("ArrowRight")
    assert names.nth(1).inner_text() == first
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("Enter")
    assert "flipped" in names.nth(1).get_attribute("aria-label")
    assert "log scale" in names.nth(1).get_attribute("aria-label").split(":")[0]
    page.keyboard.press("l")
    assert "log scale" not in names.nth(1).get_attribute("aria-label").split(":")[0]
    assert f"parallel.flip=params.{first}" in page.url
    assert f"parallel.linear=params.{first}" in page.url


def test_an_axis_is_dragged(view):
    """A name that is dragged over its neighbour changes places with it."""
    page = view("parallel")
    names = page.locator(".axis-name")
    before = names.all_inner_texts()
    start, end = names.nth(0).bounding_box(), names.nth(2).bounding_box()
    page.mouse.move(start["x"] + 10, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + 5, steps=5)
    page.mouse.up()
    assert names.all_inner_texts()[:3] == [before[1], before[2], before[0]]


def test_ranges_by_keyboard_narrow_the_table(view):
    """The ends of an axis are sliders; ranges on two axes hold together, in the address too."""
    page = view("parallel", "&parallel.axes=params.max_depth,params.booster,metrics.rmse")
    page.get_by_role("slider", name="lowest max_depth").focus()
    for _ in range(5):
        page.keyboard.press("PageUp")
    page.get_by_role("slider", name="highest rmse").focus()
    for _ in range(6):
        page.keyboard.press("PageDown")
    page.wait_for_selector("text=Let go of the plot's ranges")
    low = page.get_by_role("slider", name="lowest max_depth").get_attribute("aria-valuetext")
    high = page.get_by_role("slider", name="highest rmse").get_attribute("aria-valuetext")
    wanted = [
        run.run_name
        for run, history in make_search(COUNT, points=25)
        if run.params
        and int(run.params["max_depth"]) >= float(low)
        and history["rmse"][-1] <= float(high) + 0.001
    ]
    names = "Array.from(runsite.view.table.rows, row => runsite.view.runs.name(row))"
    page.wait_for_timeout(100)
    assert sorted(page.evaluate(names)) == sorted(wanted)
    assert 0 < len(wanted) < COUNT
    again = view("parallel", "&" + page.url.split("#")[1].replace("plot=parallel", ""))
    again.wait_for_selector("text=Let go of the plot's ranges")
    assert sorted(again.evaluate(names)) == sorted(wanted)


def test_a_point_names_its_run_and_opens_it(view):
    """The pointer over a point shows the run; a click goes to its page."""
    page = view("scatter")
    page.locator("#plot-scatter canvas").scroll_into_view_if_needed()
    place = page.evaluate(
        """() => {
            const canvas = document.querySelector("#plot-scatter canvas");
            const box = canvas.getBoundingClientRect();
            const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            for (let y = 20; y < 300; y++) for (let x = 120; x < 900; x++) {
                const at = (y * canvas.width + x) * 4;
                const below = ((y + 3) * canvas.width + x) * 4;
                if (data[at + 3] > 180 && data[below + 3] > 180 && data[at] < 90) {
                    return { x: box.x + x / devicePixelRatio, y: box.y + (y + 2) / devicePixelRatio };
                }
            }
        }"""
    )
    page.wait_for_timeout(200)  # scrolling hides the tip
    page.mouse.move(place["x"] - 30, place["y"])
    page.mouse.move(place["x"], place["y"], steps=4)
    page.wait_for_selector(".tip")
    name = page.locator(".tip dd").first.inner_text()
    assert name.startswith("trial-")
    page.mouse.click(place["x"], place["y"])
    page.wait_for_selector("h1")
    page.wait_for_url("**/runs/*.html")
    assert page.locator("h1").inner_text().startswith(name)


def test_a_cell_of_the_correlations_opens_its_scatter_plot(view):
    """The two columns of the cell become the axes."""
    page = view("correlations")
    page.locator("#plot-correlations canvas").click(position={"x": 170, "y": 110})
    page.wait_for_selector("#plot-scatter .chart canvas")
    assert page.get_by_role("tab", name="Scatter").get_attribute("aria-selected") == "true"


def test_curves_of_many_runs(view):
    """Groups with a band, smoothing and several metrics at once, all of it in the address."""
    page = view("curves", "&curves.most=50&curves.group=params.booster&curves.metrics=mae,rmse")
    assert page.locator("#plot-curves .chart-title").all_inner_texts() == ["mae", "rmse"]
    head, rows = read_table(page, "curves")
    assert head == ["line", "step", "mae", "standard deviation", "runs"]
    assert {row[0].split(" (")[0] for row in rows} == {
        "booster = dart",
        "booster = gblinear",
        "booster = gbtree",
    }
    assert page.locator("#plot-curves .legend li").count() == 3
    page.get_by_label("Group by").select_option("none")
    assert page.locator("#plot-curves .legend li").count() == 50


def test_too_few_runs_are_said_plainly(view):
    """A contour through a handful of runs is refused in words."""
    page = view("contour")
    page.get_by_label("Filter runs").fill("trial-77")
    page.wait_for_selector("#plot-contour .chart-nothing")
    assert "Too few runs for a contour plot: " in page.locator(".chart-nothing").inner_text()


def test_curves_without_a_number_are_said_plainly(open_site, tmp_path):
    """Infinite values, and negative ones on a logarithmic axis, leave words and no empty axes."""
    histories = {"gain": [math.inf, -math.inf, math.nan], "debt": [-1.0, -2.0, -3.0]}
    write_store(tmp_path / "runs", [(make_run(1), histories)])
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=f"runs/{make_run_id(1)}.html")
    gain, debt = (page.locator("figure.curve", has_text=name) for name in histories)
    page.wait_for_selector("figure.curve canvas")
    assert gain.locator(".chart-nothing").inner_text() == "No finite value to draw."
    page.get_by_label("Log y").check()
    debt.locator(".chart-nothing").wait_for()
    assert debt.locator(".chart-nothing").inner_text() == (
        "No value above zero to draw on a logarithmic axis."
    )
    page.get_by_label("Log y").uncheck()
    debt.locator("canvas").wait_for()


def test_hostile_names_in_every_plot(open_site, shared_data, tmp_path):
    """Names and words that break other sites are only shown: on axes, in legends, in the tip."""
    texts = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    evil = [t for t in texts if "<" in t or "'" in t or "}" in t or "\\" in t][:60]
    columns = [evil[i] for i in (0, 7, 14, 21)]
    runs = [
        (
            make_run(
                number,
                run_name=evil[number % len(evil)],
                params={columns[0]: str(number), columns[1]: str(number * 7 % 11)}
                | {columns[2]: evil[number % 5]},
            ),
            {columns[3]: [3.0 + number % 9, 2.0], "__proto__": [number * 3 % 7.0, number + 1.0]},
        )
        for number in range(40)
    ]
    write_store(tmp_path / "runs", runs)
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=make_experiment_path("nyc-taxi"))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.wait_for_selector(".parallel canvas")
    for plot in PLOTS[1:]:
        page.locator(f"#tab-{plot}").click()
        drawn = f"#plot-{plot} .chart canvas, #plot-{plot} .chart-nothing"
        page.wait_for_selector(drawn)
        page.wait_for_load_state("networkidle")
        assert "cannot be drawn" not in page.locator(".plot:visible").inner_text()
    page.get_by_role("tab", name="Scatter").click()
    head, rows = read_table(page, "scatter")
    assert head[0] == "run"
    assert rows[0][0].strip() in {text.strip() for text in evil}


def test_a_single_run_has_no_plots(open_site, tmp_path):
    """Where there is nothing to compare, no empty frame stands in the way."""
    write_store(tmp_path / "runs", [(make_run(1, params={"a": "1"}), {"rmse": [1.0]})])
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=make_experiment_path("nyc-taxi"))
    page.wait_for_selector(".toolbar-count")
    assert page.locator("[data-plots]").is_hidden()
    assert make_run_id(1) in page.content()


def test_a_click_beside_all_lines_lets_go_of_the_ranges(view):
    """Only a press on a line opens its run."""
    page = view("parallel", "&parallel.axes=params.learning_rate,metrics.rmse")
    beside = page.evaluate(
        """() => {
            const plot = runsite.view.plots.made.parallel;
            plot.axes[0].brush = [0, 1];
            plot.rebrush();
            const x = plot.xs[0] + 0.5 * (plot.xs[1] - plot.xs[0]);
            const box = plot.above.getBoundingClientRect();
            for (let y = 60; y < box.height - 30; y++)
                if (plot.findLine(x, y) < 0) return [box.left + x, box.top + y];
        }"""
    )
    page.mouse.click(*beside)
    assert page.evaluate("runsite.view.plots.made.parallel.hasBrush") is False
    assert "/experiments/" in page.url


def test_what_goes_with_the_metric_is_shown_first(view):
    """Scatter, slices and parallel coordinates begin with the param that the metric follows."""
    page = view("scatter")
    params = page.evaluate("runsite.varyingParams(runsite.view.runs).map(column => column.label)")
    assert page.locator("#plot-scatter select").first.input_value() == f"params.{params[0]}"
    page.get_by_role("tab", name="Parallel coordinates").click()
    axes = page.locator(".axis-name").all_inner_texts()
    assert axes[:6] == params[:6][::-1]


def test_the_best_runs_are_drawn_last(view):
    """What stands out from the page is what is better, on light and on dark pages."""
    page = view("parallel")
    keys = page.evaluate(
        """() => {
            const plot = runsite.view.plots.made.parallel;
            return plot.groupByColor(plot.rows).map(([, rows]) =>
                Math.min(...rows.map(row => plot.color.column.numbers[row])));
        }"""
    )
    assert keys == sorted(keys, reverse=True)
    light, dark = (
        page.evaluate(f"runsite.rampColor(1, {dark})").removeprefix("rgb(").split(",")[1]
        for dark in ("false", "true")
    )
    dark_enough, bright_enough = 60, 200
    assert int(light) < dark_enough
    assert int(dark) > bright_enough


def test_colours_tell_the_bulk_apart(view):
    """One run far out takes the end of the colours, and the legend says so."""
    page = view("parallel")
    page.evaluate(
        """() => {
            const { view } = runsite;
            const column = view.runs.get("metrics.rmse");
            column.numbers[view.rows[0]] = 1e6;
            column._extent = undefined;
            view.plots.made.parallel.show(view.rows);
        }"""
    )
    page.locator(".ramp", has_text="≥").first.wait_for()


def test_one_axis_is_no_plot(view):
    """Parallel coordinates of one column say what they need instead of drawing one line."""
    page = view("scatter", "&parallel.axes=metrics.rmse")
    page.get_by_role("tab", name="Parallel coordinates").click()
    page.get_by_text("Lines need two columns that vary.").wait_for()
    assert not page.locator(".parallel").is_visible()


def test_every_column_of_a_matrix_has_its_name(view):
    """No name of a correlation matrix is left out for want of room; on a phone it scrolls."""
    page = view("correlations", viewport={"width": 390, "height": 844})
    scroller = page.locator(".chart-scroll")
    assert scroller.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    svg = save(page, "correlations", "SVG picture").decode()
    names = page.evaluate(
        "runsite.view.plots.made.correlations.controls.value('columns').split(',')"
        ".map(id => id.split('.').pop())"
    )
    assert all(svg.count(f">{name}<") == 2 for name in names)


@pytest.mark.parametrize(
    ("metrics", "plot"),
    [
        ([{"rmse": [2.0 + number / 7]} for number in range(4)], "history"),
        ([{"rmse": [3.0, 2.0]} for _ in range(4)], "curves"),
        ([{"rmse": [2.0 + number], "mae": [1.0 + number]} for number in range(4)], "parallel"),
    ],
)
def test_a_page_opens_on_a_plot_that_has_something_to_show(open_site, tmp_path, metrics, plot):
    """Where lines over axes need more columns, the curves open, or the metric run after run."""
    runs = [(make_run(number), history) for number, history in enumerate(metrics)]
    write_store(tmp_path / "runs", runs)
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=make_experiment_path("nyc-taxi"))
    page.wait_for_selector(f"#plot-{plot} .chart canvas")
    assert page.locator("[role=tab][aria-selected=true]").get_attribute("data-plot") == plot
    assert count_ink(page, plot) > 500
    page.get_by_role("tab", name="Parallel coordinates").click()
    page.reload()
    page.wait_for_selector("#plot-parallel:not([hidden]) .chart")
    assert ("plot=parallel" in page.url) == (plot != "parallel")


def test_a_value_that_stays_stands_between_round_numbers(open_site, tmp_path):
    """A line at 20.93 is not labelled 21, and an axis of whole numbers has no tick at a half."""
    runs = [
        (make_run(number, params={"trees": str(3 + 2 * number)}), {"rmse": [20.93, 20.93]})
        for number in range(2)
    ]
    write_store(tmp_path / "runs", runs)
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=make_experiment_path("nyc-taxi"))
    page.wait_for_selector("#plot-curves .chart canvas")
    svg = save(page, "curves", "SVG picture").decode()
    assert {20.0, 21.0} <= set(map(float, re.findall(r">([\d.]+)</text>", svg)))
    page.evaluate(
        "runsite.loadScripts(document.querySelector('[data-plot=parallel]').dataset.scripts)"
    )
    ticks = page.evaluate(
        "new runsite.Axis(runsite.view.runs.get('params.trees'), [0, 1]).ticks.map(t => t.text)"
    )
    assert ticks == ["3", "4", "5"]


def test_runs_of_one_word_do_not_hide_each_other(view):
    """In a slice over words, points stand beside each other around their word."""
    page = view("slices", "&slices.params=params.booster")
    svg = save(page, "slices", "SVG picture").decode()
    points = svg.split("mark-symbol", 1)[1].split("</g>", 1)[0]
    places = {float(x) for x in re.findall(r"translate\(([\d.-]+),", points)}
    assert len(places) > 20


def test_a_status_is_written_the_same_in_charts_and_tables(view):
    """What colours the points of a scatter plot is written as in the table: in small letters."""
    page = view("scatter", "&scatter.color=run.status")
    svg = save(page, "scatter", "SVG picture").decode()
    assert ">finished<" in svg
    assert "FINISHED" not in svg.split("<text", 1)[1]
