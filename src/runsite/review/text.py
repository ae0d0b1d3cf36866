"""A report for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from runsite.pages.formatting import format_number
from runsite.review.report import Comparison, Report, VersionReport
from runsite.review.words import (
    VERDICT_LABELS,
    describe_dirty,
    describe_move,
    format_delta,
    list_problems,
    plain,
    title_of,
)

__all__ = ["format_text_report"]


def format_text_report(report: Report) -> str:
    """Write the report as plain lines; an empty text where there is nothing to say."""
    return "".join(f"{line}\n" for line in _write(report)) if report else ""


def _write(report: Report) -> Iterator[str]:
    yield f"{VERDICT_LABELS[report.verdict.state]}: {plain(report.verdict.text)}"
    yield ""
    for problem in list_problems(report):
        place = problem.where(report.registry_name)
        yield f"{place}: {problem.severity}: {plain(problem.message)}"
        if problem.hint:
            yield f"    hint: {plain(problem.hint)}"
    for move in report.moves:
        about, what, before, after = (plain(part) for part in describe_move(move))
        arrow = f"{before} → {after}" if before else after
        yield f"  {about}: {what} {arrow or 'removed'}"
    for version in report.versions:
        yield ""
        yield from _version(version)


def _version(version: VersionReport) -> Iterator[str]:
    yield f"{plain(version.model)} {plain(title_of(version))}"
    for result in version.gates:
        loose = " (taken away by this change)" if result.need in version.loosened else ""
        sign = "pass" if result.passed else "FAIL"
        yield f"  {sign}  {plain(result.need)}{loose}: {plain(result.got)}"
    if version.comparison is not None:
        yield from _comparison(version.comparison)
    for gap in version.gaps or ():
        yield f"  card: {plain(gap)}"
    yield f"  back: {plain(version.rollback)}"


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield f"  against version {comparison.version} ({plain(comparison.stage)}):"
    width = max((len(plain(row.key)) for row in comparison.metrics), default=0)
    for row in comparison.metrics:
        values = f"{_value(row.other):>12} {_value(row.value):>12}"
        yield f"    {plain(row.key):{width}} {values}  {format_delta(row)} {row.verdict}"
    for kind in ("params", "data", "packages"):
        for change in getattr(comparison.change, kind):
            yield f"    {kind} {plain(change.key)}: {_text(change.other)} → {_text(change.value)}"
    if comparison.change.commits:
        yield "    commit " + " → ".join(commit[:10] for commit in comparison.change.commits)
    if describe_dirty(comparison):
        yield f"    code: {describe_dirty(comparison)}"
    if comparison.signature:
        yield "    signature changed"


def _value(value: float | None) -> str:
    return "not logged" if value is None else format_number(value)


def _text(value: str | None) -> str:
    return "–" if value is None else plain(value)
