"""DataFrames as Arrow tables, whatever their columns hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["name_type", "table_from_pandas", "table_from_polars"]

_SMALL_ROWS = 100_000


def table_from_pandas(df: pd.DataFrame) -> pa.Table:
    """Convert a pandas DataFrame without its index; what Arrow has no type for becomes text."""
    import pyarrow as pa

    named = df.rename(columns=str)
    # A pool of threads for a small table takes longer than the table, most of all on a busy machine.
    threads = 1 if len(df) < _SMALL_ROWS else None
    try:
        return pa.Table.from_pandas(named, preserve_index=False, safe=False, nthreads=threads)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        # Column by column: of complex numbers, sparse or mixed ones, of two with one name.
        columns = [_array_from_series(named.iloc[:, i]) for i in range(named.shape[1])]
        return pa.table(columns, names=list(named.columns))


def table_from_polars(df: pl.DataFrame) -> pa.Table:
    """Convert a Polars DataFrame; of Python objects the text, not their place in memory."""
    import polars as pl

    objects = [name for name, kind in df.schema.items() if kind == pl.Object]
    texts = [pl.Series(name, map(_to_text, df[name]), dtype=pl.String) for name in objects]
    return df.with_columns(texts).to_arrow()


def name_type(kind: pa.DataType) -> str:
    """Name an Arrow type as MLflow's schemas do."""
    from pyarrow import types

    tests: tuple[tuple[Callable[[Any], bool], str], ...] = (
        (types.is_boolean, "boolean"),
        (types.is_int64, "long"),
        (types.is_uint64, "long"),
        (types.is_uint32, "long"),
        (types.is_integer, "integer"),
        (types.is_float64, "double"),
        (types.is_floating, "float"),
        (types.is_temporal, "datetime"),
        (types.is_binary, "binary"),
        (types.is_large_binary, "binary"),
        (types.is_string, "string"),
        (types.is_large_string, "string"),
        (types.is_dictionary, "string"),
    )
    return next((name for test, name in tests if test(kind)), str(kind))


def _array_from_series(series: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    import pandas as pd
    import pyarrow as pa

    if isinstance(series.dtype, pd.SparseDtype):
        series = series.sparse.to_dense()
    try:
        return pa.Array.from_pandas(series, safe=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array(map(_to_text, series.astype(object)), pa.string())


def _to_text(value: object) -> str | None:
    return None if value is None else repr(value)
