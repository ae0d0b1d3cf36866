"""The data of a training: its record, and its first rows."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from runsite.models.infer import is_instance_of

if TYPE_CHECKING:
    from runsite.records import InputRecord
    from runsite.tracking.sessions import Session

__all__ = ["EXAMPLE_ROWS", "log_dataset", "take_head"]

EXAMPLE_ROWS = 5
_HEAD_ROWS = 100


def log_dataset(
    session: Session, x: Any, y: Any = None, *, context: str, name: str = "dataset"
) -> InputRecord | None:
    """Record training data as an input of the run: name, digest, schema, rows.

    Args:
        session: The run.
        x: Features: a table, an array or a sparse matrix; anything else is not recorded.
        y: Targets.
        context: ``train`` or ``eval``.
        name: What to call it.

    Returns:
        What was recorded; None of data that has no digest here.
    """
    from runsite import data

    if is_instance_of(x, "pandas", "DataFrame") or is_instance_of(x, "polars", "DataFrame"):
        dataset = data.as_dataset(_with_target(x, y), name=name)
    elif hasattr(x, "tocsr"):
        matrix = x.tocsr()
        parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
        dataset = data.from_numpy(parts, targets=_as_array(y), name=name)
    elif is_instance_of(x, "numpy", "ndarray"):
        dataset = data.from_numpy(x, targets=_as_array(y), name=name)
    else:
        return None
    record = data.make_record(dataset, context=context)
    record = dataclasses.replace(record, rows=int(x.shape[0]))
    session.writer.add_input(record)
    return record


def take_head(x: Any, *, rows: int = _HEAD_ROWS) -> Any:
    """Copy the first rows of data; None where it has none."""
    if x is None:
        return None
    try:
        if is_instance_of(x, "pandas", "DataFrame") or is_instance_of(x, "pandas", "Series"):
            return x.head(rows).copy()
        head = x[:rows]
    except Exception:  # noqa: BLE001 - whatever it is, it has no rows that can be taken
        return None
    return head.copy() if hasattr(head, "copy") else head


def _with_target(x: Any, y: Any) -> Any:
    """Put a target beside the features where it fits, so that the digest covers both."""
    target = _as_array(y)
    if target is None or getattr(target, "ndim", 0) != 1 or len(target) != len(x):
        return x
    label = str(getattr(y, "name", None) or "target")
    if label in x.columns:
        return x
    if is_instance_of(x, "pandas", "DataFrame"):
        return x.assign(**{label: target})
    import polars as pl

    return x.with_columns(pl.Series(label, target))


def _as_array(y: Any) -> Any:
    if y is None:
        return None
    import numpy as np

    array = np.asarray(y)
    return None if array.dtype.kind == "O" else array
