"""Where runs are tracked, where the registry is, and the stores that this process has opened."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from runsite.errors import ForeignStoreError, FormatVersionError, StoreError, quote
from runsite.locate import STORE_ENV, find_registry_path, find_store_uri
from runsite.store import Store
from runsite.store.layout import open_layout, parse_location
from runsite.store.writer import STRICT_ENV

__all__ = [
    "find_registry",
    "get_registry_uri",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "open_store",
    "set_registry_uri",
    "set_tracking_uri",
]

_CHOSEN_ENV = "_RUNSITE_CHOSEN_URI"
_lock = threading.Lock()
_stores: dict[Path, Store] = {}
_tracking_uri: str | None = None
_registry_uri: str | None = None


def set_tracking_uri(uri: str | Path) -> None:
    """Choose the store that runs are logged to: a path or a URL; empty for the default.

    ``file:`` URLs are folders; ``s3:``, ``gs:``, ``az:`` and others object storage
    (docs/locations.md).

    A relative path is taken from the current folder, once: changing the folder later changes
    nothing. Nothing is created before a run starts. Processes that this one starts (workers of
    joblib, of multiprocessing) are told by ``RUNSITE_TRACKING_URI``.

    Raises:
        ForeignStoreError: The URI belongs to another kind of tracker.
    """
    global _tracking_uri  # noqa: PLW0603 - one setting for the process, as in MLflow
    if uri in ("databricks", "databricks-uc"):  # words that MLflow takes for URIs
        uri = f"{uri}://"
    if uri:
        _tracking_uri = _absolute(uri)
        os.environ[STORE_ENV] = os.environ[_CHOSEN_ENV] = _tracking_uri
        return
    _tracking_uri = None
    if os.environ.pop(_CHOSEN_ENV, "") == os.environ.get(STORE_ENV):
        os.environ.pop(STORE_ENV, None)


def get_tracking_uri() -> str:
    """Return the store's location as a URL: ``file:`` for a folder."""
    return _tracking_uri or _find_inherited() or _absolute(find_store_uri())


def _find_inherited() -> str | None:
    """Return what `set_tracking_uri` chose in the process that started this one.

    It weighs more than ``runsite.yaml``, unlike a variable that a person set.
    """
    uri = os.environ.get(_CHOSEN_ENV)
    return uri if uri and uri == os.environ.get(STORE_ENV) else None


def _absolute(location: str | Path) -> str:
    try:
        return open_layout(location).uri
    except FileNotFoundError as error:
        raise StoreError(
            f"the folder that this process works in is gone, so {quote(str(location))} is nowhere",
            hint="change to another folder, or name the store by a whole path",
        ) from error


def is_tracking_uri_set() -> bool:
    """Tell whether the store was chosen by `set_tracking_uri` or ``RUNSITE_TRACKING_URI``."""
    return _tracking_uri is not None or bool(os.environ.get(STORE_ENV))


def set_registry_uri(uri: str) -> None:
    """Choose the registry file that models are registered in; empty for the default."""
    global _registry_uri  # noqa: PLW0603 - one setting for the process, as in MLflow
    _registry_uri = str(parse_location(uri).absolute()) if uri else None


def get_registry_uri() -> str:
    """Return the path of the registry file."""
    return str(find_registry())


def find_registry() -> Path:
    """Return the path of the registry file."""
    return find_registry_path(_registry_uri).absolute()


def open_store(uri: str | Path | None = None, *, create: bool = False) -> Store:
    """Return the store at a location, the process's own by default; opened once, then shared.

    Args:
        uri: A path or URL.
        create: Make it where it is missing. Where that fails for want of rights or space the
            store is returned all the same: the run's writer warns, and training goes on.

    Raises:
        StoreError: There is something else, or a newer store.
    """
    layout = open_layout(uri or get_tracking_uri())
    root = layout.root.absolute()
    location = layout.uri if layout.mirror else root
    with _lock:
        known = _stores.get(root)
        # A store may have been removed since, or may not have been there when it was opened.
        if known is not None and (not create or known.layout.marker.exists()):
            return known
        store = _create(location) if create else Store.open(location, missing_ok=True)
        if known is None:
            _stores[root] = store
        return _stores[root]


def _create(location: str | Path) -> Store:
    try:
        return Store.create(location)
    except (ForeignStoreError, FormatVersionError):
        raise
    except StoreError as error:
        if os.environ.get(STRICT_ENV) == "1" or not isinstance(error.__cause__, OSError):
            raise
        if isinstance(location, Path):
            return Store.open(location, missing_ok=True)
        return Store.assume(location)


def _forget_lock() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)
