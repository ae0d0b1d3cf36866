"""Writing a site: only what changed, each file whole or not at all, nobody else's file deleted."""

# ruff: noqa: PTH103, PTH110, PTH118, PTH120 - a build writes thousands of files; `Path` objects cost more than the calls

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from runsite.errors import BuildError, quote
from runsite.output.manifest import (
    MANIFEST_NAME,
    Entry,
    Manifest,
    format_manifest,
    read_manifest,
)
from runsite.output.unfinished import PathLog, forget_paths, read_paths

__all__ = ["Changes", "SiteWriter"]

_TEMP_SUFFIX = ".runsite-tmp"


@dataclass(slots=True)
class Changes:
    """What a build did to the output folder, as paths from its top."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    n_same: int = 0


class SiteWriter:
    """Writes one build into a folder. Lives for that build; one thread.

    Files that no earlier build of runsite wrote are left alone: one that stands where a page
    belongs is an error, and none is ever deleted.
    """

    def __init__(self, folder: Path) -> None:
        if folder.exists() and not folder.is_dir():
            raise BuildError(f"the output {quote(str(folder))} is a file", hint="name a folder")
        self.folder = folder
        self.changes = Changes()
        self._unfinished = read_paths(folder)
        self._before = _doubt(read_manifest(folder), self._unfinished)
        self._now: dict[str, Entry] = {}
        self._log = PathLog(folder)
        self._made_folders: set[str] = set()
        # Paths as texts: a build writes and looks at thousands, and objects cost more than the calls.
        self._root = str(folder)

    @property
    def before(self) -> Manifest:
        """What the build before this one wrote."""
        return self._before

    @property
    def files(self) -> Mapping[str, Entry]:
        """The files of this build, or of the one before while this one wrote none."""
        return self._now or self._before.files

    def is_complete(self) -> bool:
        """Tell whether every file of the build before is still there, in its size."""
        return bool(self._before.files) and all(
            self._stands(path, entry) for path, entry in self._before.files.items()
        )

    def keep(self, path: str, *, key: str) -> bool:
        """Keep a file as it is if it was made from the same inputs; tell whether it was.

        Args:
            path: From the site's root, ``/`` between.
            key: Digest of all that the file is made from.
        """
        entry = self._before.files.get(path)
        if not key or entry is None or entry.key != key or not self._stands(path, entry):
            return False
        self._claim(path, entry)
        self.changes.n_same += 1
        return True

    def write(self, path: str, content: bytes | str, *, key: str = "") -> None:
        """Write a file, unless the same bytes stand there already.

        Raises:
            BuildError: This build has written the path before, the path leads out of the folder,
                or somebody else's file stands there.
        """
        data = content.encode() if isinstance(content, str) else content
        entry = Entry(hashlib.sha256(data).hexdigest(), len(data), key)
        self._claim(path, entry)
        old = self._before.files.get(path)
        if old and old.sha256 == entry.sha256 and self._stands(path, old):
            self.changes.n_same += 1
            return
        target = os.path.join(self._root, path)
        if old is None and os.path.exists(target):
            self._refuse_foreign(Path(target), data)
        self._log.append(path)
        self._replace(target, data)
        (self.changes.changed if old else self.changes.added).append(path)

    def finish(self, *, inputs: str = "", n_runs: int = 0, warnings: Sequence[str] = ()) -> Changes:
        """Remove what only earlier builds wrote, write the manifest, and tell what changed.

        Args:
            inputs: Digest of all inputs of this build; see `Manifest` for this and the others.
            n_runs: Runs on the site.
            warnings: What the build warned about.
        """
        for path in sorted(set(self._before.files) - set(self._now)):
            self._remove(path)
        manifest = Manifest(inputs, n_runs, tuple(warnings), self._now)
        if manifest != self._before or not (self.folder / MANIFEST_NAME).exists():
            self._replace(os.path.join(self._root, MANIFEST_NAME), format_manifest(manifest))
        for path in filter(self._is_inside, self._unfinished):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self._root, path) + _TEMP_SUFFIX)
        self._log.close()
        forget_paths(self.folder)
        return self.changes

    def _claim(self, path: str, entry: Entry) -> None:
        if not path.strip("./") or path.startswith("/") or "\\" in path or ".." in path.split("/"):
            raise BuildError(f"the path {quote(path)} leads out of the site")
        if path in self._now:
            raise BuildError(f"two pages want the path {quote(path)}")
        self._now[path] = entry

    def _stands(self, path: str, entry: Entry) -> bool:
        try:
            status = os.lstat(os.path.join(self._root, path))
        except OSError:
            return False
        return status.st_size == entry.size_bytes and stat.S_ISREG(status.st_mode)

    def _refuse_foreign(self, target: Path, data: bytes) -> None:
        if target.is_file() and target.read_bytes() == data:
            return
        raise BuildError(
            f"{quote(str(target))} stands in the way, and no build of runsite wrote it",
            hint="move it away, or build into a folder of its own: --output DIR",
        )

    def _replace(self, target: str, data: bytes) -> None:
        temporary = target + _TEMP_SUFFIX
        try:
            folder = os.path.dirname(target)
            if folder not in self._made_folders:
                os.makedirs(folder, exist_ok=True)
                self._made_folders.add(folder)
            with open(temporary, "wb") as file:
                file.write(data)
            os.replace(temporary, target)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise BuildError(f"cannot write {quote(target)}: {error.strerror or error}") from error

    def _remove(self, path: str) -> None:
        target = self.folder / path
        if not self._is_inside(path):
            return
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
            self.changes.removed.append(path)
        for parent in PurePosixPath(path).parents:
            if str(parent) == ".":
                break
            try:
                (self.folder / parent).rmdir()
            except OSError:
                break  # not empty: somebody still needs it

    def _is_inside(self, path: str) -> bool:
        """Tell whether a path of an old manifest is a file of this folder; a manifest can lie."""
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts:
            return False
        return (self.folder / path).parent.resolve().is_relative_to(self.folder.resolve())


def _doubt(manifest: Manifest, unfinished: Collection[str]) -> Manifest:
    """Take files that a build touched before it died for ours, but for nothing known of them."""
    if not unfinished:
        return manifest
    doubted = dict.fromkeys(unfinished, Entry(sha256="", size_bytes=-1))
    return dataclasses.replace(manifest, inputs="", files={**manifest.files, **doubted})
