"""The columns of a store's tables, said once for Arrow and for Polars. docs/format.md explains them.

Writing needs Arrow and reading needs Polars; each costs a tenth of a second and more to load, so
neither may need the other to know what a table looks like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["FORMAT_KEY", "LEAVES_KEY", "METRICS", "RUNS", "Kind", "ListOf", "MapOf", "StructOf"]

FORMAT_KEY: Final = "runsite.format"
"""Of a part's footer: the version of the format."""

LEAVES_KEY: Final = "runsite.leaves"
"""Of a merged part's footer: the leaf ids that it holds, one a line."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of items of one kind."""

    item: Kind


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map from texts to values of one kind."""

    value: Kind


@dataclass(frozen=True, slots=True)
class StructOf:
    """Named fields, in order."""

    fields: Mapping[str, Kind]


Kind = Literal["text", "int32", "int64", "float64", "bool", "time"] | ListOf | MapOf | StructOf
"""What a column holds. A ``time`` is in microseconds, UTC."""

_SUMMARY = StructOf(
    {
        "last_step": "int64",
        "last_time_us": "int64",
        "min": "float64",
        "min_step": "int64",
        "max": "float64",
        "max_step": "int64",
        "count": "int64",
    }
)
_INPUT = StructOf(
    {
        "name": "text",
        "digest": "text",
        "context": "text",
        "source_type": "text",
        "source": "text",
        "schema": "text",
        "rows": "int64",
    }
)
_ARTIFACT = StructOf({"path": "text", "size_bytes": "int64", "sha256": "text"})
_MODEL = StructOf(
    {
        "path": "text",
        "flavors": ListOf("text"),
        "digest": "text",
        "signature": "text",
        "model_id": "text",
    }
)

RUNS: Final[Mapping[str, Kind]] = {
    "run_id": "text",
    "revision": "int32",
    "session": "text",
    "experiment_id": "text",
    "experiment": "text",
    "run_name": "text",
    "status": "text",
    "lifecycle_stage": "text",
    "parent_run_id": "text",
    "start_time": "time",
    "end_time": "time",
    "interrupted": "bool",
    "incomplete": "bool",
    "user": "text",
    "host": "text",
    "source_type": "text",
    "source_name": "text",
    "entry_point": "text",
    "command": "text",
    "git_commit": "text",
    "git_branch": "text",
    "git_dirty": "bool",
    "git_remote": "text",
    "python": "text",
    "platform": "text",
    "packages": MapOf("text"),
    "params": MapOf("text"),
    "tags": MapOf("text"),
    "metrics": MapOf("float64"),
    "metric_summaries": MapOf(_SUMMARY),
    "inputs": ListOf(_INPUT),
    "artifacts": ListOf(_ARTIFACT),
    "models": ListOf(_MODEL),
    "sessions": ListOf("text"),
    "parts": ListOf("text"),
}
"""Columns of ``runs/*.parquet``: one row per revision of a run."""

METRICS: Final[Mapping[str, Kind]] = {
    "run_id": "text",
    "part": "text",
    "key": "text",
    "step": "int64",
    "timestamp": "time",
    "value": "float64",
}
"""Columns of ``metrics/*.parquet``: one row per logged point."""
