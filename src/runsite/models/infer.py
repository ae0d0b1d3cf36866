"""Signatures from example data: which columns or tensors, of which types.

The rules are those of the MLmodel format's readers: tables and records become columns, arrays
and sparse matrices become tensors whose first dimension is free. A column is optional where a
value is missing. Libraries are recognised by what is already imported, so that inferring from a
NumPy array does not import pandas.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runsite.errors import ModelError, quote
from runsite.models.schema import (
    AnyType,
    Array,
    ColSpec,
    ColumnType,
    DataType,
    Object,
    ParamSchema,
    ParamSpec,
    Property,
    Schema,
    TensorSpec,
)
from runsite.models.signature import ModelSignature

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = [
    "infer_from_example",
    "infer_params",
    "infer_schema",
    "infer_signature",
    "is_instance_of",
    "is_missing",
    "split_example",
]


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: Mapping[str, Any] | None = None
) -> ModelSignature:
    """Infer a signature from examples of input, output and inference parameters.

    Args:
        model_input: A pandas or Polars frame, an array or sparse matrix, a mapping of names to
            arrays, one record, or a list of records or scalars.
        model_output: The same kinds, as the model returned them.
        params: Inference parameters with their defaults.

    Raises:
        ModelError: No type can be found for a value.
    """
    return ModelSignature(
        inputs=None if model_input is None else infer_schema(model_input),
        outputs=None if model_output is None else infer_schema(model_output),
        params=infer_params(params) if params else None,
    )


def infer_from_example(example: Any, score: Callable[[Any, Any], Any]) -> ModelSignature | None:
    """Infer a signature from an input example and what a model makes of it.

    A model that fails on it, such as one that is not fitted yet, is kept without a signature,
    with a warning.

    Args:
        example: Input, or a pair of input and inference parameters.
        score: Called with input and parameters.

    Raises:
        ModelError: No type can be found for a value.
    """
    data, params = split_example(example)
    try:
        predicted = score(data, params)
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the model is kept
        warnings.warn(
            "the model gets no signature, as it fails on its input example: "
            f"{type(error).__name__}: {error}",
            stacklevel=2,
        )
        return None
    return infer_signature(data, predicted, params)


def split_example(example: Any) -> tuple[Any, dict[str, Any] | None]:
    """Part an example into input and inference parameters: a pair, the second a mapping."""
    if isinstance(example, tuple) and len(example) == 2 and isinstance(example[1], Mapping):
        return example[0], dict(example[1])
    return example, None


def infer_schema(data: Any) -> Schema:
    """Infer the schema of one table, array, record or list.

    Raises:
        ModelError: No type can be found for a value.
    """
    table = _table_columns(data)
    if table is not None:
        return Schema(table)
    if is_instance_of(data, "numpy", "ndarray") or _is_sparse(data):
        return Schema((_tensor(data),))
    if isinstance(data, Mapping):
        return _mapping_schema(data)
    if isinstance(data, list):
        return _list_schema(data)
    kind, required = _value_type(data)
    return Schema((ColSpec(kind, required=required),))


def infer_params(params: Mapping[str, Any]) -> ParamSchema:
    """Infer the schema of inference parameters from their defaults.

    Raises:
        ModelError: A default is neither a scalar nor a flat list of one type.
    """
    specs = []
    for name, value in params.items():
        plain = value.tolist() if hasattr(value, "tolist") else value
        values = list(plain) if isinstance(plain, list | tuple) else [plain]
        kinds = {_value_type(item)[0] for item in values}
        if len(kinds) != 1 or not isinstance(kind := next(iter(kinds)), DataType):
            raise ModelError(
                f"parameter {quote(name)} has the default {quote(value)}, "
                "which is neither a scalar nor a flat list of one type"
            )
        shape = (-1,) if isinstance(plain, list | tuple) else None
        specs.append(ParamSpec(name, kind, default=values if shape else plain, shape=shape))
    return ParamSchema(tuple(specs))


def is_instance_of(value: object, library: str, name: str) -> bool:
    """Tell whether a value is of a library's class, without importing the library."""
    module = sys.modules.get(library)
    kind = getattr(module, name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def _table_columns(data: Any) -> tuple[ColSpec, ...] | None:
    if is_instance_of(data, "pandas", "DataFrame"):
        if not data.columns.is_unique:
            twice = data.columns[data.columns.duplicated()][0]
            raise ModelError(
                f"two columns are called {quote(str(twice))}", hint="give each a name of its own"
            )
        return tuple(_pandas_column(data[name], name=name) for name in data.columns)
    if is_instance_of(data, "pandas", "Series"):
        return (_pandas_column(data, name=data.name),)
    if is_instance_of(data, "polars", "DataFrame"):
        return tuple(_polars_column(data[name], name=name) for name in data.columns)
    if is_instance_of(data, "polars", "Series"):
        return (_polars_column(data, name=data.name or None),)
    return None


def _is_sparse(value: object) -> bool:
    module = sys.modules.get("scipy.sparse")
    return module is not None and bool(module.issparse(value))


def _tensor(data: Any, *, name: str | None = None) -> TensorSpec:
    dtype = data.dtype
    # Text and bytes of any length: the length in the dtype is that of the example.
    text = dtype.kind if dtype.kind in "US" else dtype.name
    names = {"U": "str", "S": "bytes"}
    return TensorSpec(names.get(text, text), (-1, *data.shape[1:]), name=name)


def _mapping_schema(data: Mapping[Any, Any]) -> Schema:
    for key in data:
        if not isinstance(key, str):
            raise ModelError(f"an input's name is text, not {quote(key)}")
    arrays = [is_instance_of(v, "numpy", "ndarray") for v in data.values()]
    if arrays and all(arrays):
        return Schema(tuple(_tensor(value, name=key) for key, value in data.items()))
    return Schema(tuple(_column(_value_type(value), name=key) for key, value in data.items()))


def _list_schema(data: list[Any]) -> Schema:
    if data and all(isinstance(record, Mapping) for record in data):
        merged = _merge_all((_value_type(dict(record)) for record in data), what="the records")
        if isinstance(merged[0], Object):
            return Schema(
                tuple(ColSpec(p.type, p.name, required=p.required) for p in merged[0].properties)
            )
    kind, required = _merge_all((_value_type(item) for item in data), what="the list")
    return Schema((ColSpec(kind, required=required),))


def _column(found: tuple[ColumnType, bool], *, name: Any) -> ColSpec:
    kind, required = found
    return ColSpec(kind, name if isinstance(name, int) else str(name), required=required)


def _pandas_column(column: pd.Series, *, name: Any) -> ColSpec:
    dtype = column.dtype
    required = not bool(column.isna().any())
    kind: ColumnType | None = None
    if is_instance_of(dtype, "pandas", "CategoricalDtype"):
        dtype = column.cat.categories.dtype
        column = column.cat.categories.to_series()
    if dtype.kind == "O" or not hasattr(dtype, "itemsize"):
        kind = _values_type(column.tolist(), name=name)
    else:
        text = str(dtype).lower()
        is_text = text.startswith(("str", "large_string"))
        kind = DataType.string if is_text else _numpy_type(dtype, name=name)
    if name is None:
        return ColSpec(kind, None, required=required)
    return _column((kind, required), name=name)


def _numpy_type(dtype: Any, *, name: Any) -> DataType:
    dtype = getattr(dtype, "numpy_dtype", dtype)
    kind, size = dtype.kind, getattr(dtype, "itemsize", 8)
    # An unsigned number needs one bit more to fit a signed type.
    width = size * 8 + (kind == "u")
    if kind in "iu" and width <= 64:
        return DataType.integer if width <= 32 else DataType.long
    if kind == "f" and size <= 8:
        return DataType.float if size <= 4 else DataType.double
    if kind in _KINDS:
        return _KINDS[kind]
    raise ModelError(
        f"column {quote(name)} has the type {quote(str(dtype))}, which a signature cannot express",
        hint=f"cast it to one of: {', '.join(DataType)}",
    )


_KINDS = {
    "b": DataType.boolean,
    "U": DataType.string,
    "O": DataType.string,
    "S": DataType.binary,
    "M": DataType.datetime,
}


def _polars_column(column: pl.Series, *, name: Any) -> ColSpec:
    kind = _polars_type(column, dtype=column.dtype, name=name)
    required = column.null_count() == 0
    return ColSpec(kind, None if name is None else str(name), required=required)


def _polars_type(column: pl.Series, *, dtype: Any, name: Any) -> ColumnType:
    scalars: dict[str, ColumnType] = {
        "Boolean": DataType.boolean,
        **dict.fromkeys(("Int8", "Int16", "Int32", "UInt8", "UInt16"), DataType.integer),
        **dict.fromkeys(("Int64", "UInt32"), DataType.long),
        **dict.fromkeys(("Float16", "Float32"), DataType.float),
        **dict.fromkeys(("Float64", "Decimal"), DataType.double),
        **dict.fromkeys(("String", "Categorical", "Enum"), DataType.string),
        "Binary": DataType.binary,
        **dict.fromkeys(("Date", "Datetime"), DataType.datetime),
        "Null": AnyType(),
    }
    text = type(dtype).__name__ if not isinstance(dtype, type) else dtype.__name__
    if text in scalars:
        return scalars[text]
    if text in ("List", "Array", "Struct"):
        return _values_type(column.to_list(), name=name)
    raise ModelError(
        f"column {quote(name)} has the type {quote(str(dtype))}, which a signature cannot express",
        hint=f"cast it to one of: {', '.join(DataType)}",
    )


def _values_type(values: Iterable[Any], *, name: Any) -> ColumnType:
    return _merge_all((_value_type(v) for v in values), what=f"column {quote(name)}")[0]


def _value_type(value: Any) -> tuple[ColumnType, bool]:
    """Find the type of one Python value, and whether it is there at all."""
    if is_instance_of(value, "numpy", "ndarray"):
        value = value.tolist()
    if is_missing(value):
        return AnyType(), False
    if isinstance(value, Mapping):
        found = {str(k): _value_type(v) for k, v in value.items()}
        fields = (Property(k, kind, required=req) for k, (kind, req) in sorted(found.items()))
        return Object(tuple(fields)), True
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return Array(_merge_all((_value_type(v) for v in value), what="a list")[0]), True
    return _scalar_type(value), True


def _scalar_type(value: Any) -> DataType:
    if is_instance_of(value, "numpy", "generic"):
        return _numpy_type(value.dtype, name=value)
    kinds: tuple[tuple[type | tuple[type, ...], DataType], ...] = (
        (bool, DataType.boolean),
        (int, DataType.long),
        ((float, decimal.Decimal), DataType.double),
        (str, DataType.string),
        ((bytes, bytearray), DataType.binary),
        ((dt.date, dt.datetime), DataType.datetime),
    )
    for kind, name in kinds:
        if isinstance(value, kind):
            return name
    raise ModelError(
        f"no signature can be inferred from {quote(value)} ({type(value).__name__})",
        hint="use a table, an array, or records of numbers, text, times and lists of these",
    )


def is_missing(value: Any) -> bool:
    """Tell whether a value stands for none: None, NaN, pandas' NA and NaT."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return type(value).__name__ in ("NAType", "NaTType")


def _merge_all(found: Iterable[tuple[ColumnType, bool]], *, what: str) -> tuple[ColumnType, bool]:
    kind: ColumnType = AnyType()
    required = True
    for other, present in found:
        kind = _merge(kind, other, what=what)
        required = required and present
    return kind, required


def _merge(left: ColumnType, right: ColumnType, *, what: str) -> ColumnType:
    if left == right or isinstance(right, AnyType):
        return left
    if isinstance(left, AnyType):
        return right
    if isinstance(left, Array) and isinstance(right, Array):
        return Array(_merge(left.items, right.items, what=what))
    if isinstance(left, Object) and isinstance(right, Object):
        return _merge_objects(left, right, what=what)
    if wider := _wider_number(left, right):
        return wider
    raise ModelError(f"{what} mixes the types {left} and {right}")


def _wider_number(left: ColumnType, right: ColumnType) -> DataType | None:
    """Return the wider of two number types; None where one is no number."""
    widths = (DataType.integer, DataType.long, DataType.float, DataType.double)
    pair = {left, right}
    found = [kind for kind in widths if kind in pair]
    return found[-1] if len(found) == len(pair) else None


def _merge_objects(left: Object, right: Object, *, what: str) -> Object:
    ours, theirs = ({p.name: p for p in side.properties} for side in (left, right))
    merged = []
    for name in sorted(ours | theirs):
        one, other = ours.get(name), theirs.get(name)
        if one is None or other is None:
            only = one or other
            assert only is not None  # noqa: S101 - the name came from one of the two
            merged.append(Property(name, only.type, required=False))
        else:
            kind = _merge(one.type, other.type, what=what)
            merged.append(Property(name, kind, required=one.required and other.required))
    return Object(tuple(merged))
