"""The digest that pins a model: SHA-256 over the names and contents of its files.

A registered version carries this digest, and loading it compares first, so a file that was
exchanged, added or removed is noticed before any of them is opened.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from runsite.errors import ModelError, NotFoundError, quote

__all__ = [
    "PREFIX",
    "digest_files",
    "digest_folder",
    "digest_lines",
    "find_pointed_hash",
    "hash_file",
]

PREFIX = "sha256:"
_LINE_BREAKS = ("\n", "\r")
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n"
    rb"(?:ext-[^\n]*\n)*oid sha256:(?P<oid>[0-9a-f]{64})\nsize [0-9]+\n"
)
_MAX_POINTER_BYTES = 1024


def digest_folder(path: str | os.PathLike[str], *, through_pointers: bool = False) -> str:
    r"""Compute the digest of a model folder: ``sha256:`` and 64 hex digits.

    It is the SHA-256 of the sorted lines ``<sha256 of file>  <path>``, each ended by a line feed,
    over all regular files below the folder; paths are relative, with ``/`` between. Thus
    ``find . -type f -printf '%P\n' | xargs -d '\n' sha256sum | LC_ALL=C sort | sha256sum``
    gives the same digits.

    Args:
        path: The folder.
        through_pointers: Let a Git LFS pointer count as the file that it stands for, which need
            not be here: the digest of what is registered, not of what can be loaded.

    Raises:
        NotFoundError: There is no such folder.
        ModelError: It holds a symbolic link, a device or pipe, or a name with a line break: what
            such a thing stands for can change without the digest noticing.
    """
    files = digest_files(path)
    if through_pointers:
        root = Path(path)
        files = {name: find_pointed_hash(root / name) or known for name, known in files.items()}
    return digest_lines(files)


def digest_files(path: str | os.PathLike[str]) -> dict[str, str]:
    """Hash every file below a folder: relative path → 64 hex digits, sorted by path.

    Raises:
        NotFoundError: There is no such folder.
        ModelError: As in `digest_folder`.
    """
    root = Path(path)
    if not root.is_dir():
        raise NotFoundError(f"no model folder {quote(str(root))}")
    return {name: hash_file(root / name) for name in sorted(_walk(root, ""))}


def find_pointed_hash(path: Path) -> str | None:
    """Return the SHA-256 of the file that a Git LFS pointer stands for; None for other files.

    A checkout without the large files can be compared that way: the pointer states the very hash
    that the file has.

    Source: Git LFS specification, "The Pointer".
    """
    if path.stat().st_size >= _MAX_POINTER_BYTES:
        return None
    match = _POINTER.fullmatch(path.read_bytes())
    return match["oid"].decode() if match else None


def digest_lines(files: dict[str, str]) -> str:
    """Combine the digests of files, as `digest_files` gives them, into that of the folder."""
    lines = [
        f"{digest}  {name}\n".encode("utf-8", "surrogateescape") for name, digest in files.items()
    ]
    return PREFIX + hashlib.sha256(b"".join(sorted(lines))).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of one file's bytes as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _walk(root: Path, prefix: str) -> Iterator[str]:
    with os.scandir(root / prefix) as entries:
        for entry in entries:
            name = prefix + entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from _walk(root, name + "/")
                continue
            _refuse_unusual(name, mode, root=root)
            yield name


def _refuse_unusual(name: str, mode: int, *, root: Path) -> None:
    kind = None
    if stat.S_ISLNK(mode):
        kind = "a symbolic link"
    elif not stat.S_ISREG(mode):
        kind = "neither a file nor a folder"
    elif any(mark in name for mark in _LINE_BREAKS):
        kind = "a name with a line break"
    if kind:
        raise ModelError(
            f"cannot pin a model that holds {quote(name)}, {kind}",
            where=str(root),
            hint="a model folder holds plain files only; put a copy of the file in its place",
        )
