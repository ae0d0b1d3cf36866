"""Where a store can stand: a folder, or a place in object storage by its URL.

Nothing here speaks to a cloud by itself: pyarrow's file systems do (S3, Google Cloud Storage,
Azure, HDFS), and fsspec's where it is installed (memory, SFTP, Azure by ``az://``, …).
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from runsite.errors import ForeignStoreError, StoreError, quote

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

__all__ = [
    "MIRRORS_ENV",
    "find_mirror_folder",
    "hide_password",
    "is_remote",
    "join_uri",
    "normalise_uri",
    "open_file_system",
    "parse_location",
]

MIRRORS_ENV = "RUNSITE_MIRRORS"
"""Folder of the local halves of remote stores: journals, and what was read or waits for upload."""

_PASSWORD = re.compile(r"(//[^/:@]*:).*@")
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
_ARROW = frozenset({"s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs"})
_FSSPEC = {
    "az": "adlfs",
    "adl": "adlfs",
    "memory": "fsspec",
    "sftp": "fsspec paramiko",
    "ssh": "fsspec paramiko",
    "smb": "fsspec smbprotocol",
    "webdav": "webdav4[fsspec]",
    "oss": "ossfs",
    "oci": "ocifs",
    "hf": "huggingface_hub fsspec",
}
"""Schemes that fsspec opens, and what has to be installed for each."""


def find_scheme(location: str | os.PathLike[str]) -> str:
    """Return the scheme of a URL in lower case; empty for a path (one with a drive included)."""
    if not isinstance(location, str | os.PathLike):
        raise StoreError(
            f"a store is named by a path or a URL, not by {type(location).__name__} "
            f"{quote(location)}"
        )
    text = os.fspath(location)
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", text)
    return found[1].lower() if found else ""


def hide_password(uri: str) -> str:
    """Take the password out of a URL for a message: those end in logs that others read."""
    return _PASSWORD.sub(r"\1…@", uri.partition("?")[0])


def _make_folder(path: str) -> Path:
    try:
        fits = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        fits = False
    if not fits:
        raise StoreError(f"{quote(path)} can be no path of a folder")
    return Path(path).expanduser()


def is_remote(location: str | os.PathLike[str]) -> bool:
    """Tell whether a location is a place in object storage, not a folder of this machine."""
    scheme = find_scheme(location)
    return scheme in _ARROW or scheme in _FSSPEC


def parse_location(location: str | os.PathLike[str]) -> Path:
    """Turn a path or ``file:`` URL into a folder.

    Raises:
        ForeignStoreError: The URL belongs to another kind of tracker, or is no folder.
        StoreError: No folder can have that path, or it is neither text nor a path.
    """
    scheme = find_scheme(location)
    text = os.fspath(location)
    if not scheme:
        return _make_folder(text)
    if scheme == "file":
        parts = urlsplit(text)
        return _make_folder(unquote(parts.path or parts.netloc))
    kind = _FOREIGN.get(scheme.split("+", 1)[0])
    if kind:
        raise ForeignStoreError(
            f"{quote(hide_password(text))} names {kind}; a runsite store is a folder",
            hint='write a path instead, such as set_tracking_uri("runs")',
        )
    if is_remote(text):
        raise ForeignStoreError(
            f"{quote(text)} is no folder of this machine", hint="write a path or a file:// URL"
        )
    raise ForeignStoreError(
        f"no store can be opened at {quote(text)}: the scheme {quote(scheme)} is not known",
        hint="write the path of a folder, a file:// URL, or a URL of object storage: "
        "s3://, gs://, az://, abfs://",
    )


def normalise_uri(uri: str) -> str:
    """Bring a remote URL into the form that stands for its store: no slash at its end.

    Raises:
        StoreError: It names no bucket.
    """
    base, mark, query = uri.partition("?")
    scheme, _, rest = base.partition(":")
    rest = rest.strip("/")
    if not rest:
        raise StoreError(f"{quote(uri)} names no bucket", hint=f"write {scheme}://bucket/folder")
    return f"{scheme.lower()}://{rest}{mark}{query}"


def join_uri(uri: str, *names: str) -> str:
    """Add names to a remote URL, in front of its query, which is left out: it may hold secrets."""
    return "/".join([uri.partition("?")[0], *names])


def find_mirror_folder(uri: str) -> Path:
    """Return the folder of this machine that goes with a remote store."""
    base = uri.partition("?")[0]
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", base)[-60:].strip("-.")
    digest = hashlib.sha256(uri.encode()).hexdigest()[:12]
    return _find_mirrors() / f"{name}-{digest}"


def open_file_system(uri: str) -> tuple[FileSystem, str]:
    """Open the file system of a remote URL.

    Returns:
        The file system, and the store's path in it.

    Raises:
        StoreError: The library that knows the scheme is missing.
    """
    from pyarrow import fs

    scheme = find_scheme(uri)
    if scheme in _ARROW:
        system, path = fs.FileSystem.from_uri(uri)
        return system, path.rstrip("/")
    try:
        from fsspec.core import url_to_fs

        opened, path = url_to_fs(uri.partition("?")[0])
    except ImportError as error:
        raise StoreError(
            f"{quote(hide_password(uri))} needs packages that are not installed: {_FSSPEC[scheme]}",
            hint=f"pip install {_FSSPEC[scheme]}",
        ) from error
    return fs.PyFileSystem(fs.FSSpecHandler(opened)), path.rstrip("/")


def _find_mirrors() -> Path:
    chosen = os.environ.get(MIRRORS_ENV)
    if chosen:
        return Path(chosen).expanduser().absolute()
    if os.name == "nt":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "runsite" / "mirrors"
