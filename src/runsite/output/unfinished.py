"""What a build that never finished has written: the next one takes it for its own and mends it.

Each path is appended before its file is touched, so whatever ends the build, the list names every
file that may be new, half the way to its name, or newer than the manifest says.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from runsite.errors import BuildError, quote

__all__ = ["UNFINISHED_NAME", "PathLog", "forget_paths", "read_paths"]

UNFINISHED_NAME = ".runsite-unfinished"


def read_paths(folder: Path) -> frozenset[str]:
    """Read the paths that an unfinished build of a folder touched; none where it finished.

    A torn last line was written before its file was touched, so it is left out.

    Raises:
        BuildError: The list is there and cannot be read.
    """
    path = folder / UNFINISHED_NAME
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
        return frozenset(str(json.loads(line)) for line in lines)
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except (OSError, ValueError) as error:
        raise BuildError(
            f"{quote(str(path))} cannot be read: {error}", hint="build into an empty folder"
        ) from error


class PathLog:
    """Appends to the list of an unfinished build; opened by the first path, closed by `close`.

    One thread. A process that ends without `close` leaves the list as it should be.
    """

    def __init__(self, folder: Path) -> None:
        self._name = folder / UNFINISHED_NAME
        self._file = -1

    def append(self, path: str) -> None:
        """Note that a file is about to be touched.

        Raises:
            BuildError: The list cannot be written.
        """
        try:
            if self._file < 0:
                self._name.parent.mkdir(parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
                self._file = os.open(self._name, flags, 0o666)
            os.write(self._file, json.dumps(path).encode() + b"\n")
        except OSError as error:
            reason = error.strerror or error
            raise BuildError(f"cannot write {quote(str(self._name))}: {reason}") from error

    def close(self) -> None:
        """Close the list; the next path opens it again."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()


def forget_paths(folder: Path) -> None:
    """Note that the build finished."""
    with contextlib.suppress(FileNotFoundError):
        (folder / UNFINISHED_NAME).unlink()
