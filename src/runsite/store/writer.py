"""The writing end of one run: what tracking calls, and what happens when the disk says no.

Tracking never kills training: a failure of the file system is one warning, the run is marked
incomplete, and logging goes on (it may work again). ``RUNSITE_STRICT=1`` raises instead.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from runsite.errors import RunsiteError, RunStateError, StoreError, quote
from runsite.records import ArtifactRecord, InputRecord, ModelRecord, RunRecord, SourceRecord
from runsite.store.cleaning import clean_text, clean_texts, clean_values
from runsite.store.fold import time_to_us
from runsite.store.hot_path import LogPoint, refuse_point
from runsite.store.journal import Journal, make_session
from runsite.store.layout import Layout, create_layout
from runsite.store.rolling import ROLL_BYTES, Rolling
from runsite.store.seal import find_journals, find_rest, seal_contents, seal_journal
from runsite.store.watching import FinishedError, Watcher, gone

__all__ = ["STRICT_ENV", "RunWriter"]

STRICT_ENV = "RUNSITE_STRICT"
_log = logging.getLogger("runsite")


class RunWriter(Watcher):
    """Writes one session of one run, from start or resume to `close`.

    Threads may share it. A forked child may go on using it: its points go to a journal of the
    child's own and join the run's when that is sealed, and only the parent ends the run.

    Attributes:
        log_point: The hot path, ``log_point(key, value, step)``: one write, no check. It raises
            on anything unusual (a new key, no float, a closed or full journal); `log_metrics`
            then does the same with care.
        params: Params as they stand, for the check that none changes.
        tags: Tags as they stand.
    """

    def __init__(self, layout: Layout, record: RunRecord, *, owner: bool = True) -> None:
        self._layout = layout
        self._record = record
        self._owner = owner
        self._lock = threading.RLock()
        self._closed = False
        self._opened_ns = 0
        self._warned = False
        self.incomplete = record.incomplete
        self.params: dict[str, str] = dict(record.params)
        self.tags: dict[str, str] = dict(record.tags)
        self.log_point: LogPoint = refuse_point
        self._journal: Journal | None = None
        self._failure: OSError | RunsiteError | None = None
        self._rolling = Rolling(layout, record)
        _writers.add(self)
        self._guard(self._open)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._record.run_id

    @property
    def record(self) -> RunRecord:
        """The run as it was when this session began."""
        return self._record

    @property
    def closed(self) -> bool:
        """Whether `close` has been called."""
        return self._closed

    @property
    def artifacts_dir(self) -> Path:
        """Folder of the run's artifacts; it need not exist yet."""
        return self._layout.artifacts_of(self.run_id)

    def log_metrics(self, points: Iterable[tuple[str, float, int, int | None]]) -> None:
        """Log points ``(key, value, step, time_us)`` by one write; time None is now.

        Raises:
            RunStateError: The run has ended.
        """
        now = time.time_ns()
        batch = [
            (clean_text(key), value, step, now if time_us is None else time_us * 1000)
            for key, value, step, time_us in points
        ]
        self._append(lambda journal: journal.log_points(batch))

    def set_params(self, params: Mapping[str, str]) -> None:
        """Add params. That none changes its value is the caller's to check."""
        clean = clean_texts(params)
        self.params.update(clean)
        self._log_event("params", v=clean)

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags; a later value replaces an earlier one."""
        clean = clean_texts(tags)
        self.tags.update(clean)
        self._log_event("tags", v=clean)

    def delete_tag(self, key: str) -> None:
        """Remove a tag; it need not be there."""
        self.tags.pop(clean_text(key), None)
        self._log_event("untag", key=clean_text(key))

    def add_input(self, record: InputRecord) -> None:
        """Record a dataset that the run used."""
        self._log_event("input", v=clean_values(dataclasses.asdict(record)))

    def add_artifacts(self, records: Iterable[ArtifactRecord]) -> None:
        """Record files that now stand in the run's artifact folder."""
        values = [clean_values(dataclasses.asdict(record)) for record in records]
        if values:
            self._log_event("artifacts", v=values)

    def add_model(self, record: ModelRecord) -> None:
        """Record a model that stands in the run's artifact folder."""
        self._log_event("model", v=clean_values(dataclasses.asdict(record)))

    def set_source(self, record: SourceRecord) -> None:
        """Record what the run came from."""
        self._log_event("source", v=clean_values(dataclasses.asdict(record)))

    def set_fields(self, **values: object) -> None:
        """Change the run's own fields.

        These are run_name, status, end_time, lifecycle_stage, experiment, experiment_id,
        parent_run_id, interrupted and incomplete. Times are `datetime.datetime` with a zone.
        """
        plain = {
            key: time_to_us(value) if isinstance(value, datetime) else value
            for key, value in values.items()
        }
        self._log_event("set", **clean_values(plain))

    def close(self, *, status: str | None = None, end_time: datetime | None = None) -> None:
        """End this session and seal it. A second call does nothing.

        Args:
            status: The run's status from now on; None leaves it as it is.
            end_time: When the run ended.
        """
        with self._lock:
            if self._closed:
                return
        with self._rolling.lock, self._lock:  # a roll that is under way comes to its end
            self._guard(self._raise_failure)
            if self._rolling.is_behind:
                self._guard(self._seal_old)
                self._rolling.let_go()
            if self._journal is not None:
                changes: dict[str, object] = {}
                if status is not None and self._owner:
                    end_us = None if end_time is None else time_to_us(end_time)
                    changes = {"status": status, "end_time": end_us}
                if self.incomplete or (self._journal.vanished and not self._is_sealed()):
                    changes["incomplete"] = True
                if changes:
                    self._append(lambda journal: journal.log_end(**changes))
            self._closed = True
            self.log_point = refuse_point
            journal, self._journal = self._journal, None
        _writers.discard(self)
        if journal is not None:
            self._guard(lambda: self._seal(journal))
            strict = os.environ.get(STRICT_ENV) == "1"
            self._guard(lambda: self._layout.publish(strict=strict))

    def _seal(self, journal: Journal) -> None:
        try:
            journal.finish()
            contents, rest = journal.read(), None
            vanished = journal.vanished
            self._make_anew(vanished=vanished)
            if vanished:
                rest = find_rest(self._layout, contents)
            seal_contents(self._layout, rest or contents)
            if vanished and rest is None and not self._warned:
                raise gone(journal.path)
        finally:
            journal.close()
        for path in find_journals(self._layout, self.run_id):
            seal_journal(self._layout, path)  # of forked children that are gone

    def _make_anew(self, *, vanished: bool) -> None:
        """Make the store again where it is gone, or was moved: parts without it nobody finds."""
        layout = self._layout
        if layout.mirror is not None or layout.marker.exists():
            return
        create_layout(layout.root)
        if not vanished and not self._warned:
            self._warned = True
            _log.warning(
                "run %s: the store %s was moved while the run went on. The run is in a new store "
                "there; files that it logged before are where the old one went.",
                self.run_id,
                quote(str(layout.root)),
            )

    def roll(self, *, least_bytes: int = 0) -> None:
        """Go on in a new journal, and seal what the old one holds, if it is so large.

        Happens by itself, beside the training, when a journal is large. What goes wrong is told
        by the next call.
        """
        try:
            with self._rolling.lock:
                self._roll(least_bytes)
        except (OSError, RunsiteError) as error:
            self.note_failure(error)

    def note_size(self, size_bytes: int) -> None:
        """Roll, beside the training, when the journal is large."""
        if size_bytes > ROLL_BYTES:
            self._rolling.start(lambda: self.roll(least_bytes=ROLL_BYTES))

    def note_gone(self, path: Path) -> None:
        """Tell by the next call that the journal was removed; go on in another if it is sealed."""
        journal = self._journal
        if journal is None or journal.path != path:
            return  # sealed by this very process
        sealed = self._is_sealed()
        if self._journal is not journal:
            return  # meanwhile
        if sealed:
            _log.warning(
                "run %s was sealed by another process while it goes on; it goes on in a new "
                "journal, and nothing of it is lost.",
                self.run_id,
            )
            self._rolling.start(self.roll)
        else:
            self.note_failure(gone(path))

    def _is_sealed(self) -> bool:
        """Tell whether somebody sealed the journal; not, where the store does not answer."""
        journal = self._journal
        try:
            return journal is not None and find_rest(self._layout, journal.read()) is not None
        except (OSError, RunsiteError):
            return False

    def note_failure(self, error: OSError | RunsiteError) -> None:
        """Take what the disk answered to a thread beside the training; the next call tells it."""
        self._failure = error
        self.log_point = refuse_point

    def _roll(self, least_bytes: int) -> None:
        self._seal_old()  # of an earlier roll that failed
        with self._lock:
            journal = self._journal
            if journal is None or self._closed:
                return
            if journal.size > least_bytes:
                self._journal = self._rolling.begin_next(journal, self._open_journal)
                self.log_point = self._journal.log_point
        self._seal_old()

    def _seal_old(self) -> None:
        self._rolling.seal_old(self._tell)

    def _tell(self, kind: str, values: dict[str, object]) -> None:
        if self._journal is not None:
            self._journal.log_event(kind, **values)

    def _open_journal(self, record: RunRecord) -> Journal:
        # Points are read in the order of their sessions' names, which begin with the millisecond.
        self._opened_ns = max(time.time_ns(), self._opened_ns + 1_000_000)
        session = make_session(self._opened_ns)
        folder = self._layout.live
        return Journal(folder, record, session=session, owner=self._owner, watcher=self)

    def _open(self) -> None:
        self._journal = self._open_journal(self._record)
        self.log_point = self._journal.log_point

    def _log_event(self, kind: str, **values: object) -> None:
        with self._lock:
            self._append(lambda journal: journal.log_event(kind, **values))
            self._rolling.note(kind, values)

    def _append(self, action: Callable[[Journal], None]) -> None:
        if self._closed:
            raise RunStateError(
                f"run {quote(self.run_id)} has ended in this process; nothing more can be logged",
                hint="start_run(run_id=...) resumes it",
            )
        self._guard(lambda: self._with_journal(action))

    def _with_journal(self, action: Callable[[Journal], None]) -> None:
        while True:
            with self._lock:
                if self._journal is None:
                    self._open()
                journal = self._journal
            if journal is None:
                return
            try:
                action(journal)
            except FinishedError:
                if self._journal in (journal, None):
                    raise
                continue  # rolled meanwhile: the point belongs to the next journal
            break
        self._raise_failure()

    def _raise_failure(self) -> None:
        error, self._failure = self._failure, None
        if error is not None:
            if self._journal is not None:
                self.log_point = self._journal.log_point
            raise error

    def _guard(self, action: Callable[[], None]) -> None:
        """Do something to the disk; a failure is one warning, or an error under RUNSITE_STRICT."""
        try:
            action()
        except (OSError, RunsiteError) as error:
            self.take_failure(error)

    def take_failure(self, error: OSError | RunsiteError) -> None:
        """Go on without what could not be written: one warning a run, the run is incomplete.

        Raises:
            StoreError: `RUNSITE_STRICT` is 1 (or the error itself, if it says where and what).
        """
        self.incomplete = True
        if os.environ.get(STRICT_ENV) == "1":
            if isinstance(error, RunsiteError):
                raise error
            raise StoreError(
                f"cannot write to the store: {error.strerror or error}",
                where=str(self._layout.root),
            ) from error
        if not self._warned:
            self._warned = True
            _log.warning(
                "run %s is incomplete: cannot write to the store %s: %s. Training goes on; "
                "%s=1 makes this an error.",
                self.run_id,
                quote(str(self._layout.root)),
                error,
                STRICT_ENV,
            )

    def after_fork(self) -> None:
        """Let go of the parent's journal, in a forked child; the next call opens one of its own."""
        self._lock = threading.RLock()
        self._owner = False
        self.log_point = refuse_point
        self._rolling.forget(self._record)
        if self._journal is not None:
            self._journal.abandon()
            self._journal = None


_writers: weakref.WeakSet[RunWriter] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in tuple(_writers):
        writer.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
