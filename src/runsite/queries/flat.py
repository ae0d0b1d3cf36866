"""The runs as one flat table, one column a key, for tools that know no maps."""

from __future__ import annotations

import polars as pl

__all__ = ["flatten_runs"]

_MAPS = ("params", "metrics", "tags")
_NESTED = (
    "packages",
    "metric_summaries",
    "inputs",
    "artifacts",
    "models",
    "sessions",
    "parts",
)


def flatten_runs(runs: pl.DataFrame, *, max_keys: int | None = None) -> pl.DataFrame:
    """Give each param, metric and tag a column of its own: ``params.depth``, ``metrics.rmse``.

    Args:
        runs: Rows as `Store.read_runs` gives them.
        max_keys: Of each map only its most used keys, as many as these.

    Returns:
        The plain columns, then those of the maps, each group sorted by key; null where a run has
        no such key. What is nested deeper is left out.
    """
    plain = [name for name in runs.columns if name not in (*_MAPS, *_NESTED)]
    flat = [
        pl.col(group).map.get(key).alias(f"{group}.{key}")
        for group in _MAPS
        for key in _keys(runs, group, max_keys=max_keys)
    ]
    return runs.select(*plain, *flat)


def _keys(runs: pl.DataFrame, group: str, *, max_keys: int | None) -> list[str]:
    keys = runs.select(pl.col(group).map.keys().alias("key")).explode("key").drop_nulls()
    counts = keys.group_by("key").len().sort(["len", "key"], descending=[True, False])
    return sorted(str(key) for key in counts["key"].head(max_keys or counts.height))
