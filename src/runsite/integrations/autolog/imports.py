"""Acting when a module is imported: at once where it is there already, else right after."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Callable, Sequence
from types import ModuleType

__all__ = ["when_imported"]

_lock = threading.RLock()
_waiting: dict[str, list[Callable[[], None]]] = {}


def when_imported(name: str, action: Callable[[], None]) -> None:
    """Call an action once the module is imported; at once where it is.

    Args:
        name: Full name of the module.
        action: Must not raise: an import must not fail because of it.
    """
    with _lock:
        if not _is_ready(name):
            _waiting.setdefault(name, []).append(action)
            if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
                sys.meta_path.insert(0, _Finder())
            return
    action()


def _is_ready(name: str) -> bool:
    module = sys.modules.get(name)
    if module is None:
        return False
    # While a module is being imported it is listed already, half empty.
    return not getattr(getattr(module, "__spec__", None), "_initializing", False)


class _Finder(importlib.abc.MetaPathFinder):
    """Stands before the other finders, asks them, and adds the actions to what they found."""

    def __init__(self) -> None:
        self._asking = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in _waiting or getattr(self._asking, "now", False):
            return None
        self._asking.now = True
        try:
            spec = importlib.util.find_spec(fullname)
        except (ImportError, ValueError):
            return None
        finally:
            self._asking.now = False
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        spec.loader = _Loader(spec.loader, fullname)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads by the real loader, then runs the actions."""

    def __init__(self, real: importlib.abc.Loader, name: str) -> None:
        self._real = real
        self._name = name

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:
            # What looks at the module later (pickle, pkgutil, inspect) finds the real loader.
            spec.loader = self._real
        module.__loader__ = self._real
        self._real.exec_module(module)
        with _lock:
            actions = _waiting.pop(self._name, [])
        for action in actions:
            action()

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)
