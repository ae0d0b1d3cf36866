"""The store as the layers above see it: open, start and resume runs, read runs and points."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from runsite.errors import (
    CorruptFileError,
    FormatVersionError,
    InvalidValueError,
    NotFoundError,
    RunsiteError,
    StoreError,
    quote,
)
from runsite.records import ExperimentRecord, RunRecord, RunStatus
from runsite.store.experiments import read_experiments, write_experiment
from runsite.store.forks import check_can_read
from runsite.store.journal import make_session
from runsite.store.journal_reading import JournalContents, read_journal
from runsite.store.layout import Layout, check_format, create_layout, open_layout
from runsite.store.seal import find_journals, is_alive, seal_journal
from runsite.store.writer import RunWriter

if TYPE_CHECKING:
    import polars as pl

    from runsite.store.compact import Merge
    from runsite.store.live import LiveRun
    from runsite.store.tables import Tables

__all__ = ["Store"]

_T = TypeVar("_T")
ATTEMPTS: Final = 10


class Store:
    """One store. Cheap to open; threads may share it; nothing needs closing.

    Reading keeps what it has read, so a second question costs only what is new. Files that
    cannot be read are passed over and listed in `problems`.
    """

    def __init__(self, layout: Layout, *, exists: bool = True) -> None:
        self._layout = layout
        self._exists = exists
        self._tables: Tables | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, location: str | os.PathLike[str], *, missing_ok: bool = False) -> Store:
        """Open a store that exists.

        Args:
            location: A path, a ``file:`` URL, or a URL of object storage (docs/locations.md).
            missing_ok: Take a folder that is no store yet, or not there, for an empty one.

        Raises:
            StoreError: No store is there, or it is another tool's, newer, or unreadable.
        """
        layout = open_layout(location)
        exists = check_format(layout)
        if not exists and not missing_ok:
            raise StoreError(
                f"there is no runsite store at {quote(layout.location)}",
                hint="log a run first, or name the store with --store or RUNSITE_TRACKING_URI",
            )
        return cls(layout, exists=exists)

    @classmethod
    def create(cls, location: str | os.PathLike[str]) -> Store:
        """Open a store, and make it where it is missing.

        Raises:
            StoreError: The path is a file, belongs to another tool, or cannot be written.
        """
        return cls(create_layout(location))

    @classmethod
    def assume(cls, location: str | os.PathLike[str]) -> Store:
        """Take what is at a location for a store without a look: nobody can look there now."""
        return cls(open_layout(location))

    @property
    def layout(self) -> Layout:
        """The paths of the store."""
        return self._layout

    @property
    def root(self) -> Path:
        """The store's folder; of a store in object storage its half on this machine."""
        return self._layout.root

    @property
    def exists(self) -> bool:
        """Whether a store is there, rather than taken for empty (``missing_ok``)."""
        return self._exists

    @property
    def location(self) -> str:
        """What a person calls the store: its path, or its URL without the query."""
        return self._layout.location

    @property
    def problems(self) -> tuple[tuple[Path, str], ...]:
        """Files that could not be read so far, with the reason, in the order of their paths."""
        return self._open_tables().problems

    def artifacts_dir(self, run_id: str) -> Path:
        """Return the folder of a run's artifacts, all of them in it; it need not exist."""
        return self._layout.fetch_artifacts(run_id)

    def find_artifact(self, run_id: str, path: str) -> Path | None:
        """Return a file of a run; None where it is gone, no plain file, or leads out of the store.

        A run's record and its folder come with the repository, from whoever could write to it: a
        path or a link in them may point at anything that this process can read.
        """
        try:
            found = self.artifacts_dir(run_id) / path
            inside = found.resolve().is_relative_to(self._layout.artifacts.resolve())
            return found if inside and found.is_file() else None
        except (OSError, ValueError, RuntimeError):  # a NUL, a name too long, a loop of links
            return None

    # -- writing ---------------------------------------------------------------------------

    def start_run(self, record: RunRecord) -> RunWriter:
        """Begin a new run; its beginning is in the journal when this returns."""
        return RunWriter(self._layout, record)

    def resume_run(self, run_id: str, *, owner: bool = True) -> RunWriter:
        """Begin another session of a run: sealed, interrupted, or in progress elsewhere.

        Args:
            run_id: All of it.
            owner: The session decides the run's status.

        Raises:
            NotFoundError: There is no such run.
        """
        for path in find_journals(self._layout, run_id):
            seal_journal(self._layout, path)
        base = self._open_tables().read_base(run_id)
        return RunWriter(self._layout, base, owner=owner)

    def update_run(
        self,
        run_id: str,
        *,
        tags: Mapping[str, str] | None = None,
        deleted_tags: tuple[str, ...] = (),
        **fields: object,
    ) -> None:
        """Change a run that is not this process's: a session of its own, sealed at once.

        Raises:
            NotFoundError: There is no such run.
        """
        writer = self.resume_run(run_id)
        if tags:
            writer.set_tags(tags)
        for key in deleted_tags:
            writer.delete_tag(key)
        if fields:
            writer.set_fields(**fields)
        status = fields.get("status", writer.record.status)
        if status == RunStatus.RUNNING:
            status = None
        end_time = fields.get("end_time", writer.record.end_time)
        writer.close(
            status=str(status) if status else None,
            end_time=end_time if isinstance(end_time, datetime) else None,
        )

    def write_experiment(self, record: ExperimentRecord) -> None:
        """Add a revision of an experiment: its tags, name or life-cycle stage.

        Raises:
            StoreError: It cannot be written.
        """
        session = make_session(time.time_ns())
        now = datetime.now(UTC)
        stamped = dataclasses.replace(
            record,
            session=session,
            revision=record.revision + 1,
            created=record.created or now,
            updated=now,
        )
        try:
            write_experiment(self._layout, stamped)
        except OSError as error:
            raise StoreError(
                f"cannot write the experiment {quote(record.name)} to the store "
                f"{quote(str(self.root))}: {error.strerror or error}"
            ) from error
        self._layout.publish(strict=False)

    def seal(self, *, salvage: bool = False, force: bool = False) -> list[RunRecord]:
        """Seal every journal whose process is gone; returns the rows written.

        Raises:
            CorruptFileError: A journal is damaged before its end, and not `salvage`; the others
                are sealed all the same.
        """
        sealed: list[RunRecord] = []
        first: StoreError | None = None
        for path in find_journals(self._layout):
            try:
                record = seal_journal(self._layout, path, salvage=salvage, force=force)
            except (CorruptFileError, FormatVersionError) as error:
                first = first or error
                continue
            if record is not None:
                sealed.append(record)
        self._layout.publish()
        if first is not None:
            raise first
        return sealed

    def plan_compaction(self, *, everything: bool = False) -> list[Merge]:
        """Plan which parts would become one; see `compact`."""
        from runsite.store.compact import find_merges

        listed = frozenset(
            f"{run_id}.{part}"
            for run_id, part in self.read_runs()
            .select("run_id", "parts")
            .explode("parts")
            .drop_nulls()
            .iter_rows()
        )
        return find_merges(
            self._layout, listed=listed, now=datetime.now(UTC), everything=everything
        )

    def compact(self, *, everything: bool = False) -> Iterator[Merge]:
        """Merge the small parts of closed months, yielding each merge as it was done.

        Args:
            everything: Take the month in progress too.
        """
        from runsite.store.compact import write_merge

        for merge in self.plan_compaction(everything=everything):
            yield write_merge(self._layout, merge)

    # -- reading ---------------------------------------------------------------------------

    def read_runs(self) -> pl.DataFrame:
        """Read every run once, as its newest revision, journals included.

        Returns:
            The columns of ``docs/format.md``, ordered by start time and run id.
        """
        return self._open_tables().read_runs()

    def read_run(self, run_id: str) -> RunRecord:
        """Read one run.

        Args:
            run_id: All of it, or a beginning that only one run has.

        Raises:
            NotFoundError: No run, or more than one, begins so.
        """
        return self._open_tables().read_run(self._complete(run_id))

    def find_run_ids(self, prefix: str) -> list[str]:
        """List the ids that begin with `prefix`, sorted."""
        ids = self.read_runs()["run_id"]
        return sorted(run_id for run_id in ids if run_id.startswith(prefix.lower()))

    def scan_metrics(self, run_ids: Collection[str] | None = None) -> pl.LazyFrame:
        """Scan every point that counts: run_id, key, step, timestamp, value.

        Within a run and key, points are in the order of logging.

        Args:
            run_ids: Only these runs; files that have none of them are not opened.
        """
        return self._open_tables().scan_metrics(run_ids)

    def ask_metrics(
        self,
        question: Callable[[pl.LazyFrame], _T],
        *,
        run_ids: Collection[str] | None = None,
    ) -> _T:
        """Ask a question of what `scan_metrics` gives, again where files went away meanwhile.

        Args:
            question: Collects what it wants to know; asked more than once it must answer alike.
            run_ids: Only these runs.

        Raises:
            StoreError: Files went away each time that it was asked.
        """
        for _ in range(ATTEMPTS):
            try:
                return question(self.scan_metrics(run_ids))
            except FileNotFoundError as error:  # compacted or removed: its successor is there now
                last = error
        raise StoreError(
            f"files of the store {quote(self.location)} went away while they were read",
            hint="try again when runsite compact and runsite gc are done",
        ) from last

    def read_experiments(self) -> list[ExperimentRecord]:
        """Read the experiments: those with a record of their own and those that runs name."""
        records = {r.experiment_id: r for r in read_experiments(self._layout)}
        runs = self.read_runs()
        for name, experiment_id in (
            runs.select("experiment", "experiment_id").unique(maintain_order=True).iter_rows()
        ):
            if experiment_id not in records:
                records[experiment_id] = ExperimentRecord(experiment_id=experiment_id, name=name)
        return sorted(records.values(), key=lambda r: (r.name, r.experiment_id))

    def merged_leaves_by_file(self, folder: Path) -> dict[Path, frozenset[str]]:
        """Tell which leaves each merged part of the ``runs`` or ``metrics`` folder holds."""
        return self._open_tables().merged_leaves(folder)

    def merged_leaves(self) -> dict[Path, frozenset[str]]:
        """Tell which leaves the merged parts of each folder hold together."""
        return {
            folder: frozenset().union(*self.merged_leaves_by_file(folder).values())
            for folder in (self._layout.runs, self._layout.metrics)
        }

    def _complete(self, run_id: str) -> str:
        if not isinstance(run_id, str):
            raise InvalidValueError(f"a run id is text, not {quote(run_id)}")
        if len(run_id) == 32:
            return run_id
        found = self.find_run_ids(run_id) if run_id else []
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFoundError(
                f"{len(found)} runs begin with {quote(run_id)}",
                hint=f"write more of it: {', '.join(found[:3])}",
            )
        raise NotFoundError(
            f"no run {quote(run_id)} in the store {quote(self.location)}",
            hint="runsite runs lists them",
        )

    def _open_tables(self) -> Tables:
        check_can_read(self.location)
        with self._lock:
            if self._tables is None:
                # Polars is not loaded by a process that only logs.
                from runsite.store.tables import Tables

                self._tables = Tables(self._layout, self._read_live)
            return self._tables

    def _read_live(self, run_id: str) -> tuple[list[LiveRun], list[tuple[Path, str]]]:
        live: list[LiveRun] = []
        problems: list[tuple[Path, str]] = []
        for path in find_journals(self._layout, run_id):
            from runsite.store.live import read_live  # Arrow, for journals alone

            contents = _try_journal(path, problems)
            if contents is None:
                continue
            try:
                live.append(read_live(contents, alive=is_alive(contents)))
            except CorruptFileError as error:
                problems.append((path, error.problem))
        return live, problems


def _try_journal(path: Path, problems: list[tuple[Path, str]]) -> JournalContents | None:
    try:
        contents = read_journal(path, salvage=True)
    except FileNotFoundError:
        return None
    except (RunsiteError, OSError) as error:
        reason = error.problem if isinstance(error, RunsiteError) else str(error)
        problems.append((path, reason))
        return None
    if contents.damage:
        problems.append(
            (path, f"damaged at offset {contents.damage[0]}; the readable rest is shown")
        )
    return contents
