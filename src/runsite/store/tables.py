"""The tables of a store in memory: what has been read is kept, only new files are read again."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from runsite.errors import NotFoundError, quote
from runsite.records import MetricSummary, RunRecord
from runsite.store.columns import LEAVES_KEY
from runsite.store.experiments import read_experiments
from runsite.store.formats import explain_format, find_newer
from runsite.store.layout import Layout
from runsite.store.names import PartFile, list_names, list_parts, parse_name, read_crc
from runsite.store.reading import (
    DAMAGED,
    METRICS_SCHEMA,
    empty_metrics,
    empty_runs,
    find_heads,
    frame_of_records,
    merge_heads,
    read_runs_files,
)
from runsite.store.rows import record_from_row

if TYPE_CHECKING:
    from runsite.store.live import LiveRun

__all__ = ["Tables"]

_ATTEMPTS = 5
ReadLive = Callable[[str], "tuple[list[LiveRun], list[tuple[Path, str]]]"]


@dataclass(frozen=True, slots=True)
class _Source:
    """A metrics file, the leaves to take from it (None takes all that it has), and their runs."""

    path: Path
    leaves: frozenset[str] | None
    run_ids: frozenset[str]


class Tables:
    """Reads and remembers one store's tables. Lives with its `Store`; threads may share it."""

    def __init__(self, layout: Layout, read_live: ReadLive) -> None:
        self._layout = layout
        self._read_live = read_live
        self._lock = threading.RLock()
        self._known: frozenset[str] = frozenset()
        self._sound: set[Path] = set()
        self._rows: pl.DataFrame | None = None
        self._stale = False  # rows came that `_current` has not
        self._bad: dict[Path, str] = {}
        self._live_bad: tuple[tuple[Path, str], ...] = ()
        self._live: list[LiveRun] = []
        self._current: pl.DataFrame | None = None
        self._named: tuple[pl.DataFrame, dict[str, str], pl.DataFrame] | None = None
        self._leaves: dict[Path, frozenset[str]] = {}
        self._sources: tuple[_Source, ...] = ()
        self._sources_of: tuple[pl.DataFrame, frozenset[str]] | None = None

    @property
    def problems(self) -> tuple[tuple[Path, str], ...]:
        """Files that could not be read, with the reason; those that went away are not listed."""
        there = [(path, reason) for path, reason in self._bad.items() if path.exists()]
        return tuple(sorted((*there, *self._live_bad)))

    def read_runs(self) -> pl.DataFrame:
        """Read every run once; see `Store.read_runs`."""
        with self._lock:
            # Journals first: one that is sealed in between is then found as a row as well, and
            # its row hides it; the other way round it would be in neither.
            live, bad = self._read_live("")
            changed = self._refresh_rows() or self._stale
            self._stale = False
            self._live_bad = tuple(bad)
            if changed or live or self._live or self._current is None:
                self._live = live
                self._current = self._assemble()
            return self._name_experiments(self._current)

    def read_run(self, run_id: str) -> RunRecord:
        """Read one run by its whole id; what it costs does not grow with the others."""
        with self._lock:
            return self._read_alone(run_id)[0]

    def _read_alone(self, run_id: str) -> tuple[RunRecord, Tables]:
        """Read one run from its own rows and journals; returns also the tables of these alone."""
        live, bad = self._read_live(run_id)  # before the rows, as in `read_runs`
        self._live_bad = tuple({**dict(self._live_bad), **dict(bad)}.items())
        self._stale |= self._refresh_rows()
        rows = empty_runs() if self._rows is None else self._rows
        own = Tables(self._layout, self._read_live)
        own._rows, own._live = rows.filter(pl.col("run_id") == run_id), live
        own._sound, own._bad, own._leaves = self._sound, self._bad, self._leaves
        found = own._name_experiments(own._assemble())
        if found.height == 0:
            raise NotFoundError(
                f"no run {quote(run_id)} in the store {quote(self._layout.location)}",
                hint="runsite runs lists them",
            )
        return record_from_row(found.row(0, named=True)), own

    def read_base(self, run_id: str) -> RunRecord:
        """Read a run as a new session shall begin with it: what is sealed, and all that is known.

        Points of a session in progress elsewhere are not counted: they are that session's to
        seal.
        """
        with self._lock:
            record, own = self._read_alone(run_id)
            if not own._live:  # noqa: SLF001 - of the same class
                return record
            sealed = own._sealed_record(run_id)  # noqa: SLF001 - of the same class
        return _with_sealed_part(record, sealed)

    def find_sealed(self, run_id: str, session: str) -> tuple[RunRecord, int] | None:
        """Find the row of a session and how many points were sealed with it; None without one."""
        with self._lock:
            self._stale |= self._refresh_rows()
            rows = empty_runs() if self._rows is None else self._rows
            rows = rows.filter(pl.col("run_id") == run_id, pl.col("session") == session)
            if rows.height == 0:
                return None
            summaries = self._summary_of(run_id, session)
        record = record_from_row(rows.row(0, named=True))
        return record, sum(summary.count for summary in summaries.values())

    def scan_metrics(self, run_ids: Collection[str] | None = None) -> pl.LazyFrame:
        """Scan every point that counts; see `Store.scan_metrics`."""
        with self._lock:
            runs = self.read_runs()
            sources = self._list_sources(runs)
            live = [live for live in self._live if len(live.columns)]
        if run_ids is not None:
            wanted = frozenset(run_ids)
            sources = tuple(source for source in sources if source.run_ids & wanted)
            live = [live for live in live if live.record.run_id in wanted]
        frames = [*_scan_sources(sources), *_scan_live(live)]
        if not frames:
            frames = [empty_metrics().lazy()]
        points = frames[0] if len(frames) == 1 else pl.concat(frames, how="vertical")
        if run_ids:
            # Parts are ordered by run and say which runs each of their groups has: a range lets
            # the reader pass over the others, a list of ids alone does not.
            run = pl.col("run_id")
            points = points.filter(
                run.is_between(pl.lit(min(run_ids)), pl.lit(max(run_ids))),
                run.is_in(pl.Series(sorted(run_ids), dtype=pl.String).implode()),
            )
        return points.select("run_id", "key", "step", "timestamp", "value")

    def _list_sources(self, runs: pl.DataFrame) -> tuple[_Source, ...]:
        """Choose the files of all points that are sealed; again only where files came or went."""
        names = list_names(self._layout.metrics)
        known = self._sources_of
        if known is None or known[0] is not runs or known[1] != names:
            live = {(live.record.run_id, live.session) for live in self._live}
            listed = {
                f"{run_id}.{part}"
                for run_id, part in runs.select("run_id", "parts").explode("parts").iter_rows()
                if part is not None and (run_id, part) not in live
            }
            self._sources = tuple(self._choose_sources(listed))
            self._sources_of = (runs, names)
        return self._sources

    def merged_leaves(self, folder: Path) -> dict[Path, frozenset[str]]:
        """Tell which leaves each merged part of a folder holds; a damaged one holds none."""
        with self._lock:
            self._layout.refresh(folder)
            merged = [part for part in list_parts(folder) if part.is_merged]
            return {
                part.path: self._leaves_of(part.path) for part in merged if self._is_sound(part)
            }

    # -- runs ------------------------------------------------------------------------------

    def _refresh_rows(self) -> bool:
        self._layout.refresh(self._layout.runs)
        names = list_names(self._layout.runs)
        if names == self._known and self._rows is not None:
            return False
        for _ in range(_ATTEMPTS):
            self._read_rows(names)
            # A file that went while it was read (compaction) took its rows along: its successor
            # is there by now.
            names = list_names(self._layout.runs)
            if self._known <= names:
                break
        return True

    def _read_rows(self, names: frozenset[str]) -> None:
        if self._rows is None or self._known - names:
            # Files went (compaction, another branch): what they gave must go as well.
            self._known, self._rows = frozenset(), None
        parts = (parse_name(self._layout.runs / name) for name in sorted(names - self._known))
        new = [part for part in parts if part is not None]
        fresh = read_runs_files(new, report=self._report_runs)
        self._rows = fresh if self._rows is None else pl.concat([self._rows, fresh])
        self._known = names

    def _report_runs(self, path: Path, reason: str) -> None:
        self._bad[path] = reason

    def _assemble(self) -> pl.DataFrame:
        rows = self._rows if self._rows is not None else empty_runs()
        if self._live:
            rows = pl.concat([rows, frame_of_records(live.record for live in self._live)])
        single, several = find_heads(rows)
        # A journal whose session some row lists is sealed already: its points are in a part.
        kept = set(pl.concat([single, several]).select("run_id", "session").iter_rows())
        sealed = set() if self._rows is None else set(self._sealed_sessions())
        self._live = [
            live
            for live in self._live
            if (live.record.run_id, live.session) in kept
            and (live.record.run_id, live.session) not in sealed
        ]
        if several.height:
            merged = frame_of_records(merge_heads(several, summary_of=self._summary_of))
            single = pl.concat([single, merged])
        return single.sort("start_time", "run_id")

    def _name_experiments(self, runs: pl.DataFrame) -> pl.DataFrame:
        """Give runs their experiment's name of today: rows keep the one that it had then."""
        names = {record.experiment_id: record.name for record in read_experiments(self._layout)}
        if self._named is None or self._named[0] is not runs or self._named[1] != names:
            then, key = runs["experiment"], runs["experiment_id"]
            today = key.replace_strict(names, default=then, return_dtype=pl.String).alias(then.name)
            named = runs if today.equals(then) else runs.with_columns(today)
            self._named = (runs, names, named)
        return self._named[2]

    def _sealed_sessions(self) -> list[tuple[str, str]]:
        if self._rows is None or not self._live:
            return []
        ids = [live.record.run_id for live in self._live]
        rows = self._rows.filter(pl.col("run_id").is_in(ids))
        return list(rows.select("run_id", "sessions").explode("sessions").iter_rows())

    def _sealed_record(self, run_id: str) -> RunRecord | None:
        if self._rows is None:
            return None
        single, several = find_heads(self._rows.filter(pl.col("run_id") == run_id))
        if several.height:
            return merge_heads(several, summary_of=self._summary_of)[0]
        return record_from_row(single.row(0, named=True)) if single.height else None

    # -- metrics ---------------------------------------------------------------------------

    def _summary_of(self, run_id: str, part: str) -> Mapping[str, MetricSummary]:
        for live in self._live:
            if (live.record.run_id, live.session) == (run_id, part):
                return live.summaries
        from runsite.store.parts import summarise_part  # Arrow, which most reading does without

        return summarise_part(self._read_part(run_id, part).to_arrow())

    def _read_part(self, run_id: str, part: str) -> pl.DataFrame:
        wanted = (pl.col("run_id") == run_id) & (pl.col("part") == part)
        for _ in range(_ATTEMPTS):
            sources = self._choose_sources({f"{run_id}.{part}"})
            frames = _scan_sources(sources[:1]) or [empty_metrics().lazy()]
            with contextlib.suppress(FileNotFoundError):  # compacted meanwhile
                return pl.concat(frames).filter(wanted).collect()
        return empty_metrics()

    def _choose_sources(self, listed: set[str]) -> list[_Source]:
        """Choose files so that each listed leaf comes from exactly one; the others are left out."""
        for _ in range(_ATTEMPTS):
            names = list_names(self._layout.metrics)
            sources, missing = self._try_sources(listed)
            if not missing or names == list_names(self._layout.metrics):
                break  # else a file went while it was looked at: its successor is there by now
        return sources

    def _try_sources(self, listed: set[str]) -> tuple[list[_Source], set[str]]:
        remaining = set(listed)
        sources: list[_Source] = []
        self._layout.refresh(self._layout.metrics)
        parts = list_parts(self._layout.metrics)
        for part in sorted(parts, key=lambda part: not part.is_merged):
            leaves = self._leaves_of(part.path) if part.is_merged else frozenset({part.leaf})
            wanted = leaves & remaining
            if wanted and self._is_sound(part):
                whole = None if wanted == leaves else frozenset(wanted)
                run_ids = frozenset(leaf.split(".", 1)[0] for leaf in wanted)
                sources.append(_Source(part.path, whole, run_ids))
                remaining -= wanted
        return sources, remaining

    def _leaves_of(self, path: Path) -> frozenset[str]:
        if path not in self._leaves:
            try:
                metadata = pl.read_parquet_metadata(path)
            except (OSError, pl.exceptions.PolarsError) as error:
                self._bad[path] = f"cannot be read as Parquet: {str(error).splitlines()[0][:200]}"
                return frozenset()
            newer = explain_format(metadata)
            if newer:
                self._bad[path] = newer
                return frozenset()
            self._leaves[path] = frozenset(metadata.get(LEAVES_KEY, "").split())
        return self._leaves[path]

    def _is_sound(self, part: PartFile) -> bool:
        """Compare a file with the checksum in its name, once: a file never changes."""
        if part.path in self._sound:
            return True
        try:
            crc, end = read_crc(part.path)
        except FileNotFoundError:
            return False
        except OSError as error:
            self._bad[part.path] = f"cannot be read: {error.strerror or error}"
            return False
        damaged = DAMAGED if part.crc not in (None, crc) else ""
        reason = damaged or find_newer(part.path, end)
        if reason:
            self._bad[part.path] = reason
            return False
        self._sound.add(part.path)
        return True


def _scan_sources(sources: Sequence[_Source]) -> list[pl.LazyFrame]:
    """Scan files: those that count whole by one scan, each of the others by its own."""
    whole = [source.path for source in sources if source.leaves is None]
    frames = [_scan_files(whole)] if whole else []
    leaf = pl.concat_str("run_id", pl.lit("."), "part")
    return frames + [
        _scan_files([source.path]).filter(leaf.is_in(sorted(source.leaves)))
        for source in sources
        if source.leaves is not None
    ]


def _scan_live(live: Sequence[LiveRun]) -> list[pl.LazyFrame]:
    if not live:
        return []
    from runsite.store.live import live_points

    return [live_points(each).lazy() for each in live]


def _scan_files(paths: Sequence[Path]) -> pl.LazyFrame:
    return pl.scan_parquet(
        list(paths),
        schema=METRICS_SCHEMA,
        extra_columns="ignore",
        missing_columns="insert",
        glob=False,
    )


def _with_sealed_part(record: RunRecord, sealed: RunRecord | None) -> RunRecord:
    if sealed is None:
        return dataclasses.replace(record, metrics={}, parts=(), sessions=(), revision=0)
    return dataclasses.replace(
        record,
        metrics=sealed.metrics,
        parts=sealed.parts,
        sessions=sealed.sessions,
        revision=sealed.revision,
    )
