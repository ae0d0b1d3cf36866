"""A loaded model of any flavor behind one method: `PyFuncModel.predict`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runsite.models.enforce import enforce_params, enforce_schema
from runsite.models.examples import read_example
from runsite.models.flavors import catboost, lightgbm, pyfunc, sklearn, xgboost
from runsite.models.frames import to_pandas
from runsite.models.mlmodel import PYFUNC, MLModel, read_mlmodel
from runsite.models.schema import Schema
from runsite.models.signature import ModelSignature

__all__ = ["PyFuncModel", "load_folder"]


class PyFuncModel:
    """A model of any flavor, ready to score. Threads may share it where its library allows.

    Attributes:
        metadata: What the MLmodel file says.
    """

    def __init__(self, metadata: MLModel, *, loaded: _Loaded, folder: Path) -> None:
        self.metadata = metadata
        self._loaded = loaded
        self._folder = folder

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Score input: a pandas or Polars frame, an array, a sparse matrix, a dict or records.

        With a signature the input is fitted to it first: columns by name and in its order,
        numbers widened, anything that would lose something refused. Without one it is handed
        over as it is, tables as pandas frames.

        Args:
            data: The rows.
            params: Inference parameters that the signature declares.

        Raises:
            ModelError: The input does not fit the signature.
        """
        signature = self.metadata.signature
        if signature is None:
            return self._loaded.score(to_pandas(data), dict(params) if params else None)
        fitted = to_pandas(data)
        if signature.inputs is not None:
            fitted = enforce_schema(data, signature.inputs)
        given = enforce_params(params, signature.params)
        return self._loaded.score(fitted, given or None)

    def unwrap_python_model(self) -> Any:
        """Return the object inside: the estimator, the Booster, the `PythonModel`."""
        return self._loaded.raw

    get_raw_model = unwrap_python_model

    @property
    def signature(self) -> ModelSignature | None:
        """What the model takes and gives."""
        return self.metadata.signature

    @property
    def input_schema(self) -> Schema | None:
        """What the model takes."""
        return self.signature.inputs if self.signature else None

    @property
    def output_schema(self) -> Schema | None:
        """What the model gives."""
        return self.signature.outputs if self.signature else None

    @property
    def loader_module(self) -> str:
        """Which flavor loads the model, by MLflow's name such as ``mlflow.sklearn``."""
        return str(self.metadata.get_flavor(PYFUNC).get("loader_module"))

    @property
    def model_id(self) -> str | None:
        """The id of the logged model; None for one that was saved outside of a run."""
        return self.metadata.model_id

    @property
    def model_config(self) -> dict[str, Any]:
        """The settings of a `PythonModel`; empty for other models."""
        return dict(self._loaded.settings)

    @property
    def input_example(self) -> Any:
        """The example that was logged with the model; None where there is none.

        Raises:
            ModelError: Its file cannot be read.
        """
        if not self.metadata.saved_input_example_info:
            return None
        return read_example(self.metadata, folder=self._folder)

    def __repr__(self) -> str:
        loader = self.loader_module
        run_id = f", run_id={self.metadata.run_id!r}" if self.metadata.run_id else ""
        return f"PyFuncModel(loader_module={loader!r}{run_id})"


@dataclass(frozen=True, slots=True)
class _Loaded:
    raw: Any
    score: Callable[[Any, Any], Any]
    settings: Mapping[str, Any] = field(default_factory=dict)


def load_folder(
    folder: str | os.PathLike[str], *, model_config: Mapping[str, Any] | None = None
) -> PyFuncModel:
    """Load the model in a folder for scoring, whichever flavor it has.

    Args:
        folder: A model folder of runsite's or MLflow's.
        model_config: Settings in place of those that were saved with a `PythonModel`.

    Raises:
        NotFoundError: There is no model.
        ModelError: It has no flavor that can score, or cannot be loaded.
    """
    root = Path(folder)
    model = read_mlmodel(root)
    settings = model.get_flavor(PYFUNC)
    pyfunc.add_code_paths(root, code=settings.get("code"))
    loader = settings.get("loader_module")
    return PyFuncModel(model, loaded=_load(root, model, loader, model_config), folder=root)


def _load(
    root: Path, model: MLModel, loader: object, model_config: Mapping[str, Any] | None
) -> _Loaded:
    # The names are MLflow's, so that its loaders find themselves; here they only tell the kind.
    if loader == sklearn.LOADER:
        estimator = sklearn.load_sklearn(root, model=model)
        name = str(model.get_flavor(PYFUNC).get("predict_fn") or "predict")
        return _Loaded(estimator, sklearn.make_scorer(estimator, name=name))
    if loader == xgboost.LOADER:
        booster = xgboost.load_xgboost(root, model=model)
        return _Loaded(booster, xgboost.make_scorer(booster))
    if loader == lightgbm.LOADER:
        light = lightgbm.load_lightgbm(root, model=model)
        return _Loaded(light, lightgbm.make_scorer(light))
    if loader == catboost.LOADER:
        cat = catboost.load_catboost(root, model=model)
        return _Loaded(cat, catboost.make_scorer(cat))
    if loader in (pyfunc.LOADER, pyfunc.CODE_LOADER):
        python_model, context = pyfunc.load_python_model(
            root, model=model, model_config=model_config
        )
        scorer = pyfunc.make_scorer(python_model, context)
        return _Loaded(python_model, scorer, context.model_config)
    custom = pyfunc.load_custom(root, model=model)
    return _Loaded(custom, pyfunc.make_scorer(custom))
