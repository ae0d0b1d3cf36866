"""Models of one's own: a Python object with a ``predict``, or a module that knows how to load.

Both are code, and loading them runs it; the first of a process is announced by a warning.
"""

from __future__ import annotations

import importlib
import pickle
import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.code import add_import_path, run_model_code
from runsite.models.dependencies import list_imports, list_modules, list_used_modules
from runsite.models.folder import FlavorFiles
from runsite.models.frames import to_pandas
from runsite.models.infer import infer_from_example, split_example
from runsite.models.mlmodel import PYFUNC, MLModel
from runsite.models.signature import ModelSignature
from runsite.models.trust import own_model, warn_of_code

__all__ = [
    "CODE_LOADER",
    "LOADER",
    "PythonModel",
    "PythonModelContext",
    "WrappedModel",
    "add_code_paths",
    "infer_own_signature",
    "load_custom",
    "load_python_model",
    "make_scorer",
    "write_loader_module",
    "write_model_code",
    "write_python_model",
]

LOADER = "mlflow.pyfunc.model"
CODE_LOADER = "mlflow.pyfunc.loaders.code_model"
_PICKLE = "python_model.pkl"
_ARTIFACTS = "artifacts"


@dataclass(frozen=True, slots=True)
class PythonModelContext:
    """What a `PythonModel` is given: paths of the files that came with it, and its settings."""

    artifacts: Mapping[str, str] = field(default_factory=dict)
    model_config: Mapping[str, Any] = field(default_factory=dict)


class PythonModel:
    """Base of a model of one's own: override `predict`, and `load_context` where files are read.

    ``predict`` may be written as ``predict(self, context, model_input, params=None)``, as in
    MLflow, or without the context. One object serves all calls; whether threads may share it is
    for the author to say.
    """

    def load_context(self, context: PythonModelContext) -> None:
        """Read what the model needs; called once, after loading."""

    def predict(
        self, context: PythonModelContext, model_input: Any, params: Mapping[str, Any] | None = None
    ) -> Any:
        """Return predictions for an input that fits the signature."""
        raise ModelError(f"{type(self).__name__} does not define predict")

    @property
    def predict_type_hints(self) -> SimpleNamespace:
        """What MLflow asks a model before it scores: no types beyond the signature's."""
        return SimpleNamespace(input=None, output=None)


class WrappedModel(PythonModel):
    """A function, or an object with a ``predict``, in the form that MLflow loads."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def load_context(self, context: PythonModelContext) -> None:
        """Hand the context on, where it is wanted."""
        if hasattr(self.inner, "load_context"):
            self.inner.load_context(context)

    def predict(
        self, context: PythonModelContext, model_input: Any, params: Mapping[str, Any] | None = None
    ) -> Any:
        """Call what is inside."""
        return make_scorer(self.inner, context)(model_input, params)


# Pickles name the classes by their public place, which stays where it is.
PythonModel.__module__ = WrappedModel.__module__ = "runsite.pyfunc"


def write_python_model(
    model: Any,
    *,
    folder: Path,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
) -> FlavorFiles:
    """Write a Python object, or a function, with the files that it reads.

    Args:
        model: A `PythonModel`, or a function of the input.
        folder: The model folder.
        artifacts: Name → local path of a file or folder to copy along.
        model_config: Settings handed to the model in its context.

    Raises:
        InvalidValueError: Neither, or an artifact's path does not exist.
        ModelError: It cannot be pickled.
    """
    if isinstance(model, type) or not (callable(model) or hasattr(model, "predict")):
        raise InvalidValueError(
            f"{quote(model)} cannot predict",
            hint="give an instance of runsite.pyfunc.PythonModel, or a function",
        )
    whole = model if hasattr(model, "predict_type_hints") else WrappedModel(model)
    try:
        import cloudpickle

        data = cloudpickle.dumps(whole, protocol=pickle.DEFAULT_PROTOCOL)
    except ImportError as error:
        raise ModelError("cloudpickle is not installed", hint="pip install cloudpickle") from error
    except Exception as error:
        raise ModelError(f"cannot pickle the model: {type(error).__name__}: {error}") from error
    (folder / _PICKLE).write_bytes(data)
    settings: dict[str, object] = {
        "cloudpickle_version": cloudpickle.__version__,
        "loader_module": LOADER,
        "python_model": _PICKLE,
        "python_version": platform.python_version(),
        "streamable": False,
    }
    settings |= _write_context(artifacts, model_config, folder=folder)
    modules = {"cloudpickle", *list_modules(data), *list_used_modules(model)}
    return FlavorFiles({PYFUNC: settings}, modules=modules)


def write_model_code(
    path: str,
    *,
    folder: Path,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | None = None,
) -> FlavorFiles:
    """Write a model as the Python file that makes it and calls ``set_model``.

    The file is run once, so that one that fails is not saved.

    Args:
        path: The file.
        folder: The model folder.
        artifacts: As in `write_python_model`.
        model_config: As in `write_python_model`.

    Raises:
        InvalidValueError: There is no such Python file, or an artifact's path does not exist.
        ModelError: The file fails, or hands over no model.
    """
    source = Path(path)
    if source.suffix != ".py" or not source.is_file():
        raise InvalidValueError(
            f"no such Python file: {quote(path)}",
            hint="python_model is an object with a predict, a function, or a file's path",
        )
    run_model_code(source.resolve(), settings=model_config)
    _copy(source, folder / source.name)
    settings: dict[str, object] = {
        "loader_module": CODE_LOADER,
        "model_code_path": source.name,
        "python_version": platform.python_version(),
        "streamable": False,
    }
    settings |= _write_context(artifacts, model_config, folder=folder)
    imported = list_imports(source.read_text(encoding="utf-8", errors="replace"))
    return FlavorFiles({PYFUNC: settings}, modules=imported)


def write_loader_module(
    loader_module: str, *, folder: Path, data_path: str | None = None
) -> FlavorFiles:
    """Write a model that the module of that name loads by its ``_load_pyfunc(path)``.

    Args:
        loader_module: Importable where the model is loaded, or among its code paths.
        folder: The model folder.
        data_path: A file or folder that goes with it, handed to ``_load_pyfunc``.

    Raises:
        InvalidValueError: The data path does not exist.
    """
    settings: dict[str, object] = {
        "loader_module": loader_module,
        "python_version": platform.python_version(),
    }
    if data_path is not None:
        _copy(Path(data_path), folder / "data")
        settings["data"] = "data"
    return FlavorFiles({PYFUNC: settings}, modules={loader_module})


def load_python_model(
    folder: Path, *, model: MLModel, model_config: Mapping[str, Any] | None = None
) -> tuple[Any, PythonModelContext]:
    """Load a Python object, or run the file that makes it; runsite's or MLflow's.

    Raises:
        ModelError: The file is missing, cannot be unpickled, or fails.
    """
    settings = model.get_flavor(PYFUNC)
    given = {**_read_config(settings), **(model_config or {})}
    if settings.get("model_code_path"):
        loaded = _load_code(folder, name=str(settings["model_code_path"]), settings=given)
    else:
        loaded = _load_pickled(folder, name=str(settings.get("python_model")))
    context = PythonModelContext(_artifact_paths(settings.get("artifacts"), folder=folder), given)
    if hasattr(loaded, "load_context"):
        loaded.load_context(context)
    return (loaded.inner if isinstance(loaded, WrappedModel) else loaded), context


def load_custom(folder: Path, *, model: MLModel) -> Any:
    """Load a model by the module that its MLmodel file names.

    Raises:
        ModelError: The module cannot be imported, or does not know how to load.
    """
    settings = model.get_flavor(PYFUNC)
    name = str(settings.get("loader_module") or "")
    if not all(part.isidentifier() for part in name.split(".")):
        raise ModelError(f"{quote(name)} is not the name of a module", where=str(folder))
    warn_of_code(f"code of the module {name}", folder=folder)
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        raise ModelError(
            f"cannot import {quote(name)}, which loads the model: {error}", where=str(folder)
        ) from error
    loader = getattr(module, "_load_pyfunc", None)
    if loader is None:
        raise ModelError(f"{quote(name)} has no _load_pyfunc", where=str(folder))
    data = settings.get("data")
    return loader(_resolve(str(data), folder=folder, what="its data") if data else str(folder))


def infer_own_signature(folder: Path, *, files: FlavorFiles, example: Any) -> ModelSignature | None:
    """Infer the signature of a model that was just written, from what it makes of an example.

    A list of plain values gives none: such a model gets what its caller hands over, as it is.

    Raises:
        ModelError: No type can be found for a value.
    """
    data, _ = split_example(example)
    if isinstance(data, list) and not any(isinstance(item, Mapping | list) for item in data):
        return None
    model = MLModel(flavors=files.flavors)

    def score(rows: Any, params: Any) -> Any:
        if model.get_flavor(PYFUNC).get("loader_module") in (LOADER, CODE_LOADER):
            scorer = make_scorer(*load_python_model(folder, model=model))
        else:
            scorer = make_scorer(load_custom(folder, model=model))
        return scorer(to_pandas(rows), params)

    with own_model():
        return infer_from_example(example, score)


def add_code_paths(folder: Path, *, code: object) -> None:
    """Make the modules that came with a model importable, where there are any."""
    if not code:
        return
    path = folder / Path(str(code)).name
    if path.is_dir():
        warn_of_code("modules of its own", folder=folder)
        add_import_path(path.resolve())


def make_scorer(model: Any, context: PythonModelContext | None = None) -> Callable[[Any, Any], Any]:
    """Make the function that ``pyfunc`` calls, whichever arguments the model's ``predict`` has.

    Raises:
        ModelError: The object is nothing that predicts.
    """
    import inspect

    function = getattr(model, "predict", model)
    if not callable(function):
        raise ModelError(f"what the model holds cannot predict: {type(model).__name__}")
    names = list(inspect.signature(function).parameters)
    with_context = bool(names) and names[0] == "context"
    with_params = "params" in names

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        head = (context, data) if with_context else (data,)
        return function(*head, params=params) if with_params else function(*head)

    return score


def _load_code(folder: Path, *, name: str, settings: Mapping[str, Any]) -> Any:
    path = folder / PurePath(name.replace("\\", "/")).name  # MLflow writes where it once was
    if path.suffix != ".py" or not path.is_file():
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    warn_of_code("a Python file", folder=folder)
    return run_model_code(path.resolve(), settings=settings)


def _load_pickled(folder: Path, *, name: str) -> Any:
    path = folder / Path(name).name
    if not path.is_file() or path.suffix != ".pkl":
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    warn_of_code("cloudpickle", folder=folder)
    try:
        import cloudpickle

        with path.open("rb") as stream:
            return cloudpickle.load(stream)
    except Exception as error:
        raise ModelError(
            f"cannot load the model: {type(error).__name__}: {error}",
            where=str(path),
            hint="requirements.txt beside it lists what it needs",
        ) from error


def _write_context(
    artifacts: Mapping[str, str] | None, model_config: Mapping[str, Any] | None, *, folder: Path
) -> dict[str, object]:
    """Copy what a model finds in its context, and describe it for the MLmodel file."""
    written: dict[str, object] = {}
    if artifacts:
        written["artifacts"] = _copy_artifacts(artifacts, folder=folder)
    if model_config:
        written["config"] = dict(model_config)  # MLflow's name for it
    return written


def _read_config(settings: Mapping[str, object]) -> Mapping[str, Any]:
    """Return a model's settings: what runsite wrote first had another name than MLflow's."""
    return _mapping(settings.get("config", settings.get("model_config")))


def _copy_artifacts(artifacts: Mapping[str, str], *, folder: Path) -> dict[str, object]:
    described: dict[str, object] = {}
    for name, source in artifacts.items():
        plain = source.removeprefix("file://")
        target = f"{_ARTIFACTS}/{Path(plain).name}"
        if (folder / target).exists():
            raise InvalidValueError(f"two artifacts would be called {quote(target)}")
        (folder / _ARTIFACTS).mkdir(exist_ok=True)
        _copy(Path(plain), folder / target)
        described[name] = {"path": target, "uri": source}
    return described


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copy2(source, target)
    else:
        raise InvalidValueError(f"no such file or folder: {quote(str(source))}")


def _artifact_paths(described: object, *, folder: Path) -> dict[str, str]:
    """Resolve artifacts inside the folder; a path that leaves it is refused."""
    paths: dict[str, str] = {}
    for name, entry in _mapping(described).items():
        relative = str(_mapping(entry).get("path"))
        paths[name] = _resolve(relative, folder=folder, what=f"artifact {quote(name)}")
    return paths


def _resolve(relative: str, *, folder: Path, what: str) -> str:
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ModelError(f"{what} lies outside the model", where=str(folder))
    return str(path)


def _mapping(value: object) -> dict[str, Any]:
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}
