"""The code that runs once for every logged point.

`runsite.log_metric` is called once per training step, so what a point costs is decided here: one
pack, one checksum, and one copy into the map, or one write. The functions close over what they
need, which costs less than looking it up, and check nothing: whatever is unusual raises before
anything is written, and the caller then goes the careful way.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping
from struct import Struct
from threading import Lock

from runsite.errors import RunStateError
from runsite.store.growth import MappedFile, WrittenFile
from runsite.store.slots import SLOT

__all__ = ["LogPoint", "make_log_point", "refuse_point"]

LogPoint = Callable[[str, float, int], None]

_BODY = Struct("<qqdI")
_SLOT = Struct("<28sI")


def make_log_point(file: MappedFile | WrittenFile, keys: Mapping[str, int], lock: Lock) -> LogPoint:
    """Make the function that appends a point to a journal's file, now.

    Args:
        file: The file, which others append to under the same lock.
        keys: Ids of the keys that the journal knows already.
        lock: Lets one thread in at a time.
    """
    if isinstance(file, MappedFile):
        return _make_mapped(file, keys, lock)
    return _make_written(file, keys, lock)


def refuse_point(key: str, value: float, step: int) -> None:
    """Stand where there is no journal to log to.

    Raises:
        RunStateError: Always.
    """
    raise RunStateError("no journal is open")


def _make_mapped(file: MappedFile, keys: Mapping[str, int], lock: Lock) -> LogPoint:
    pack, pack_into, crc32, time_ns = _BODY.pack, _SLOT.pack_into, zlib.crc32, time.time_ns

    def log_point(key: str, value: float, step: int) -> None:
        body = pack(step, time_ns(), value, keys[key])
        checksum = crc32(body)
        with lock:
            position = file.position
            pack_into(file.window, position, body, checksum)
            file.position = position + SLOT

    return log_point


def _make_written(file: WrittenFile, keys: Mapping[str, int], lock: Lock) -> LogPoint:
    pack, seal, crc32, time_ns = _BODY.pack, _SLOT.pack, zlib.crc32, time.time_ns

    def log_point(key: str, value: float, step: int) -> None:
        body = pack(step, time_ns(), value, keys[key])
        slot = seal(body, crc32(body))
        with lock:
            # os.write, not a name bound here: its tests count the calls.
            if os.write(file.descriptor, slot) != SLOT:
                file.undo_partial()
            file.size += SLOT

    return log_point
