"""Reading a store: every run once, as its newest revision, and every point that counts.

Which rows count is decided by session ids alone (docs/format.md): a row is superseded when
another row of the run lists its session; of several rows that remain (a run resumed on two
branches) one is made. A journal that is not sealed yet reads like the row that it would become.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from runsite.records import LifecycleStage, MetricSummary, RunRecord, RunStatus
from runsite.store.columns import METRICS, RUNS, Kind, ListOf, MapOf, StructOf
from runsite.store.fold import merge_summaries
from runsite.store.formats import find_newer
from runsite.store.names import PartFile
from runsite.store.rows import record_from_row

__all__ = [
    "DAMAGED",
    "METRICS_SCHEMA",
    "empty_metrics",
    "empty_runs",
    "find_heads",
    "frame_of_records",
    "merge_heads",
    "read_runs_files",
]

DAMAGED = "is damaged: its content does not have the checksum in its name"
_BATCH = 32


def _has_items(column: str, *fields: str) -> pl.Expr:
    """Tell whether each item of a list has these fields; no list has no items."""
    found = [pl.element().struct.field(name).is_not_null() for name in fields]
    return pl.col(column).list.eval(pl.all_horizontal(found)).list.all().fill_null(value=True)


_TIMES = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
_IS_RUN = (
    pl.col("run_id").str.contains("^[0-9a-f]{32}$")
    & pl.all_horizontal(
        pl.col("revision", "session", "experiment_id", "experiment", "run_name").is_not_null()
    )
    & pl.col("status").is_in(list(RunStatus))
    & pl.col("lifecycle_stage").is_in(list(LifecycleStage))
    & pl.col("start_time").is_between(*_TIMES)
    & pl.col("end_time").is_between(*_TIMES).fill_null(pl.col("end_time").is_null())
    & _has_items("artifacts", "path", "size_bytes", "sha256")
    & _has_items("models", "path")
    & _has_items("inputs", "name", "digest")
).fill_null(value=False)
"""What every row that runsite writes is. A file whose checksum fits may hold others all the same."""

_PLAIN_TYPES: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "int32": pl.Int32(),
    "int64": pl.Int64(),
    "float64": pl.Float64(),
    "bool": pl.Boolean(),
    "time": pl.Datetime("us", "UTC"),
}


def _make_type(kind: Kind) -> pl.DataType:
    match kind:
        case ListOf(item):
            return pl.List(_make_type(item))
        case MapOf(value):
            return pl.Map(pl.String(), _make_type(value))
        case StructOf(fields):
            return pl.Struct({name: _make_type(field) for name, field in fields.items()})
        case name:
            return _PLAIN_TYPES[name]


RUNS_SCHEMA = pl.Schema({name: _make_type(kind) for name, kind in RUNS.items()})
METRICS_SCHEMA = pl.Schema({name: _make_type(kind) for name, kind in METRICS.items()})

SummaryOf = Callable[[str, str], Mapping[str, MetricSummary]]
"""From ``(run_id, part)`` to the summaries of that part's points."""


def empty_runs() -> pl.DataFrame:
    """Make a runs frame without rows."""
    return pl.DataFrame(schema=RUNS_SCHEMA)


def empty_metrics() -> pl.DataFrame:
    """Make a metrics frame without rows."""
    return pl.DataFrame(schema=METRICS_SCHEMA)


def frame_of_records(records: Iterable[RunRecord]) -> pl.DataFrame:
    """Make the runs frame of some records."""
    from runsite.store.schema import runs_table  # Arrow, which most reading does without

    return pl.DataFrame(runs_table(records))


def read_runs_files(
    parts: Sequence[PartFile], *, report: Callable[[Path, str], None]
) -> pl.DataFrame:
    """Read runs parts into one frame; an unreadable one is reported and passed over.

    Each file is read once, for its checksum and its rows.

    Args:
        parts: The files. One that vanishes meanwhile is passed over without a word.
        report: Called with path and reason for each file that is damaged, newer or cannot be read.
    """
    frames: list[pl.DataFrame] = []
    # What Polars does for each file grows with their number: ten thousand at once take twice as
    # long as in batches.
    for start in range(0, len(parts), _BATCH):
        sound = [
            (part, data)
            for part in parts[start : start + _BATCH]
            if (data := _read_sound(part, report)) is not None
        ]
        frames += _read_batch(sound, report)
    return pl.concat(frames, how="vertical") if frames else empty_runs()


def _read_sound(part: PartFile, report: Callable[[Path, str], None]) -> bytes | None:
    try:
        data = part.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        report(part.path, f"cannot be read: {error.strerror or error}")
        return None
    if part.crc is not None and zlib.crc32(data) != part.crc:
        report(part.path, DAMAGED)
        return None
    newer = find_newer(part.path, data)
    if newer:
        report(part.path, newer)
        return None
    return data


def _read_batch(
    sound: Sequence[tuple[PartFile, bytes]], report: Callable[[Path, str], None]
) -> list[pl.DataFrame]:
    if not sound:
        return []
    try:
        frame = _scan([data for _, data in sound]).collect()
        if frame.select(_IS_RUN.all()).item():
            return [frame]
    except Exception:  # noqa: BLE001, S110  # polars raises many kinds
        pass  # each file is then tried alone
    found = (_read_one(part.path, data, report) for part, data in sound)
    return [frame for frame in found if frame is not None]


def _scan(sources: list[bytes]) -> pl.LazyFrame:
    return pl.scan_parquet(
        sources, schema=RUNS_SCHEMA, extra_columns="ignore", missing_columns="insert", glob=False
    )


def _read_one(path: Path, data: bytes, report: Callable[[Path, str], None]) -> pl.DataFrame | None:
    try:
        frame = _scan([data]).collect()
        rows = frame.filter(_IS_RUN)
    except Exception as error:  # noqa: BLE001  # see above
        report(path, f"cannot be read as Parquet: {str(error).splitlines()[0][:200]}")
        return None
    if rows.height < frame.height:
        report(path, f"holds {frame.height - rows.height} row(s) that are no run's")
    return rows


def find_heads(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split rows into those that stand alone for their run and those that must be merged.

    Args:
        rows: Columns of the runs table; several revisions of a run, and the same one twice,
            may be among them.

    Returns:
        ``(single, several)``: the first has one row a run; the second the rows of runs that
        have more than one row left after superseded ones are gone.
    """
    if rows["run_id"].n_unique() == rows.height:
        return rows, rows.clear()
    rows = rows.unique(subset=["run_id", "session"], keep="first", maintain_order=True)
    superseded = (
        rows.select("run_id", own="session", session="sessions")
        .explode("session")
        .filter(pl.col("session") != pl.col("own"))
        .select("run_id", "session")
    )
    heads = rows.join(superseded, on=["run_id", "session"], how="anti", maintain_order="left")
    repeated = pl.col("run_id").is_duplicated()
    return heads.filter(~repeated), heads.filter(repeated)


def merge_heads(rows: pl.DataFrame, *, summary_of: SummaryOf) -> list[RunRecord]:
    """Make one record of each run that has several rows that none supersedes.

    The row with the latest end (then the highest revision and session) gives what is single;
    params, tags, inputs, artifacts and models are united, its own values first; the metrics are
    those of all parts together.
    """
    groups: dict[str, list[RunRecord]] = {}
    for row in rows.iter_rows(named=True):
        record = record_from_row(row)
        groups.setdefault(record.run_id, []).append(record)
    return [_merge_group(group, summary_of) for group in groups.values()]


def _merge_group(group: list[RunRecord], summary_of: SummaryOf) -> RunRecord:
    ordered = sorted(group, key=_precedence)
    winner = ordered[-1]
    parts = sorted({part for record in group for part in record.parts})
    metrics: Mapping[str, MetricSummary] = {}
    for part in parts:
        metrics = merge_summaries(metrics, summary_of(winner.run_id, part))
    return dataclasses.replace(
        winner,
        start_time=min(record.start_time for record in group),
        interrupted=winner.interrupted,
        incomplete=any(record.incomplete for record in group),
        params={k: v for record in ordered for k, v in record.params.items()},
        tags={k: v for record in ordered for k, v in record.tags.items()},
        inputs=tuple(dict.fromkeys(item for record in ordered for item in record.inputs)),
        artifacts=_unite(record.artifacts for record in ordered),
        models=_unite(record.models for record in ordered),
        sessions=tuple(sorted({s for record in group for s in record.sessions})),
        parts=tuple(parts),
        metrics=dict(metrics),
    )


def _precedence(record: RunRecord) -> tuple[bool, float, int, str]:
    ended = record.status != RunStatus.RUNNING
    end = record.end_time.timestamp() if record.end_time else 0.0
    return ended, end, record.revision, record.session


def _unite(groups: Iterable[Sequence[object]]) -> tuple:  # type: ignore[type-arg]
    by_path = {item.path: item for group in groups for item in group}  # type: ignore[attr-defined]
    return tuple(by_path[path] for path in sorted(by_path))
