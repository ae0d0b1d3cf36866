"""Whether the process that writes a journal is still there, told by the operating system.

The writer holds an advisory lock on its journal for as long as it lives, and the system lets go
of it at death, however sudden. Nothing waits for such a lock: it is a sign of life, not a queue.
"""

from __future__ import annotations

import errno
import os
import sys

__all__ = ["hold", "try_hold"]

if sys.platform == "win32":  # pragma: no cover - developed and tested on POSIX
    import msvcrt

    def try_hold(descriptor: int) -> bool | None:
        """Take the sign of life; False if another process has it, None if it cannot be told."""
        try:
            os.lseek(descriptor, 2**31 - 2, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return False if error.errno in (errno.EACCES, errno.EDEADLK) else None
        return True

else:
    import fcntl

    def try_hold(descriptor: int) -> bool | None:
        """Take the sign of life; False if another process has it, None if it cannot be told."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return False if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else None
        return True


def hold(descriptor: int) -> None:
    """Show a sign of life on an open journal, for as long as it stays open.

    Where the file system has no locks this does nothing, and readers go by host and process id.
    """
    try_hold(descriptor)
