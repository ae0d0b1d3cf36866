"""A run's files: copied in whole, named safely, with their digests recorded.

A file arrives by a temporary name and a rename, so a reader never sees half of it. Symbolic links
to files are followed and kept as files; links to folders are passed over, with one warning, so
that a loop or a link to ``/`` costs nothing.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from runsite.entities import FileInfo
from runsite.errors import InvalidValueError, NotFoundError, quote
from runsite.records import ArtifactRecord
from runsite.store.files import TEMP_PREFIX, replacing
from runsite.tracking.checks import check_artifact_path
from runsite.tracking.sessions import Session

__all__ = [
    "fetch",
    "find_artifact",
    "list_files",
    "save_bytes",
    "save_file",
    "save_folder",
    "save_stream",
    "save_with",
]


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int = -1, /) -> bytes | None:
        """Return at most `size` bytes, nothing at the end."""


_CHUNK = 1 << 20
_log = logging.getLogger("runsite")


def save_bytes(session: Session, path: str, data: bytes) -> None:
    """Write a file of the run.

    Raises:
        InvalidValueError: The path leads out of the run's folder.
    """
    save_with(session, path, lambda target: _write(target, data))


def save_stream(session: Session, path: str, stream: Readable) -> None:
    """Copy what a stream still holds into a file of the run."""
    save_with(session, path, lambda target: _copy_stream(stream, target))


def save_file(session: Session, source: Path, *, folder: str = "") -> None:
    """Copy a file, or a folder with all that is in it, into a folder of the run.

    Raises:
        NotFoundError: There is no such file.
    """
    if source.is_dir():
        save_folder(session, source, folder=_join(folder, source.resolve().name))
        return
    if not source.is_file():
        raise NotFoundError(f"no file {quote(str(source))} to log")
    save_with(session, _join(folder, source.name), lambda target: _copy_file(source, target))


def save_folder(session: Session, source: Path, *, folder: str = "") -> None:
    """Copy all that is in a folder into a folder of the run, but for the store itself.

    Raises:
        NotFoundError: There is no such folder.
        InvalidValueError: A file has a name that no artifact can have; then none is copied.
    """
    if not source.is_dir():
        raise NotFoundError(f"no folder {quote(str(source))} to log")
    root = check_artifact_path(folder)
    # All of them before the first is copied: the copies may land below `source`, and would be
    # copied in their turn.
    files = [
        (file, check_artifact_path(_join(root, file.relative_to(source).as_posix())))
        for file in _walk(source, store=session.store.root)
    ]
    records: list[ArtifactRecord] = []
    for file, path in files:
        session.protect(
            lambda file=file, path=path: records.append(  # type: ignore[misc]
                _store(session, path, lambda target: _copy_file(file, target))
            )
        )
    session.writer.add_artifacts(records)


def save_with(session: Session, path: str, write: Callable[[Path], None]) -> None:
    """Have a file of the run written under a temporary name, and record it.

    Args:
        session: The run.
        path: Where among its artifacts.
        write: Writes the file at the path that it is given, whose suffix is that of `path`.

    Raises:
        InvalidValueError: The path leads out of the run's folder, or names no file.
    """
    checked = check_artifact_path(path)
    if not checked:
        raise InvalidValueError(f"artifact path {quote(path)} names no file")
    session.protect(lambda: session.writer.add_artifacts([_store(session, checked, write)]))


def find_artifact(root: Path, path: str) -> Path:
    """Return a file or folder of a run's artifacts.

    Raises:
        NotFoundError: There is none.
        InvalidValueError: It leads out of the folder, also by a symbolic link.
    """
    target = root / check_artifact_path(path)
    if not target.exists():
        raise NotFoundError(f"no artifact {quote(path)}", where=str(root))
    if not target.resolve().is_relative_to(root.resolve()):
        raise InvalidValueError(f"artifact {quote(path)} is a link out of the run's folder")
    return target


def fetch(root: Path, path: str, *, into: Path | None) -> str:
    """Return a local path of an artifact: the file in the store, or a copy in a folder.

    Raises:
        NotFoundError: There is no such artifact, or no such folder to copy into.
        InvalidValueError: The path leads out of the run's folder.
    """
    source = find_artifact(root, path)
    if into is None:
        return str(source)
    if not into.is_dir():
        raise NotFoundError(f"no folder {quote(str(into))} to copy artifacts into")
    target = into / check_artifact_path(path)
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_file(source, target)
        return str(target)
    target.mkdir(parents=True, exist_ok=True)
    for file in _walk(source):
        inner = file.relative_to(source)
        find_artifact(root, file.relative_to(root).as_posix())
        (target / inner).parent.mkdir(parents=True, exist_ok=True)
        _copy_file(file, target / inner)
    return str(target)


def list_files(root: Path, path: str | None = None) -> list[FileInfo]:
    """List what lies directly in a folder of a run's artifacts, sorted by path.

    A path that names a file, or nothing, gives an empty list, as in MLflow.
    """
    folder = root / check_artifact_path(path)
    if not folder.is_dir() or not folder.resolve().is_relative_to(root.resolve()):
        return []
    infos = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.startswith(TEMP_PREFIX):
            continue
        is_dir = entry.is_dir()
        size = None if is_dir else entry.lstat().st_size
        infos.append(FileInfo(entry.relative_to(root).as_posix(), is_dir, size))
    return infos


def _store(session: Session, path: str, write: Callable[[Path], None]) -> ArtifactRecord:
    root = session.writer.artifacts_dir
    target = root / path
    root.mkdir(parents=True, exist_ok=True)
    _check_inside(root, target)
    # Not durable by itself: a thousand small files would wait for the disk a thousand times.
    # The suffix tells plotting libraries which format to write.
    with replacing(target, durable=False, suffix=target.suffix) as temporary:
        write(temporary)
        size, digest = _digest(temporary)
    return ArtifactRecord(path=path, size_bytes=size, sha256=digest)


def _check_inside(root: Path, target: Path) -> None:
    """Refuse to write through a symbolic link that stands in the run's folder."""
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise InvalidValueError(
            f"artifact path {quote(target.relative_to(root).as_posix())} goes through a link "
            "out of the run's folder"
        )
    if target.is_dir():
        raise InvalidValueError(
            f"artifact path {quote(target.relative_to(root).as_posix())} is a folder already"
        )


def _walk(source: Path, *, store: Path | None = None) -> Iterator[Path]:
    """Yield the files below a folder, sorted; a store that lies below it is passed over."""
    own = store.resolve() if store is not None else None
    for folder, folders, files in os.walk(source):
        base = Path(folder)
        if own is not None and own.name in folders and (base / own.name).resolve() == own:
            _log.warning("not logged: %s is the store", quote(str(base / own.name)))
            folders.remove(own.name)
        links = [name for name in folders if (base / name).is_symlink()]
        if links:
            _log.warning("not logged: %s links to a folder", quote(str(base / links[0])))
        folders.sort()
        for name in sorted(files):
            file = base / name
            if file.is_file():
                yield file
            else:
                _log.warning("not logged: %s is no file", quote(str(file)))


def _write(target: Path, data: bytes) -> None:
    target.write_bytes(data)


def _copy_stream(stream: Readable, target: Path) -> None:
    with open(target, "wb") as file:
        while chunk := stream.read(_CHUNK):
            file.write(chunk)


def _copy_file(source: Path, target: Path) -> None:
    with open(source, "rb") as stream:
        _copy_stream(stream, target)


def _digest(path: Path) -> tuple[int, str]:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), digest


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
