"""Which models can run code while they are loaded, and the one warning that says so."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

__all__ = ["UnsafeModelWarning", "warn_of_code"]


class UnsafeModelWarning(UserWarning):
    """A model in a format that can run code is being loaded."""


_lock = threading.Lock()
_warned: set[str] = set()


def warn_of_code(reason: str, *, folder: Path) -> None:
    """Warn that loading can run code: once a process for each reason.

    Args:
        reason: Which format it is, such as ``cloudpickle``.
        folder: The model that is about to be loaded.
    """
    with _lock:
        if reason in _warned:
            return
        _warned.add(reason)
    warnings.warn(
        f"the model in {folder} is stored as {reason}, and loading it can run any code that its "
        "author put there: load such models only from people you trust (docs/models.md)",
        UnsafeModelWarning,
        stacklevel=2,
    )
