"""What the parts of the client share: which store and which registry they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runsite.tracking import uris
from runsite.tracking.active import open_session

if TYPE_CHECKING:
    from runsite.store import Store
    from runsite.tracking.sessions import Session

__all__ = ["ClientBase"]


class ClientBase:
    """Where a client looks. Cheap to make; threads may share it.

    Args:
        tracking_uri: The store; by default that of `set_tracking_uri`.
        registry_uri: The registry file; by default that of `set_registry_uri`.
    """

    def __init__(
        self, tracking_uri: str | Path | None = None, registry_uri: str | Path | None = None
    ) -> None:
        self._tracking_uri = tracking_uri
        self._registry_uri = registry_uri

    @property
    def tracking_uri(self) -> str:
        """The store's location as a URL."""
        return uris.open_store(self._tracking_uri).layout.uri

    def _open_store(self, *, create: bool = False) -> Store:
        return uris.open_store(self._tracking_uri, create=create)

    def _open_session(self, run_id: str) -> Session:
        return open_session(self._open_store(), run_id)

    def _registry_path(self) -> Path:
        if self._registry_uri is None:
            return uris.find_registry()
        return Path(self._registry_uri).absolute()
