"""Where things lie in a store, and whether a folder is one.

Names are unique by run and session, so files are only ever added and two Git branches that
both add runs merge without a conflict.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from runsite.errors import ForeignStoreError, FormatVersionError, StoreError, quote
from runsite.records import FORMAT_VERSION
from runsite.store.files import write_whole
from runsite.store.locations import hide_password, is_remote, parse_location

if TYPE_CHECKING:
    from runsite.store.mirror import Mirror

__all__ = ["Layout", "check_format", "create_layout", "is_run_id", "open_layout", "parse_location"]

MARKER = "runsite.json"
_IGNORED = "# Journals of runs in progress, and files being written: not for Git.\nlive/\n.tmp-*\n"
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger("runsite")


def is_run_id(text: str) -> bool:
    """Tell whether a text is the id of a run: 32 hexadecimal digits."""
    return _RUN_ID.fullmatch(text) is not None


class Layout:
    """The paths of one store. Holds no state but the root; safe to share.

    Attributes:
        mirror: Of a store in object storage, whose paths are then those of its half on this
            machine; None for a folder. `refresh`, `publish` and `fetch_artifacts` move files
            between the two, and do nothing for a folder.
    """

    __slots__ = ("artifacts", "experiments", "live", "marker", "metrics", "mirror", "root", "runs")

    def __init__(self, root: Path, mirror: Mirror | None = None) -> None:
        self.root = root
        self.mirror = mirror
        self.marker = root / MARKER
        self.runs = root / "runs"
        self.metrics = root / "metrics"
        self.experiments = root / "experiments"
        self.artifacts = root / "artifacts"
        self.live = root / "live"

    def artifacts_of(self, run_id: str) -> Path:
        """Return the folder of a run's artifacts (it need not exist)."""
        if not is_run_id(run_id):
            raise StoreError(
                f"not a run id: {quote(run_id)}", hint="a run id has 32 hexadecimal digits"
            )
        return self.artifacts / run_id

    @property
    def location(self) -> str:
        """What a person calls the store: its path, or its URL without the query."""
        return hide_password(self.mirror.uri) if self.mirror else str(self.root)

    @property
    def uri(self) -> str:
        """The store's URL, which opens it again from anywhere on this machine."""
        return self.mirror.uri if self.mirror else self.root.absolute().as_uri()

    @property
    def artifact_root(self) -> str:
        """The URL that stands before ``/<run_id>`` in a run's artifact URI."""
        return self.mirror.join("artifacts") if self.mirror else self.artifacts.absolute().as_uri()

    def refresh(self, folder: Path) -> None:
        """Bring one of the tables' folders up to date.

        Raises:
            StoreError: The remote store cannot be reached.
        """
        if self.mirror is not None:
            self.mirror.pull(folder.name)

    def fetch_artifacts(self, run_id: str) -> Path:
        """Return the folder of a run's artifacts with all of them in it.

        Raises:
            StoreError: The remote store cannot be reached.
        """
        folder = self.artifacts_of(run_id)
        if self.mirror is not None:
            self.mirror.pull_artifacts(run_id)
        return folder

    def publish(self, *, strict: bool = True) -> None:
        """Upload what is only on this machine.

        Args:
            strict: Raise where that fails; else warn: what was logged is safe here, and goes
                up with the next run or by ``runsite seal``.

        Raises:
            StoreError: The remote store cannot be reached, and `strict`.
        """
        if self.mirror is None:
            return
        try:
            self.mirror.push()
        except StoreError as error:
            if strict:
                raise
            _log.warning(
                "not uploaded yet, and kept in %s: %s. `runsite seal --store %s` tries again.",
                quote(str(self.root)),
                error.problem,
                self.location,
            )

    def discard(self, path: Path) -> None:
        """Remove a file or folder of the store for good; it may be gone already.

        Raises:
            OSError: The file system refuses.
            StoreError: The remote store cannot be reached.
        """
        if self.mirror is not None:
            self.mirror.discard(path)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def open_layout(location: str | os.PathLike[str]) -> Layout:
    """Find the paths of the store at a path or URL; nothing is read or made.

    Raises:
        ForeignStoreError: The URL belongs to another kind of tracker.
        StoreError: The URL names no bucket.
    """
    if is_remote(location):
        from runsite.store.mirror import Mirror

        mirror = Mirror(os.fspath(location))
        return Layout(mirror.folder, mirror)
    return Layout(parse_location(location))


def create_layout(location: str | os.PathLike[str]) -> Layout:
    """Make the store with its marker where it is missing, and check what is there.

    Raises:
        StoreError: The path is a file, belongs to another tool, is newer, or cannot be written.
    """
    layout = open_layout(location)
    if check_format(layout):
        return layout
    root = layout.root
    try:
        text = json.dumps({"format": FORMAT_VERSION}) + "\n"
        write_whole(layout.marker, text.encode(), durable=False)
        ignore = root / ".gitignore"
        if not ignore.exists():
            write_whole(ignore, _IGNORED.encode(), durable=False)
        for folder in (layout.runs, layout.metrics, layout.live):
            folder.mkdir(exist_ok=True)
        layout.publish()
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(
            f"cannot create a store at {quote(str(root))}: {error.strerror or error}",
            hint="choose a folder that can be written: set_tracking_uri(...) or --store",
        ) from error
    return layout


def check_format(layout: Layout) -> bool:
    """Tell whether a store stands there; raise where something else does.

    Raises:
        StoreError: The path is a file, or the marker cannot be read.
        ForeignStoreError: The folder is an MLflow file store.
        FormatVersionError: A newer runsite wrote it.
    """
    root = layout.root
    if layout.mirror is not None and not layout.mirror.pull_file(MARKER):
        _refuse_foreign_bucket(layout.mirror)
        return layout.marker.exists()  # made here, and not uploaded yet
    try:
        if root.exists() and not root.is_dir():
            raise StoreError(
                f"the store {quote(str(root))} is a file, not a folder", hint="choose another path"
            )
        text = layout.marker.read_text(encoding="utf-8")
    except FileNotFoundError:
        _refuse_foreign(root)
        return False
    except StoreError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"cannot read {quote(str(layout.marker))}: {getattr(error, 'strerror', None) or error}",
            where=str(layout.marker),
        ) from error
    try:
        version = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            f"{MARKER} does not name a format",
            where=str(layout.marker),
            hint=f'its content should be {{"format": {FORMAT_VERSION}}}',
        ) from error
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise FormatVersionError(
            f"the store has format {quote(version)}, newer than this runsite reads "
            f"({FORMAT_VERSION})",
            where=str(layout.marker),
            hint="upgrade runsite",
        )
    return True


def _refuse_foreign(root: Path) -> None:
    signs = (root / "0" / "meta.yaml", root / ".trash")
    others = root.glob("*/meta.yaml") if root.is_dir() else ()
    if any(sign.exists() for sign in signs) or any(True for _ in others):
        raise ForeignStoreError(
            f"{quote(str(root))} is an MLflow file store, not a runsite store",
            hint='choose a folder of its own, such as set_tracking_uri("runs")',
        )


def _refuse_foreign_bucket(mirror: Mirror) -> None:
    if mirror.has("0/meta.yaml"):
        raise ForeignStoreError(
            f"{quote(hide_password(mirror.uri))} is an MLflow file store, not a runsite store",
            hint="choose a folder of its own in the bucket",
        )
