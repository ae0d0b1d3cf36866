"""Files that grow record by record: by one ``write`` each, or in a memory map.

Either way what was appended is in the system's page cache when the call returns, where it outlives
the process. A map saves the call into the system: its space is reserved ahead, so a full disk is
an error when space is reserved and never the signal that a page without a block would be. That
holds on some file systems only (`runsite.store.mounts`).
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
from pathlib import Path
from typing import Final

__all__ = ["MappedFile", "WrittenFile", "find_filled_size", "set_appending"]

FIRST_WINDOW: Final = 64 * 1024
LARGEST_WINDOW: Final = 1024 * 1024
_PAGE: Final = mmap.ALLOCATIONGRANULARITY
_POPULATE_WRITE: Final = 23
"""MADV_POPULATE_WRITE: make the pages now, not one fault at a time beside the training.

Source: madvise(2), Linux 5.14. It reports as an error what would be a signal later.
"""


def find_filled_size(path: Path) -> int:
    """Return how many bytes of a growing file hold something, whichever way it grows.

    A map's file has its size, and mostly its times, before anything is in it.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = size
        while start:
            before, start = start, max(0, start - LARGEST_WINDOW)
            file.seek(start)
            filled = len(file.read(before - start).rstrip(b"\0"))
            if filled:
                return start + filled
    return 0


class WrittenFile:
    """A file that grows by ``write``. It is opened for appending; its owner closes it.

    Attributes:
        descriptor: Where to write; -1 after `finish`.
        size: How many bytes have been appended.
    """

    __slots__ = ("descriptor", "size")

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.size = 0

    def append(self, data: bytes, *, last: bool = False) -> None:
        """Append bytes: all of them, or none and an OSError. Nothing is kept for what is `last`."""
        if os.write(self.descriptor, data) != len(data):
            self.undo_partial()
        self.size += len(data)

    def undo_partial(self) -> None:
        """Take back a write that was cut short: it would put every later slot out of step.

        Raises:
            OSError: Always: the disk is full.
        """
        os.ftruncate(self.descriptor, self.size)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def finish(self) -> None:
        """End at the last byte that was appended; no more can be."""
        self.descriptor = -1  # another file may soon have its number

    def let_go(self) -> None:
        """Forget the file in a forked child, whose parent goes on with it."""
        self.descriptor = -1


class MappedFile:
    """A file that grows in a window mapped over its end.

    Attributes:
        window: The map. A writer of the hot path may pack into it at `position`, and then add to
            `position`; past its end that is a `struct.error`, after `finish` a TypeError, and
            nothing has been written.
        position: Where in the window the next byte goes.
    """

    __slots__ = ("_base", "_descriptor", "_next_window", "position", "window")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._base = 0
        self._next_window = FIRST_WINDOW
        self.position = 0
        self.window = self._open_window(0, FIRST_WINDOW)

    @property
    def size(self) -> int:
        """How many bytes have been appended."""
        return self._base + self.position

    def append(self, data: bytes, *, last: bool = False) -> None:
        """Append bytes: all of them, or none and an OSError. What is `last` has a page kept."""
        room = len(self.window) - self.position
        if len(data) <= room:
            self.window[self.position : self.position + len(data)] = data
            self.position += len(data)
            return
        end = self._base + len(self.window)
        try:
            following = self._open_window(end, len(data) - room)
        except OSError:
            if not last or len(data) - room > _PAGE:
                raise
            following = mmap.mmap(self._descriptor, _PAGE, offset=end)
        self.window[self.position :] = data[:room]
        following[: len(data) - room] = data[room:]
        self.window.close()
        self._base, self.position, self.window = end, len(data) - room, following

    def finish(self) -> None:
        """Cut off what was reserved and not used; no more can be appended."""
        if not self.window.closed:
            self.window.close()
            os.ftruncate(self._descriptor, self.size)

    def let_go(self) -> None:
        """Unmap the parent's file in a forked child."""
        self.window.close()

    def _open_window(self, offset: int, least: int) -> mmap.mmap:
        """Reserve space and map it: a window's worth, or what the disk has left if that is enough."""
        least = -(-least // _PAGE) * _PAGE
        size = max(self._next_window, least)
        while True:
            try:
                os.posix_fallocate(self._descriptor, offset, size + _PAGE)  # a page for `last`
                break
            except OSError as error:
                if size <= least or error.errno not in _NO_ROOM:
                    raise
                size = max(least, size // 2 // _PAGE * _PAGE)
        window = mmap.mmap(self._descriptor, size, offset=offset)
        with contextlib.suppress(OSError, ValueError):  # an older kernel: page by page, then
            window.madvise(_POPULATE_WRITE)
        self._next_window = min(2 * size, LARGEST_WINDOW)
        return window


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def set_appending(descriptor: int) -> None:
    """Let each write of an open file go to its end."""
    import fcntl  # a file that was to be mapped is on Linux

    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_APPEND)
