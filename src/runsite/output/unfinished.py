"""What a build that never finished has written: the next one takes it for its own and mends it.

Each path is appended before its file is touched, so whatever ends the build, the list names every
file that may be new, half the way to its name, or newer than the manifest says.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from runsite.errors import BuildError, quote

__all__ = ["UNFINISHED_NAME", "append_path", "forget_paths", "read_paths"]

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


def append_path(folder: Path, path: str) -> None:
    """Note that a file is about to be touched.

    Raises:
        BuildError: The list cannot be written.
    """
    name = folder / UNFINISHED_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with name.open("ab", buffering=0) as file:
            file.write(json.dumps(path).encode() + b"\n")
    except OSError as error:
        raise BuildError(f"cannot write {quote(str(name))}: {error.strerror or error}") from error


def forget_paths(folder: Path) -> None:
    """Note that the build finished."""
    with contextlib.suppress(FileNotFoundError):
        (folder / UNFINISHED_NAME).unlink()
