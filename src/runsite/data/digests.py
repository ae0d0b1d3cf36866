"""Digests of data: tables, arrays and files, the same for the same content.

What is hashed is the logical content: a missing value hashes as missing however a library marks it
(null or NaN), text however it is encoded (plain, large, dictionary), times by microseconds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["digest_arrays", "digest_files", "digest_table", "list_files"]

_LENGTH = 16


def digest_table(table: pa.Table) -> str:
    """Digest an Arrow table: names, types by family, values; 16 hex digits."""
    digest = hashlib.sha256(f"table {table.num_rows}\n".encode())
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"column {len(name.encode())} {name}\n".encode())
        for chunk in _normalise(column):
            digest.update(chunk)
    return digest.hexdigest()[:_LENGTH]


def digest_arrays(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Digest named NumPy or SciPy arrays: names, dtypes, shapes, values; 16 hex digits."""
    digest = hashlib.sha256(b"arrays\n")
    for group, arrays in groups.items():
        for key, array in arrays.items():
            digest.update(f"{group} {key} {array.dtype} {array.shape}\n".encode())
            for part in _parts(array):
                digest.update(part)
    return digest.hexdigest()[:_LENGTH]


def digest_files(path: Path) -> str:
    """Digest a file, or the files of a folder with their names; 16 hex digits."""
    digest = hashlib.sha256()
    files = list_files(path)
    for file in files:
        with open(file, "rb") as stream:
            content = hashlib.file_digest(stream, "sha256")
        if files == [path]:
            return content.hexdigest()[:_LENGTH]
        name = os.fsencode(file.relative_to(path).as_posix())  # not always UTF-8
        digest.update(b"%d %b %b\n" % (len(name), name, content.hexdigest().encode()))
    return digest.hexdigest()[:_LENGTH]


def list_files(path: Path) -> list[Path]:
    """List a file, or the files below a folder, sorted; empty where there is nothing."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file())


def _normalise(column: pa.ChunkedArray) -> list[bytes | memoryview]:
    """Return a column's content as bytes that do not depend on how it is laid out in memory."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind, family = column.type, str(column.type)
    if types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
    elif types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        family = "timestamp"
    elif _is_text(kind):
        column, family = column.cast(pa.large_binary()), "text"
    elif not (types.is_integer(kind) or types.is_boolean(kind)):
        return [f"other {_list_values(column)!r}".encode()]
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    head = [f"{family} ".encode(), _values(pc.cast(pc.is_valid(array), pa.uint8()))]
    if family == "text":
        filled = pc.fill_null(array, b"")
        return [*head, _values(pc.binary_length(filled)), _text_bytes(filled)]
    if types.is_boolean(kind):
        array = pc.cast(array, pa.uint8())
    return [*head, _values(pc.fill_null(array, pa.scalar(0).cast(array.type)))]


def _list_values(column: pa.ChunkedArray) -> list[object]:
    """Return values as Python has them; days that its calendar has not, by their number."""
    import pyarrow as pa
    from pyarrow import types

    try:
        values: list[object] = column.to_pylist()
    except OverflowError:
        if not types.is_date(column.type):
            raise
        number = pa.int32() if types.is_date32(column.type) else pa.int64()
        values = column.cast(number).to_pylist()
    return values


def _is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    tests = (
        types.is_string,
        types.is_large_string,
        types.is_string_view,
        types.is_binary,
        types.is_large_binary,
        types.is_binary_view,
    )
    return any(test(kind) for test in tests)


def _values(array: pa.Array) -> bytes | memoryview:
    """Return the values of a fixed-width array without nulls."""
    width = array.type.bit_width // 8
    buffer = array.buffers()[1]
    if buffer is None:
        return b""
    return memoryview(buffer)[array.offset * width : (array.offset + len(array)) * width]


def _text_bytes(array: pa.Array) -> bytes | memoryview:
    import numpy as np

    _, offsets, data = array.buffers()
    if data is None or not len(array):
        return b""
    places = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return memoryview(data)[int(places[0]) : int(places[-1])]


def _parts(array: Any) -> list[bytes | memoryview]:
    import numpy as np

    if hasattr(array, "tocsr"):  # SciPy's sparse arrays: sorted, so that equal ones agree
        sparse = array.tocsr(copy=True)
        sparse.sum_duplicates()
        pieces = (sparse.indptr.astype(np.int64), sparse.indices.astype(np.int64), sparse.data)
        return [np.ascontiguousarray(piece).tobytes() for piece in pieces]
    plain = np.asarray(array)
    if plain.dtype.hasobject:
        return [repr(plain.tolist()).encode("utf-8", "replace")]
    return [np.ascontiguousarray(plain).tobytes()]
