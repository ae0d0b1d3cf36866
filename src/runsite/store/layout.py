"""Where things lie in a store, and whether a folder is one.

Names are unique by run and session, so files are only ever added and two Git branches that
both add runs merge without a conflict.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runsite.errors import ForeignStoreError, FormatVersionError, StoreError, quote
from runsite.records import FORMAT_VERSION
from runsite.store.files import write_whole

__all__ = ["Layout", "check_format", "create_layout", "parse_location"]

MARKER = "runsite.json"
_IGNORED = "# Journals of runs in progress, and files being written: not for Git.\nlive/\n.tmp-*\n"
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_FOREIGN = {
    "sqlite": "a database",
    "postgresql": "a database",
    "mysql": "a database",
    "mssql": "a database",
    "http": "a tracking server",
    "https": "a tracking server",
    "databricks": "a hosted workspace",
    "uc": "a hosted workspace",
}


class Layout:
    """The paths of one store. Holds no state but the root; safe to share."""

    __slots__ = ("artifacts", "experiments", "live", "marker", "metrics", "root", "runs")

    def __init__(self, root: Path) -> None:
        self.root = root
        self.marker = root / MARKER
        self.runs = root / "runs"
        self.metrics = root / "metrics"
        self.experiments = root / "experiments"
        self.artifacts = root / "artifacts"
        self.live = root / "live"

    def artifacts_of(self, run_id: str) -> Path:
        """Return the folder of a run's artifacts (it need not exist)."""
        if not _RUN_ID.fullmatch(run_id):
            raise StoreError(
                f"not a run id: {quote(run_id)}", hint="a run id has 32 hexadecimal digits"
            )
        return self.artifacts / run_id


def parse_location(location: str | Path) -> Path:
    """Turn a tracking URI or path into the store's folder.

    Raises:
        ForeignStoreError: The URI belongs to another kind of tracker.
    """
    text = str(location)
    scheme = text.split(":", 1)[0].lower() if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text) else ""
    if not scheme:
        return Path(text).expanduser()
    if scheme == "file":
        parts = urlsplit(text)
        return Path(unquote(parts.path or parts.netloc)).expanduser()
    kind = _FOREIGN.get(scheme.split("+", 1)[0])
    if kind:
        raise ForeignStoreError(
            f"{quote(text)} names {kind}; a runsite store is a folder",
            hint='write a path instead, such as set_tracking_uri("runs")',
        )
    raise ForeignStoreError(
        f"no store can be opened at {quote(text)}: the scheme {quote(scheme)} is not known",
        hint="write the path of a folder, or a file:// URL",
    )


def create_layout(root: Path) -> Layout:
    """Make the store's folder with its marker where it is missing, and check what is there.

    Raises:
        StoreError: The path is a file, belongs to another tool, is newer, or cannot be written.
    """
    layout = Layout(root)
    if check_format(layout):
        return layout
    try:
        text = json.dumps({"format": FORMAT_VERSION}) + "\n"
        write_whole(layout.marker, text.encode(), durable=False)
        ignore = root / ".gitignore"
        if not ignore.exists():
            write_whole(ignore, _IGNORED.encode(), durable=False)
        for folder in (layout.runs, layout.metrics, layout.live):
            folder.mkdir(exist_ok=True)
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
    if root.exists() and not root.is_dir():
        raise StoreError(
            f"the store {quote(str(root))} is a file, not a folder", hint="choose another path"
        )
    try:
        text = layout.marker.read_text(encoding="utf-8")
    except FileNotFoundError:
        _refuse_foreign(root)
        return False
    except OSError as error:
        raise StoreError(
            f"cannot read {quote(str(layout.marker))}: {error.strerror or error}",
            where=str(layout.marker),
        ) from error
    try:
        version = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError) as error:
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
