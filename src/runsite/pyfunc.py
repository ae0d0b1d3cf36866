"""Models of any flavor behind one ``predict``, and models of one's own.

::

    model = runsite.pyfunc.load_model("models:/nyc-taxi-regressor/Production")
    model.predict(frame)
"""

# MLflow's arguments, in MLflow's order: scripts that pass them by place keep working.
# ruff: noqa: FBT001, FBT002, PLR0913

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from runsite.errors import InvalidValueError
from runsite.integrations.model_loading import find_model_folder
from runsite.integrations.model_logging import ModelInfo, log_folder
from runsite.integrations.model_options import LogOptions, SaveOptions, find_example, make_options
from runsite.integrations.spark import spark_udf
from runsite.models.flavors.pyfunc import (
    PythonModel,
    PythonModelContext,
    WrappedModel,
    infer_own_signature,
    write_loader_module,
    write_model_code,
    write_python_model,
)
from runsite.models.folder import FlavorFiles, save_folder
from runsite.models.requirements import find_requirements, make_conda_env
from runsite.models.scoring import PyFuncModel, load_folder
from runsite.models.settings import read_settings

__all__ = [
    "PyFuncModel",
    "PythonModel",
    "PythonModelContext",
    "WrappedModel",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "get_model_dependencies",
    "load_model",
    "log_model",
    "save_model",
    "spark_udf",
]

# Lets Python look below this file for MLflow's path runsite.pyfunc.model.
__path__: list[str] = []


def load_model(
    model_uri: str,
    suppress_warnings: bool = False,
    dst_path: str | None = None,
    model_config: Mapping[str, Any] | None = None,
) -> PyFuncModel:
    """Load a model of any flavor for scoring.

    Args:
        model_uri: ``runs:/<run_id>/<path>``, ``models:/<name>/<version or stage>``,
            ``models:/<name>@<alias>`` or a path.
        suppress_warnings: Do not warn of formats that can run code.
        dst_path: Copy the model there first.
        model_config: Settings in place of those that were saved with a `PythonModel`.

    Raises:
        NotFoundError: There is no such model.
        DigestMismatchError: A registered version's files were changed.
        ModelError: It cannot be loaded.
    """
    import warnings

    from runsite.models.trust import UnsafeModelWarning

    folder = find_model_folder(model_uri, dst_path=dst_path)
    if not suppress_warnings:
        return load_folder(folder, model_config=model_config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeModelWarning)
        return load_folder(folder, model_config=model_config)


def save_model(
    path: str | os.PathLike[str],
    *,
    python_model: Any = None,
    artifacts: Mapping[str, str] | None = None,
    loader_module: str | None = None,
    data_path: str | None = None,
    model_config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save a model of one's own to a new folder, which MLflow can load too.

    Args:
        path: A folder that does not exist, or is empty.
        python_model: A `PythonModel`, a function of the input, or the path of a Python file that
            makes one and calls `runsite.models.set_model`.
        artifacts: Name → path of a file or folder that the model reads.
        loader_module: In place of ``python_model``: the module whose ``_load_pyfunc`` loads it.
        data_path: What ``_load_pyfunc`` is given.
        model_config: Settings that the model finds in its context, or a YAML file of them.
        **options: Signature, input example, requirements and so on.

    Raises:
        InvalidValueError: Neither a model nor a loader module is given, or both.
        ModelError: The model cannot be pickled.
    """
    write = _writer(python_model, artifacts, loader_module, data_path, model_config)
    write = partial(_write_signed, write, find_example(options))
    save_folder(path, write=write, options=make_options(options))


def log_model(
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    python_model: Any = None,
    artifacts: Mapping[str, str] | None = None,
    loader_module: str | None = None,
    data_path: str | None = None,
    model_config: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model of one's own in the active run, or in one that starts now.

    Args:
        artifact_path: The older word for ``name``.
        name: Path of the model among the run's artifacts; ``model`` by default.
        python_model: As in `save_model`, like the four that follow.
        artifacts: As in `save_model`.
        loader_module: As in `save_model`.
        data_path: As in `save_model`.
        model_config: As in `save_model`.
        **options: Signature, input example, ``registered_model_name`` and so on.

    Raises:
        InvalidValueError: Neither a model nor a loader module is given, or both.
        ModelError: The model cannot be pickled.
    """
    write = _writer(python_model, artifacts, loader_module, data_path, model_config)
    return log_folder(
        name or artifact_path,
        write=partial(_write_signed, write, find_example(options)),
        options=make_options(options, to_log=True),
        run_id=options.get("run_id"),
        registered_model_name=options.get("registered_model_name"),
    )


def get_default_pip_requirements() -> list[str]:
    """List what every model of one's own needs, as installed now; its imports come on top."""
    return find_requirements(["cloudpickle"])


def get_default_conda_env() -> dict[str, object]:
    """Make the content of a ``conda.yaml`` of `get_default_pip_requirements`."""
    return make_conda_env(get_default_pip_requirements())


def get_model_dependencies(model_uri: str, format: str = "pip") -> str:  # noqa: A002 - MLflow's word
    """Return the path of the file that lists what a model needs.

    Args:
        model_uri: As in `load_model`.
        format: ``pip`` or ``conda``.

    Raises:
        InvalidValueError: Another format.
    """
    names = {"pip": "requirements.txt", "conda": "conda.yaml"}
    if format not in names:
        raise InvalidValueError(f"unknown format {format!r}", hint="use one of: pip, conda")
    return str(find_model_folder(model_uri) / names[format])


def _writer(
    python_model: Any,
    artifacts: Mapping[str, str] | None,
    loader_module: str | None,
    data_path: str | None,
    model_config: Mapping[str, Any] | str | os.PathLike[str] | None,
) -> partial[FlavorFiles]:
    if (python_model is None) == (loader_module is None):
        raise InvalidValueError(
            "give either python_model or loader_module",
            hint="python_model is an instance of runsite.pyfunc.PythonModel, or a function",
        )
    if loader_module is not None:
        return partial(_write_module, loader_module, data_path)
    settings = read_settings(model_config)
    if isinstance(python_model, str | os.PathLike):
        path = os.fspath(python_model)
        return partial(_write_code, path, artifacts, settings)
    return partial(_write_object, python_model, artifacts, settings)


def _write_signed(write: Callable[[Path], FlavorFiles], example: Any, folder: Path) -> FlavorFiles:
    files = write(folder)
    if example is None:
        return files
    return replace(files, signature=infer_own_signature(folder, files=files, example=example))


def _write_module(loader_module: str, data_path: str | None, folder: Path) -> FlavorFiles:
    return write_loader_module(loader_module, folder=folder, data_path=data_path)


def _write_object(
    python_model: Any,
    artifacts: Mapping[str, str] | None,
    model_config: Mapping[str, Any] | None,
    folder: Path,
) -> FlavorFiles:
    return write_python_model(
        python_model, folder=folder, artifacts=artifacts, model_config=model_config
    )


def _write_code(
    path: str,
    artifacts: Mapping[str, str] | None,
    model_config: Mapping[str, Any] | None,
    folder: Path,
) -> FlavorFiles:
    return write_model_code(path, folder=folder, artifacts=artifacts, model_config=model_config)
