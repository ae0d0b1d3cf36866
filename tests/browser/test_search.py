"""The search page: by kind, marked, by keyboard, in the address, and what to ask instead."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from support.browser import wait_until
from support.cards import MODEL, write_project
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, write_store

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title = 'ran'\">(.*[x]\\"
COUNT = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build a site of sixty runs, one with a name that could act, and a model with a card."""
    project = write_project(tmp_path_factory.mktemp("search"))
    aside = project / "aside"
    odd = make_run(900, run_name=EVIL, experiment="o'dd", params={EVIL: "Ärger İ"}, status="FAILED")
    write_store(aside, [*make_taxi_runs(COUNT, points=2), (odd, {})])
    for path in aside.rglob("*.parquet"):
        path.rename(project / "runs" / path.relative_to(aside))
    build_site(project / "runs", project / "site")
    return project / "site"


@pytest.fixture
def search(open_site, site):
    """Open the search with what stands in its address, and wait until it answers."""

    def open_search(fragment="", **options):
        page = open_site(site, path=f"search.html{fragment}", **options)
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        wait_until(page, "window.runsite && window.runsite.search")
        return page

    return open_search


def ask(page, query):
    page.get_by_role("searchbox").fill(query)
    wait_until(page, "runsite.search.words.join() === runsite.parseWords(runsite.search.input.value).join()")  # fmt: skip
    return page.locator("[data-search-count]").inner_text()


def query_of(page):
    return parse_qs(urlsplit(page.url).fragment).get("q", [""])[0]


def test_what_was_found_stands_by_kind(search):
    """Models and versions, then experiments, then runs; each with its count and its best first."""
    page = search("#q=taxi")
    heads = page.locator(".search-group h2").all_inner_texts()
    assert heads == ["Models and versions 3", "Experiments 1", f"Runs {COUNT + 2}"]
    titles = page.locator(".search-group").first.locator(".hit-title").all_inner_texts()
    assert titles == [MODEL, f"{MODEL} version 1", f"{MODEL} version 2"]
    assert set(page.locator(".search-results mark").all_inner_texts()) == {"taxi"}
    assert page.locator("#found-runs ~ ul.search-results li").count() == 20
    page.get_by_role("button", name=re.compile("Show 42 more")).click()
    assert page.locator("#found-runs ~ ul.search-results li").count() == COUNT + 2
    assert page.evaluate("document.activeElement.textContent").count("run-") == 1


def test_names_come_before_words(search):
    """What is called so stands before what only has the word; words may come in any order."""
    page = search()
    assert ask(page, "run-5") == "11 found"
    assert page.locator(".hit-title").first.inner_text() == "run-5"
    assert ask(page, "dart nyc-taxi max_depth=10 run-1") == ask(page, "max_depth=10 run-1 dart")


def test_quotes_hold_words_together(search):
    """A phrase in double quotes occurs as it is written."""
    page = search()
    loose = ask(page, "finished mara")
    assert loose == f"{COUNT} found"
    assert ask(page, '"finished mara"') == loose
    assert ask(page, '"mara finished"') == "Nothing found"


def test_the_words_of_cards_are_found(search):
    """What people wrote about a model leads to its versions."""
    page = search()
    assert ask(page, "fleet@example.org") == "2 found"
    assert page.locator(".hit-kind").first.inner_text() == f"Model version · {MODEL}"
    assert page.locator("mark").first.inner_text() == "fleet@example.org"
    page.locator(".search-results a").first.click()
    page.wait_for_url(f"**/models/{MODEL}/1.html")


def test_the_keyboard_leads_through(search):
    """Down and up walk over the hits and back into the box; Enter in the box opens the first."""
    page = search()
    box = page.get_by_role("searchbox")
    ask(page, "dart")
    box.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator(".search-results a").nth(1)
    assert second.evaluate("link => link === document.activeElement")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert box.evaluate("input => input === document.activeElement")
    ask(page, make_run_id(7))
    box.press("Enter")
    page.wait_for_url(f"**/runs/{make_run_id(7)}.html")


@pytest.mark.parametrize(
    "path", ["index.html", "experiments/nyc-taxi/index.html", f"models/{MODEL}/1.html"]
)
def test_a_slash_leads_here_from_every_page(open_site, site, path):
    """One key opens the search; where something is typed, it is a letter."""
    page = open_site(site, path=path)
    if "experiments" in path:
        wait_until(page, "window.runsite && window.runsite.view")
        page.get_by_label("Filter runs").press("/")
        assert page.get_by_label("Filter runs").input_value() == "/"
        page.locator("h1").click()
    page.keyboard.press("/")
    page.wait_for_url("**/search.html")
    page.wait_for_selector(".search-lesson")
    assert page.evaluate("document.activeElement.id") == "search-input"
    page.keyboard.type("a/b")
    assert page.get_by_role("searchbox").input_value() == "a/b"


def test_the_address_is_the_question(search):
    """A question can be sent to somebody, and back leads to the one before."""
    page = search("#q=dart+run-3")
    assert page.get_by_role("searchbox").input_value() == "dart run-3"
    ask(page, 'a&b=c #"d e"')
    assert query_of(page) == 'a&b=c #"d e"'
    page.reload()
    wait_until(page, "window.runsite && window.runsite.search")
    assert page.get_by_role("searchbox").input_value() == 'a&b=c #"d e"'


def test_without_a_question_it_teaches(search):
    """Examples are of this site: each finds something."""
    page = search()
    examples = page.locator(".search-lesson li a").all_inner_texts()
    assert len(examples) >= 4
    for example in examples:
        assert ask(page, example) != "Nothing found", example
    ask(page, "")
    page.locator(".search-lesson li a").first.click()
    page.wait_for_selector(".search-results li")
    assert page.get_by_role("searchbox").input_value() == examples[0]


def test_where_nothing_is_found_it_says_what_would_be(search):
    """Fewer words with their counts, and for a comparison of numbers the tables that answer it."""
    page = search("#q=dart+zzz")
    page.get_by_role("link", name=f"{COUNT // 2} without zzz").click()
    page.wait_for_selector(".search-results li")
    assert query_of(page) == "dart"
    ask(page, "metrics.rmse < 7")
    page.get_by_role("link", name="Ask the table of nyc-taxi").click()
    wait_until(page, "window.runsite && window.runsite.view")
    assert page.get_by_label("Filter runs").input_value() == "metrics.rmse < 7"


def test_runs_lead_to_tables_and_comparisons(search):
    """What was found goes on where runs are looked at: with the same words, or side by side."""
    page = search("#q=run-5+dart")
    count = page.locator("[data-search-count]").inner_text().split()[0]
    page.get_by_role("link", name=f"Compare these {count}").click()
    page.wait_for_selector(".compare-table")
    assert page.locator(".compare-table thead a").count() == int(count)
    page.go_back()
    page.get_by_role("link", name=f"{count} in the table of nyc-taxi").click()
    wait_until(page, "window.runsite && window.runsite.view")
    assert page.evaluate("runsite.view.table.rows.length") == int(count)


@pytest.mark.parametrize("query", [EVIL, "onerror=", "(.*[x]\\", "ärger i\u0307", "A\u0308rger"])
def test_hostile_names_and_questions_only_show(search, query):
    """Neither what was logged nor what is asked becomes markup or a pattern."""
    page = search()
    assert ask(page, query) == "1 found"
    assert page.locator(".hit-title").inner_text() == EVIL
    assert page.locator("main img").count() == 0
    assert page.title().startswith("Search")


def test_ten_thousand_documents(search):
    """Every document of a large site is looked at, and only some are drawn."""
    page = search()
    answer = page.evaluate("""() => {
        const documents = Array.from({ length: 10000 }, (_, i) => ["run", `run-${i}`, `runs/${i}.html`, "big", `${i} max_depth=${i % 30} `.repeat(8)]);
        const index = new runsite.Index(documents);
        return ["max_depth=7 run", "run-999", "zzz"].map((query) => index.find(runsite.parseWords(query)).length);
    }""")  # fmt: skip
    assert answer == [334, 11, 0]
