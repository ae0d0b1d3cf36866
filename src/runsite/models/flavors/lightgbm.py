"""LightGBM models: a Booster in LightGBM's own text, an estimator as scikit-learn's are kept."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.flavors import sklearn
from runsite.models.flavors.library import import_library
from runsite.models.folder import FlavorFiles
from runsite.models.frames import make_frame
from runsite.models.infer import infer_from_example
from runsite.models.mlmodel import PYFUNC, MLModel

__all__ = ["FLAVOR", "LOADER", "load_lightgbm", "make_scorer", "write_lightgbm"]

FLAVOR = "lightgbm"
LOADER = "mlflow.lightgbm"
_BOOSTER = "lightgbm.basic.Booster"
_FILE = "model.lgb"


def write_lightgbm(
    model: Any,
    *,
    folder: Path,
    serialization_format: str | None = None,
    example: Any = None,
) -> FlavorFiles:
    """Write a Booster or an estimator of LightGBM into a model folder.

    Args:
        model: ``lightgbm.Booster`` or ``lightgbm.LGBMModel``.
        folder: The model folder.
        serialization_format: Of an estimator: as scikit-learn's.
        example: Input to infer a signature from, or None.

    Raises:
        InvalidValueError: It is not a model of LightGBM, or the format is unknown.
        ModelError: The estimator cannot be written in that format.
    """
    import lightgbm

    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    settings: dict[str, object] = {"lgb_version": lightgbm.__version__, "model_class": kind}
    modules = {"lightgbm", "numpy", "scipy"}
    if isinstance(model, lightgbm.Booster):
        model.save_model(folder / _FILE)
        settings["data"] = _FILE
        settings["model_class"] = _BOOSTER
    elif isinstance(model, lightgbm.LGBMModel):
        files = sklearn.write_sklearn(
            model, folder=folder, serialization_format=serialization_format
        )
        written = files.flavors[sklearn.FLAVOR]
        settings["data"] = written["pickled_model"]
        for name in ("serialization_format", "skops_trusted_types"):
            settings[name] = written[name]
        modules |= set(files.modules)
    else:
        raise InvalidValueError(
            f"{quote(type(model).__name__)} is not a model of LightGBM",
            hint="give a lightgbm.Booster or one of its scikit-learn estimators",
        )
    python: dict[str, object] = {
        "data": settings["data"],
        "loader_module": LOADER,
        "python_version": platform.python_version(),
    }
    signature = None
    if example is not None:
        signature = infer_from_example(example, make_scorer(model))
    return FlavorFiles({PYFUNC: python, FLAVOR: settings}, modules=modules, signature=signature)


def load_lightgbm(folder: Path, *, model: MLModel) -> Any:
    """Load the Booster or estimator of a model folder, as it was saved.

    Raises:
        ModelError: LightGBM is not installed, or the file is missing or damaged.
    """
    settings = model.get_flavor(FLAVOR)
    if str(settings.get("model_class") or _BOOSTER) != _BOOSTER:
        return sklearn.load_file(
            folder,
            name=str(settings.get("data")),
            kind=str(settings.get("serialization_format") or "cloudpickle"),
            trusted=settings.get("skops_trusted_types"),
        )
    lightgbm = import_library("lightgbm", folder=folder)
    path = folder / Path(str(settings.get("data"))).name
    if not path.is_file():
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    try:
        return lightgbm.Booster(model_file=path)
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"cannot load the LightGBM model: {reason}", where=str(path)) from error


def make_scorer(model: Any) -> Callable[[Any, Any], Any]:
    """Make the function that ``pyfunc`` calls: data and parameters in, predictions out."""

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        if isinstance(data, dict):
            data = make_frame(data)
        return model.predict(data, **(params or {}))

    return score
