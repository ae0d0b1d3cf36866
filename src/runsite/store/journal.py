"""The journal of a run in progress: written by one process, read by anybody.

Each call is one ``write`` of whole slots to a file opened for appending, so ``kill -9`` at any
instant loses nothing that a call had returned from; a thread syncs open journals each second,
so power loss takes at most that.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

from runsite.errors import CorruptFileError, FormatVersionError
from runsite.records import RunRecord
from runsite.store import locks
from runsite.store.files import TEMP_PREFIX
from runsite.store.fold import format_record, parse_record
from runsite.store.slots import (
    HEADER,
    SLOT,
    Event,
    TornSlotError,
    format_event,
    format_point,
    parse_slots,
)

__all__ = ["SUFFIX", "Journal", "JournalContents", "journal_name", "make_session", "read_journal"]

SUFFIX: Final = ".journal"
SYNC_INTERVAL_S: Final = 1.0

_PACK = Struct("<qqdI").pack
_PACK_CRC = Struct("<28sI").pack


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

    Raises:
        OSError: From every method that writes, when the file system refuses; what was asked is
            then not in the file, and the file holds whole slots only.
    """

    __slots__ = ("_descriptor", "_keys", "_lock", "_size", "_synced", "path")

    def __init__(self, folder: Path, record: RunRecord, *, session: str, owner: bool) -> None:
        self.path = folder / journal_name(record.run_id, session)
        self._keys: dict[str, int] = {}
        self._lock = threading.Lock()
        self._synced = 0
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
        self._descriptor = _open_new(temporary)
        try:
            locks.hold(self._descriptor)
            first = HEADER + opening
            _write_all(self._descriptor, first)
            temporary.rename(self.path)
        except BaseException:
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        self._size = len(first)
        _syncer.add(self)

    def log_point(self, key: str, value: float, step: int) -> None:
        """Append one point, now. The hot path: one pack, one checksum, one write.

        Raises:
            KeyError: The key has no id yet: use `log_points`.
            struct.error, TypeError: `value` is no float or `step` no int64.
        """
        body = _PACK(step, time.time_ns(), value, self._keys[key])
        with self._lock:
            if os.write(self._descriptor, _PACK_CRC(body, zlib.crc32(body))) != SLOT:
                self._undo_partial()
            self._size += SLOT

    def log_points(self, points: Iterable[tuple[str, float, int, int]]) -> None:
        """Append points ``(key, value, step, time_ns)``, all by one write."""
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
        """Make what has been appended survive power loss."""
        size = self._size
        if size != self._synced and self._descriptor >= 0:
            os.fsync(self._descriptor)
            self._synced = size

    def close(self) -> None:
        """Close the file; the journal stays in place for whoever seals it. Twice is harmless."""
        _syncer.remove(self)
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1

    def abandon(self) -> None:
        """Let go of the parent's journal in a forked child, without a lock that it may hold."""
        self._lock = threading.Lock()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append(self, data: bytes) -> None:
        if not data:
            return
        written = os.write(self._descriptor, data)
        if written != len(data):
            self._undo_partial()
        self._size += len(data)

    def _undo_partial(self) -> None:
        # A write cut short (disk full) would put every later slot out of step.
        os.ftruncate(self._descriptor, self._size)
        raise OSError(28, "No space left on device", str(self.path))


@dataclass(frozen=True, slots=True)
class JournalContents:
    """What a journal's file holds.

    Attributes:
        record: The run as it was when the journal was opened.
        owner: The journal decides the run's status (a forked child's does not).
        host: Where the writing process runs.
        pid: Its process id.
        events: Everything but points, the opening included.
        points: Point slots, 32 bytes each (`runsite.store.parts.points_columns`).
        keys: Key names by id.
        torn_bytes: Bytes of an unfinished record at the end; normal after a crash.
        damage: Offsets of damaged slots before the end; empty unless read with ``salvage``.
        last_time_ns: When the last event or point was logged.
    """

    path: Path
    session: str
    record: RunRecord
    owner: bool
    host: str
    pid: int
    events: tuple[Event, ...]
    points: bytes
    keys: dict[int, str]
    torn_bytes: int
    damage: tuple[int, ...]
    last_time_ns: int


def read_journal(path: Path, *, salvage: bool = False) -> JournalContents:
    """Read a journal, in progress or left behind.

    Args:
        path: The file.
        salvage: Pass over damaged slots instead of refusing.

    Raises:
        FileNotFoundError: It is gone (sealed by another process).
        CorruptFileError: Damaged before its end, or no journal at all; names file and offset.
        FormatVersionError: A newer runsite wrote it.
    """
    data = path.read_bytes()
    try:
        slots = parse_slots(data)
    except TornSlotError as error:
        kind = FormatVersionError if "newer" in str(error) else CorruptFileError
        raise kind(str(error), where=f"{path}, offset 0") from error
    if slots.damage and not salvage:
        raise CorruptFileError(
            f"the journal {path.name} is damaged: {len(slots.damage)} bad slot(s), good ones after",
            where=f"{path}, offset {slots.damage[0]}",
            hint="runsite seal --salvage keeps all that is readable",
        )
    opening = next((event for event in slots.events if event.kind == "open"), None)
    record = opening.values.get("record") if opening else None
    if opening is None or not isinstance(record, dict):
        raise CorruptFileError(
            f"the journal {path.name} does not say which run it belongs to",
            where=f"{path}, offset {SLOT}",
        )
    keys = {
        int(str(event.values["id"])): str(event.values["name"])
        for event in slots.events
        if event.kind == "key"
    }
    return JournalContents(
        path=path,
        session=str(opening.values["session"]),
        record=parse_record(record),
        owner=bool(opening.values["owner"]),
        host=str(opening.values["host"]),
        pid=int(str(opening.values["pid"])),
        events=slots.events,
        points=slots.points,
        keys=keys,
        torn_bytes=slots.torn_bytes,
        damage=slots.damage,
        last_time_ns=_last_time(slots.events, slots.points),
    )


def _last_time(events: tuple[Event, ...], points: bytes) -> int:
    last = events[-1].time_ns
    if points:
        last = max(last, Struct("<q").unpack_from(points, len(points) - SLOT + 8)[0])
    return last


def _open_new(path: Path) -> int:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def _write_all(descriptor: int, data: bytes) -> None:
    if os.write(descriptor, data) != len(data):
        raise OSError(28, "No space left on device")


class _Syncer:
    """Syncs every open journal of this process each second, from one daemon thread."""

    def __init__(self) -> None:
        self._journals: set[Journal] = set()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def add(self, journal: Journal) -> None:
        self._journals.add(journal)
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="runsite-sync", daemon=True)
            self._thread.start()

    def remove(self, journal: Journal) -> None:
        self._journals.discard(journal)

    def forget(self) -> None:
        """Start anew in a forked child, which has no thread and no open journal."""
        self.__init__()  # type: ignore[misc]

    def _work(self) -> None:
        while True:
            self._wake.clear()
            if not self._journals:
                self._wake.wait()
            time.sleep(SYNC_INTERVAL_S)
            for journal in tuple(self._journals):
                with contextlib.suppress(OSError):  # closed meanwhile, or a disk that the next
                    journal.sync()  # write will report


_syncer = _Syncer()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_syncer.forget)
