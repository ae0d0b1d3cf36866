"""A model over a Spark DataFrame: `spark_udf`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, ModelError, quote
from runsite.integrations.model_loading import find_model_folder
from runsite.models.mlmodel import MLModel, read_mlmodel
from runsite.models.schema import DataType

__all__ = ["spark_udf"]

_ALIASES = {"boolean", "int", "integer", "long", "bigint", "float", "double", "string"}
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


def spark_udf(
    spark: Any,
    model_uri: str,
    result_type: Any = None,
    *,
    params: Mapping[str, Any] | None = None,
) -> Callable[..., Any]:
    """Make a Spark function that scores rows by a model.

    The model's folder is sent to the executors with the session, and each Python worker loads it
    once. Called without columns the function takes those of the model's signature; called with
    columns it takes these, by the signature's names in their order. ``F.struct(...)`` works too.

    Args:
        spark: The session.
        model_uri: As in `runsite.pyfunc.load_model`.
        result_type: A Spark type or its name, also ``array<double>``; by default what the
            signature's output says, else ``double``.
        params: Inference parameters that the signature declares.

    Raises:
        ModelError: PySpark is not installed, or the model has no names for its columns and is
            called without any.
        InvalidValueError: The result type is unknown.
    """
    try:
        from pyspark.sql.functions import col, struct
        from pyspark.sql.pandas.functions import pandas_udf
    except ImportError as error:
        raise ModelError("PySpark is not installed", hint="pip install pyspark") from error
    folder = find_model_folder(model_uri)
    model = read_mlmodel(folder)
    returns = result_type or _result_type(model)
    _check_result(returns)
    names = _input_names(model)
    score = _make_score(_ship(spark, folder), names, dict(params or {}), many=_is_array(returns))
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


def _make_score(
    place: str, names: list[str], params: dict[str, Any], *, many: bool
) -> Callable[..., Any]:
    import pandas as pd

    def score(batches: Iterator[Any]) -> Iterator[Any]:
        from runsite.integrations.spark import _load_once, _to_series

        model = _load_once(place)
        for batch in batches:
            columns = batch if isinstance(batch, tuple) else (batch,)
            frame = _to_frame(columns, names)
            yield _to_series(model.predict(frame, params=params or None), many=many)

    # The types decide how Spark calls it; as text they would be lost with the annotations' import.
    score.__annotations__ = {
        "batches": Iterator[tuple[pd.Series, ...]],
        "return": Iterator[pd.Series],
    }
    return score


_models: dict[str, Any] = {}


def _load_once(place: str) -> Any:
    """Load a model in a worker, once for its life."""
    if place not in _models:
        from runsite.models.scoring import load_folder

        path = place
        if place.startswith("sparkfile:"):
            from pyspark import SparkFiles

            path = SparkFiles.get(place.removeprefix("sparkfile:"))
        _models[place] = load_folder(path)
    return _models[place]


def _to_frame(columns: tuple[Any, ...], names: list[str]) -> Any:
    import pandas as pd

    if len(columns) == 1 and isinstance(columns[0], pd.DataFrame):
        return columns[0]
    labels: list[Any] = list(names) if len(names) == len(columns) else list(range(len(columns)))
    return pd.DataFrame(dict(zip(labels, columns, strict=True)))


def _to_series(predictions: Any, *, many: bool) -> Any:
    import pandas as pd

    if isinstance(predictions, pd.DataFrame):
        predictions = predictions.to_numpy() if many else predictions.iloc[:, 0]
    if many:
        return pd.Series([list(row) for row in predictions])
    values = getattr(predictions, "ravel", lambda: predictions)()
    return pd.Series(values)


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


def _check_result(kind: Any) -> None:
    if not isinstance(kind, str):
        return
    inner = kind.strip().lower().removeprefix("array<").removesuffix(">").strip()
    if inner not in _ALIASES:
        raise InvalidValueError(
            f"unknown result type {quote(kind)}",
            hint=f"use one of: {', '.join(sorted(_ALIASES))}, or array<...> of one",
        )


def _is_array(kind: Any) -> bool:
    name = kind if isinstance(kind, str) else getattr(kind, "simpleString", lambda: "")()
    return str(name).strip().lower().startswith("array")
