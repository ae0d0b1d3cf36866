"""The reviewer's evidence, from real histories, in every form; and no value of it acts."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from markdown_it import MarkdownIt

from runsite.records import InputRecord, SourceRecord
from runsite.registry import (
    archive_version,
    delete_model,
    promote_version,
    rename_model,
    set_description,
)
from runsite.review.check import CheckOptions
from runsite.review.diff import diff_registry
from runsite.review.html import render_html_report
from runsite.review.json_report import format_json_report
from runsite.review.markdown import MARKER, MAX_CHARACTERS, format_code, format_markdown
from runsite.review.report import Report
from runsite.review.text import format_text_report
from support.projects import NOW, Project

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "@everyone | `x` | ``y`` ",
    "a|b|c\n| d | e |\r\n# heading",
    "[x](javascript:alert(1)) ![y](https://example.org/z.png)",
    "--> <!-- runsite diff --> </details>",
    "\u2028\u202e\x1b[31m\x00 #12 team/taxi#3 https://example.org",
    "`",
    "\\|",
    "$(touch x) ; `id`",
]


def report_of(project: Project, base: str = "main") -> Report:
    options = CheckOptions(now=NOW, store=project.store, config=project.config, base=base)
    return diff_registry(project.registry, options=options)[0]


def moves_of(report: Report) -> list[str]:
    return [str(move) for move in report.moves]


def test_a_promotion_is_shown_with_gates_metrics_and_the_way_back(project):
    """Verdict, gates, metrics against the version that is replaced, and the command that undoes."""
    project.add_gates("{metric: rmse, better_than: Production}", "{metric: val_auc, min: 0.85}")
    project.commit("Gates")
    project.switch("-c", "promote")
    project.promote(2)

    report = report_of(project)

    assert (report.verdict.state, report.verdict.text) == ("blocked", "1 gate does not pass")
    (version,) = report.versions
    assert [(r.passed, r.need) for r in version.gates] == [
        (False, "val_auc at least 0.85"),
        (True, "rmse better than Production"),
    ]
    assert version.replaces == 1
    assert version.rollback == "runsite promote m 1 Production"
    assert version.comparison is not None
    told = {r.key: (r.other, r.value, r.verdict) for r in version.comparison.metrics}
    assert told == {"rmse": (6.5, 6.4, "better"), "val_auc": (0.9, 0.8, "worse")}
    assert [(c.key, c.other, c.value) for c in version.comparison.change.params] == [
        ("alpha", "0.1", "1")
    ]


def test_a_metric_that_is_logged_no_more_is_shown(project):
    """What was dropped is told, not left out."""
    project.register(3, metrics={"rmse": 6.0})
    project.commit("Register")
    project.switch("-c", "promote")
    project.promote(3)

    text = format_markdown(report_of(project))

    assert "| `val_auc` ↑ | 0.9000 | not logged | – | ⚠️ not logged any more |" in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda p: archive_version(p.registry, name="m", version=2), ["m 2: Staging → Archived"]),
        (
            lambda p: set_description(p.registry, name="m", description="Minutes"),
            ["m: description = Minutes"],
        ),
        (lambda p: delete_model(p.registry, name="m"), ["m is removed"]),
        (lambda p: rename_model(p.registry, name="m", new_name="n"), ["m is called n"]),
        (lambda p: p.add_gates("git: clean"), ["m: the gates of Production changed"]),
        (lambda p: p.register(7), ["m 3 is registered"]),
        (
            lambda p: set_description(p.registry, name="m", description="Second", version=2),
            ["m 2: description = Second"],
        ),
        (lambda p: None, []),
    ],
)
def test_each_kind_of_change_is_told(project, change, expected):
    """Whatever a pull request does to the registry stands in its report."""
    project.switch("-c", "change")
    change(project)

    report = report_of(project)

    assert moves_of(report) == expected
    assert bool(report) == bool(expected)


def test_two_models_at_once_are_both_told(project):
    """Every version that is brought forward has its section."""
    project.register(3, name="other")
    project.commit("Other")
    project.switch("-c", "both")
    project.promote(2)
    project.promote(1, name="other")

    assert [(v.model, v.version) for v in report_of(project).versions] == [("m", 2), ("other", 1)]


def test_a_rollback_is_a_promotion_of_the_version_before(project):
    """Going back is reviewed like going forward."""
    project.promote(2, archive_existing=True)
    project.commit("Forward")
    project.switch("-c", "back")
    promote_version(project.registry, name="m", version=1, stage="Production")

    (version,) = report_of(project).versions

    assert (version.version, version.before, version.replaces) == (1, "Archived", 2)


def test_loosened_gates_are_shown_with_the_version_that_they_would_stop(project):
    """The gate that is taken away stands in the table and says so."""
    project.add_gates("{metric: val_auc, min: 0.85}")
    project.commit("Gates")
    project.switch("-c", "loosen")
    project.add_gates()
    project.promote(2)

    text = format_markdown(report_of(project))

    assert "| ❌ (taken away by this change) | `val_auc at least 0.85` | `0.8` |" in text


def test_a_run_that_was_rewritten_is_told_though_the_registry_did_not_change(project):
    """Evidence that changes after the fact blocks, in the first line."""
    project.switch("-c", "rewrite")
    writer = project.store.resume_run(f"{2:032x}")
    writer.log_metrics([("rmse", 1.0, 1, None)])
    writer.close(status="FINISHED")

    report = report_of(project)

    assert report.moves == ()
    assert report.verdict.text == "1 error stands against it"
    text = format_markdown(report)
    assert "| ❌ `rewritten-run` | line 17 |" in text
    assert "was rewritten: metrics" in text


def test_uncommitted_work_is_called_the_working_tree(project):
    """What is compared is what is there, and the report says which of the two it was."""
    project.switch("-c", "promote")
    project.promote(2)
    assert report_of(project).head.name == "working tree"
    project.commit("Promote")
    assert report_of(project).head.name == "promote"


def test_a_promotion_that_no_gate_guards_is_not_called_ready(project):
    """Without a gate, nobody but the reviewer decides."""
    project.switch("-c", "promote")
    project.promote(2)

    assert report_of(project).verdict.text == "no gate guards Production: look at the metrics"


def test_nothing_changed_says_nothing(project):
    """A pull request that leaves the registry alone gets no comment."""
    report = report_of(project)

    assert (format_markdown(report), format_text_report(report)) == ("", "")
    assert json.loads(format_json_report(report))["changed"] is False


def hostile_report(project: Project, text: str) -> Report:
    """Promote a version whose every value is the text."""
    source = SourceRecord(git_commit="c" * 40, git_dirty=True, packages={text: text})
    project.register(
        3,
        metrics={text: 1.0, "rmse": float("nan")},
        params={text: text},
        source=source,
        inputs=[InputRecord(text, text, text)],
        signature=json.dumps(text),
    )
    set_description(project.registry, name="m", description=text, version=3)
    project.commit("Register")
    project.switch("-c", "promote")
    project.promote(3)
    return report_of(project)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_breaks_the_markdown_or_acts_in_it(project, text):
    """Tables keep their columns; nothing is HTML, a link, a picture or a mention."""
    written = format_markdown(hostile_report(project, text))

    assert written.startswith(MARKER)
    assert written.count(MARKER) == 1 or "runsite diff" in text
    check_markdown(written)


@pytest.mark.parametrize("stage", ["<b>QA", "#12 *a*", "`x`|y", "[a](b)", "![x](y)", "&lt;"])
def test_no_stage_of_a_team_acts_in_the_markdown(project, stage):
    """A team's own stages are text from a file like everything else, in headings too."""
    text = project.registry.read_text().replace("Production:", f"{json.dumps(stage)}:")
    project.registry.write_text(
        text.replace("models:", f"stages: [{json.dumps(stage)}, Staging]\nmodels:", 1)
    )
    project.add_gates("{metric: rmse, max: 1}", stage=json.dumps(stage))
    project.commit("Stages")
    project.switch("-c", "promote")
    project.promote(2, stage)

    written = format_markdown(report_of(project))

    check_markdown(written)
    assert "Blocked: 1 gate does not pass" in written


def check_markdown(written: str) -> None:
    """Parse as GitHub does and look at everything that is not a code span."""
    columns = 0
    for token in PARSER.parse(written):
        if token.type == "html_block":
            allowed = (
                r"(<!-- runsite diff -->|</?details>|<summary>[\w ]+: \d+ changed</summary>|\s)+"
            )
            assert re.fullmatch(allowed, token.content), token.content
        for child in token.children or ():
            assert child.type not in ("image", "s_open"), child
            if child.type == "html_inline":
                assert child.content == "<br>"
            if child.type == "text":
                assert not re.search(r"[@<>`\x00-\x08\x1b\u2028\u202e]|https?:|#\d", child.content)
            if child.type == "link_open":
                assert str(child.attrs["href"]).startswith("https://github.com/")
        if token.type == "tr_open":
            columns = 0
        if token.type in ("td_open", "th_open"):
            columns += 1
        if token.type == "tr_close":
            assert columns in (3, 4, 5)


def test_the_naughty_strings_stay_in_their_cells(shared_data):
    """Five hundred strings that break things break no cell of a table."""
    strings = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    for text in strings:
        table = f"| a | b |\n|---|---|\n| {format_code(text)} | end |\n"
        tokens = PARSER.parse(table)
        assert sum(token.type == "td_open" for token in tokens) == 2, text
        cells = [token for token in tokens if token.type == "inline"]
        kinds = {child.type for child in cells[2].children or ()}
        assert kinds <= {"code_inline", "text"}, text
        assert cells[3].content == "end", text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_acts_in_the_html_or_the_terminal(project, text):
    """Every value is escaped in the page, and none steers a terminal."""
    report = hostile_report(project, text)

    page = render_html_report(report)
    lines = format_text_report(report)

    assert "<script" not in page
    assert "<img src=x" not in page
    assert not re.search(r"[\x00-\x08\x1b\u2028\u202e]", lines)
    assert json.loads(format_json_report(report))["versions"][0]["description"] == (
        report.versions[0].description
    )


def test_a_long_report_stays_below_what_a_comment_may_have(project):
    """Thousands of metrics and params are cut, and the cut is said."""
    many = {f"metric-{n:05}-{'x' * 60}": float(n) for n in range(1500)}
    project.register(3, metrics=many, params=dict.fromkeys(many, "`|" * 300))
    project.commit("Register")
    project.switch("-c", "promote")
    project.promote(3)

    report = report_of(project)
    grown = dataclasses.replace(report, versions=report.versions * 60, moves=report.moves * 500)
    for written in (format_markdown(report), format_markdown(grown)):
        assert len(written) <= MAX_CHARACTERS
        assert re.search(r"… and [\d,]+ more metrics", written)
        check_markdown(written)
