"""What a journal tells its writer: that it is large, has failed, is gone, or takes no more."""

from __future__ import annotations

import errno
from pathlib import Path

__all__ = ["FinishedError", "Watcher", "gone"]


class FinishedError(OSError):
    """The journal takes no more; the run may go on in another."""


class Watcher:
    """Told what a journal's writer should know; this one does nothing about it."""

    def note_failure(self, error: OSError) -> None:
        """Take what the disk answered to a sync, from the thread that syncs."""

    def note_gone(self, path: Path) -> None:
        """Take that the journal has lost its name, from the thread that syncs; told once."""

    def note_size(self, size_bytes: int) -> None:
        """Take the file's size, each second and whenever something else than a point is logged."""


def gone(path: Path) -> OSError:
    """Make the error of a journal that was removed while it was in use."""
    return FileNotFoundError(
        errno.ENOENT, "the journal was removed; what it holds is kept until the run ends", str(path)
    )
