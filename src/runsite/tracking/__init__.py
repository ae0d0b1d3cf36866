"""Tracking: MLflow's verbs and client over a runsite store.

The verbs are used as ``runsite.start_run``, ``runsite.log_metric`` and so on; the client as
``runsite.tracking.RunsiteClient``, or by the name that tutorials import, ``MlflowClient``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runsite.tracking.client import RunsiteClient
    from runsite.tracking.client import RunsiteClient as MlflowClient
    from runsite.tracking.uris import (
        get_registry_uri,
        get_tracking_uri,
        is_tracking_uri_set,
        set_registry_uri,
        set_tracking_uri,
    )

__all__ = [
    "MlflowClient",
    "RunsiteClient",
    "get_registry_uri",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "set_registry_uri",
    "set_tracking_uri",
]


def __getattr__(name: str) -> object:
    # The verbs need neither the client nor what it imports.
    if name in ("MlflowClient", "RunsiteClient"):
        from runsite.tracking.client import RunsiteClient

        return RunsiteClient
    if name in ("client", "fluent"):
        return importlib.import_module(f"{__name__}.{name}")
    if name in __all__:
        from runsite.tracking import uris

        return getattr(uris, name)
    raise AttributeError(f"module 'runsite.tracking' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
