"""XGBoost models in their own format (UBJSON, or JSON): data only, no code to run."""

from __future__ import annotations

import importlib
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.flavors.library import import_library
from runsite.models.folder import FlavorFiles
from runsite.models.frames import make_frame
from runsite.models.infer import infer_from_example, is_instance_of
from runsite.models.mlmodel import PYFUNC, MLModel

__all__ = ["FLAVOR", "FORMATS", "LOADER", "load_xgboost", "make_scorer", "write_xgboost"]

FLAVOR = "xgboost"
LOADER = "mlflow.xgboost"
FORMATS = ("ubj", "json")
_BOOSTER = "xgboost.core.Booster"


def write_xgboost(
    model: Any, *, folder: Path, model_format: str = "ubj", example: Any = None
) -> FlavorFiles:
    """Write a Booster or an estimator of XGBoost into a model folder.

    Args:
        model: ``xgboost.Booster`` or ``xgboost.XGBModel``.
        folder: The model folder.
        model_format: ``ubj`` or ``json``.
        example: Input to infer a signature from, or None.

    Raises:
        InvalidValueError: An unknown format, or not a model of XGBoost.
    """
    import xgboost

    if model_format not in FORMATS:
        raise InvalidValueError(
            f"unknown model format {quote(model_format)}", hint=f"use one of: {', '.join(FORMATS)}"
        )
    if not isinstance(model, xgboost.Booster | xgboost.XGBModel):
        raise InvalidValueError(
            f"{quote(type(model).__name__)} is not a model of XGBoost",
            hint="give an xgboost.Booster or one of its scikit-learn estimators",
        )
    name = f"model.{model_format}"
    model.save_model(folder / name)
    settings: dict[str, object] = {
        "data": name,
        "model_class": f"{type(model).__module__}.{type(model).__qualname__}",
        "model_format": model_format,
        "xgb_version": xgboost.__version__,
    }
    python: dict[str, object] = {
        "data": name,
        "loader_module": LOADER,
        "python_version": platform.python_version(),
    }
    modules = {"xgboost", "numpy", "scipy", type(model).__module__}
    if isinstance(model, xgboost.XGBModel):
        modules.add("sklearn")
    signature = None
    if example is not None:
        signature = infer_from_example(example, make_scorer(model))
    return FlavorFiles({PYFUNC: python, FLAVOR: settings}, modules=modules, signature=signature)


def load_xgboost(folder: Path, *, model: MLModel) -> Any:
    """Load the Booster or estimator of a model folder, as it was saved.

    Raises:
        ModelError: XGBoost is not installed, the file is missing or damaged, or the class is not one
            of XGBoost's.
    """
    settings = model.get_flavor(FLAVOR)
    path = folder / Path(str(settings.get("data"))).name
    if not path.is_file():
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    loaded = _model_class(str(settings.get("model_class") or _BOOSTER), folder=folder)()
    try:
        loaded.load_model(path)
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"cannot load the XGBoost model: {reason}", where=str(path)) from error
    return loaded


def make_scorer(model: Any) -> Callable[[Any, Any], Any]:
    """Make the function that ``pyfunc`` calls: data and parameters in, predictions out."""
    import xgboost

    if isinstance(model, xgboost.Booster):
        return _booster_scorer(model)

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        if isinstance(data, dict):
            data = make_frame(data)
        names = getattr(model, "feature_names_in_", None)
        if names is None and is_instance_of(data, "pandas", "DataFrame"):
            data = data.to_numpy()
        return model.predict(data, **(params or {}))

    return score


def _booster_scorer(booster: Any) -> Callable[[Any, Any], Any]:
    import xgboost

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        if isinstance(data, dict):
            data = make_frame(data)
        if isinstance(data, xgboost.DMatrix):
            return booster.predict(data, **(params or {}))
        names = booster.feature_names
        if is_instance_of(data, "pandas", "DataFrame"):
            # Trained without names: the columns count by their place.
            matrix = xgboost.DMatrix(data if names else data.to_numpy())
        else:
            fits = names and getattr(data, "ndim", 0) == 2 and data.shape[1] == len(names)
            matrix = xgboost.DMatrix(data, feature_names=names if fits else None)
        return booster.predict(matrix, **(params or {}))

    return score


def _model_class(name: str, *, folder: Path) -> Any:
    """Find the class by its name: only XGBoost's own, for a name is not a licence to import."""
    xgboost = import_library("xgboost", folder=folder)
    module, _, attribute = name.rpartition(".")
    kind = None
    if module == "xgboost" or module.startswith("xgboost."):
        kind = getattr(importlib.import_module(module), attribute, None)
    if not (isinstance(kind, type) and issubclass(kind, xgboost.Booster | xgboost.XGBModel)):
        raise ModelError(
            f"{quote(name)} is not a model class of XGBoost", where=str(folder / "MLmodel")
        )
    return kind
