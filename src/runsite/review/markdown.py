"""A report as Markdown for a pull request's comment. Pure.

Whatever comes from a run, a card or the registry stands in code spans, where GitHub neither
renders HTML nor follows links nor mentions people; line breaks and control characters are
escaped, so that no value ends its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runsite.cards.changes import ValueChange
from runsite.pages.formatting import format_number
from runsite.registry import Severity
from runsite.review.report import Comparison, MetricRow, Report, VersionReport
from runsite.review.words import (
    VERDICT_LABELS,
    compare_url,
    describe_dirty,
    describe_move,
    format_delta,
    list_problems,
    plain,
    title_of,
)

__all__ = ["MARKER", "MAX_CHARACTERS", "format_code", "format_markdown"]

MARKER = "<!-- runsite diff -->"
"""First line of the comment: how the next push finds it and updates it in place."""

MAX_CHARACTERS = 65_000
"""GitHub takes 65,536."""

_SIGNS = {"blocked": "❌", "attention": "⚠️", "ready": "✅"}
_JUDGED = {"better": "✅ better", "worse": "❌ worse", "same": "same", "changed": "changed"}
_MAX_VALUE = 160
_SENTENCE = re.compile(r"(?:[^\W_]|[ ,;:()'→-])*")
"""Text in which GitHub finds no markup, link, mention or reference."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much of each part is shown; less of it where the comment would be too long."""

    versions: int
    rows: int
    moves: int
    problems: int


_LIMITS = (
    _Limits(versions=30, rows=60, moves=200, problems=60),
    _Limits(versions=15, rows=25, moves=80, problems=30),
    _Limits(versions=8, rows=12, moves=40, problems=15),
    _Limits(versions=3, rows=6, moves=20, problems=8),
    _Limits(versions=1, rows=3, moves=10, problems=5),
)


def format_markdown(report: Report) -> str:
    """Write the comment; an empty text where there is nothing to say."""
    if not report:
        return ""
    text = ""
    for limits in _LIMITS:
        text = "\n".join(_write(report, limits)).rstrip() + "\n"
        if len(text) <= MAX_CHARACTERS:
            return text
    raise AssertionError("the tightest limits keep every comment below the bound")


def format_code(text: str) -> str:
    """Write any text as a code span that may stand in a cell of a table."""
    text = plain(text).strip()
    if len(text) > _MAX_VALUE:
        text = text[: _MAX_VALUE - 1] + "…"
    if not text:
        return "–"
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    # In a table, GitHub takes a bar for the cell's end even inside a code span, unless escaped.
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _sentence(text: str) -> str:
    """Write our own words plainly; those that hold a stage with an odd name as a code span."""
    return text if _SENTENCE.fullmatch(text) else format_code(text)


def _write(report: Report, limits: _Limits) -> Iterator[str]:
    verdict = report.verdict
    yield MARKER
    yield f"### {_SIGNS[verdict.state]} {VERDICT_LABELS[verdict.state]}: {_sentence(verdict.text)}"
    yield ""
    sides = " → ".join(_revision(side.name, side.commit) for side in (report.base, report.head))
    yield f"{format_code(report.registry_name)}, {sides}"
    yield ""
    yield from _problems(report, limits)
    yield from _moves(report, limits)
    for version in report.versions[: limits.versions]:
        yield from _version(version, report, limits)
    yield from _rest(len(report.versions) - limits.versions, "version")


def _revision(name: str, commit: str) -> str:
    if not commit or name.startswith(commit[:10]):
        return format_code(name)
    return f"{format_code(name)} ({format_code(commit[:10])})"


def _problems(report: Report, limits: _Limits) -> Iterator[str]:
    listed = list_problems(report)
    if not listed:
        return
    yield "| | Where | Problem |"
    yield "|---|---|---|"
    for problem in listed[: limits.problems]:
        sign = "❌" if problem.severity is Severity.ERROR else "⚠️"
        where = f"line {problem.line}" if problem.line else "–"
        hint = f"<br>{format_code(problem.hint)}" if problem.hint else ""
        yield f"| {sign} `{problem.code}` | {where} | {format_code(problem.message)}{hint} |"
    yield from _rest(len(listed) - limits.problems, "problem")
    yield ""


def _moves(report: Report, limits: _Limits) -> Iterator[str]:
    if not report.moves:
        return
    yield "| | Changed | Before | After |"
    yield "|---|---|---|---|"
    for move in report.moves[: limits.moves]:
        about, what, before, after = describe_move(move)
        yield f"| {format_code(about)} | {what} | {format_code(before)} | {format_code(after)} |"
    yield from _rest(len(report.moves) - limits.moves, "change")
    yield ""


def _version(version: VersionReport, report: Report, limits: _Limits) -> Iterator[str]:
    yield f"#### {format_code(version.model)} {_sentence(title_of(version))}"
    yield ""
    if version.description:
        yield f"{format_code(version.description)}"
        yield ""
    yield from _gates(version, limits)
    if version.run is None:
        yield "⚠️ The store does not hold its run: there is nothing to compare."
        yield ""
    elif version.comparison is None:
        yield "There is no version to compare it with."
        yield ""
    else:
        yield from _comparison(version, version.comparison, report, limits)
    if version.gaps:
        gaps = ", ".join(format_code(gap) for gap in version.gaps[: limits.rows])
        yield f"⚠️ Model card: {gaps}"
        yield ""
    yield f"To go back after the merge: {format_code(version.rollback)}"
    yield ""


def _gates(version: VersionReport, limits: _Limits) -> Iterator[str]:
    if not version.gates:
        return
    yield "| Gate | Needs | Got |"
    yield "|---|---|---|"
    for result in version.gates[: limits.rows]:
        sign = "✅" if result.passed else "❌"
        loose = " (taken away by this change)" if result.need in version.loosened else ""
        hint = f"<br>{format_code(result.hint)}" if result.hint else ""
        yield f"| {sign}{loose} | {format_code(result.need)} | {format_code(result.got)}{hint} |"
    yield from _rest(len(version.gates) - limits.rows, "gate")
    yield ""


def _comparison(
    version: VersionReport, comparison: Comparison, report: Report, limits: _Limits
) -> Iterator[str]:
    other = f"{comparison.version} ({comparison.stage})"
    if comparison.metrics:
        yield f"| Metric | Version {format_code(other)} | Version {version.version} | Difference | |"
        yield "|---|--:|--:|--:|---|"
        for row in comparison.metrics[: limits.rows]:
            yield _metric(row)
        yield from _rest(len(comparison.metrics) - limits.rows, "metric")
        yield ""
    change = comparison.change
    yield from _values("Params", change.params, limits)
    yield from _values("Datasets", change.data, limits)
    yield from _values("Packages", change.packages, limits)
    yield from _code(comparison, report)
    if comparison.signature:
        before, after = comparison.signature
        yield f"⚠️ The signature changed: {format_code(before)} → {format_code(after)}"
        yield ""


def _metric(row: MetricRow) -> str:
    arrow = {"min": " ↓", "max": " ↑"}.get(row.direction, "")
    values = (_value(row.other), _value(row.value))
    judged = _JUDGED.get(row.verdict) or _missing(row)
    name = f"**{format_code(row.key)}**" if row.gated else format_code(row.key)
    return f"| {name}{arrow} | {values[0]} | {values[1]} | {format_delta(row)} | {judged} |"


def _missing(row: MetricRow) -> str:
    return "⚠️ not logged any more" if row.value is None else "new"


def _value(value: float | None) -> str:
    return "not logged" if value is None else format_number(value)


def _values(title: str, changes: tuple[ValueChange, ...], limits: _Limits) -> Iterator[str]:
    if not changes:
        return
    yield f"<details><summary>{title}: {len(changes)} changed</summary>"
    yield ""
    yield "| | Before | After |"
    yield "|---|---|---|"
    for change in changes[: limits.rows]:
        cells = (format_code(text or "") for text in (change.key, change.other, change.value))
        yield "| " + " | ".join(cells) + " |"
    yield from _rest(len(changes) - limits.rows, "change")
    yield ""
    yield "</details>"
    yield ""


def _code(comparison: Comparison, report: Report) -> Iterator[str]:
    parts: list[str] = []
    if comparison.change.commits:
        before, after = comparison.change.commits
        url = compare_url(report.repository_url, (before, after))
        text = f"{format_code(before[:10])} → {format_code(after[:10])}"
        parts.append(f"[{text}]({url})" if url else text)
    if describe_dirty(comparison):
        parts.append(f"⚠️ {describe_dirty(comparison)}")
    if parts:
        yield f"Code: {', '.join(parts)}"
        yield ""


def _rest(number: int, noun: str) -> Iterable[str]:
    if number <= 0:
        return ()
    return ("", f"… and {number:,} more {noun if number == 1 else noun + 's'}")
