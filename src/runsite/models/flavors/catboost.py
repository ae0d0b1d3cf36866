"""CatBoost models in CatBoost's own binary format: data only, no code to run."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.flavors.library import import_library
from runsite.models.folder import FlavorFiles
from runsite.models.frames import make_frame
from runsite.models.infer import infer_from_example
from runsite.models.mlmodel import PYFUNC, MLModel

__all__ = ["FLAVOR", "FORMATS", "LOADER", "load_catboost", "make_scorer", "write_catboost"]

FLAVOR = "catboost"
LOADER = "mlflow.catboost"
FORMATS = ("cbm", "json")
_FILE = "model.cb"
_CLASSES = ("CatBoost", "CatBoostClassifier", "CatBoostRanker", "CatBoostRegressor")


def write_catboost(
    model: Any, *, folder: Path, model_format: str = "cbm", example: Any = None
) -> FlavorFiles:
    """Write a model of CatBoost into a model folder.

    Args:
        model: ``catboost.CatBoost`` or one of its estimators.
        folder: The model folder.
        model_format: ``cbm`` (small) or ``json`` (readable).
        example: Input to infer a signature from, or None.

    Raises:
        InvalidValueError: An unknown format, or not a model of CatBoost.
    """
    import catboost

    if model_format not in FORMATS:
        raise InvalidValueError(
            f"unknown model format {quote(model_format)}", hint=f"use one of: {', '.join(FORMATS)}"
        )
    kind = next((k.__name__ for k in type(model).__mro__ if k.__name__ in _CLASSES), None)
    if kind is None or not isinstance(model, catboost.CatBoost):
        raise InvalidValueError(
            f"{quote(type(model).__name__)} is not a model of CatBoost",
            hint="give a catboost.CatBoost or one of its estimators",
        )
    model.save_model(str(folder / _FILE), format=model_format)
    settings: dict[str, object] = {
        "catboost_version": catboost.__version__,
        "data": _FILE,
        "model_type": kind,
        "save_format": model_format,
    }
    python: dict[str, object] = {
        "data": _FILE,
        "loader_module": LOADER,
        "python_version": platform.python_version(),
    }
    signature = None
    if example is not None:
        signature = infer_from_example(example, make_scorer(model))
    return FlavorFiles(
        {PYFUNC: python, FLAVOR: settings}, modules={"catboost", "numpy"}, signature=signature
    )


def load_catboost(folder: Path, *, model: MLModel) -> Any:
    """Load the model of a model folder, as the class that it was.

    Raises:
        ModelError: CatBoost is not installed, the file is missing or damaged, or the class is not one
            of CatBoost's.
    """
    catboost = import_library("catboost", folder=folder)
    settings = model.get_flavor(FLAVOR)
    kind = str(settings.get("model_type"))
    if kind not in _CLASSES:
        raise ModelError(
            f"{quote(kind)} is not a model class of CatBoost", where=str(folder / "MLmodel")
        )
    path = folder / Path(str(settings.get("data") or _FILE)).name
    if not path.is_file():
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    loaded = getattr(catboost, kind)()
    try:
        loaded.load_model(str(path), format=str(settings.get("save_format") or "cbm"))
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"cannot load the CatBoost model: {reason}", where=str(path)) from error
    return loaded


def make_scorer(model: Any) -> Callable[[Any, Any], Any]:
    """Make the function that ``pyfunc`` calls: data and parameters in, predictions out."""

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        if isinstance(data, dict):
            data = make_frame(data)
        return model.predict(data, **(params or {}))

    return score
