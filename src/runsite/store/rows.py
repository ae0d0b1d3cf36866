"""Runs as rows of the runs table, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from runsite.records import (
    ArtifactRecord,
    InputRecord,
    MetricSummary,
    ModelRecord,
    RunRecord,
    SourceRecord,
)
from runsite.store.columns import RUNS

__all__ = ["record_from_row", "row_from_record"]

_SOURCE_FIELDS = tuple(f.name for f in dataclasses.fields(SourceRecord))
_SUMMARY_FIELDS = tuple(f.name for f in dataclasses.fields(MetricSummary) if f.name != "last")
_PLAIN_FIELDS = tuple(
    f.name
    for f in dataclasses.fields(RunRecord)
    if f.name in RUNS and f.name not in ("metrics", "inputs", "artifacts", "models")
)


def row_from_record(record: RunRecord) -> dict[str, object]:
    """Write a run as a row with every column of `RUNS`, maps as sorted pairs."""
    row: dict[str, object] = {name: getattr(record, name) for name in _PLAIN_FIELDS}
    for name in ("params", "tags"):
        row[name] = sorted(getattr(record, name).items())
    row.update((name, getattr(record.source, name)) for name in _SOURCE_FIELDS)
    row["packages"] = sorted(record.source.packages.items())
    summaries = sorted(record.metrics.items())
    row["metrics"] = [(key, summary.last) for key, summary in summaries]
    row["metric_summaries"] = [
        (key, {name: getattr(summary, name) for name in _SUMMARY_FIELDS})
        for key, summary in summaries
    ]
    for name in ("inputs", "artifacts", "models"):
        row[name] = [dataclasses.asdict(item) for item in getattr(record, name)]
    row["sessions"], row["parts"] = list(record.sessions), list(record.parts)
    return row


def record_from_row(row: Mapping[str, object]) -> RunRecord:
    """Read a run back from a row as Arrow or Polars give it (maps as pairs or as dicts)."""
    plain = {name: row[name] for name in _PLAIN_FIELDS}
    lasts = _pairs(row["metrics"])
    summaries = _pairs(row["metric_summaries"])
    source = {name: row[name] for name in _SOURCE_FIELDS if name != "packages"}
    plain.update(
        params=_texts(row["params"]),
        tags=_texts(row["tags"]),
        source=SourceRecord(**source, packages=_texts(row["packages"])),  # type: ignore[arg-type]
        metrics={
            key: MetricSummary(last=lasts[key], **summary)  # type: ignore[arg-type]
            for key, summary in summaries.items()
            if lasts.get(key) is not None and _is_whole(summary)
        },
        inputs=tuple(InputRecord(**item) for item in _items(row["inputs"])),
        artifacts=tuple(ArtifactRecord(**item) for item in _items(row["artifacts"])),
        models=tuple(
            ModelRecord(**{**item, "flavors": tuple(item["flavors"] or ())})
            for item in _items(row["models"])
        ),
        sessions=tuple(_items(row["sessions"])),
        parts=tuple(_items(row["parts"])),
    )
    return RunRecord(**plain)  # type: ignore[arg-type]  # the columns give the types


def _pairs(value: object) -> dict[str, object]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    pairs: dict[str, object] = {}
    for item in value:  # type: ignore[attr-defined]
        key, inner = (item["key"], item["value"]) if isinstance(item, Mapping) else item
        pairs[key] = inner
    return pairs


def _texts(value: object) -> dict[str, object]:
    return {key: "" if text is None else text for key, text in _pairs(value).items()}


def _is_whole(summary: object) -> bool:
    needed = ("last_step", "last_time_us", "count")
    return isinstance(summary, Mapping) and all(summary[name] is not None for name in needed)


def _items(value: object) -> list:  # type: ignore[type-arg]  # rows are untyped by nature
    return list(value) if value is not None else []  # type: ignore[call-overload]
