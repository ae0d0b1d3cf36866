"""Scikit-learn models: skops where their types allow it, cloudpickle otherwise.

skops builds objects from a list of types instead of running instructions, so it can be loaded
without trusting the author; it cannot hold functions of one's own. A pickle holds everything and
runs whatever it is told to.
"""

from __future__ import annotations

import pickle
import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.models.dependencies import list_modules
from runsite.models.folder import FlavorFiles
from runsite.models.frames import make_frame
from runsite.models.infer import infer_from_example, is_instance_of
from runsite.models.mlmodel import PYFUNC, MLModel
from runsite.models.trust import warn_of_code

__all__ = [
    "FLAVOR",
    "FORMATS",
    "LOADER",
    "load_file",
    "load_sklearn",
    "make_scorer",
    "write_sklearn",
]

FLAVOR = "sklearn"
LOADER = "mlflow.sklearn"
FORMATS = ("skops", "cloudpickle", "pickle")
_FILES = {"skops": "model.skops", "cloudpickle": "model.pkl", "pickle": "model.pkl"}

# Libraries whose classes only carry a model's numbers. Functions are another matter: a crafted
# file could name any of a library's functions, so only those that estimators are known to keep
# are listed, by module.
_DATA_LIBRARIES = frozenset({"sklearn", "numpy", "scipy", "xgboost", "lightgbm"})
_FUNCTION_MODULES = frozenset(
    {
        "sklearn.feature_selection._univariate_selection",
        "sklearn.feature_selection._mutual_info",
        "sklearn.cluster._kmeans",
        "sklearn.metrics.pairwise",
        "scipy._lib.array_api_compat.numpy._aliases",
    }
)
_CONTAINERS = frozenset({"collections.OrderedDict", "collections.defaultdict"})
_FUNCTIONS = frozenset({"numpy.mean", "numpy.median", "numpy.max", "numpy.min", "numpy.sum"})


def write_sklearn(  # noqa: PLR0913 - a flavor's own choices, all by keyword
    model: Any,
    *,
    folder: Path,
    serialization_format: str | None = None,
    trusted_types: Sequence[str] | None = None,
    predict_fn: str = "predict",
    example: Any = None,
) -> FlavorFiles:
    """Write an estimator into a model folder.

    Args:
        model: A fitted estimator, pipeline or search.
        folder: The model folder.
        serialization_format: ``skops``, ``cloudpickle`` or ``pickle``; None takes skops where
            every type in the model is known to be safe, else cloudpickle.
        trusted_types: Names of further types that may be in a skops file.
        predict_fn: The method that ``pyfunc`` calls.
        example: Input to infer a signature from, or None.

    Raises:
        InvalidValueError: An unknown format, or the model has no such method.
        ModelError: The model cannot be written in that format.
    """
    import sklearn

    if serialization_format not in (None, *FORMATS):
        raise InvalidValueError(
            f"unknown serialization format {quote(serialization_format)}",
            hint=f"use one of: {', '.join(FORMATS)}",
        )
    chosen, data, types = _serialise(model, serialization_format, trusted_types or ())
    name = _FILES[chosen]
    (folder / name).write_bytes(data)
    modules = {"sklearn", "numpy", "scipy", type(model).__module__}
    modules |= {kind.partition(".")[0] for kind in types}
    modules |= {chosen} if chosen != "pickle" else set()
    if chosen != "skops":
        modules |= list_modules(data)
    settings: dict[str, object] = {
        "pickled_model": name,
        "serialization_format": chosen,
        "sklearn_version": sklearn.__version__,
        "skops_trusted_types": sorted(types) or None,
    }
    python: dict[str, object] = {
        "loader_module": LOADER,
        "model_path": name,
        "predict_fn": predict_fn,
        "python_version": platform.python_version(),
    }
    signature = None
    if example is not None and hasattr(model, predict_fn):
        signature = infer_from_example(example, make_scorer(model, name=predict_fn))
    return FlavorFiles({PYFUNC: python, FLAVOR: settings}, modules=modules, signature=signature)


def load_sklearn(folder: Path, *, model: MLModel) -> Any:
    """Load the estimator of a model folder.

    A pickle, or a skops file with types that no known library made, can run code: the first such
    model of a process is announced by a warning.

    Raises:
        ModelError: The file is missing, or cannot be loaded.
    """
    if FLAVOR in model.flavors:
        settings = model.flavors[FLAVOR]
        name = settings.get("pickled_model")
        kind = str(settings.get("serialization_format") or "pickle")
    else:
        settings = model.get_flavor(PYFUNC)
        name = settings.get("model_path") or settings.get("data")
        kind = "pickle"
    trusted = settings.get("skops_trusted_types")
    return load_file(folder, name=str(name), kind=kind, trusted=trusted)


def load_file(folder: Path, *, name: str, kind: str, trusted: object = None) -> Any:
    """Load the object in a file of a model folder.

    Args:
        folder: The model folder.
        name: The file's name.
        kind: One of `FORMATS`.
        trusted: Names of the types that a skops file may hold, as its MLmodel file lists them.

    Raises:
        ModelError: The file is missing, of an unknown format, or cannot be loaded.
    """
    path = folder / Path(name).name
    if not path.is_file():
        raise ModelError(f"the model's file {quote(path.name)} is missing", where=str(folder))
    if kind not in FORMATS:
        raise ModelError(
            f"unknown serialization format {quote(kind)}",
            where=str(folder / "MLmodel"),
            hint=f"this runsite reads: {', '.join(FORMATS)}",
        )
    try:
        if kind == "skops":
            return _load_skops(path, trusted=trusted)
        return _load_pickle(path, kind=kind)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"cannot load the scikit-learn model: {type(error).__name__}: {error}",
            where=str(path),
            hint="requirements.txt beside it lists what it needs",
        ) from error


def make_scorer(model: Any, *, name: str = "predict") -> Callable[[Any, Any], Any]:
    """Make the function that ``pyfunc`` calls: data and parameters in, predictions out.

    Raises:
        ModelError: The model has no such method.
    """
    method = getattr(model, name, None)
    if method is None:
        raise ModelError(f"{type(model).__name__} has no method {quote(name)}")
    wants_records = _takes_records(model)

    def score(data: Any, params: Mapping[str, Any] | None) -> Any:
        if wants_records and is_instance_of(data, "pandas", "DataFrame"):
            data = data.to_dict(orient="records")
        elif isinstance(data, dict) and hasattr(model, "feature_names_in_"):
            data = make_frame(data)
        return method(data)

    return score


def _takes_records(model: Any) -> bool:
    """Tell whether the first step eats mappings: a table is then handed over row by row."""
    first = model
    while getattr(first, "steps", None):
        first = first.steps[0][1]
    return type(first).__name__ in ("DictVectorizer", "FeatureHasher")


def _serialise(
    model: Any, wanted: str | None, trusted: Sequence[str]
) -> tuple[str, bytes, Sequence[str]]:
    """Return the format that was taken, the bytes, and the skops types beyond its own."""
    if wanted in (None, "skops"):
        found = _dump_skops(model, strict=wanted == "skops")
        if found is not None:
            data, types = found
            unknown = [kind for kind in types if kind not in trusted and not _is_known(kind)]
            if not unknown:
                return "skops", data, types
            if wanted == "skops":
                raise ModelError(
                    f"the model holds types that skops does not trust: {', '.join(unknown)}",
                    hint="name them in skops_trusted_types, or use cloudpickle",
                )
    try:
        if wanted == "pickle":
            return "pickle", pickle.dumps(model, protocol=pickle.DEFAULT_PROTOCOL), ()
        import cloudpickle

        return "cloudpickle", cloudpickle.dumps(model, protocol=pickle.DEFAULT_PROTOCOL), ()
    except Exception as error:
        raise ModelError(f"cannot pickle the model: {type(error).__name__}: {error}") from error


def _dump_skops(model: Any, *, strict: bool) -> tuple[bytes, Sequence[str]] | None:
    try:
        import skops.io
    except ImportError as error:
        if strict:
            raise ModelError("skops is not installed", hint="pip install skops") from error
        return None
    try:
        data = skops.io.dumps(model)
        return data, skops.io.get_untrusted_types(data=data)
    except Exception as error:
        # skops refuses what it cannot hold with errors of many classes.
        if strict:
            raise ModelError(
                f"skops cannot hold the model: {error}", hint="use cloudpickle"
            ) from error
        return None


def _is_known(kind: str) -> bool:
    """Tell whether a type is a class of a library that only carries numbers."""
    import importlib

    module, _, name = kind.rpartition(".")
    if kind in _FUNCTIONS | _CONTAINERS or module in _FUNCTION_MODULES:
        return True
    if module.partition(".")[0] not in _DATA_LIBRARIES:
        return False
    try:
        return isinstance(getattr(importlib.import_module(module), name, None), type)
    except ImportError:
        return False


def _load_skops(path: Path, *, trusted: object) -> Any:
    try:
        import skops.io
    except ImportError as error:
        raise ModelError(
            "skops is not installed", where=str(path), hint="pip install skops"
        ) from error
    names = [str(name) for name in trusted] if isinstance(trusted, list) else []
    unknown = [name for name in names if not _is_known(name)]
    if unknown:
        # The list comes from the model itself, so it is the author's word and nobody's check.
        warn_of_code("skops with types of its author's own", folder=path.parent)
    return skops.io.load(path, trusted=names)


def _load_pickle(path: Path, *, kind: str) -> Any:
    warn_of_code(kind, folder=path.parent)
    with path.open("rb") as stream:
        if kind == "pickle":
            return pickle.load(stream)  # noqa: S301 - announced above, as the format demands
        import cloudpickle

        return cloudpickle.load(stream)
