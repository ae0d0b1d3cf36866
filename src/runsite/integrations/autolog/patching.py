"""Putting functions around those of a framework, and taking them off again.

Each replacement remembers what it stands for, so that all of them can be undone and none is put
on twice. What stands around a method never breaks it: what the framework raises reaches the
caller as it was raised, and what recording raises becomes one warning.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Around", "patch", "unpatch_all"]

Around = Callable[[Callable[..., Any], Any, tuple[Any, ...], dict[str, Any]], Any]
"""Called in place of a method: the original (bound), the object, arguments, keyword arguments."""

_MARK = "_runsite_original"
_lock = threading.RLock()
_patched: dict[str, list[tuple[Any, str, Any]]] = {}


def patch(owner: Any, name: str, around: Around, *, group: str) -> None:
    """Put a function around a class's own method, or around a module's function.

    Args:
        owner: Class or module; only what is in its own namespace is replaced.
        name: Attribute.
        around: What is called instead.
        group: Under which name `unpatch_all` finds it.
    """
    with _lock:
        original = vars(owner).get(name)
        if original is None or hasattr(original, _MARK):
            return
        replacement = _make_replacement(original, around, is_method=isinstance(owner, type))
        if replacement is None:
            return
        setattr(replacement, _MARK, original)
        _patched.setdefault(group, []).append((owner, name, original))
        setattr(owner, name, replacement)


def unpatch_all(group: str) -> None:
    """Take off everything that was put on under a name."""
    with _lock:
        for owner, name, original in reversed(_patched.pop(group, [])):
            if getattr(vars(owner).get(name), _MARK, None) is original:
                setattr(owner, name, original)


def _make_replacement(original: Any, around: Around, *, is_method: bool) -> Any:
    if not is_method:
        return _wrap_function(original, around) if callable(original) else None
    if inspect.isfunction(original):
        return _wrap_method(original, around)
    if hasattr(original, "__get__") and not isinstance(
        original, property | classmethod | staticmethod
    ):
        return _WrappedDescriptor(original, around)
    return None


def _wrap_function(original: Callable[..., Any], around: Around) -> Any:
    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return around(original, None, args, kwargs)

    return wrapper


def _wrap_method(original: Callable[..., Any], around: Around) -> Any:
    @functools.wraps(original)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        return around(functools.partial(original, self), self, args, kwargs)

    return wrapper


class _WrappedDescriptor:
    """Around a method that is there only for some objects, such as ``Pipeline.predict``."""

    def __init__(self, original: Any, around: Around) -> None:
        self._original = original
        self._around = around
        functools.update_wrapper(self, original)  # type: ignore[arg-type]

    def __set_name__(self, owner: type, name: str) -> None:
        if hasattr(self._original, "__set_name__"):
            self._original.__set_name__(owner, name)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        method = self._original.__get__(instance, owner)
        if instance is None:
            return method

        @functools.wraps(method)
        def bound(*args: Any, **kwargs: Any) -> Any:
            return self._around(method, instance, args, kwargs)

        return bound
