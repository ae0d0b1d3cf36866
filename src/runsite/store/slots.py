"""The journal's bytes: slots of 32 bytes, each with its checksum. Pure.

A journal is a header slot, then point slots and events, in the order of logging::

    header   magic 16s · format u32 · zero u64                    · crc u32
    point    step i64 · time_ns i64 · value f64 · key id u32      · crc u32
    event    length i64 · time_ns i64 · payload crc u64 · EVENT   · crc u32, then the payload:
             JSON in UTF-8, padded with zero bytes to whole slots

All little-endian; ``crc`` is CRC-32 over the 28 bytes before it, the payload's over payload and
padding. In format 2 slots of zeros are no record: at the end space reserved, before it what power
loss took. A key's id is given by a ``key`` event before its first point. The fixed width makes a
point cost one pack, one checksum and one write at the caller, makes reading a matter of strides,
and lets a reader find the next good slot behind a damaged one (docs/decisions/0005-journal.md).
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = [
    "EVENT",
    "HEADER",
    "SLOT",
    "Event",
    "Slots",
    "TornSlotError",
    "format_event",
    "format_point",
    "make_header",
    "parse_slots",
]

SLOT = 32
EVENT = 0xFFFFFFFF
_EMPTY = bytes(SLOT)
_MAGIC = b"runsite journal\n"
_POINT = struct.Struct("<qqdI")
_EVENT = struct.Struct("<qqQI")
_HEADER = struct.Struct("<16sIQ")
_BODY_CRC = struct.Struct("<28sI")
_KEY_ID = struct.Struct("<I")
_WHOLE = struct.Struct(f"{SLOT}s")
_BLOCK = 512 * SLOT
_PROBE = 16 * SLOT
_RESIDUE = zlib.crc32(zlib.crc32(b"").to_bytes(4, "little"))
"""The CRC-32 of any bytes followed by their own, little-endian."""


def _seal(body: bytes) -> bytes:
    return _BODY_CRC.pack(body, zlib.crc32(body))


def make_header(version: int) -> bytes:
    """Make the first slot of a journal."""
    return _seal(_HEADER.pack(_MAGIC, version, 0))


FORMAT = 2
"""What is written now. A journal of format 1 ended with its last record: no slots of zeros."""

HEADER = make_header(FORMAT)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its kind, when (ns since 1970-01-01 UTC), and its values."""

    kind: str
    time_ns: int
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Slots:
    """What a journal's bytes hold.

    Attributes:
        events: In the order of logging.
        points: Point slots back to back, 32 bytes each, in the order of logging.
        torn_bytes: Bytes at the end that are no whole record (a write cut short by a crash); 0
            in format 2 where they are zeros alone, which nothing tells from reserved space.
        damage: Offset of every damaged slot that has good ones behind it.
        gaps: How many slots before the last record were never written (format 2: power loss).
    """

    events: tuple[Event, ...]
    points: bytes
    torn_bytes: int = 0
    damage: tuple[int, ...] = field(default=())
    gaps: int = 0


class TornSlotError(ValueError):
    """The bytes do not begin with a header of a journal that this version reads."""


def format_point(*, step: int, time_ns: int, value: float, key_id: int) -> bytes:
    """Make a point's slot. The writer's hot path does the same inline."""
    return _seal(_POINT.pack(step, time_ns, value, key_id))


def format_event(kind: str, *, time_ns: int, values: dict[str, object]) -> bytes:
    """Make an event's slots: one for the head, as many as the payload needs."""
    payload = json.dumps({"e": kind, **values}, separators=(",", ":")).encode()
    padded = payload + b"\0" * (-len(payload) % SLOT)
    head = _EVENT.pack(len(payload), time_ns, zlib.crc32(padded), EVENT)
    return _seal(head) + padded


def parse_slots(data: bytes) -> Slots:
    """Read a journal's bytes.

    A record cut short at the end is normal after a crash and is counted in ``torn_bytes``. A
    damaged slot with good ones behind it is listed in ``damage`` and passed over, so that the
    caller decides whether to refuse or to salvage. In a journal of format 2 zeros at the end are
    space that was reserved, and earlier slots of zeros are counted in ``gaps``. No whole record
    is hidden so: each of its slots has a byte that is not zero (the checksum of 28 zeros is not).

    Raises:
        TornSlotError: The header is not that of a journal, or of a newer format.
    """
    mapped = _check_header(data) > 1
    if mapped:
        used = len(data.rstrip(b"\0"))
        data = data[: used + -used % SLOT]
    view = memoryview(data)
    events: list[Event] = []
    runs: list[memoryview] = []
    bad: list[int] = []
    position = good_end = SLOT
    while position + SLOT <= len(data):
        after = _skip_points(view, position)
        if after > position:
            runs.append(view[position:after])
        else:
            event, after = _parse_event(view, position)
            if event is None:
                bad.append(position)
                position += SLOT
                continue
            events.append(event)
        position = good_end = after
    inside = [offset for offset in bad if offset < good_end]
    damage = tuple(
        offset for offset in inside if not mapped or data[offset : offset + SLOT] != _EMPTY
    )
    gaps = len(inside) - len(damage)
    return Slots(tuple(events), b"".join(runs), len(data) - good_end, damage, gaps)


def iter_points(points: bytes) -> Iterator[tuple[int, int, float, int]]:
    """Yield ``(step, time_ns, value, key id)`` of point slots."""
    for step, time_ns, value, key_id, _ in struct.iter_unpack("<qqdII", points):
        yield step, time_ns, value, key_id


def _check_header(data: bytes) -> int:
    if len(data) < SLOT or data[:16] != _MAGIC:
        raise TornSlotError("not a runsite journal")
    if not _is_sound(memoryview(data), 0):
        raise TornSlotError("the journal's header is damaged")
    version: int = _HEADER.unpack_from(data)[1]
    if version > FORMAT:
        raise TornSlotError(f"journal format {version} is newer than this runsite reads ({FORMAT})")
    return version


def _is_sound(view: memoryview, position: int) -> bool:
    stored: int = _KEY_ID.unpack_from(view, position + 28)[0]
    return zlib.crc32(view[position : position + 28]) == stored


def _skip_points(view: memoryview, position: int) -> int:
    """Return the offset of the first slot from `position` on that is no sound point."""
    end = position + (len(view) - position) // SLOT * SLOT
    # Where events and points take turns, as for keys that are new, a block is not worth its calls.
    first = view[position : min(position + _PROBE, end)]
    found = _count_points(first)
    position += found
    if found < len(first):
        return position
    while position < end:
        block = view[position : min(position + _BLOCK, end)]
        if not _all_points(block):
            return position + _count_points(block)
        position += len(block)
    return position


def _all_points(block: memoryview) -> bool:
    """Tell by a few calls whether every slot of a block is a sound point."""
    checksums = set(map(zlib.crc32, [slot for (slot,) in _WHOLE.iter_unpack(block)]))
    return checksums == {_RESIDUE} and EVENT not in block.cast("I")[6::8]


def _count_points(block: memoryview) -> int:
    crc32, event = zlib.crc32, _KEY_ID.pack(EVENT)
    position = 0
    for body, stored in _BODY_CRC.iter_unpack(block):
        if crc32(body) != stored or body.endswith(event):
            break
        position += SLOT
    return position


def _parse_event(view: memoryview, position: int) -> tuple[Event | None, int]:
    if not _is_sound(view, position):
        return None, position
    length, time_ns, checksum, key_id = _EVENT.unpack_from(view, position)
    first = position + SLOT
    after = first + length + (-length % SLOT)
    if key_id != EVENT or length < 2 or after > len(view):
        return None, position
    if zlib.crc32(view[first:after]) != checksum:
        return None, position
    try:
        values = json.loads(bytes(view[first : first + length]))
        return Event(str(values.pop("e")), time_ns, values), after
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, position  # its checksum fits, but no writer of ours made it
