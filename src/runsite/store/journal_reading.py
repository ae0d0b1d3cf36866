"""What a journal holds, read by anybody: while its run goes on, or from what a dead one left.

`runsite.store.slots` reads the bytes; here they become a run's beginning, events and points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from struct import Struct

from runsite.errors import CorruptFileError, FormatVersionError, quote
from runsite.records import RunRecord
from runsite.store.fold import parse_record
from runsite.store.slots import SLOT, Event, Slots, TornSlotError, parse_slots

__all__ = ["JournalContents", "make_contents", "parse_journal", "read_journal"]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class JournalContents:
    """What a journal's file holds.

    Attributes:
        record: The run as it was when the journal was opened, or as the journal that it follows
            left it.
        owner: The journal decides the run's status (a forked child's does not).
        host: Where the writing process runs.
        pid: Its process id.
        events: Everything but points, the opening included.
        points: Point slots, 32 bytes each (`runsite.store.parts.points_columns`).
        keys: Key names by id.
        torn_bytes: Bytes of an unfinished record at the end; normal after a crash.
        damage: Offsets of damaged slots before the end; empty unless read with ``salvage``.
        gaps: How many slots power loss left unwritten.
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
    gaps: int
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
    if not path.is_file() and path.exists():
        raise CorruptFileError(f"{quote(path.name)} is no file", where=str(path))
    slots = parse_journal(path.read_bytes(), path)
    if slots.damage or slots.gaps:
        # A slot that was being written while it was read is whole now.
        slots = parse_journal(path.read_bytes(), path)
    if slots.damage and not salvage:
        raise CorruptFileError(
            f"the journal {path.name} is damaged: {len(slots.damage)} bad slot(s), good ones after",
            where=f"{path}, offset {slots.damage[0]}",
            hint="runsite seal --salvage keeps all that is readable",
        )
    return make_contents(path, slots)


def make_contents(path: Path, slots: Slots) -> JournalContents:
    """Make of a journal's slots what it holds.

    Raises:
        CorruptFileError: They are nothing that a run logs.
    """
    try:
        contents = _assemble(path, slots)
        # Names of files are made of these two.
        if _RUN_ID.fullmatch(contents.record.run_id) and _SESSION.fullmatch(contents.session):
            return contents
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise CorruptFileError(
            f"the journal {quote(path.name)} holds what no run logs: "
            f"{type(error).__name__}: {quote(error.args[0] if error.args else '')}",
            where=str(path),
        ) from error
    raise CorruptFileError(
        f"the journal {quote(path.name)} is for run {quote(contents.record.run_id)}, session "
        f"{quote(contents.session)}, which is no id",
        where=str(path),
    )


def _assemble(path: Path, slots: Slots) -> JournalContents:
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
        record=parse_record(_find_followed(slots.events) or record),
        owner=bool(opening.values["owner"]),
        host=str(opening.values["host"]),
        pid=int(str(opening.values["pid"])),
        events=slots.events,
        points=slots.points,
        keys=keys,
        torn_bytes=slots.torn_bytes,
        damage=slots.damage,
        gaps=slots.gaps,
        last_time_ns=_last_time(slots.events, slots.points),
    )


def parse_journal(data: bytes, path: Path) -> Slots:
    """Read the slots of a journal's bytes.

    Raises:
        CorruptFileError: It is no journal, or its header is damaged.
        FormatVersionError: A newer runsite wrote it.
    """
    try:
        return parse_slots(data)
    except TornSlotError as error:
        kind = FormatVersionError if "newer" in str(error) else CorruptFileError
        raise kind(str(error), where=f"{path}, offset 0") from error


def _find_followed(events: tuple[Event, ...]) -> dict[str, object] | None:
    for event in reversed(events):
        if event.kind == "follows":
            record = event.values.get("record")
            return record if isinstance(record, dict) else None
    return None


def _last_time(events: tuple[Event, ...], points: bytes) -> int:
    last = events[-1].time_ns
    if points:
        last = max(last, Struct("<q").unpack_from(points, len(points) - SLOT + 8)[0])
    return last
