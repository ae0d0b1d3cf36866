"""The local half of a store in object storage: journals, parts that were read, parts to upload.

Parts never change and their names are unique, so a copy of one is as good as the original: what
was read once is never fetched again, and everything above reads local files. A list of names that
are known to be in the remote store tells a part that waits for its upload from one that was
removed there (docs/decisions/0017-remote-stores-by-a-mirror.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from runsite.errors import RunsiteError, StoreError, quote
from runsite.store.files import TEMP_PREFIX, replacing
from runsite.store.locations import (
    find_mirror_folder,
    hide_password,
    join_uri,
    normalise_uri,
    open_file_system,
)

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = ["Mirror"]

_SEEN = ".remote"
_TABLES = ("metrics", "experiments", "runs")
"""In the order of upload: a row makes points count, so it comes last."""
_ATTEMPTS = 5
_CHUNK = 1 << 20


class Mirror:
    """Moves whole files between a folder and a remote store. Processes and threads may share it.

    Attributes:
        uri: The remote store, query included.
        folder: Its half on this machine.
    """

    def __init__(self, uri: str) -> None:
        self.uri = normalise_uri(uri)
        self.folder = find_mirror_folder(self.uri)
        self._opened: tuple[int, FileSystem, str] | None = None

    def join(self, *names: str) -> str:
        """Return the URL of something in the store, without the query."""
        return join_uri(self.uri, *names)

    def pull_file(self, name: str) -> bool:
        """Fetch one file by its name in the store; tell whether it is there.

        Raises:
            StoreError: The store cannot be reached.
        """
        with self._reach() as (system, base):
            try:
                self._download(system, f"{base}/{name}", self.folder / name)
            except FileNotFoundError:
                if f"{name}\n" in self._read_seen():
                    (self.folder / name).unlink(missing_ok=True)
                return False
        self._note([name])
        return True

    def has(self, name: str) -> bool:
        """Tell whether the remote store has a file or folder of a name.

        Raises:
            StoreError: The store cannot be reached.
        """
        with self._reach() as (system, base):
            return _exists(system, f"{base}/{name}")

    def pull(self, table: str) -> None:
        """Fetch what is new in one of the tables' folders, and drop what was removed there.

        Raises:
            StoreError: The store cannot be reached.
        """
        with self._reach() as (system, base):
            for _ in range(_ATTEMPTS):
                # Known names first: what another process uploads in between is then kept.
                seen = self._read_seen()
                there = {name for name, _ in _list_files(system, f"{base}/{table}")}
                here = _list_local(self.folder / table)
                for name in here - there:
                    if f"{table}/{name}\n" in seen:
                        (self.folder / table / name).unlink(missing_ok=True)
                vanished = self._fetch(system, f"{base}/{table}", self.folder / table, there - here)
                self._note(f"{table}/{n}" for n in there - vanished if f"{table}/{n}\n" not in seen)
                if not vanished:  # else a compaction took it away: its successor is there by now
                    return

    def pull_artifacts(self, run_id: str) -> None:
        """Fetch the artifacts of a run that are not here in the size that they have there.

        Raises:
            StoreError: The store cannot be reached.
        """
        folder, name = self.folder / "artifacts" / run_id, f"artifacts/{run_id}"
        with self._reach() as (system, base):
            seen = self._read_seen()
            for path, size in _list_files(system, f"{base}/{name}"):
                here = folder / path
                if _is_plain(path) and (not here.is_file() or here.stat().st_size != size):
                    if here.is_file() and _stamp(f"{name}/{path}", here) not in seen:
                        continue  # changed here, and not uploaded yet
                    self._download(system, f"{base}/{name}/{path}", here)
                    self._note([_stamp(f"{name}/{path}", here)[:-1]])

    def push(self, *, artifacts: Iterable[str] = ()) -> int:
        """Upload what is only here; rows last, and before a row its run's artifacts.

        Args:
            artifacts: Runs whose artifacts are looked through too, though no row of theirs waits.

        Returns:
            How many files were uploaded.

        Raises:
            StoreError: The store cannot be reached; what is left waits for the next time.
        """
        waiting = list(self.find_waiting(artifacts=artifacts))
        if not waiting:
            return 0
        with self._reach() as (system, base):
            for name, stamp in waiting:
                with contextlib.suppress(FileNotFoundError):  # removed here meanwhile
                    self._upload(system, self.folder / name, f"{base}/{name}")
                    self._note([stamp])
        return len(waiting)

    def find_waiting(self, *, artifacts: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
        """List what is only here, in the order of upload, with what `_note` then writes."""
        seen = self._read_seen()
        rows = [name for name in _list_local(self.folder / "runs") if f"runs/{name}\n" not in seen]
        run_ids = {name.split(".")[0] for name in rows} | set(artifacts)
        if (self.folder / "runsite.json").exists() and "runsite.json\n" not in seen:
            yield "runsite.json", "runsite.json"
        for run_id in sorted(run_ids):
            folder = self.folder / "artifacts" / run_id
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(self.folder).as_posix()
                if path.is_file() and not path.name.startswith(TEMP_PREFIX):
                    stamp = _stamp(name, path)
                    if stamp not in seen:
                        yield name, stamp[:-1]
        for table in _TABLES:
            for name in sorted(_list_local(self.folder / table)):
                if f"{table}/{name}\n" not in seen:
                    yield f"{table}/{name}", f"{table}/{name}"

    def discard(self, path: Path) -> None:
        """Remove a file or folder, here and there.

        Raises:
            StoreError: The store cannot be reached; nothing was removed.
        """
        name = path.relative_to(self.folder).as_posix()
        with self._reach() as (system, base), contextlib.suppress(FileNotFoundError):
            _delete(system, f"{base}/{name}", is_dir=path.is_dir())
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    # -- one file --------------------------------------------------------------------------

    def _fetch(
        self, system: FileSystem, base: str, folder: Path, names: Iterable[str]
    ) -> frozenset[str]:
        """Download files, several at once; returns those that were gone."""
        from concurrent.futures import ThreadPoolExecutor

        def fetch(name: str) -> str:
            try:
                self._download(system, f"{base}/{name}", folder / name)
            except FileNotFoundError:
                return name
            return ""

        wanted = sorted(name for name in names if _is_plain(name))
        with ThreadPoolExecutor(max_workers=16) as pool:
            return frozenset(pool.map(fetch, wanted)) - {""}

    def _download(self, system: FileSystem, source: str, target: Path) -> None:
        with (
            system.open_input_stream(source) as stream,
            replacing(target, durable=False) as new,
            open(new, "wb") as file,
        ):
            while chunk := stream.read(_CHUNK):
                file.write(chunk)

    def _upload(self, system: FileSystem, source: Path, target: str) -> None:
        with open(source, "rb") as file:
            if not system.type_name.startswith(("s3", "gcs", "abfs")):  # those have no folders
                system.create_dir(target.rpartition("/")[0], recursive=True)
            with system.open_output_stream(target) as stream:
                shutil.copyfileobj(file, stream, _CHUNK)

    # -- what is known ---------------------------------------------------------------------

    def _read_seen(self) -> set[str]:
        try:
            with open(self.folder / _SEEN, encoding="utf-8", errors="surrogateescape") as file:
                return set(file)
        except FileNotFoundError:
            return set()

    def _note(self, names: Iterable[str]) -> None:
        lines = "".join(f"{name}\n" for name in names)
        if not lines:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / _SEEN, "ab", buffering=0) as file:
            file.write(lines.encode("utf-8", "surrogateescape"))  # one write: processes share it

    @contextlib.contextmanager
    def _reach(self) -> Iterator[tuple[FileSystem, str]]:
        try:
            if self._opened is None or self._opened[0] != os.getpid():
                # A connection does not survive a fork.
                self._opened = (os.getpid(), *open_file_system(self.uri))
            yield self._opened[1:]
        except (RunsiteError, FileNotFoundError):
            raise
        except Exception as error:  # noqa: BLE001  # each file system raises its own kinds
            reason = str(error).strip().splitlines() or [type(error).__name__]
            cause = error if isinstance(error, OSError) else OSError(reason[0])
            raise StoreError(
                f"cannot reach the store {quote(hide_password(self.uri))}: {reason[0][:300]}",
                hint="check the address, the rights and the network",
            ) from cause


def _list_files(system: FileSystem, base: str) -> list[tuple[str, int]]:
    """List the files below a folder: path from there, and size; none where it is missing."""
    from pyarrow.fs import FileSelector, FileType

    infos = system.get_file_info(FileSelector(base, recursive=True, allow_not_found=True))
    prefix = base.rstrip("/") + "/"
    return [
        (info.path.removeprefix(prefix), info.size)
        for info in infos
        if info.type == FileType.File and not info.base_name.startswith(TEMP_PREFIX)
    ]


def _delete(system: FileSystem, target: str, *, is_dir: bool) -> None:
    delete = system.delete_dir if is_dir else system.delete_file
    try:
        delete(target)
    except OSError:
        # Arrow then puts a mark for the folder around it, which not every server or policy
        # takes. What counts is that nothing is left.
        if _list_files(system, target) if is_dir else _exists(system, target):
            raise


def _exists(system: FileSystem, target: str) -> bool:
    from pyarrow.fs import FileType

    return bool(system.get_file_info(target).type != FileType.NotFound)


def _list_local(folder: Path) -> set[str]:
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return set()
    return {name for name in names if not name.startswith(".")}


def _is_plain(path: str) -> bool:
    """Refuse names from a bucket that lead out of the folder."""
    return not path.startswith("/") and ".." not in path.replace("\\", "/").split("/")


def _stamp(name: str, path: Path) -> str:
    """Tell an artifact from its earlier self: files are replaced under the same name."""
    status = path.stat()
    return f"{name}\t{status.st_size}\t{status.st_mtime_ns}\n"
