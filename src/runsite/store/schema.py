"""The Parquet columns, and runs as rows of them. docs/format.md says what each column means."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import pyarrow as pa

from runsite.records import (
    ArtifactRecord,
    InputRecord,
    MetricSummary,
    ModelRecord,
    RunRecord,
    SourceRecord,
)
from runsite.store.arrays import make_table

__all__ = ["METRICS", "RUNS", "record_from_row", "runs_table"]

_TIME = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
_TEXTS = pa.map_(_TEXT, _TEXT)

_SUMMARY = pa.struct(
    [
        ("last_step", pa.int64()),
        ("last_time_us", pa.int64()),
        ("min", pa.float64()),
        ("min_step", pa.int64()),
        ("max", pa.float64()),
        ("max_step", pa.int64()),
        ("count", pa.int64()),
    ]
)
_INPUT = pa.struct(
    [
        ("name", _TEXT),
        ("digest", _TEXT),
        ("context", _TEXT),
        ("source_type", _TEXT),
        ("source", _TEXT),
        ("schema", _TEXT),
        ("rows", pa.int64()),
    ]
)
_ARTIFACT = pa.struct([("path", _TEXT), ("size_bytes", pa.int64()), ("sha256", _TEXT)])
_MODEL = pa.struct(
    [
        ("path", _TEXT),
        ("flavors", pa.list_(_TEXT)),
        ("digest", _TEXT),
        ("signature", _TEXT),
        ("model_id", _TEXT),
    ]
)

RUNS = pa.schema(
    [
        ("run_id", _TEXT),
        ("revision", pa.int32()),
        ("session", _TEXT),
        ("experiment_id", _TEXT),
        ("experiment", _TEXT),
        ("run_name", _TEXT),
        ("status", _TEXT),
        ("lifecycle_stage", _TEXT),
        ("parent_run_id", _TEXT),
        ("start_time", _TIME),
        ("end_time", _TIME),
        ("interrupted", pa.bool_()),
        ("incomplete", pa.bool_()),
        ("user", _TEXT),
        ("host", _TEXT),
        ("source_type", _TEXT),
        ("source_name", _TEXT),
        ("entry_point", _TEXT),
        ("command", _TEXT),
        ("git_commit", _TEXT),
        ("git_branch", _TEXT),
        ("git_dirty", pa.bool_()),
        ("git_remote", _TEXT),
        ("python", _TEXT),
        ("platform", _TEXT),
        ("packages", _TEXTS),
        ("params", _TEXTS),
        ("tags", _TEXTS),
        ("metrics", pa.map_(_TEXT, pa.float64())),
        ("metric_summaries", pa.map_(_TEXT, _SUMMARY)),
        ("inputs", pa.list_(_INPUT)),
        ("artifacts", pa.list_(_ARTIFACT)),
        ("models", pa.list_(_MODEL)),
        ("sessions", pa.list_(_TEXT)),
        ("parts", pa.list_(_TEXT)),
    ]
)
"""Columns of ``runs/*.parquet``: one row per revision of a run."""

METRICS = pa.schema(
    [
        ("run_id", _TEXT),
        ("part", _TEXT),
        ("key", _TEXT),
        ("step", pa.int64()),
        ("timestamp", _TIME),
        ("value", pa.float64()),
    ]
)
"""Columns of ``metrics/*.parquet``: one row per logged point."""

_SOURCE_FIELDS = tuple(f.name for f in dataclasses.fields(SourceRecord))
_PLAIN_FIELDS = tuple(
    name
    for name in RUNS.names
    if name in {f.name for f in dataclasses.fields(RunRecord)}
    and name not in ("metrics", "inputs", "artifacts", "models")
)


def runs_table(records: Iterable[RunRecord]) -> pa.Table:
    """Make the runs table of some records, in the columns of `RUNS`."""
    return make_table([_row(record) for record in records], RUNS)


def _row(record: RunRecord) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(record, name) for name in _PLAIN_FIELDS}
    for name in ("params", "tags"):
        row[name] = sorted(getattr(record, name).items())
    row.update((name, getattr(record.source, name)) for name in _SOURCE_FIELDS)
    row["packages"] = sorted(record.source.packages.items())
    summaries = sorted(record.metrics.items())
    row["metrics"] = [(key, summary.last) for key, summary in summaries]
    row["metric_summaries"] = [(key, dataclasses.asdict(summary)) for key, summary in summaries]
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
    return RunRecord(**plain)  # type: ignore[arg-type]  # the schema above gives the types


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
