"""The runs table of an experiment as columns: which there are, of which kind, and their values.

Maps of params, metrics and tags become one column a key. A column of params is a number where each
value reads as one, so that it sorts and plots as people expect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from runsite.directions import find_direction, order_metrics, sort_naturally
from runsite.queries.syntax import TAG_COLUMNS

__all__ = ["MAX_COLUMNS", "Column", "RunsTable", "make_runs_table", "sort_runs"]

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
        texts: Params that are numbers here, as text where it was logged otherwise than the number
            is written (``0.10``, ``1e-05``); null elsewhere. Only columns that have such a text.
        left_out: Keys that did not fit (see `MAX_COLUMNS`).
    """

    columns: tuple[Column, ...]
    frame: pl.DataFrame
    texts: pl.DataFrame = field(default_factory=pl.DataFrame)
    left_out: int = 0


def make_runs_table(
    runs: pl.DataFrame,
    *,
    directions: Mapping[str, str] | None = None,
    gated: Collection[str] = (),
) -> RunsTable:
    """Make the table of some runs.

    Args:
        runs: Rows as `Store.read_runs` gives them.
        directions: Metric key → ``min`` or ``max``, where the project says so.
        gated: Metrics that gates of the registry name.
    """
    runs = sort_runs(runs)
    metrics = order_metrics(_count_keys(runs, "metrics"), directions=directions, gated=gated)
    params = _rank_keys(runs, "params")
    tags = [key for key in _rank_keys(runs, "tags") if not key.startswith(_HIDDEN_TAGS)]
    room = MAX_COLUMNS
    kept: dict[str, list[str]] = {}
    for group, keys in (("metrics", metrics), ("params", params), ("tags", tags)):
        kept[group] = keys[:room]
        room -= len(kept[group])
    kept["hidden"] = _find_shadowed(runs)
    frame = runs.select(*_run_columns(), *_key_columns(kept), *_shadowed_columns(kept["hidden"]))
    logged = frame
    frame, numeric = _parse_numbers(frame, kept["params"])
    columns = _describe(frame, kept=kept, numeric=numeric, directions=directions or {})
    left_out = len(metrics) + len(params) + len(tags) - (MAX_COLUMNS - room)
    return RunsTable(
        columns=columns,
        frame=frame.select(column.id for column in columns),
        texts=_find_texts(frame, logged=logged, numeric=sorted(numeric)),
        left_out=left_out,
    )


def sort_runs(runs: pl.DataFrame) -> pl.DataFrame:
    """Sort runs oldest first; read backwards, in the order of searches: newest first, then by id."""
    return runs.sort("start_time", "run_id", descending=[False, True])


def _rank_keys(runs: pl.DataFrame, name: str) -> list[str]:
    """List a map's keys, the most used first."""
    counts = _count_keys(runs, name)
    return sorted(counts, key=lambda key: (-counts[key], sort_naturally(key)))


def _count_keys(runs: pl.DataFrame, name: str) -> dict[str, int]:
    if runs.is_empty():
        return {}
    keys = runs.select(pl.col(name).map.keys().alias("key")).explode("key").drop_nulls()
    return dict(keys.group_by("key").len().iter_rows())


def _run_columns() -> list[pl.Expr]:
    start, end = pl.col("start_time"), pl.col("end_time")
    texts = {
        "user": "user",
        "host": "host",
        "source": "source_name",
        "source_type": "source_type",
        "entry_point": "entry_point",
        "commit": "git_commit",
        "branch": "git_branch",
        "remote": "git_remote",
        "python": "python",
        "platform": "platform",
    }
    return [
        pl.col("run_id").alias("run.id"),
        pl.col("run_name").alias("run.name"),
        _status().alias("run.status"),
        start.dt.epoch("ms").cast(pl.Float64).alias("run.started"),
        end.dt.epoch("ms").cast(pl.Float64).alias("run.ended"),
        ((end - start).dt.total_microseconds() / 1e6).alias("run.duration"),
        pl.col("parent_run_id").replace("", None).alias("run.parent"),
        *(pl.col(name).replace("", None).alias(f"run.{key}") for key, name in texts.items()),
        _uncommitted().alias("run.dirty"),
        pl.col("inputs")
        .list.eval(pl.element().struct.field("name"))
        .list.unique(maintain_order=True)
        .list.join(", ")
        .replace("", None)
        .alias("run.inputs"),
        _datasets().alias("run.datasets"),
    ]


def _uncommitted() -> pl.Expr:
    dirty = pl.col("git_dirty")
    return pl.when(dirty).then(pl.lit("yes")).when(dirty.not_()).then(pl.lit("no"))


def _datasets() -> pl.Expr:
    """Write each run's datasets as JSON: ``[{"name": …, "digest": …, "context": …}, …]``."""
    one = pl.struct(pl.element().struct.field("name", "digest", "context")).struct.json_encode()
    texts = pl.col("inputs").list.eval(one)
    joined = pl.concat_str(pl.lit("["), texts.list.join(","), pl.lit("]"))
    return pl.when(texts.list.len() > 0).then(joined)


def _find_shadowed(runs: pl.DataFrame) -> list[str]:
    """Find tags that have a column of their own and were logged where that column is empty."""
    found = []
    for key, column in TAG_COLUMNS.items():
        logged, own = pl.col("tags").map.get(key), pl.col(column)
        apart = logged.is_not_null() & (own.is_null() | (own == ""))
        if runs.select(apart.any()).item():
            found.append(key)
    return found


def _shadowed_columns(keys: Sequence[str]) -> list[pl.Expr]:
    return [
        pl.coalesce(pl.col(TAG_COLUMNS[key]).replace("", None), pl.col("tags").map.get(key)).alias(
            f"tags.{key}"
        )
        for key in keys
    ]


def _status() -> pl.Expr:
    interrupted = pl.col("interrupted").fill_null(value=False)
    return pl.when(interrupted).then(pl.lit("INTERRUPTED")).otherwise(pl.col("status"))


def _key_columns(kept: Mapping[str, Sequence[str]]) -> list[pl.Expr]:
    return [
        pl.col(group).map.get(key).alias(f"{group}.{key}")
        for group, keys in kept.items()
        if group != "hidden"
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


def _find_texts(
    frame: pl.DataFrame, *, logged: pl.DataFrame, numeric: Sequence[str]
) -> pl.DataFrame:
    """Keep the text of params that are numbers where the number would be written otherwise."""
    kept = []
    for name in numeric:
        number, text = frame[name], logged[name]
        written = number.cast(pl.String).str.strip_suffix(".0")
        plain = (text == written) & ~text.str.contains("e") & (text != "-0")
        # JavaScript writes smaller numbers with an exponent.
        plain = plain & ((number == 0) | (number.abs() >= _SMALLEST_PLAIN))
        different = text.is_not_null() & ~plain
        if different.any():
            kept.append(pl.select(pl.when(different).then(text).alias(name)).to_series())
    return pl.DataFrame(kept)


_SMALLEST_PLAIN = 1e-6
_MACHINE = "system/"

_RUN_KINDS = (
    # id, label, kind, visible
    ("id", "Run id", "text", False),
    ("name", "Run", "text", True),
    ("status", "Status", "text", True),
    ("started", "Started (UTC)", "time", True),
    ("ended", "Ended (UTC)", "time", False),
    ("duration", "Duration", "duration", True),
    ("parent", "Parent", "text", False),
    ("user", "User", "text", False),
    ("host", "Host", "text", False),
    ("source", "Source", "text", False),
    ("source_type", "Kind of source", "text", False),
    ("entry_point", "Entry point", "text", False),
    ("commit", "Commit", "text", False),
    ("branch", "Branch", "text", False),
    ("remote", "Remote", "text", False),
    ("dirty", "Uncommitted changes", "text", False),
    ("python", "Python", "text", False),
    ("platform", "Platform", "text", False),
    ("inputs", "Datasets", "text", False),
)
# What a search compares, and nobody reads in a table.
_UNSEEN = ("datasets",)
_ALWAYS = ("id", "name", "status", "started", "ended", "duration")
# Who a run is stands before what came of it; when it was and where it came from, after.
_LEADING = ("id", "name", "status")


def _describe(
    frame: pl.DataFrame,
    *,
    kept: Mapping[str, Sequence[str]],
    numeric: set[str],
    directions: Mapping[str, str],
) -> tuple[Column, ...]:
    own = [
        Column(id=f"run.{name}", group="run", label=label, kind=kind, visible=visible)
        for name, label, kind, visible in _RUN_KINDS
    ]
    leading = {f"run.{name}" for name in _LEADING}
    columns = [column for column in own if column.id in leading]
    for group in ("metrics", "params", "tags"):
        for key in kept[group]:
            name = f"{group}.{key}"
            kind = "number" if group == "metrics" or name in numeric else "text"
            way = find_direction(key, directions=directions) if group == "metrics" else None
            columns.append(Column(id=name, group=group, label=key, kind=kind, direction=way))
    columns += [column for column in own if column.id not in leading]
    columns += [Column(id=f"run.{name}", group="hidden", label="", kind="text") for name in _UNSEEN]
    columns += [
        Column(id=f"tags.{key}", group="hidden", label="", kind="text") for key in kept["hidden"]
    ]
    counts = frame.select(pl.all().count()).row(0, named=True)
    values = frame.select(pl.all().drop_nulls().n_unique()).row(0, named=True)
    counted = [
        replace(column, filled=counts[column.id], distinct=values[column.id]) for column in columns
    ]
    always = {f"run.{name}" for name in _ALWAYS}
    shown = [c for c in counted if c.filled or c.id in always]
    return _choose_visible(shown, all_finished=_all_finished(frame))


def _all_finished(frame: pl.DataFrame) -> bool:
    return bool((frame["run.status"] == "FINISHED").all())


def _choose_visible(columns: Sequence[Column], *, all_finished: bool) -> tuple[Column, ...]:
    """Show metrics with a direction before others, and params that vary; no column of one word."""
    # What the machine did says nothing of a model; whoever wants to know it chooses the column.
    metrics = [c for c in columns if c.group == "metrics" and not c.label.startswith(_MACHINE)]
    metrics.sort(key=lambda c: c.direction is None)
    params = [c for c in columns if c.group == "params"]
    params.sort(key=lambda c: -c.filled)  # of equals, as they were: by name
    varying = [c for c in params if c.distinct > 1]
    shown = {c.id for c in (*metrics[:_VISIBLE_METRICS], *(varying or params)[:_VISIBLE_PARAMS])}
    hidden = {"run.status"} if all_finished and columns[0].filled else set()
    return tuple(
        replace(c, visible=(c.visible or c.id in shown) and c.id not in hidden) for c in columns
    )
