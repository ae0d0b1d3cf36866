"""The runs table of an experiment as columns: which there are, of which kind, and their values.

Maps of params, metrics and tags become one column a key. A column of params is a number where each
value reads as one, so that it sorts and plots as people expect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from runsite.directions import find_direction, rank_metric

__all__ = ["MAX_COLUMNS", "Column", "RunsTable", "make_runs_table"]

MAX_COLUMNS = 400
"""Keys beyond this many are left out of the table, the least used first; run pages show all."""

_VISIBLE_METRICS = 6
_VISIBLE_PARAMS = 6
_HIDDEN_TAGS = ("mlflow.", "runsite.")
# Reads as a number for people too: no leading zeros (an id), no inf or nan, no underscores.
_NUMBER = r"^[+-]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?$"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the runs table.

    Attributes:
        id: Name of the column in the frame and in URLs: the group, a dot and the key.
        group: ``run``, ``metrics``, ``params`` or ``tags``.
        label: What the header says: the key as it was logged.
        kind: ``text``, ``number``, ``time`` (milliseconds since 1970 UTC) or ``duration``
            (seconds).
        direction: ``min`` or ``max`` for a metric where it is known which is better.
        filled: Runs that have a value.
        distinct: Different values.
        visible: Whether the table shows it before anybody chose.
    """

    id: str
    group: str
    label: str
    kind: str
    direction: str | None = None
    filled: int = 0
    distinct: int = 0
    visible: bool = False


@dataclass(frozen=True, slots=True)
class RunsTable:
    """Columns and their values, one row per run, oldest first.

    Attributes:
        columns: In the order in which they are shown.
        frame: One column per `Column`, named by its id; numbers Float64, all else String.
        left_out: Keys that did not fit (see `MAX_COLUMNS`).
    """

    columns: tuple[Column, ...]
    frame: pl.DataFrame
    left_out: int = 0


def make_runs_table(
    runs: pl.DataFrame, *, directions: Mapping[str, str] | None = None
) -> RunsTable:
    """Make the table of some runs.

    Args:
        runs: Rows as `Store.read_runs` gives them.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """
    runs = runs.sort("start_time", "run_id")
    metrics = _rank_metrics(runs, directions=directions or {})
    params = _rank_keys(runs, "params")
    tags = [key for key in _rank_keys(runs, "tags") if not key.startswith(_HIDDEN_TAGS)]
    room = MAX_COLUMNS
    kept: dict[str, list[str]] = {}
    for group, keys in (("metrics", metrics), ("params", params), ("tags", tags)):
        kept[group] = keys[:room]
        room -= len(kept[group])
    frame = runs.select(*_run_columns(), *_key_columns(kept))
    frame, numeric = _parse_numbers(frame, kept["params"])
    columns = _describe(frame, kept=kept, numeric=numeric, directions=directions or {})
    left_out = len(metrics) + len(params) + len(tags) - sum(map(len, kept.values()))
    return RunsTable(columns=columns, frame=frame, left_out=left_out)


def _rank_keys(runs: pl.DataFrame, name: str) -> list[str]:
    """List a map's keys, the most used first."""
    counts = _count_keys(runs, name)
    return sorted(counts, key=lambda key: (-counts[key], key))


def _count_keys(runs: pl.DataFrame, name: str) -> dict[str, int]:
    if runs.is_empty():
        return {}
    keys = runs.select(pl.col(name).map.keys().alias("key")).explode("key").drop_nulls()
    return dict(keys.group_by("key").len().iter_rows())


def _rank_metrics(runs: pl.DataFrame, *, directions: Mapping[str, str]) -> list[str]:
    """List the metrics that say most first; those of few runs after those of most."""
    keys = _count_keys(runs, "metrics")
    most = max(keys.values(), default=0)
    return sorted(
        keys, key=lambda key: (keys[key] * 2 < most, rank_metric(key, directions=directions), key)
    )


def _run_columns() -> list[pl.Expr]:
    start, end = pl.col("start_time"), pl.col("end_time")
    return [
        pl.col("run_id").alias("run.id"),
        pl.col("run_name").alias("run.name"),
        _status().alias("run.status"),
        (start.dt.epoch("ms")).cast(pl.Float64).alias("run.started"),
        ((end - start).dt.total_microseconds() / 1e6).alias("run.duration"),
        pl.col("parent_run_id").alias("run.parent"),
        pl.col("user").replace("", None).alias("run.user"),
        pl.col("source_name").replace("", None).alias("run.source"),
        pl.col("git_commit").str.slice(0, 10).replace("", None).alias("run.commit"),
        pl.col("inputs")
        .list.eval(pl.element().struct.field("name"))
        .list.unique(maintain_order=True)
        .list.join(", ")
        .replace("", None)
        .alias("run.inputs"),
    ]


def _status() -> pl.Expr:
    interrupted = pl.col("interrupted").fill_null(value=False)
    return pl.when(interrupted).then(pl.lit("INTERRUPTED")).otherwise(pl.col("status"))


def _key_columns(kept: Mapping[str, Sequence[str]]) -> list[pl.Expr]:
    return [
        pl.col(group).map.get(key).alias(f"{group}.{key}")
        for group, keys in kept.items()
        for key in keys
    ]


def _parse_numbers(frame: pl.DataFrame, params: Sequence[str]) -> tuple[pl.DataFrame, set[str]]:
    """Turn the columns of params whose every value reads as a number into numbers."""
    ids = [f"params.{key}" for key in params]
    if not ids or frame.is_empty():
        return frame, set()
    checks = frame.select(
        (pl.col(i).str.contains(_NUMBER) & pl.col(i).str.contains("[0-9]")).all().alias(i)
        for i in ids
    ).row(0)
    numeric = {i for i, good in zip(ids, checks, strict=True) if good}
    return frame.with_columns(pl.col(i).cast(pl.Float64) for i in sorted(numeric)), numeric


_RUN_KINDS = (
    # id, label, kind, visible
    ("id", "Run id", "text", False),
    ("name", "Run", "text", True),
    ("status", "Status", "text", True),
    ("started", "Started (UTC)", "time", True),
    ("duration", "Duration", "duration", True),
    ("parent", "Parent", "text", False),
    ("user", "User", "text", False),
    ("source", "Source", "text", False),
    ("commit", "Commit", "text", False),
    ("inputs", "Datasets", "text", False),
)


def _describe(
    frame: pl.DataFrame,
    *,
    kept: Mapping[str, Sequence[str]],
    numeric: set[str],
    directions: Mapping[str, str],
) -> tuple[Column, ...]:
    columns = [
        Column(id=f"run.{name}", group="run", label=label, kind=kind, visible=visible)
        for name, label, kind, visible in _RUN_KINDS
    ]
    for group, keys in kept.items():
        for key in keys:
            name = f"{group}.{key}"
            kind = "number" if group == "metrics" or name in numeric else "text"
            way = find_direction(key, directions=directions) if group == "metrics" else None
            columns.append(Column(id=name, group=group, label=key, kind=kind, direction=way))
    filled = frame.select(pl.all().count()).row(0) if frame.height else (0,) * frame.width
    distinct = frame.select(pl.all().drop_nulls().n_unique()).row(0) if frame.height else filled
    counted = [
        replace(column, filled=full, distinct=different)
        for column, full, different in zip(columns, filled, distinct, strict=True)
    ]
    return _choose_visible(counted)


def _choose_visible(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Show metrics with a direction and params that vary before the others."""
    metrics = [c for c in columns if c.group == "metrics"]
    metrics.sort(key=lambda c: c.direction is None)
    params = [c for c in columns if c.group == "params" and c.distinct > 1]
    params.sort(key=lambda c: (-c.filled, c.label))
    shown = {c.id for c in (*metrics[:_VISIBLE_METRICS], *params[:_VISIBLE_PARAMS])}
    return tuple(replace(c, visible=c.visible or c.id in shown) for c in columns)
