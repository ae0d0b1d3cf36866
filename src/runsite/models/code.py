"""Models from code: a Python file that builds a model and hands it to `set_model`.

Nothing is pickled: the file goes with the model, and loading runs it. The file may be one that was
written for MLflow, and MLflow runs one that calls runsite's `set_model`.
"""

from __future__ import annotations

import importlib.util
import sys
import threading
import uuid
from collections.abc import Mapping
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.settings import SETTINGS_NAME, handing_settings

__all__ = ["add_import_path", "run_model_code", "set_model"]

_PEER = "mlflow.models.model"
_SLOT = "__mlflow_model__"


class _Handed(threading.local):
    """What a file that is run in this thread handed over."""

    model: Any = None


_handed = _Handed()


class _PlainLoader(SourceFileLoader):
    """Compiles the source itself: a cache beside it would be a new file of a pinned model."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


_import_paths: set[str] = set()


def add_import_path(path: Path) -> None:
    """Make the modules in a model's folder importable, first of all, without caches beside them."""
    entry = str(path)
    if entry in sys.path:
        return
    if not _import_paths:
        sys.path_hooks.insert(0, _find_modules)
    _import_paths.add(entry)
    sys.path_importer_cache.pop(entry, None)
    sys.path.insert(0, entry)


def _find_modules(entry: str) -> Any:
    if not any(Path(entry).is_relative_to(path) for path in _import_paths):
        raise ImportError(f"no path of a model: {entry}")
    return _make_finder(entry)


_make_finder = FileFinder.path_hook(
    (ExtensionFileLoader, EXTENSION_SUFFIXES), (_PlainLoader, SOURCE_SUFFIXES)
)


def set_model(model: Any) -> None:
    """Say which model a file makes: called once, in a file given to ``python_model=``.

    Args:
        model: A `runsite.pyfunc.PythonModel`, another object with a ``predict``, or a function.

    Raises:
        InvalidValueError: It cannot predict.
    """
    if isinstance(model, type) or not (callable(model) or hasattr(model, "predict")):
        raise InvalidValueError(
            f"{quote(model)} cannot predict",
            hint="give an instance of runsite.pyfunc.PythonModel, or a function",
        )
    _handed.model = model
    peer = sys.modules.get(_PEER)
    if peer is not None:  # it may be MLflow that runs the file
        from runsite.models.flavors.pyfunc import WrappedModel

        fits = callable(model) or hasattr(model, "predict_type_hints")
        setattr(peer, _SLOT, model if fits else WrappedModel(model))


def run_model_code(path: Path, *, settings: Mapping[str, Any] | None = None) -> Any:
    """Run a file and return the model that it hands over.

    Each call runs it anew, as a module of a name of its own.

    Args:
        path: The file.
        settings: What a `ModelConfig` in it tells.

    Raises:
        ModelError: It fails, or hands over none.
    """
    name = f"code_model_{uuid.uuid4().hex}"
    loader = _PlainLoader(name, str(path))
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    setattr(module, SETTINGS_NAME, settings)
    before, _handed.model = _handed.model, None
    peer = sys.modules.get(_PEER)
    peers = getattr(peer, _SLOT, None)
    if peer is not None:
        setattr(peer, _SLOT, None)
    sys.modules[name] = module  # where pickles and dataclasses of the file look for it
    try:
        with handing_settings(settings):
            loader.exec_module(module)
        model = _handed.model
        if model is None:
            model = getattr(sys.modules.get(_PEER), _SLOT, None)
    except Exception as error:
        del sys.modules[name]
        raise ModelError(
            f"the model's code fails: {type(error).__name__}: {error}", where=str(path)
        ) from error
    finally:
        _handed.model = before
        if peer is not None:
            setattr(peer, _SLOT, peers)
    if model is None:
        raise ModelError(
            "the model's code hands over no model",
            where=str(path),
            hint="call runsite.models.set_model(model) in it",
        )
    return model
