"""Tables in whichever form they come, as the one form that models are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runsite.errors import ModelError
from runsite.models.infer import is_instance_of

__all__ = ["make_frame", "to_pandas"]


def make_frame(data: Mapping[str, Any]) -> Any:
    """Make a pandas frame of a mapping: of one record, or of columns."""
    pd = _import_pandas()
    scalar = all(not hasattr(v, "__len__") or isinstance(v, str | bytes) for v in data.values())
    try:
        return pd.DataFrame([data] if scalar else data)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"the input is no table: {error}", hint="give each column as many values as the others"
        ) from error


def to_pandas(data: Any) -> Any:
    """Turn a Polars or Arrow table into a pandas frame; anything else stays as it is."""
    if is_instance_of(data, "polars", "LazyFrame"):
        data = data.collect()
    if is_instance_of(data, "polars", "DataFrame") or is_instance_of(data, "polars", "Series"):
        _import_pandas()
        return data.to_pandas()
    if is_instance_of(data, "pyarrow", "Table"):
        _import_pandas()
        return data.to_pandas()
    return data


def _import_pandas() -> Any:
    try:
        import pandas as pd
    except ImportError as error:
        raise ModelError(
            "pandas is needed to hand a table to a model",
            hint="pip install 'runsite[pandas]', or predict on a NumPy array",
        ) from error
    return pd
