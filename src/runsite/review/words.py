"""Sentences and numbers that every form of a report shares. Pure."""

from __future__ import annotations

import re

from runsite.pages.formatting import format_number
from runsite.registry import NO_STAGE, Problem, Severity
from runsite.registry.compare import Move, MoveKind
from runsite.review.report import GATE_CODES, Comparison, MetricRow, Report, VersionReport

__all__ = [
    "VERDICT_LABELS",
    "compare_url",
    "describe_dirty",
    "describe_move",
    "format_delta",
    "list_problems",
    "make_web_url",
    "plain",
    "title_of",
]

VERDICT_LABELS = {"blocked": "Blocked", "attention": "Look closer", "ready": "Ready"}

_WEB = re.compile(
    r"(?:https?://(?:[^/@\s]+@)?|ssh://git@|git@)"
    r"(?P<host>[A-Za-z0-9.-]+)(?::\d+/|[:/])(?P<path>[\w./~-]+?)(?:\.git)?/?"
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def plain(text: str) -> str:
    """Make text safe for a line of a terminal or file: what does not print is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def list_problems(report: Report) -> list[Problem]:
    """Return the problems that no version's section tells, errors first."""
    told = GATE_CODES if report.versions else frozenset[str]()
    listed = [problem for problem in report.problems if problem.code not in told]
    return sorted(listed, key=lambda problem: problem.severity is not Severity.ERROR)


def title_of(version: VersionReport) -> str:
    """Return what a section about a version is called, without the model's name."""
    if not version.stage:
        return f"{version.version}: registered"
    before = version.before if version.before != NO_STAGE else "no stage"
    return f"{version.version}: {before} → {version.stage}"


def describe_move(move: Move) -> tuple[str, str, str, str]:
    """Return a move as what it is about, what of it, before, after; all but the second hostile."""
    about = f"{move.model} {move.version}" if move.version else move.model
    told = {
        MoveKind.MODEL_ADDED: ("model", "", "new"),
        MoveKind.MODEL_REMOVED: ("model", "there", "removed"),
        MoveKind.MODEL_RENAMED: ("name", move.before, move.after),
        MoveKind.REGISTERED: ("version", "", "registered"),
        MoveKind.VERSION_REMOVED: ("version", "there", "removed"),
        MoveKind.VERSION_CHANGED: (move.field, move.before, move.after),
    }.get(move.kind)
    if told is None and move.field:
        told = (str(move.kind), _pair(move.field, move.before), _pair(move.field, move.after))
    return (about, *(told or (str(move.kind), move.before, move.after)))


def format_delta(row: MetricRow) -> str:
    """Write how far the candidate is off, absolutely and in percent."""
    if row.delta is None:
        return "–"
    sign = "+" if row.delta > 0 else ""
    text = f"{sign}{format_number(row.delta)}"
    if row.percent is None:
        return text
    return f"{text} ({'+' if row.percent > 0 else ''}{row.percent:.1f}%)"


def describe_dirty(comparison: Comparison) -> str:
    """Say what is wrong with the candidate's code, or ``""`` where all of it was committed."""
    dirty = comparison.dirty[1]
    return {True: "uncommitted changes", False: "", None: "not known to be committed"}[dirty]


def make_web_url(remote: str) -> str:
    """Turn a Git remote into the repository's web address, or return ``""``."""
    match = _WEB.fullmatch(remote)
    if match is None or ".." in match["path"]:
        return ""
    return f"https://{match['host']}/{match['path'].strip('/')}"


def compare_url(repository_url: str, commits: tuple[str, str]) -> str:
    """Return the page that compares two commits, or ``""`` where the host's way is not known."""
    url = make_web_url(repository_url)
    if not url or not all(_COMMIT.fullmatch(commit) for commit in commits):
        return ""
    middle = "/-/compare/" if "gitlab" in url.split("/")[2] else "/compare/"
    return f"{url}{middle}{commits[0]}...{commits[1]}"


def _pair(field: str, value: str) -> str:
    return f"{field} = {value}" if value else ""
