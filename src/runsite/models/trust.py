"""Which models can run code while they are loaded, and the one warning that says so."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

__all__ = ["UnsafeModelWarning", "own_model", "warn_of_code"]


class UnsafeModelWarning(UserWarning):
    """A model in a format that can run code is being loaded."""


_lock = threading.Lock()
_warned: set[str] = set()


class _Own(threading.local):
    """Whether this thread loads a model that it has just written itself."""

    loading = False


_own = _Own()


@contextlib.contextmanager
def own_model() -> Iterator[None]:
    """Load a model of the caller's own: no warning, and the one of the next model still comes."""
    before, _own.loading = _own.loading, True
    try:
        yield
    finally:
        _own.loading = before


def warn_of_code(reason: str, *, folder: Path) -> None:
    """Warn that loading can run code: once a process for each reason.

    Args:
        reason: Which format it is, such as ``cloudpickle``.
        folder: The model that is about to be loaded.
    """
    if _own.loading:
        return
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
