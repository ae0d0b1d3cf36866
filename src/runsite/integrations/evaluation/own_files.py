"""Files that a caller's functions make of an evaluation, in the form MLflow's ``custom_artifacts`` taught."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from runsite.errors import InvalidValueError, quote
from runsite.tracking import files

__all__ = ["log_own_files"]


def log_own_files(
    functions: Iterable[Callable[..., Any]],
    *,
    table: Any,
    metrics: Mapping[str, float],
    folder: str,
) -> dict[str, Any]:
    """Call each function and keep what it returns among the active run's artifacts.

    Args:
        functions: Called with the table, the metrics and a folder for files of its own, which is
            gone afterwards; each returns names with paths, figures, tables, arrays or JSON.
        table: pandas frame with the columns ``prediction`` and ``target``.
        metrics: Found so far, by name.
        folder: Where the files go among the artifacts.

    Returns:
        Name with suffix → what the function returned.

    Raises:
        InvalidValueError: A function returned no mapping, or something that no file can hold.
    """
    kept: dict[str, Any] = {}
    for function in functions:
        with tempfile.TemporaryDirectory() as scratch:
            found = function(table.copy(), dict(metrics), scratch)
            if not isinstance(found, Mapping):
                name = getattr(function, "__name__", repr(function))
                raise InvalidValueError(
                    f"{quote(name)} returned {quote(found)}, not names with their files"
                )
            for name, value in found.items():
                kept[_keep(str(name), value, folder)] = value
    return kept


def _keep(name: str, value: Any, folder: str) -> str:
    if isinstance(value, str | Path) and Path(value).is_file():
        file = name + Path(value).suffix
        files.log_stream(io.BytesIO(Path(value).read_bytes()), f"{folder}/{file}")
    elif hasattr(value, "to_csv"):
        file = f"{name}.csv"
        files.log_text(value.to_csv(index=False), f"{folder}/{file}")
    elif hasattr(value, "savefig"):
        file = f"{name}.png"
        files.log_figure(value, f"{folder}/{file}")
    elif type(value).__module__ == "numpy":
        import numpy as np

        file, stream = f"{name}.npy", io.BytesIO()
        np.save(stream, value, allow_pickle=False)
        files.log_stream(io.BytesIO(stream.getvalue()), f"{folder}/{file}")
    else:
        file = f"{name}.json"
        files.log_text(_as_json(name, value), f"{folder}/{file}")
    return file


def _as_json(name: str, value: Any) -> str:
    try:
        return json.dumps(json.loads(value) if isinstance(value, str) else value)
    except (TypeError, ValueError):
        raise InvalidValueError(
            f"no file can be made of {quote(name)}, which is {quote(value)}",
            hint="return a path, a figure of Matplotlib, a DataFrame, an array, or JSON",
        ) from None
