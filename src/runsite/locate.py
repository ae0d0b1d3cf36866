"""Which store and which registry a command or a call means.

The order is the same everywhere: what the caller says, then ``runsite.yaml``, then the
environment, then the default (``./runs`` and ``./registry.yaml``).
"""

from __future__ import annotations

import os
from pathlib import Path

from runsite.config import Config, load_config

__all__ = ["REGISTRY_ENV", "STORE_ENV", "find_registry_path", "find_store_uri"]

STORE_ENV = "RUNSITE_TRACKING_URI"
REGISTRY_ENV = "RUNSITE_REGISTRY"


def find_store_uri(explicit: str | None = None, *, config: Config | None = None) -> str:
    """Return the store's URI or path: `explicit`, ``runsite.yaml``, the environment, ``runs``."""
    if explicit:
        return explicit
    config = config or load_config()
    if "store" in config.explicit:
        return config.store if "://" in config.store else str(config.folder / config.store)
    return os.environ.get(STORE_ENV) or config.store


def find_registry_path(explicit: str | None = None, *, config: Config | None = None) -> Path:
    """Return the registry's path: `explicit`, ``runsite.yaml``, the environment, the default."""
    if explicit:
        return Path(explicit)
    config = config or load_config()
    if "registry" in config.explicit:
        return config.folder / config.registry
    return Path(os.environ.get(REGISTRY_ENV) or config.registry)
