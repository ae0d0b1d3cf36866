"""Tables as artifacts: JSON in pandas' ``split`` form, as MLflow writes it, or Parquet."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runsite.entities import Run
from runsite.errors import InvalidValueError, NotFoundError, RunsiteError, quote
from runsite.store import Store
from runsite.store.forks import check_can_read
from runsite.tracking import artifact_files, media
from runsite.tracking.sessions import Session

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["append_table", "load_tables", "to_pandas"]

_SUFFIXES = (".json", ".parquet")
# Reading a table, adding rows and writing it back must not lose another thread's rows.
_lock = threading.Lock()


def append_table(session: Session, data: Any, *, name: str) -> None:
    """Write a table, or add its rows to the one that is there; new columns are empty before.

    Raises:
        InvalidValueError: The data is no table, or the suffix is not one of these formats, or a
            value has no place in that format.
        StoreError: The process was forked from one in which Polars had started its threads.
    """
    import polars as pl

    check_can_read(session.store.location, task="log a table")
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidValueError(f"a table is written as .json or .parquet, not as {quote(name)}")
    frame = _make_frame(data)
    with _lock:
        before = _find_table(session.writer.artifacts_dir, name)
        try:
            if before is not None:
                frame = pl.concat([before, frame], how="diagonal_relaxed")
            artifact_files.save_with(session, name, lambda path: _write(frame, path, name=name))
        except pl.exceptions.PolarsError as error:
            reason = str(error).strip().splitlines()[0]
            raise InvalidValueError(f"{quote(name)} cannot hold these rows: {reason}") from error


def load_tables(
    store: Store, name: str, *, runs: Sequence[Run], extra_columns: Sequence[str] | None
) -> pd.DataFrame:
    """Read the tables of several runs, one below the other.

    Raises:
        NotFoundError: None of the runs has such a table.
        InvalidValueError: A run has no such extra column.
    """
    import polars as pl

    frames: list[pl.DataFrame] = []
    for run in runs:
        frame = _find_table(store.artifacts_dir(run.info.run_id), name)
        if frame is None:
            continue
        extra = [
            pl.lit(_read_column(run.info, column)).alias(column) for column in extra_columns or ()
        ]
        frames.append(frame.with_columns(extra))
    if not frames:
        raise NotFoundError(f"no table {quote(name)} in {len(runs)} runs", where=str(store.root))
    return to_pandas(pl.concat(frames, how="diagonal_relaxed"))


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """Turn a frame into pandas'.

    Raises:
        RunsiteError: pandas is not installed.
    """
    try:
        import pandas  # noqa: F401, ICN001 - only whether it is there
    except ImportError as error:
        raise RunsiteError(
            "pandas is not installed",
            hint='install it, or ask for output_format="polars" or "list"',
        ) from error
    return frame.to_pandas()


def _read_column(info: object, column: str) -> object:
    if not hasattr(info, column):
        raise InvalidValueError(
            f"a run has no column {quote(column)}",
            hint="use one of: run_id, experiment_id, run_name, status, start_time, end_time",
        )
    value: object = getattr(info, column)
    return value


def _make_frame(data: Any) -> pl.DataFrame:
    import polars as pl

    if isinstance(data, pl.DataFrame):
        return data
    if hasattr(data, "to_dict") and hasattr(data, "columns"):  # pandas, without naming it
        data = _read_pandas(data)
    if not isinstance(data, Mapping):
        raise InvalidValueError(
            f"a table is a mapping of columns or a DataFrame, not {type(data).__name__}"
        )
    columns = {str(key): value if _is_column(value) else [value] for key, value in data.items()}
    try:
        return pl.DataFrame({key: list(value) for key, value in columns.items()}, strict=False)
    except (pl.exceptions.PolarsError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise InvalidValueError(f"the data is no table: {reason}") from error


def _read_pandas(data: Any) -> dict[str, list[object]]:
    """Read a DataFrame's columns; what is missing in them (NaT, NA, no text) is None.

    Raises:
        InvalidValueError: Two columns have one name.
    """
    columns: dict[str, list[object]] = {}
    for column, series in data.items():
        name = str(column)
        if name in columns:
            raise InvalidValueError(f"the table has two columns {quote(name)}")
        if str(series.dtype).startswith(("period", "interval")):
            series = series.astype(str)  # noqa: PLW2901 - the same values, as they are written
        numbers = getattr(series.dtype, "kind", "O") == "f"  # NaN is one of them
        columns[name] = [
            None if gone and not (numbers and isinstance(value, float)) else value
            for value, gone in zip(series.tolist(), series.isna().tolist(), strict=True)
        ]
    return columns


def _is_column(value: object) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes | Mapping)


def _find_table(root: Path, name: str) -> pl.DataFrame | None:
    import polars as pl

    try:
        path = artifact_files.find_artifact(root, name)
    except NotFoundError:
        return None
    try:
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(path)
        return pl.DataFrame(_read_split(path), strict=False)
    except (pl.exceptions.PolarsError, LookupError, TypeError, ValueError) as error:
        raise InvalidValueError(
            f"the artifact {quote(name)} is no table",
            where=str(path),
            hint="log_table writes one; give it another name",
        ) from error


def _read_split(path: Path) -> dict[str, list[object]]:
    """Read a table's columns whole: a hundred rows without a value may precede the first."""
    content = json.loads(path.read_text(encoding="utf-8"))
    names, rows = content["columns"], content["data"]
    columns = [*zip(*rows, strict=True)] if rows else [()] * len(names)
    return {str(name): list(column) for name, column in zip(names, columns, strict=True)}


def _write(frame: pl.DataFrame, path: Path, *, name: str) -> None:
    if name.lower().endswith(".parquet"):
        frame.write_parquet(path)
        return
    content = {"columns": frame.columns, "data": [list(row) for row in frame.iter_rows()]}
    path.write_bytes(media.format_dict(content, name=name))


def _forget_lock() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lock)
