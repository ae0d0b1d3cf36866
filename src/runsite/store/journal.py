"""The journal of a run in progress: written by one process, read by anybody (`journal_reading`).

Each call puts whole slots into the system's page cache, by a memory map where that is safe and by
one ``write`` elsewhere, so ``kill -9`` at any instant loses nothing that a call had returned from;
a thread syncs open journals each second, so power loss takes at most that.
(docs/decisions/0009-mapped-journal.md)
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from runsite.records import RunRecord
from runsite.store import locks
from runsite.store.files import TEMP_PREFIX
from runsite.store.fold import format_record
from runsite.store.growth import MappedFile, WrittenFile, set_appending
from runsite.store.hot_path import LogPoint, make_log_point, refuse_point
from runsite.store.journal_reading import JournalContents, make_contents, parse_journal
from runsite.store.mounts import can_map
from runsite.store.slots import HEADER, format_event, format_point
from runsite.store.syncer import syncer
from runsite.store.watching import FinishedError, Watcher

__all__ = ["JOURNAL_ENV", "SUFFIX", "Journal", "journal_name", "make_session"]

JOURNAL_ENV: Final = "RUNSITE_JOURNAL"
"""``write`` keeps journals away from memory maps."""

SUFFIX: Final = ".journal"


def make_session(time_ns: int) -> str:
    """Make a journal's id: 20 hex digits, time-ordered, never the same twice."""
    return f"{time_ns // 1_000_000:012x}{secrets.token_hex(4)}"


def journal_name(run_id: str, session: str) -> str:
    """Name a journal's file."""
    return f"{run_id}.{session}{SUFFIX}"


class Journal:
    """The writing end of a journal.

    Lives from the start (or resume) of a run until it is sealed; the run's writer closes it.
    Threads may share it; after a fork the child must `abandon` it and open one of its own.

    Attributes:
        log_point: The hot path, ``log_point(key, value, step)``: append one point, now. It raises
            KeyError where the key has no id yet, `struct.error` or TypeError where `value` is no
            float or `step` no int64, and any of these where the file cannot take it as it is:
            `log_points` then does, or tells why not.

    Raises:
        OSError: From every method that writes, when the file system refuses; what was asked is
            then not in the file, and the file holds whole slots only.
    """

    __slots__ = (
        "_descriptor",
        "_file",
        "_finished",
        "_keys",
        "_lock",
        "_synced",
        "_told",
        "_watcher",
        "log_point",
        "path",
    )

    def __init__(
        self,
        folder: Path,
        record: RunRecord,
        *,
        session: str,
        owner: bool,
        watcher: Watcher | None = None,
    ) -> None:
        self.path = folder / journal_name(record.run_id, session)
        self._keys: dict[str, int] = {}
        self._lock = threading.Lock()
        self._synced = 0
        self._finished = False
        self._told = False
        opening = format_event(
            "open",
            time_ns=time.time_ns(),
            values={
                "session": session,
                "owner": owner,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "record": format_record(record),
            },
        )
        # Other processes must not find it before the sign of life is there: they would take it
        # for a dead run's and seal it.
        temporary = folder / f"{TEMP_PREFIX}{session}"
        self._descriptor, mapped = _open_new(temporary)
        try:
            locks.hold(self._descriptor)
            self._file = _grow(self._descriptor, opening, mapped=mapped)
            temporary.rename(self.path)
        except BaseException:
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self.log_point: LogPoint = make_log_point(self._file, self._keys, self._lock)
        self._watcher = watcher or Watcher()
        syncer.add(self)

    @property
    def size(self) -> int:
        """How many bytes have been appended."""
        return self._file.size

    def log_points(self, points: Iterable[tuple[str, float, int, int]]) -> None:
        """Append points ``(key, value, step, time_ns)``, all or none of them."""
        with self._lock:
            new_keys: dict[str, int] = {}
            chunks: list[bytes] = []
            for key, value, step, time_ns in points:
                key_id = self._keys.get(key)
                if key_id is None:
                    key_id = new_keys.get(key)
                if key_id is None:
                    key_id = new_keys[key] = len(self._keys) + len(new_keys)
                    values: dict[str, object] = {"id": key_id, "name": key}
                    chunks.append(format_event("key", time_ns=time_ns, values=values))
                chunks.append(format_point(step=step, time_ns=time_ns, value=value, key_id=key_id))
            self._append(b"".join(chunks))
            self._keys.update(new_keys)

    def log_event(self, kind: str, **values: object) -> None:
        """Append one event."""
        data = format_event(kind, time_ns=time.time_ns(), values=values)
        with self._lock:
            self._append(data)

    def sync(self) -> None:
        """Make what has been appended survive power loss; the watcher is told if it does not."""
        size = self.size
        if size == self._synced:
            return
        try:
            vanished = self._sync_file()
        except OSError as error:
            self._watcher.note_failure(error)
            return
        self._synced = size
        self._watcher.note_size(size)
        if vanished and not self._told:
            self._told = True
            self._watcher.note_gone(self.path)

    def _sync_file(self) -> bool:
        """Sync the file, if it is open; tell whether it has lost its name."""
        with self._lock:
            if self._descriptor < 0:
                return False
            own = os.dup(self._descriptor)  # another file may have the number a moment later
        try:
            os.utime(own)  # a map does not always tell that the file changed
            os.fsync(own)
            return os.fstat(own).st_nlink == 0
        finally:
            os.close(own)

    def log_end(self, **values: object) -> None:
        """Append the event that ends the run; a full disk has room left for it where it can."""
        data = format_event("set", time_ns=time.time_ns(), values=values)
        with self._lock:
            self._append(data, last=True)

    @property
    def vanished(self) -> bool:
        """Whether the file has lost its name: somebody removed it, or its folder."""
        try:
            return self._descriptor >= 0 and os.fstat(self._descriptor).st_nlink == 0
        except OSError:
            return True  # a server that does not know it any more

    def read(self) -> JournalContents:
        """Read what it holds, by its own descriptor: that works also when the file is removed."""
        self._refuse(finished=self._descriptor < 0)
        with open(self._descriptor, "rb", closefd=False) as file:
            file.seek(0)
            slots = parse_journal(file.read(), self.path)
        return make_contents(self.path, slots)

    def finish(self) -> None:
        """Take no more; the file ends with the last slot. Twice is harmless."""
        with self._lock:
            self.log_point = refuse_point
            if not self._finished:
                self._finished = True
                self._file.finish()

    def close(self) -> None:
        """Close the file; the journal stays in place for whoever seals it. Twice is harmless."""
        syncer.remove(self)
        try:
            self.finish()
        finally:
            with self._lock:
                self._shut()

    def abandon(self) -> None:
        """Let go of the parent's journal in a forked child, without a lock that it may hold."""
        self._lock = threading.Lock()
        self.log_point = refuse_point
        self._finished = True
        self._file.let_go()
        self._shut()

    def _shut(self) -> None:
        # Forgotten first: a child that is forked in between must not close it again.
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _append(self, data: bytes, *, last: bool = False) -> None:
        self._refuse(finished=self._finished)
        if data:
            try:
                self._file.append(data, last=last)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self.path)) from error
            self._watcher.note_size(self._file.size)

    def _refuse(self, *, finished: bool) -> None:
        if finished:
            raise FinishedError(errno.EBADF, os.strerror(errno.EBADF), str(self.path))


def _grow(descriptor: int, opening: bytes, *, mapped: bool) -> MappedFile | WrittenFile:
    """Begin a journal's file with its header and first event."""
    if mapped:
        with contextlib.suppress(OSError):  # no room for a window, or nothing can be reserved
            file = MappedFile(descriptor)
            file.append(HEADER + opening)
            return file
        os.ftruncate(descriptor, 0)
        set_appending(descriptor)
    written = WrittenFile(descriptor)
    written.append(HEADER + opening)
    return written


def _open_new(path: Path) -> tuple[int, bool]:
    """Open a new file; tell whether it may be written through a map."""
    try:
        mapped = _wants_map(path.parent)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        mapped = _wants_map(path.parent)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    return os.open(path, flags if mapped else flags | os.O_APPEND, 0o666), mapped


def _wants_map(folder: Path) -> bool:
    return can_map(folder) and os.environ.get(JOURNAL_ENV, "").lower() != "write"
