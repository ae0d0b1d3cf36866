"""The facts of a version as sections of Markdown: the half of a card that nobody writes.

Pure. Every value is a stranger's: it is escaped, or stands in a code span that fits it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from runsite.cards.changes import Change, ValueChange
from runsite.cards.escape import escape_markdown, format_code, format_fact, format_size
from runsite.cards.facts import CardFacts, MetricFact

__all__ = ["SheetSection", "format_sheet", "make_sheet"]

_MAX_ROWS = 200
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?(e-?\d+)?|NaN|-?∞|[\d.]+ [kMGT]?B")


@dataclass(frozen=True, slots=True)
class SheetSection:
    """One section of facts: a title, and Markdown without headings."""

    title: str
    text: str


def make_sheet(facts: CardFacts) -> tuple[SheetSection, ...]:
    """Make the sections that have something to say, in the order of reading."""
    makers: tuple[tuple[str, Callable[[CardFacts], str]], ...] = (
        ("Version", _identity),
        ("Measured performance", _metrics),
        ("What changed", _changes),
        ("Data used", _data),
        ("Parameters", _params),
        ("Inputs and outputs", _signature),
        ("How to load it", _snippet),
        ("Files", _files),
        ("Code and lineage", _lineage),
        ("Environment", _environment),
        ("Stage history", _history),
    )
    sections = (SheetSection(title, make(facts)) for title, make in makers)
    return tuple(section for section in sections if section.text)


def format_sheet(facts: CardFacts, *, level: int = 2) -> str:
    """Write the sections one after another, each under a heading of that level."""
    return "\n".join(
        f"{'#' * level} {section.title}\n\n{section.text}\n" for section in make_sheet(facts)
    )


def _identity(facts: CardFacts) -> str:
    identity = facts.identity
    return _list(
        ("Model", escape_markdown(identity.model)),
        ("Description", escape_markdown(identity.description or identity.model_description)),
        ("Version", str(identity.version)),
        ("Stage", escape_markdown(identity.stage)),
        ("Aliases", ", ".join(format_code(alias) for alias in identity.aliases)),
        ("Flavors", ", ".join(format_code(flavor) for flavor in identity.flavors)),
        ("Digest", format_code(identity.digest)),
        ("Registered", f"{identity.registered_at:%Y-%m-%d %H:%M} UTC"),
        ("Registered by", escape_markdown(identity.registered_by)),
    )


def _metrics(facts: CardFacts) -> str:
    if not facts.metrics:
        return ""
    columns: tuple[tuple[str, Callable[[MetricFact], str]], ...] = (
        ("Metric", lambda m: escape_markdown(m.name if m.split else m.key)),
        ("Data", lambda m: escape_markdown(m.split)),
        ("Slice", lambda m: escape_markdown(m.slice)),
        ("Value", lambda m: format_fact(m.value)),
        ("Interval", _format_interval),
        ("Rows", lambda m: "" if m.rows is None else f"{m.rows:,}"),
        ("Better", lambda m: {"min": "lower", "max": "higher"}.get(m.direction, "")),
    )
    return _table_of(facts.metrics, columns)


def _format_interval(metric: MetricFact) -> str:
    if metric.low is None or metric.high is None:
        return ""
    level = f" ({metric.level:.0%})" if metric.level else ""
    return f"{format_fact(metric.low)} to {format_fact(metric.high)}{level}"


def _changes(facts: CardFacts) -> str:
    return "\n\n".join(_change(change) for change in facts.changes)


def _change(change: Change) -> str:
    names = {"previous": "the one before", "Production": "in Production"}
    reason = ", ".join(names.get(name, name) for name in change.reasons)
    parts = [f"**Against version {change.version}**, {reason}:"]
    if change.metrics:
        rows = [
            (
                escape_markdown(metric.key),
                "" if metric.value is None else format_fact(metric.value),
                "" if metric.other is None else format_fact(metric.other),
                metric.verdict,
            )
            for metric in change.metrics
        ]
        parts.append(_table(("Metric", "Here", "There", "Verdict"), rows))
    named = (("Param", change.params), ("Dataset", change.data), ("Package", change.packages))
    parts += [
        _table((name, "Here", "There"), _value_rows(values)) for name, values in named if values
    ]
    if change.commits:
        there, here = change.commits
        parts.append(f"The code went from {format_code(there)} to {format_code(here)}.")
    return "\n\n".join(parts) if len(parts) > 1 else f"{parts[0]} no difference is recorded."


def _value_rows(values: Sequence[ValueChange]) -> list[tuple[str, ...]]:
    return [
        (escape_markdown(v.key), format_code(v.value or ""), format_code(v.other or ""))
        for v in values
    ]


def _data(facts: CardFacts) -> str:
    rows = [
        (
            escape_markdown(item.name),
            escape_markdown(item.context),
            "" if item.rows is None else f"{item.rows:,}",
            format_code(item.digest),
            format_code(item.source),
        )
        for item in facts.data
    ]
    return _table(("Dataset", "Used for", "Rows", "Digest", "Source"), rows) if rows else ""


def _params(facts: CardFacts) -> str:
    params = sorted(facts.run.params.items()) if facts.run else []
    rows = [(escape_markdown(key), format_code(value)) for key, value in params]
    return _table(("Param", "Value"), rows) if rows else ""


def _signature(facts: CardFacts) -> str:
    signature = facts.signature
    parts = []
    for title, fields in (
        ("Inputs", signature.inputs),
        ("Outputs", signature.outputs),
        ("Params", signature.params),
    ):
        rows = [
            (escape_markdown(f.name), format_code(f.type), "yes" if f.required else "no")
            for f in fields
        ]
        if rows:
            parts.append(_table((title, "Type", "Required"), rows))
    if not parts and signature.text:
        parts.append(format_code(signature.text[:2_000]))
    if facts.example:
        parts.append(f"An example:\n\n{_fence(facts.example[:4_000], language='json')}")
    return "\n\n".join(parts)


def _snippet(facts: CardFacts) -> str:
    return _fence(facts.snippet, language="python") if facts.snippet else ""


def _files(facts: CardFacts) -> str:
    rows = [
        (format_code(item.path), format_size(item.size_bytes), format_code(item.sha256))
        for item in facts.files
    ]
    return _table(("File", "Size", "SHA-256"), rows) if rows else ""


def _lineage(facts: CardFacts) -> str:
    identity, run = facts.identity, facts.run
    if run is None:
        return f"The run {format_code(identity.run_id)} is not in the store."
    source = run.source
    state = {True: "uncommitted changes", False: "clean", None: ""}[source.git_dirty]
    data = ", ".join(escape_markdown(item.name) for item in facts.data) or "no recorded data"
    name = escape_markdown(run.run_name or run.run_id)
    chain = f"{data} → run {name} → {escape_markdown(identity.model)} version {identity.version}"
    return (
        chain
        + "\n\n"
        + _list(
            ("Run", format_code(run.run_id)),
            ("Experiment", escape_markdown(run.experiment)),
            ("Started", f"{run.start_time:%Y-%m-%d %H:%M} UTC"),
            ("User", escape_markdown(source.user)),
            ("Command", format_code(source.command)),
            ("Commit", format_code(source.git_commit)),
            ("Working tree", state),
            ("Branch", format_code(source.git_branch)),
            ("Repository", format_code(source.git_remote)),
        )
    )


def _environment(facts: CardFacts) -> str:
    if facts.run is None:
        return ""
    source = facts.run.source
    packages = [(escape_markdown(k), format_code(v)) for k, v in sorted(source.packages.items())]
    head = _list(
        ("Python", escape_markdown(source.python)), ("Platform", escape_markdown(source.platform))
    )
    table = _table(("Package", "Version"), packages) if packages else ""
    return "\n\n".join(part for part in (head, table) if part)


def _history(facts: CardFacts) -> str:
    rows = [
        (
            f"{move.at:%Y-%m-%d %H:%M}" if move.at else "not committed",
            str(move.version),
            escape_markdown(move.before),
            escape_markdown(move.after),
            escape_markdown(move.by),
            format_code(move.commit[:12]),
            escape_markdown(move.message)
            + (f" (#{move.pull_request})" if move.pull_request else ""),
        )
        for move in facts.history
    ]
    head = ("When (UTC)", "Version", "From", "To", "By", "Commit", "Why")
    return _table(head, rows) if rows else ""


def _list(*pairs: tuple[str, str]) -> str:
    return "\n".join(f"- **{name}:** {value}" for name, value in pairs if value)


def _table_of(
    items: Sequence[MetricFact], columns: Sequence[tuple[str, Callable[[MetricFact], str]]]
) -> str:
    """Write a table without the columns that are empty in every row."""
    cells = {name: [make(item) for item in items] for name, make in columns}
    kept = {name: column for name, column in cells.items() if any(column)}
    return _table(tuple(kept), zip(*kept.values(), strict=True))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; columns of numbers are aligned at the right."""
    body = list(rows)
    columns = zip(*body, strict=True) if body else [()] * len(head)
    rule = ["---:" if _holds_numbers(column) else "---" for column in columns]
    lines = [f"| {' | '.join(row)} |" for row in (head, rule, *body[:_MAX_ROWS])]
    if len(body) > _MAX_ROWS:
        lines.append(f"\n{len(body) - _MAX_ROWS:,} more rows are not shown.")
    return "\n".join(lines)


def _holds_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_NUMBER.fullmatch(cell) for cell in filled)


def _fence(code: str, *, language: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"
