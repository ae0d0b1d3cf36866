from __future__ import annotations

import dataclasses

from runsite.cards import render_markdown
from runsite.cards.sheet import format_sheet, make_sheet
from support.cards import RUN_IDS, make_facts, make_runs
from support.html import find_active_content, parse_elements


def test_the_sheet_tells_all_facts_in_the_order_of_reading():
    """Every group of facts has its section."""
    assert [s.title for s in make_sheet(make_facts())] == [
        "Version",
        "Measured performance",
        "What changed",
        "Data used",
        "Parameters",
        "Inputs and outputs",
        "How to load it",
        "Files",
        "Code and lineage",
        "Environment",
        "Stage history",
    ]


def test_sections_without_facts_are_left_out():
    """A version whose run is lost has the registry's facts, and says that the run is missing."""
    facts = make_facts(runs={}, estimates=(), history=(), example="")
    sheet = {s.title: s.text for s in make_sheet(facts)}
    assert list(sheet) == ["Version", "How to load it", "Code and lineage"]
    assert sheet["Code and lineage"] == f"The run `{RUN_IDS[1]}` is not in the store."


def test_metrics_are_a_table_without_empty_columns():
    """Intervals and slices have their columns where one is known."""
    texts = {s.title: s.text for s in make_sheet(make_facts())}
    assert texts["Measured performance"].split("\n") == [
        "| Metric | Data | Slice | Value | Interval | Rows | Better |",
        "| --- | --- | --- | ---: | --- | ---: | --- |",
        "| rmse |  |  | 6.51 |  |  | lower |",
        "| rmse | test |  | 6.61 | 6.5 to 6.72 (95%) | 61,921 | lower |",
        "| rmse | test | borough=Queens | 7.9 | 7.5 to 8.3 |  | lower |",
        "| mae | train |  | 4.2 |  |  | lower |",
    ]
    plain = {s.title: s.text for s in make_sheet(make_facts(estimates=()))}
    assert plain["Measured performance"].split("\n")[0] == "| Metric | Data | Value | Better |"


def test_the_lineage_goes_from_data_to_version():
    """One line says what was made from what."""
    texts = {s.title: s.text for s in make_sheet(make_facts())}
    assert texts["Code and lineage"].split("\n")[0] == (
        "green-2021-01, green-2021-02 → run brisk-cab-1 → nyc-taxi-regressor version 2"
    )


def test_the_history_tells_who_moved_what_when_and_why():
    """Each change of a stage has its commit and pull request; an uncommitted one says so."""
    texts = {s.title: s.text for s in make_sheet(make_facts())}
    assert texts["Stage history"].split("\n")[2:] == [
        "| 2026-11-23 03:12 | 1 | None | Production | Ada | `4f2c9aa0b1` | First model (#7) |",
        "| not committed | 2 | None | Staging |  |  |  |",
    ]


HOSTILE = "`|</td><script>alert(1)</script> ![x](javascript:1)\n# h\n```"


def test_hostile_facts_stay_in_their_cells():
    """A value with marks, tags and line breaks neither acts nor breaks a table."""
    runs = make_runs()
    run = runs[RUN_IDS[1]]
    source = dataclasses.replace(
        run.source, command=HOSTILE, git_branch=HOSTILE, packages={HOSTILE: HOSTILE}
    )
    runs[RUN_IDS[1]] = dataclasses.replace(
        run,
        run_name=HOSTILE,
        params={HOSTILE: HOSTILE},
        metrics={HOSTILE: run.metrics["rmse"]},
        inputs=tuple(dataclasses.replace(i, name=HOSTILE, source=HOSTILE) for i in run.inputs),
        source=source,
    )
    html = render_markdown(format_sheet(make_facts(runs=runs, estimates=(), example=HOSTILE)))
    elements = parse_elements(html)
    assert find_active_content(html) == []
    assert [e.tag for e in elements if e.tag in {"h1", "img", "a"}] == []
    (params,) = [
        e for e in elements if e.tag == "table" and e.text.split()[:2] == ["Param", "Value"]
    ]
    words = " ".join(HOSTILE.split())
    assert [e.text for e in elements if e.tag == "td" and e.text == words]
    assert params.text.count("alert(1)") == 2


def test_a_long_list_is_cut_and_says_so():
    """Thousands of params do not make the card unreadable."""
    runs = make_runs()
    params = {f"p{i:04}": "1" for i in range(500)}
    runs[RUN_IDS[1]] = dataclasses.replace(runs[RUN_IDS[1]], params=params)
    texts = {s.title: s.text for s in make_sheet(make_facts(runs=runs))}
    assert texts["Parameters"].endswith("\n\n300 more rows are not shown.")
