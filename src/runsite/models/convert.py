"""One column to the type that a signature declares, or not at all where something would be lost."""

from __future__ import annotations

import decimal
from typing import Any

from runsite.models.infer import is_missing
from runsite.models.schema import DataType

__all__ = ["convert_column"]

_NUMPY = {
    DataType.boolean: "bool",
    DataType.integer: "int32",
    DataType.long: "int64",
    DataType.float: "float32",
    DataType.double: "float64",
}
# Whole numbers that each type holds exactly.
_RANGES = {
    DataType.integer: (-(2**31), 2**31 - 1),
    DataType.long: (-(2**63), 2**63 - 1),
    DataType.float: (-(2**24), 2**24),
    DataType.double: (-(2**53), 2**53),
}


def convert_column(column: Any, kind: DataType, *, loose: bool = False) -> Any:
    """Convert a pandas column.

    Args:
        column: A pandas Series.
        kind: What it shall be.
        loose: The column's type was nobody's choice (an array, records of Python numbers): whole
            numbers may come as floats, and a double may be rounded to a float.

    Raises:
        ValueError: Something would be lost, or there is no such conversion.
        TypeError: The same, where pandas finds it.
    """
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype) and kind is DataType.string:
        return column
    if isinstance(dtype, pd.CategoricalDtype):
        return convert_column(column.astype(dtype.categories.dtype), kind, loose=loose)
    if kind in (DataType.string, DataType.binary):
        return _keep_objects(column, kind)
    if kind is DataType.datetime:
        return _to_times(column)
    if dtype.kind == "O":
        column = _infer_objects(column, kind)
        dtype = column.dtype
    if str(dtype) == _NUMPY[kind] or (kind is DataType.boolean and dtype.kind == "O"):
        return column
    return _to_number(column, kind, loose=loose)


def _keep_objects(column: Any, kind: DataType) -> Any:
    import pandas as pd

    is_text = isinstance(column.dtype, pd.StringDtype)
    if kind is DataType.string and is_text:
        return column
    if column.dtype.kind != "O":
        raise ValueError(kind.value)
    wanted = str if kind is DataType.string else bytes | bytearray
    for value in column:
        if not is_missing(value) and not isinstance(value, wanted):
            raise ValueError(kind.value)
    return column


def _to_times(column: Any) -> Any:
    import pandas as pd

    if column.dtype.kind not in "MO" and not isinstance(column.dtype, pd.StringDtype):
        raise ValueError("no time")
    times = pd.to_datetime(column)
    if times.dt.tz is not None:
        raise ValueError("a zone would be lost")
    return times


def _infer_objects(column: Any, kind: DataType) -> Any:
    import pandas as pd

    inferred = column.infer_objects()
    if inferred.dtype.kind != "O" or kind is DataType.boolean:
        return inferred
    numbers = decimal.Decimal | int | float if kind is DataType.double else ()
    if all(is_missing(v) or isinstance(v, numbers) for v in column):
        return pd.to_numeric(column).astype("float64")
    raise ValueError("objects")


def _to_number(column: Any, kind: DataType, *, loose: bool) -> Any:
    target = _NUMPY[kind]
    if kind is DataType.boolean or column.dtype.kind not in "iuf":
        raise ValueError(target)
    whole = kind in (DataType.integer, DataType.long)
    if whole and bool(column.isna().any()):
        raise ValueError(target)
    if column.dtype.kind == "f" and not _fits_float(column, kind, loose=loose):
        raise ValueError(target)
    if (whole or column.dtype.kind in "iu") and len(column) and not column.isna().all():
        low, high = _RANGES[kind]
        if int(column.min()) < low or int(column.max()) > high:
            raise ValueError(target)
    return column.astype(target)


def _fits_float(column: Any, kind: DataType, *, loose: bool) -> bool:
    """Tell whether a column of floats may become another number."""
    if kind is DataType.double:
        return True
    if kind is DataType.float:
        return loose or column.dtype.itemsize <= 4
    return loose and not bool((column % 1 != 0).any())
