"""A model over a Spark DataFrame: `spark_udf`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.integrations.model_loading import find_model_folder
from runsite.models.mlmodel import MLModel, read_mlmodel
from runsite.models.schema import DataType

__all__ = ["spark_udf"]

_CASTS = {
    "boolean": "bool",
    "int": "int32",
    "integer": "int32",
    "long": "int64",
    "bigint": "int64",
    "float": "float32",
    "double": "float64",
    "string": "str",
}
_LOCAL = (None, "local")
_SPARK = {
    DataType.boolean: "boolean",
    DataType.integer: "int",
    DataType.long: "long",
    DataType.float: "float",
    DataType.double: "double",
    DataType.string: "string",
}
_TENSORS = {
    "bool": "boolean",
    "int32": "int",
    "int64": "long",
    "float32": "float",
    "float64": "double",
    "str": "string",
}


def spark_udf(  # noqa: PLR0913, PLR0917 - MLflow's arguments, in MLflow's order
    spark: Any,
    model_uri: str,
    result_type: Any = None,
    env_manager: str | None = None,
    params: Mapping[str, Any] | None = None,
    extra_env: Mapping[str, str] | None = None,
    *,
    model_config: Mapping[str, Any] | None = None,
) -> Callable[..., Any]:
    """Make a Spark function that scores rows by a model.

    The model's folder is sent to the executors with the session, and each Python worker loads it
    once. Called without columns the function takes those of the model's signature; called with
    columns it takes these, by the signature's names in their order. ``F.struct(...)`` works too.

    Args:
        spark: The session.
        model_uri: As in `runsite.pyfunc.load_model`.
        result_type: A Spark type or its name, also ``array<double>`` and
            ``struct<low:double,high:double>``; by default what the signature's output says, else
            ``double``. Predictions are converted to it.
        env_manager: ``local`` or None: the workers' own Python scores. Other environments are
            for whoever runs the workers to make.
        params: Inference parameters that the signature declares.
        extra_env: Environment variables that are set in the workers before they load the model.
        model_config: Settings in place of those that were saved with a `PythonModel`.

    Raises:
        ModelError: PySpark is not installed, or the model has no names for its columns and is
            called without any.
        InvalidValueError: The result type or the environment manager is unknown.
    """
    try:
        from pyspark.sql.functions import col, struct
        from pyspark.sql.pandas.functions import pandas_udf
    except ImportError as error:
        raise ModelError("PySpark is not installed", hint="pip install pyspark") from error
    if env_manager not in _LOCAL:
        raise InvalidValueError(
            f"unknown environment manager {quote(env_manager)}",
            hint="use 'local': the workers' own Python scores, with what it has installed",
        )
    folder = find_model_folder(model_uri)
    model = read_mlmodel(folder)
    returns = result_type or _result_type(model)
    result = _parse_result(returns)
    names = _input_names(model)
    place = _Place(_ship(spark, folder), dict(extra_env or {}), dict(model_config or {}))
    score = _make_score(place, names, dict(params or {}), result)
    # The type stubs know only the kinds of function that older Sparks called by number.
    make: Any = pandas_udf
    function = make(score, returnType=returns)

    def udf(*columns: Any) -> Any:
        chosen = [col(c) if isinstance(c, str) else c for c in columns]
        if not chosen:
            if not names:
                raise ModelError(
                    "the model's signature names no columns, so they must be given",
                    hint="udf('a', 'b'), or log the model with a signature",
                )
            chosen = [struct(*(col(f"`{name}`") for name in names))]
        if len(columns) == 1 and isinstance(columns[0], str):
            chosen = [struct(*chosen)]  # a struct arrives as a table, its column's name kept
        return function(*chosen)

    udf.__doc__ = f"Score rows by {model_uri}."
    return udf


def _ship(spark: Any, folder: Path) -> str:
    """Return a path from which workers read the model: the folder itself, or Spark's copy."""
    context = getattr(spark, "sparkContext", None)
    if context is None or str(context.master).startswith("local"):
        return str(folder.resolve())
    context.addFile(str(folder.resolve()), recursive=True)
    return f"sparkfile:{folder.name}"


@dataclass(frozen=True, slots=True)
class _Place:
    """What a worker needs to load the model."""

    path: str
    environment: dict[str, str]
    model_config: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Result:
    """What a prediction becomes: one value, a list of them, or a row of named ones.

    Attributes:
        dtype: NumPy's name of the value's type; None leaves it to Spark.
        fields: The names of a row.
    """

    dtype: str | None
    many: bool = False
    fields: tuple[str, ...] = ()


def _make_score(
    place: _Place, names: list[str], params: dict[str, Any], result: _Result
) -> Callable[..., Any]:
    import pandas as pd

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        from runsite.integrations.spark import _load_once, _to_result

        model = _load_once(place)
        for batch in batches:
            columns = batch if isinstance(batch, tuple) else (batch,)
            frame = _to_frame(columns, names)
            yield _to_result(model.predict(frame, params=params or None), result)

    # The types decide how Spark calls it; as text they would be lost with the annotations' import.
    returned = pd.DataFrame if result.fields else pd.Series
    score.__annotations__ = {
        "batches": Iterator[tuple[pd.Series, ...]],
        "return": Iterator[returned],  # type: ignore[valid-type] # a value for Spark, no annotation
    }
    return score


_models: dict[str, Any] = {}


def _load_once(place: _Place) -> Any:
    """Load a model in a worker, once for its life."""
    key = repr(place)
    if key not in _models:
        from runsite.models.scoring import load_folder

        os.environ.update(place.environment)
        path = place.path
        if path.startswith("sparkfile:"):
            from pyspark import SparkFiles

            path = SparkFiles.get(path.removeprefix("sparkfile:"))
        _models[key] = load_folder(path, model_config=place.model_config or None)
    return _models[key]


def _to_frame(columns: tuple[Any, ...], names: list[str]) -> Any:
    import pandas as pd

    if len(columns) == 1 and isinstance(columns[0], pd.DataFrame):
        return columns[0]
    labels: list[Any] = list(names) if len(names) == len(columns) else list(range(len(columns)))
    return pd.DataFrame(dict(zip(labels, columns, strict=True)))


def _to_result(predictions: Any, result: _Result) -> Any:
    import numpy as np
    import pandas as pd

    if result.fields:
        if isinstance(predictions, pd.DataFrame):
            return predictions[list(result.fields)]
        return pd.DataFrame(predictions, columns=list(result.fields))
    if isinstance(predictions, pd.DataFrame):
        predictions = predictions.to_numpy() if result.many else predictions.iloc[:, 0]
    if result.many:
        rows = (np.asarray(row, dtype=result.dtype).ravel().tolist() for row in predictions)
        return pd.Series(list(rows))
    values = pd.Series(getattr(predictions, "ravel", lambda: predictions)())
    if result.dtype is None:
        return values
    return values.map(str) if result.dtype == "str" else values.astype(result.dtype)


def _input_names(model: MLModel) -> list[str]:
    schema = model.signature.inputs if model.signature else None
    if schema is None or not schema.named or schema.is_tensor_spec():
        return []
    return [str(name) for name in schema.input_names()]


def _result_type(model: MLModel) -> str:
    outputs = model.signature.outputs if model.signature else None
    if outputs is None or len(outputs) != 1:
        return "double"
    if outputs.tensors:
        tensor = outputs.tensors[0]
        scalar = _TENSORS.get(tensor.type, "double")
        return f"array<{scalar}>" if len(tensor.shape) == 2 else scalar
    kind = outputs.columns[0].type
    return _SPARK.get(kind, "double") if isinstance(kind, DataType) else "double"


def _parse_result(kind: Any) -> _Result:
    """Say what a Spark type, or its name, makes of a prediction.

    Raises:
        InvalidValueError: The name means no type.
    """
    fields = getattr(kind, "fieldNames", None)
    if fields is not None:
        return _Result(None, fields=tuple(fields()))
    simple = getattr(kind, "simpleString", None)
    name = str(simple() if simple else kind).strip().lower()
    inner = name.removeprefix("array<").removesuffix(">").strip()
    if inner in _CASTS:
        return _Result(_CASTS[inner], many=name.startswith("array"))
    if simple:
        return _Result(None, many=name.startswith("array"))
    if name.startswith("struct<"):
        return _parse_struct(str(kind))
    raise InvalidValueError(
        f"unknown result type {quote(kind)}",
        hint=f"use one of: {', '.join(sorted(_CASTS))}, array<...> of one, or struct<name:type,...>",
    )


def _parse_struct(name: str) -> _Result:
    from pyspark.sql.types import DataType as SparkType

    try:
        return _Result(None, fields=tuple(SparkType.fromDDL(name).fieldNames()))
    except Exception as error:  # Spark's parser raises what its Java side does
        raise InvalidValueError(f"unknown result type {quote(name)}") from error
