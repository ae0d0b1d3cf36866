"""From the facts of a version's card to what its page shows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

from runsite.cards.changes import Change, MetricChange, ValueChange
from runsite.cards.facts import CardFacts, Field, MetricFact, StageMove
from runsite.directions import rank_metric
from runsite.pages.context import Fact
from runsite.pages.deltas import Delta
from runsite.pages.formatting import format_bytes, format_count, format_exact, format_number
from runsite.pages.hosts import (
    format_pull_mark,
    make_commit_url,
    make_compare_url,
    make_pull_url,
)
from runsite.pages.models import make_version_ref
from runsite.pages.run import Pair
from runsite.pages.stages import (
    Lane,
    MoveRow,
    SpanInput,
    make_lanes,
    make_move_time,
)
from runsite.pages.version import (
    ChangeView,
    FieldRow,
    MeasuredRow,
    ModelFile,
    SignatureTable,
    SliceColumn,
    SliceRow,
    SliceTable,
    VersionEvidence,
)
from runsite.pages.version_metrics import list_gated_metrics
from runsite.registry import Model
from runsite.registry.history import History

__all__ = ["make_evidence", "make_model_lanes", "make_move_rows"]

_REASONS = {"previous": "the version before", "Production": "in Production"}
_COMMIT_LENGTH = 12


def make_evidence(
    facts: CardFacts, *, model: Model, directions: Mapping[str, str] | None = None
) -> VersionEvidence:
    """Make what a version's page shows of its facts; the words and the run's page come besides.

    Args:
        facts: What data says of the version.
        model: Its model; the metrics that its gates name come first.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """
    rank = functools.partial(rank_metric, directions=directions, gated=list_gated_metrics([model]))
    whole = [metric for metric in facts.metrics if not metric.slice]
    return VersionEvidence(
        changes=tuple(
            _change(change, model=model, repository_url=facts.repository_url, rank=rank)
            for change in facts.changes
        ),
        metrics=tuple(map(_measured, sorted(whole, key=lambda m: (m.split, rank(m.key))))),
        slices=_slice_tables(facts.metrics),
        signature=_signature(facts),
        signature_text=facts.signature.text,
        example=facts.example,
        snippet=facts.snippet,
        files=tuple(
            ModelFile(item.path, format_bytes(item.size_bytes), item.sha256) for item in facts.files
        ),
        size=format_bytes(facts.size_bytes) if facts.files else "",
        history=make_move_rows(facts.history, model=model, repository_url=facts.repository_url),
    )


def make_move_rows(
    moves: Sequence[StageMove], *, model: Model, repository_url: str
) -> tuple[MoveRow, ...]:
    """Show a model's changes of stages, the newest first."""
    rows = []
    for move in reversed(moves):
        when, exact = make_move_time(move.at)
        known = model.find_version(move.version) is not None
        rows.append(
            MoveRow(
                when=when,
                when_iso=exact,
                version=make_version_ref(model, move.version) if known else None,
                number=move.version,
                before=move.before,
                after=move.after,
                by=move.by,
                commit=move.commit[:_COMMIT_LENGTH],
                commit_url=make_commit_url(repository_url, move.commit),
                message=_without_number(move.message, move.pull_request),
                pull_request=format_pull_mark(repository_url, move.pull_request),
                pull_request_url=make_pull_url(repository_url, move.pull_request),
            )
        )
    return tuple(rows)


def _without_number(message: str, number: int | None) -> str:
    """Leave out the number that the host put behind the subject: a link to it stands beside."""
    return message if number is None else message.removesuffix(f"(#{number})").rstrip()


def make_model_lanes(history: History, *, model: Model, stages: Sequence[str]) -> tuple[Lane, ...]:
    """Lay out which version of a model held which stage when."""
    spans = [
        SpanInput(version.version, span.stage, span.since, span.until)
        for version in model.versions
        for span in history.spans(model.name, version.version)
        if span.stage in stages
    ]
    return make_lanes(spans, stages=stages)


def _change(
    change: Change, *, model: Model, repository_url: str, rank: Callable[[str], tuple[int, int]]
) -> ChangeView:
    reason = ", ".join(_REASONS.get(name, name) for name in change.reasons)
    return ChangeView(
        other=make_version_ref(model, change.version),
        reason=reason,
        metrics=tuple(map(_metric_delta, sorted(change.metrics, key=lambda m: rank(m.key)))),
        params=_deltas(change.params),
        data=_deltas(change.data),
        packages=_deltas(change.packages),
        code=_code(change.commits, repository_url=repository_url),
    )


def _metric_delta(metric: MetricChange) -> Delta:
    both = metric.value is not None and metric.other is not None
    change = format_number(metric.value - metric.other) if both else ""  # type: ignore[operator]
    signed = (
        change if not change or change.startswith(("-", "N")) or change == "0" else f"+{change}"
    )
    return Delta(
        key=metric.key,
        value=format_number(metric.value),
        value_exact=format_exact(metric.value),
        other=format_number(metric.other),
        other_exact=format_exact(metric.other),
        change=signed,
        verdict="" if metric.verdict == "missing" else metric.verdict,
    )


def _deltas(values: Sequence[ValueChange]) -> tuple[Delta, ...]:
    return tuple(
        Delta(v.key, v.value or "–", "", v.other or "–", "", "", "changed") for v in values
    )


def _code(commits: tuple[str, str] | None, *, repository_url: str) -> Fact | None:
    if commits is None:
        return None
    there, here = commits
    return Fact(
        "Code",
        f"{there[:_COMMIT_LENGTH]} → {here[:_COMMIT_LENGTH]}",
        url=make_compare_url(repository_url, there, here),
        kind="code",
    )


def _measured(metric: MetricFact) -> MeasuredRow:
    interval = ""
    if metric.low is not None and metric.high is not None:
        level = f" ({metric.level:.0%})" if metric.level else ""
        interval = f"{format_number(metric.low)} to {format_number(metric.high)}{level}"
    return MeasuredRow(
        name=metric.name if metric.split else metric.key,
        key=metric.key,
        split=metric.split,
        value=format_number(metric.value),
        value_exact=format_exact(metric.value),
        interval=interval,
        rows="" if metric.rows is None else format_count(metric.rows),
        direction=metric.direction,
    )


def _slice_tables(metrics: Sequence[MetricFact]) -> tuple[SliceTable, ...]:
    """Put the metrics of parts side by side: a table for each set of data, a row for each part."""
    tables: dict[str, dict[str, dict[str, MetricFact]]] = {}
    for metric in metrics:
        if metric.slice:
            parts = tables.setdefault(metric.split, {})
            parts.setdefault(metric.slice, {})[metric.name] = metric
    return tuple(_slice_table(split, parts) for split, parts in tables.items())


def _slice_table(split: str, parts: Mapping[str, Mapping[str, MetricFact]]) -> SliceTable:
    names = {name: metric for measured in parts.values() for name, metric in measured.items()}
    rows = []
    for part, measured in parts.items():
        count = next((m.rows for m in measured.values() if m.rows is not None), None)
        values = [measured[name].value if name in measured else None for name in names]
        cells = tuple(Pair(format_number(value), format_exact(value)) for value in values)
        rows.append(SliceRow(part, "" if count is None else format_count(count), cells))
    columns = tuple(SliceColumn(name, metric.direction) for name, metric in names.items())
    return SliceTable(split, columns, tuple(rows))


def _signature(facts: CardFacts) -> tuple[SignatureTable, ...]:
    parts: Mapping[str, tuple[Field, ...]] = {
        "Inputs": facts.signature.inputs,
        "Outputs": facts.signature.outputs,
        "Params": facts.signature.params,
    }
    return tuple(
        SignatureTable(title, tuple(FieldRow(f.name, f.type, f.required) for f in fields))
        for title, fields in parts.items()
        if fields
    )
