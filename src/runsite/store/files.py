"""Whole files or none: every stored file arrives by temporary file, fsync and rename.

A reader therefore never sees half a file, and a crash leaves at most a ``.tmp-…`` that
``runsite doctor`` names and ``runsite gc`` removes.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

__all__ = ["TEMP_PREFIX", "install", "replacing", "sync_folder", "temporary_in", "write_whole"]

TEMP_PREFIX = ".tmp-"


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file so that it is there whole or not at all.

    Args:
        path: Where it shall be; its folder is made if missing.
        data: The content.
        durable: Flush to the disk before and after the rename, so that the file survives
            power loss once this returns.
    """
    with replacing(path, durable=durable) as temporary, open(temporary, "wb") as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True, suffix: str = "") -> Iterator[Path]:
    """Give a temporary path beside `path` that becomes `path` when the block ends well.

    On an exception the temporary file is removed and `path` stays as it was. The temporary name
    ends in `suffix`: none in the tables' folders, where other tools read ``*.parquet``.
    """
    with temporary_in(path.parent, suffix=suffix) as temporary:
        yield temporary
        install(temporary, path, durable=durable)


@contextlib.contextmanager
def temporary_in(folder: Path, *, suffix: str = "") -> Iterator[Path]:
    """Give the path of a temporary file in a folder, and remove it if it is still there after."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{TEMP_PREFIX}{secrets.token_hex(8)}{suffix}"
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def install(temporary: Path, path: Path, *, durable: bool = True) -> None:
    """Give a finished temporary file its name, in one step that nobody sees half of."""
    if durable:
        _sync_file(temporary)
    os.replace(temporary, path)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; does nothing where the system cannot (Windows)."""
    flags = getattr(os, "O_DIRECTORY", None)
    if flags is None:
        return
    with contextlib.suppress(OSError):  # some network file systems refuse to sync a folder
        descriptor = os.open(folder, os.O_RDONLY | flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
