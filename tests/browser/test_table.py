"""The runs table as a person uses it: by role and name, from disk."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import statistics

import pytest

from runsite.queries.search import Query, search_runs
from support.browser import wait_until
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

EXPERIMENT = "experiments/nyc-taxi/index.html"
COUNT = 60


@pytest.fixture(scope="module")
def runs():
    """60 runs: two parents with nested ones, two teams, a param that some lack."""
    made = make_taxi_runs(COUNT)
    for number, (run, history) in enumerate(made):
        parent = make_run_id(number - number % 10) if number < 20 and number % 10 else None
        params = dict(run.params) | ({"gamma": "0.10"} if number % 3 == 0 else {})
        tags = {"team": ("east", "west")[number % 4 == 0]}
        made[number] = (
            dataclasses.replace(run, parent_run_id=parent, params=params, tags=tags),
            history,
        )
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory, runs):
    folder = tmp_path_factory.mktemp("table")
    write_store(folder / "runs", runs)
    build_site(folder / "runs", folder / "site")
    return folder


@pytest.fixture
def view(open_site, folder):
    def open_view(fragment="", **options):
        page = open_site(folder / "site", path=EXPERIMENT + fragment, **options)
        wait_until(page, "window.runsite && window.runsite.view")
        return page

    return open_view


def names(page):
    return [t.strip() for t in page.locator(".runs-table tbody th[scope=row] a").all_inner_texts()]


def lines(page):
    return page.locator(".runs-table tbody tr:not(.spacer)").count()


def heads(page):
    return page.locator(".runs-table thead .label").all_inner_texts()


def options(page, column):
    """Open the panel of a column, as by a click on its three dots."""
    head = page.locator(f"th[data-column='{column}']")
    head.hover()
    head.get_by_role("button", name="Column options").click()
    panel = page.get_by_role("dialog", name="Options of")
    panel.wait_for()  # its script is loaded when it is first asked for
    return panel


def status(page):
    return page.locator(".toolbar-count").inner_text()


def test_nested_runs_are_folded(view):
    """A parent stands for its runs with their count; its button, or the right arrow, opens it."""
    page = view("#sort=run.started")
    assert names(page)[:3] == ["run-0", "run-10", "run-20"]
    opener = page.get_by_role("button", name="run-0, 9 nested runs")
    assert opener.get_attribute("aria-expanded") == "false"
    opener.click()
    assert names(page)[:4] == ["run-0", "run-1", "run-2", "run-3"]
    assert opener.get_attribute("aria-expanded") == "true"
    page.get_by_role("grid").get_by_role("link", name="run-10", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert "run-11" in names(page)
    page.keyboard.press("ArrowLeft")
    assert "run-11" not in names(page)
    assert page.evaluate("document.activeElement.textContent") == "run-10"
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_label("Fold nested runs under their parents").uncheck()
    assert names(page)[:2] == ["run-0", "run-1"]
    assert lines(page) > 20
    assert "run-11" in names(page)


def test_a_nested_run_without_its_parent_in_view_stands_alone(view):
    """A filter that only a nested run passes shows it."""
    page = view()
    assert page.get_by_role("button", name="Open all").count() == 1
    page.get_by_label("Filter runs").fill("run_name = 'run-13'")
    assert names(page) == ["run-13"]
    assert page.get_by_role("button", name="Open all").is_hidden()  # there is nothing to open


def test_grouping_shows_mean_and_deviation(view, runs):
    """Each group has its count, and each number its mean and sample standard deviation."""
    page = view()
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_label("Group by").select_option("params.booster")
    assert page.locator(".group-label").all_inner_texts() == ["dart", "gbtree"]
    values = [h["rmse"][-1] for run, h in runs if run.params["booster"] == "dart"]
    place = heads(page).index("rmse") + 1
    cell = page.locator(".group-line").first.locator("td, th").nth(place)
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    assert cell.inner_text() == f"{mean:.3f} ± {deviation:.4f}"
    assert f"mean of {len(values)} values" in cell.get_attribute("title")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="dart, 30 runs").click()
    assert lines(page) > 10
    assert "group=params.booster" in page.url
    page.get_by_role("button", name="Stop grouping by booster").click()
    assert page.locator(".group-line").count() == 0


def test_groups_are_ordered_by_the_mean(view):
    """The first sort key orders the groups by their means."""
    page = view("#group=params.max_depth&sort=metrics.rmse")
    means = page.evaluate(
        "runsite.view.lines.groups.map(g => g.summarise(runsite.view.runs.get('metrics.rmse')).mean)"
    )
    assert len(means) > 5
    assert means == sorted(means)


def test_a_range_filters_a_column(view, runs):
    """The ends of a range are typed in the column's panel, shown as a chip and kept in the URL."""
    page = view("#nest=off")
    panel = options(page, "metrics.rmse")
    panel.get_by_role("spinbutton", name="To rmse").fill("7.5")
    expected = sum(h["rmse"][-1] <= 7.5 for _, h in runs)
    assert 0 < expected < COUNT
    page.wait_for_selector(".chip")
    assert status(page) == f"{expected} of {COUNT} runs"
    page.keyboard.press("Escape")
    assert page.locator(".chip").inner_text().startswith("metrics.rmse <= 7.5")
    assert page.evaluate("document.activeElement.dataset.sort") == "metrics.rmse"
    page.reload()
    wait_until(page, "window.runsite && window.runsite.view")
    assert status(page) == f"{expected} of {COUNT} runs"
    panel = options(page, "metrics.rmse")
    assert panel.get_by_role("spinbutton", name="To rmse").input_value() == "7.5"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove the filter").click()
    assert status(page) == f"{COUNT} runs"


def test_words_filter_a_column(view, runs):
    """Words are chosen from those that there are, with their counts; a missing value is one."""
    page = view("#columns=run.name,params.booster,tags.team,params.gamma&nest=off")
    panel = options(page, "tags.team")
    assert panel.get_by_role("checkbox").count() == 2
    panel.get_by_label("west 15").check()
    assert status(page) == f"15 of {COUNT} runs"
    page.keyboard.press("Escape")
    panel = options(page, "params.booster")
    panel.get_by_role("searchbox").fill("gb")
    page.wait_for_selector(".chip >> nth=1")
    west = [run for run, _ in runs if run.tags["team"] == "west"]
    both = sum(run.params["booster"] == "gbtree" for run in west)
    expected = f"{COUNT if both == COUNT else both} of {COUNT} runs"
    assert status(page) == expected


def test_back_and_forward_lead_through_views(view):
    """Each choice is an entry of the history, and going back needs no reload of the page."""
    page = view("#nest=off")
    page.evaluate("window.same = true")
    page.locator("[data-sort='metrics.rmse']").click()
    first = names(page)[0]
    page.locator("[data-sort='params.max_depth']").click()
    page.get_by_label("Filter runs").fill("dart")
    assert status(page) == f"30 of {COUNT} runs"
    page.go_back()
    page.locator(".toolbar-count").get_by_text(f"{COUNT} runs", exact=True).wait_for()
    assert page.get_by_label("Filter runs").input_value() == ""
    page.go_back()
    page.wait_for_selector("th[data-column='metrics.rmse'][aria-sort]")
    assert names(page)[0] == first
    page.go_forward()
    page.wait_for_selector("th[data-column='params.max_depth'][aria-sort]")
    assert page.evaluate("window.same")


def test_columns_move_and_stay(view):
    """Alt with an arrow moves a column; a pinned one stands beside the name and does not scroll."""
    page = view()
    before = heads(page)
    page.locator("[data-sort='metrics.r2']").focus()
    page.keyboard.press("Alt+ArrowLeft")
    place = before.index("r2")
    assert heads(page).index("r2") == place - 1
    assert page.evaluate("document.activeElement.dataset.sort") == "metrics.r2"
    options(page, "params.max_depth").get_by_role("button", name="Pin to the left").click()
    assert heads(page)[1] == "max_depth"
    cell = page.locator(".runs-table tbody td.pinned").first
    left = cell.bounding_box()["x"]
    page.locator(".runs-scroll").evaluate("e => (e.scrollLeft = 300)")
    assert cell.bounding_box()["x"] == left
    assert "pin=params.max_depth" in page.url
    page.get_by_role("button", name="Columns", exact=True).click()
    dialog = page.get_by_role("dialog", name="Columns")
    dialog.get_by_role("button", name="Move booster").press("Alt+ArrowUp")
    assert heads(page).index("booster") < before.index("booster") + 1
    dialog.get_by_role("button", name="As at first").click()
    assert heads(page) == before


def test_a_header_is_dragged(view):
    """A header that is dropped on another one stands before it."""
    page = view()
    page.drag_and_drop(
        "th[data-column='metrics.r2'] .label", "th[data-column='metrics.rmse'] .label"
    )
    assert heads(page)[1:3] == ["r2", "rmse"]
    assert "columns=run.name,metrics.r2,metrics.rmse" in page.url.replace("%2C", ",")


def test_shading_follows_the_direction(view):
    """The best value has the strongest shade, also where lower is better; every text keeps."""
    page = view("#sort=metrics.rmse&shade=metrics.rmse&nest=off")
    cells = page.locator(".runs-table tbody td.shaded")
    shades = [int(text.rstrip("%")) for text in cells.evaluate_all(
        "cells => cells.map(c => c.style.getPropertyValue('--shade'))")]  # fmt: skip
    assert shades == sorted(shades, reverse=True)
    assert shades[0] > 30


def test_runs_are_selected_in_many_ways(view):
    """By click, by a range with Shift, all, by Space, and by arrows with Shift."""
    page = view("#nest=off&sort=run.started")
    page.get_by_label("Select run-2", exact=True).click()
    page.get_by_label("Select run-6", exact=True).click(modifiers=["Shift"])
    assert status(page) == f"{COUNT} runs, 5 selected"
    assert page.get_by_role("link", name="Compare 5").is_visible()
    page.get_by_label("Select all runs that match").click()
    assert status(page) == f"{COUNT} runs, {COUNT} selected"
    page.get_by_role("button", name="Clear selection").click()
    page.get_by_role("grid").get_by_role("link", name="run-3", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    chosen = page.evaluate(
        "[...runsite.view.selected].map(id => runsite.view.runs.name(runsite.view.runs.rowOf(id)))"
    )
    assert sorted(chosen) == ["run-3", "run-4", "run-5"]
    page.keyboard.press("Control+a")
    assert status(page) == f"{COUNT} runs, {COUNT} selected"


def test_the_table_is_one_stop_for_tab(view):
    """Arrows move between cells; only one element is reached by Tab; focus survives scrolling."""
    page = view("#nest=off")
    assert page.locator(".runs-table [tabindex='0']").count() == 1
    page.locator(".runs-table [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == f"run-{COUNT - 1}"
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.cellIndex") == 4
    page.keyboard.press("Control+End")
    row = page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')")
    assert row == str(COUNT + 1)
    page.keyboard.press("PageUp")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.sort") == "run.name"
    page.keyboard.press("Alt+ArrowDown")
    page.get_by_role("dialog", name="Options of Run").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.sort") == "run.name"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Enter")
    assert page.locator("th[aria-sort]").count() == 2
    said = "Sorted by Run ascending, then rmse ascending"
    assert page.get_by_text(said, exact=True).count() == 1


def test_counts_are_told_to_screen_readers(view):
    """The table says how many rows there are, and each row which one it is."""
    page = view("#nest=off")
    grid = page.get_by_role("grid")
    assert grid.get_attribute("aria-rowcount") == str(COUNT + 1)
    page.locator(".runs-scroll").evaluate("e => (e.scrollTop = 1e6)")
    page.wait_for_selector(f"tr[aria-rowindex='{COUNT + 1}']")


def test_csv_and_json_hold_what_is_shown(view, runs):
    """The exports have the shown columns and runs in their order, with every digit."""
    page = view("#nest=off&sort=metrics.rmse&filter=dart")
    tables = {}
    for kind in ("CSV", "JSON"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download {kind}").click()
        assert download.value.suggested_filename == f"nyc-taxi-runs.{kind.lower()}"
        tables[kind] = download.value.path().read_text(encoding="utf-8")
        page.keyboard.press("Escape")
    rows = list(csv.DictReader(io.StringIO(tables["CSV"])))
    objects = json.loads(tables["JSON"])
    values = {run.run_id: h["rmse"][-1] for run, h in runs if run.params["booster"] == "dart"}
    assert [float(row["metrics.rmse"]) for row in rows] == sorted(values.values())
    assert {row["run_id"]: float(row["metrics.rmse"]) for row in rows} == values
    assert [one["run_id"] for one in objects] == [row["run_id"] for row in rows]
    assert objects[0]["params.max_depth"] == float(rows[0]["params.max_depth"])


def test_the_python_query_gives_the_same_runs(view, folder, page_text):
    """What is copied is Python that finds the runs of the view in their order."""
    import runsite

    runsite.set_tracking_uri(str(folder / "runs"))
    for fragment in (
        "#sort=metrics.rmse&filter=metrics.rmse%20%3C%208",
        "#sort=-params.max_depth,metrics.rmse&where=tags.team%1Ftags.team%20%3D%20'west'",
        "#filter=dart",
        "#sort=-run.duration&filter=params.gamma%20is%20null%20or%20run_name%20%3D%20'run-3'&where=metrics.rmse%1Fmetrics.rmse%20%3E%207",
    ):
        page = view("#nest=off&" + fragment[1:])
        text = page_text(page)
        scope: dict[str, object] = {}
        exec(text, scope)
        found = list(scope["runs"]["run_id"])
        shown = page.evaluate("runsite.view.runIds()")
        assert 0 < len(shown) < COUNT
        if "sort" in fragment:
            assert found == shown
        else:
            assert sorted(found) == sorted(shown)


@pytest.fixture
def page_text():
    return lambda page: page.evaluate(
        "runsite.loadScripts(document.querySelector('[data-toolbar]').dataset.scripts)"
        ".then(() => runsite.makePython(runsite.view))"
    )


def test_the_copied_query_reaches_the_clipboard(view):
    """The button says that it has copied."""
    page = view()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Copy as Python query").click()
    page.get_by_text("Query copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("import runsite\n\nruns =")


def test_sparklines_are_drawn_from_histories(view):
    """Switched on, each metric with a history shows its line beside the value."""
    page = view()
    page.get_by_role("button", name="View", exact=True).click()
    page.get_by_label("Sparklines of histories").check()
    page.wait_for_selector(".spark[data-key=rmse] path")
    assert "sparks=on" in page.url


def test_hostile_names_are_only_names(open_site, shared_data, tmp_path):
    """As params, tags, values and metrics, in the header, panels, groups, exports and the URL."""
    texts = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    texts = [text for text in texts if text.strip()][:300:2]
    texts += ["a,b", "%2C", "a%1Fb", "__proto__", "a`b", "a\"'b"]
    made = []
    for number in range(len(texts)):
        some = texts[number : number + 12]
        made.append((make_run(number, run_name=texts[number], params={t: t for t in some},
                              tags={texts[number]: texts[-number]}), {some[0]: [1.0]}))  # fmt: skip
    store = write_store(tmp_path / "runs", made)
    build_site(tmp_path / "runs", tmp_path / "site")
    page = open_site(tmp_path / "site", path=EXPERIMENT)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    wait_until(page, "window.runsite && window.runsite.view")
    answer = page.evaluate("""async () => {
        const { view } = runsite;
        const ids = view.runs.columns.filter((c) => c.group !== "hidden").map((c) => c.id);
        view.setColumns(ids, true);
        const read = new runsite.View(view.runs, runsite.readState());
        const clauses = [];
        for (const column of view.runs.columns) {
            if (column.group !== "params" && column.group !== "tags") continue;
            const word = column.isText ? column.words[0] : column.logged(column.absent.indexOf(0));
            const clause = runsite.makeWords(column, new Set([word]), false);
            const mask = runsite.evaluate(view.runs, runsite.parseFilter(clause));
            const back = runsite.readClause(clause);
            clauses.push([clause, mask.reduce((a, b) => a + b, 0), back.words.has(word) || back.missing]);
        }
        view.setGroup([ids.find((id) => id.startsWith("params."))]);
        await runsite.loadScripts(document.querySelector("[data-toolbar]").dataset.scripts);
        runsite.makeCsv(view);
        return [ids, read.shown, clauses, JSON.parse(runsite.makeJson(view)).length];
    }""")
    ids, shown, clauses, count = answer
    assert set(shown) == set(ids)
    assert count == len(made)
    assert len(clauses) > 100
    assert [clause for clause, _, back in clauses if not back] == []
    frame = store.read_runs()
    for clause, found, _ in clauses:
        page_of_runs = search_runs(frame, query=Query(filter=clause, max_results=1000))
        assert page_of_runs.frame.height == found > 0, clause
    page.get_by_role("button", name="Columns", exact=True).click()
    page.keyboard.press("Escape")
    page.reload()
    wait_until(page, "window.runsite && window.runsite.view")


def test_the_first_metric_is_in_sight_on_a_phone(view):
    """Beside the name, and beside the status where the table shows it, without a scroll."""
    long = "#columns=run.name,run.status,metrics.rmse,params.learning_rate"
    for state in ("", long, long.replace("metrics.rmse,", "")):
        page = view(state, viewport={"width": 390, "height": 844})
        cell = page.locator(".runs-table tbody td.cell-number").first.bounding_box()
        frame = page.locator(".runs-scroll").bounding_box()
        assert cell["x"] + cell["width"] <= frame["x"] + frame["width"] + 1
