"""Input examples: written beside the model as JSON, in the forms that scoring servers take."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runsite.errors import ModelError, NotFoundError
from runsite.models.infer import is_instance_of, is_missing, split_example
from runsite.models.mlmodel import MLModel

__all__ = ["EXAMPLE_NAME", "SERVING_NAME", "read_example", "write_example"]

EXAMPLE_NAME = "input_example.json"
SERVING_NAME = "serving_input_example.json"


def write_example(example: Any, *, folder: Path) -> dict[str, object]:
    """Write an input example into a model folder.

    A table is written by columns and rows, an array as nested lists, anything else as it is; a
    sparse matrix as the lists that rebuild it. Of a pair of input and inference parameters the
    first is written; the parameters stand in the request alone. The second file is the same as a scoring server's
    request.

    Returns:
        What the MLmodel file says of it (``saved_input_example_info``).

    Raises:
        ModelError: It cannot be written as JSON.
    """
    example, params = split_example(example)
    kind, data, serving = _encode(example)
    if serving is not None and params:
        serving = {**serving, "params": _plain(params)}
    info: dict[str, object] = {"artifact_path": EXAMPLE_NAME, "type": kind}
    if kind == "dataframe":
        info["pandas_orient"] = "split"
    _write_json(folder / EXAMPLE_NAME, data, indent=None)
    if serving is not None:
        info["serving_input_path"] = SERVING_NAME
        _write_json(folder / SERVING_NAME, serving, indent=2)
    return info


def read_example(model: MLModel, *, folder: Path) -> Any:
    """Read the input example of a model folder: a pandas frame, an array, or plain values.

    Raises:
        NotFoundError: The model has none.
        ModelError: Its file cannot be read.
    """
    info = model.saved_input_example_info
    if not info:
        raise NotFoundError("the model has no input example", where=str(folder))
    path = folder / Path(str(info.get("artifact_path", EXAMPLE_NAME))).name
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the input example: {error}", where=str(path)) from error
    return _decode(data, kind=str(info.get("type", "")))


def _encode(example: Any) -> tuple[str, object, dict[str, object] | None]:
    if is_instance_of(example, "polars", "DataFrame"):
        return _encode_table(list(example.columns), example.rows())
    if is_instance_of(example, "pandas", "Series"):
        example = example.to_frame()
    if is_instance_of(example, "pandas", "DataFrame"):
        columns = [_plain(name) for name in example.columns]
        rows = example.itertuples(index=False, name=None)
        return _encode_table(columns, [tuple(row) for row in rows])
    if is_instance_of(example, "numpy", "ndarray"):
        data = _plain(example.tolist())
        return "ndarray", data, {"inputs": data}
    if hasattr(example, "tocsr") and hasattr(example, "indptr"):
        return _encode_sparse(example)
    data = _plain(example)
    return "json_object", data, {"inputs": data}


def _encode_table(
    columns: list[Any], rows: list[tuple[Any, ...]]
) -> tuple[str, object, dict[str, object]]:
    split = {"columns": columns, "data": [[_plain(cell) for cell in row] for row in rows]}
    return "dataframe", split, {"dataframe_split": split}


def _encode_sparse(example: Any) -> tuple[str, object, dict[str, object] | None]:
    # The format knows two kinds; every other one becomes rows.
    csc = example.format == "csc"
    matrix = example if csc else example.tocsr()
    data = {
        "data": _plain(matrix.data.tolist()),
        "indices": matrix.indices.tolist(),
        "indptr": matrix.indptr.tolist(),
        "shape": list(matrix.shape),
    }
    return "sparse_matrix_csc" if csc else "sparse_matrix_csr", data, None


def _decode(data: Any, *, kind: str) -> Any:
    if kind == "dataframe" and isinstance(data, Mapping):
        import pandas as pd

        rows = data.get("data", [])
        return pd.DataFrame(rows, columns=data.get("columns"))
    if kind == "ndarray":
        import numpy as np

        if isinstance(data, Mapping):
            return {name: np.asarray(value) for name, value in data.items()}
        return np.asarray(data)
    if kind.startswith("sparse_matrix"):
        import scipy.sparse

        build = scipy.sparse.csc_matrix if kind.endswith("csc") else scipy.sparse.csr_matrix
        return build((data["data"], data["indices"], data["indptr"]), shape=tuple(data["shape"]))
    return data


def _plain(value: Any) -> Any:
    """Turn a value into what JSON has; what cannot be told is left for `_write_json` to refuse."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    if is_missing(value):
        return None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return None if isinstance(value, float) and math.isinf(value) else value


def _write_json(path: Path, data: object, *, indent: int | None) -> None:
    try:
        text = json.dumps(data, indent=indent, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"the input example cannot be written as JSON: {error}",
            hint="give a table, an array, or plain values; or leave the example out",
        ) from error
    path.write_text(text, encoding="utf-8")
