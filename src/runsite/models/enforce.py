"""Holding input to a model's signature: what fits goes through, what would change is refused.

Conversions that lose nothing are made (a wider number, text that is a time); anything else is an
error that names the column, what it has and what the model wants. Columns come out in the order
of the signature, further ones are left out.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from typing import Any

from runsite.errors import ModelError, quote
from runsite.models.convert import convert_column
from runsite.models.frames import make_frame, to_pandas
from runsite.models.infer import is_instance_of, is_missing
from runsite.models.schema import (
    AnyType,
    Array,
    ColSpec,
    ColumnType,
    DataType,
    Map,
    Object,
    ParamSchema,
    ParamSpec,
    Schema,
    TensorSpec,
    format_type,
)

__all__ = ["enforce_params", "enforce_schema"]


def enforce_schema(data: Any, schema: Schema) -> Any:
    """Fit input to a schema: a pandas frame for columns, an array or mapping for tensors.

    Args:
        data: A pandas or Polars frame, an array or sparse matrix, a mapping, records, a scalar.
        schema: What the model takes.

    Raises:
        ModelError: A column is missing, or of a type that cannot be converted without loss, or
            an array has another dtype or shape.
    """
    if schema.is_tensor_spec():
        return _enforce_tensors(to_pandas(data), schema.tensors)
    table = to_pandas(data)
    typed = is_instance_of(table, "pandas", "DataFrame") or is_instance_of(
        table, "pandas", "Series"
    )
    return _enforce_columns(_as_frame(table), schema.columns, loose=not typed)


def enforce_params(params: Mapping[str, Any] | None, schema: ParamSchema | None) -> dict[str, Any]:
    """Complete inference parameters by their defaults, each of its declared type.

    Parameters that the signature does not know are left out: the model never sees them.

    Raises:
        ModelError: Parameters are given to a model that takes none, one is of another type, or
            they are no mapping.
    """
    if params is not None and not isinstance(params, Mapping):
        raise ModelError(
            f"parameters are names with values, not {quote(repr(params))}",
            hint="write them as params={'name': value}",
        )
    if schema is None:
        if params:
            raise ModelError(
                f"the model takes no parameters, but was given {quote(', '.join(params))}",
                hint="declare them: infer_signature(..., params={...})",
            )
        return {}
    given = params or {}
    return {
        spec.name: _enforce_param(given.get(spec.name, spec.default), spec)
        for spec in schema.params
    }


def _as_frame(data: Any) -> Any:
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, pd.Series):
        return data.to_frame()
    if hasattr(data, "tocsr"):
        return pd.DataFrame(data.toarray())
    if isinstance(data, Mapping):
        return make_frame(dict(data))
    if isinstance(data, list) or is_instance_of(data, "numpy", "ndarray"):
        if getattr(data, "ndim", 1) > 2:
            raise ModelError(f"a table has two dimensions, not {data.ndim}")
        try:
            return pd.DataFrame(data)
        except (TypeError, ValueError) as error:
            raise ModelError(
                f"the input is no table: {error}",
                hint="give a frame, an array, or a list whose rows are all of one kind",
            ) from error
    return pd.DataFrame([data])


def _enforce_columns(frame: Any, specs: tuple[ColSpec, ...], *, loose: bool) -> Any:
    import pandas as pd

    named = specs[0].name is not None
    if named and all(isinstance(name, int) for name in frame.columns):
        # An array has no names: its columns count by place, where there are as many.
        if len(frame.columns) == len(specs) and not isinstance(specs[0].name, int):
            frame = frame.set_axis([spec.name for spec in specs], axis="columns")
    elif not named:
        if len(frame.columns) < len(specs):
            raise ModelError(
                f"the model wants {len(specs)} columns, and the input has {len(frame.columns)}"
            )
        frame = frame.iloc[:, : len(specs)]
        done = [
            _enforce_column(frame.iloc[:, i], spec, loose=loose) for i, spec in enumerate(specs)
        ]
        return pd.concat(done, axis="columns")
    present = set(frame.columns)
    missing = [spec.name for spec in specs if spec.required and spec.name not in present]
    if missing:
        raise _missing_columns(missing, present=[str(name) for name in frame.columns])
    if len(present) < len(frame.columns):
        twice = set(frame.columns[frame.columns.duplicated()])
        for name in (spec.name for spec in specs if spec.name in twice):
            raise ModelError(f"the input has two columns called {quote(str(name))}")
    columns = {
        spec.name: _enforce_column(frame[spec.name], spec, loose=loose)
        for spec in specs
        if spec.name in present
    }
    return pd.DataFrame(columns, index=frame.index)


def _missing_columns(missing: list[Any], *, present: list[str]) -> ModelError:
    names = ", ".join(quote(str(name)) for name in missing)
    have = ", ".join(present[:20]) + (", …" if len(present) > 20 else "")
    return ModelError(f"the input lacks {names}", hint=f"its columns are: {have}")


def _enforce_column(column: Any, spec: ColSpec, *, loose: bool) -> Any:
    if isinstance(spec.type, AnyType):
        return column
    if not isinstance(spec.type, DataType):
        values = [_enforce_value(v, spec.type, name=str(spec.name)) for v in column.tolist()]
        return type(column)(values, index=column.index, name=column.name, dtype=object)
    try:
        return convert_column(column, spec.type, loose=loose)
    except (TypeError, ValueError, OverflowError) as error:
        raise ModelError(
            f"column {quote(str(spec.name))} is {column.dtype}, and cannot become "
            f"{spec.type.value} without loss",
            hint="cast it, or log the model with a signature inferred from such data",
        ) from error


def _enforce_value(value: Any, kind: ColumnType, *, name: str) -> Any:
    if is_missing(value):
        return None
    match kind:
        case Array() if not isinstance(value, str | bytes | Mapping) and hasattr(value, "__len__"):
            return [_enforce_value(v, kind.items, name=name) for v in value]
        case Map() if isinstance(value, Mapping):
            return {str(k): _enforce_value(v, kind.values, name=name) for k, v in value.items()}
        case Object() if isinstance(value, Mapping):
            return _enforce_object(value, kind, name=name)
        case AnyType():
            return value
        case DataType():
            return _enforce_scalar(value, kind, what=f"column {quote(name)}")
    raise ModelError(f"column {quote(name)} wants {format_type(kind)}, and {quote(value)} is none")


def _enforce_object(value: Mapping[str, Any], kind: Object, *, name: str) -> dict[str, Any]:
    known = {p.name: p for p in kind.properties}
    for field in known.values():
        if field.required and is_missing(value.get(field.name)):
            raise ModelError(f"column {quote(name)} lacks {quote(field.name)} in {quote(value)}")
    for key in value:
        if key not in known:
            raise ModelError(
                f"column {quote(name)} has {quote(key)}, which the signature does not know",
                hint=f"its fields are: {', '.join(known)}",
            )
    return {k: _enforce_value(v, known[k].type, name=name) for k, v in value.items()}


_PYTHON: dict[DataType, tuple[type, ...]] = {
    DataType.boolean: (bool,),
    DataType.integer: (int,),
    DataType.long: (int,),
    DataType.float: (float, int),
    DataType.double: (float, int, decimal.Decimal),
    DataType.string: (str,),
    DataType.binary: (bytes, bytearray),
    DataType.datetime: (dt.datetime, dt.date),
}


def _enforce_scalar(value: Any, kind: DataType, *, what: str) -> Any:
    plain = value.item() if is_instance_of(value, "numpy", "generic") else value
    fits = isinstance(plain, _PYTHON[kind])
    if isinstance(plain, bool) and kind is not DataType.boolean:
        fits = False
    if not fits:
        raise ModelError(f"{what} wants {kind.value}, and {quote(value)} is none")
    return float(plain) if kind in (DataType.float, DataType.double) else plain


def _enforce_param(value: Any, spec: ParamSpec) -> Any:
    if value is None:
        return None
    plain = value.tolist() if hasattr(value, "tolist") else value
    if spec.shape is None:
        return _enforce_param_scalar(plain, spec)
    if not isinstance(plain, list | tuple):
        raise ModelError(f"parameter {quote(spec.name)} is a list, and {quote(value)} is none")
    return [_enforce_param_scalar(item, spec) for item in plain]


def _enforce_param_scalar(value: Any, spec: ParamSpec) -> Any:
    if spec.dtype is DataType.datetime and isinstance(value, str):
        try:
            return dt.datetime.fromisoformat(value)
        except ValueError:
            pass  # the message below names it
    return _enforce_scalar(value, spec.dtype, what=f"parameter {quote(spec.name)}")


def _enforce_tensors(data: Any, specs: tuple[TensorSpec, ...]) -> Any:
    if specs[0].name is None:
        return _enforce_tensor(_as_array(data), specs[0])
    if is_instance_of(data, "pandas", "DataFrame"):
        data = {name: data[name].to_numpy() for name in data.columns}
    if not isinstance(data, Mapping):
        names = ", ".join(str(spec.name) for spec in specs)
        raise ModelError(f"the model wants named arrays: {names}", hint="give a dict of arrays")
    missing = [spec.name for spec in specs if spec.name not in data]
    if missing:
        raise _missing_columns(missing, present=[str(key) for key in data])
    return {spec.name: _enforce_tensor(_as_array(data[str(spec.name)]), spec) for spec in specs}


def _as_array(data: Any) -> Any:
    import numpy as np

    if is_instance_of(data, "pandas", "DataFrame") or is_instance_of(data, "pandas", "Series"):
        return data.to_numpy()
    if hasattr(data, "tocsr") or isinstance(data, np.ndarray):
        return data
    if isinstance(data, list | tuple):
        return np.asarray(data)
    raise ModelError(
        f"the model wants an array, not {quote(type(data).__name__)}",
        hint="give a NumPy array, a sparse matrix or a table",
    )


def _enforce_tensor(array: Any, spec: TensorSpec) -> Any:
    import numpy as np

    where = "the input" if spec.name is None else f"input {quote(spec.name)}"
    shape = tuple(array.shape)
    fits = len(shape) == len(spec.shape) and all(
        want in (-1, have) for want, have in zip(spec.shape, shape, strict=True)
    )
    if not fits:
        raise ModelError(
            f"{where} has the shape {shape}, and the model wants {spec.shape}",
            hint="-1 stands for any number of rows",
        )
    if spec.type in ("str", "bytes", "object"):
        return array
    target = np.dtype(spec.type)
    if array.dtype == target:
        return array
    if not np.can_cast(array.dtype, target, casting="safe"):
        raise ModelError(
            f"{where} is {array.dtype}, and cannot become {target} without loss",
            hint=f"cast it: data.astype({str(target)!r})",
        )
    return array.astype(target)
