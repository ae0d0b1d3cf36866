"""Histories of metrics, thinned for the eye: few points that still show every spike.

Each series is cut into buckets of equal length; of each bucket the last point, the lowest and the
highest stay. What a person sees at a few hundred pixels is the same, and the last value is exact.
"""

from __future__ import annotations

import polars as pl

__all__ = ["MAX_POINTS", "collect_curves", "thin_curves"]

MAX_POINTS = 600
"""Most points of one series that the site carries."""

_LISTS = ["steps", "times", "values"]


def collect_curves(points: pl.LazyFrame, *, max_points: int = MAX_POINTS) -> pl.DataFrame:
    """Collect the series of some points, thinned, one row each.

    Args:
        points: Columns run_id, key, step, timestamp, value; in any order.
        max_points: See `thin_curves`.

    Returns:
        Columns run_id, key, count (points logged), steps (list of int64), times (list of
        datetime) and values (list of float64, NaN and infinities kept); sorted by run_id and key.
    """
    curves = (
        points.group_by("run_id", "key")
        .agg(
            pl.len().alias("count"),
            pl.col("step").sort_by("step", "timestamp", maintain_order=True).alias("steps"),
            pl.col("timestamp").sort_by("step", "timestamp", maintain_order=True).alias("times"),
            pl.col("value").sort_by("step", "timestamp", maintain_order=True).alias("values"),
        )
        .sort("run_id", "key")
        .collect()
    )
    return thin_curves(curves, max_points=max_points)


def thin_curves(curves: pl.DataFrame, *, max_points: int = MAX_POINTS) -> pl.DataFrame:
    """Keep at most `max_points` points of each series; a shorter series stays whole.

    Args:
        curves: Rows as `collect_curves` gives them.
        max_points: At least 3.
    """
    long = curves.filter(pl.col("count") > max_points)
    if long.is_empty():
        return curves
    buckets = max(1, max_points // 3)
    points = (
        # Series by number: grouping by one integer is several times faster than by two texts.
        long.select("count", *_LISTS)
        .with_row_index("series")
        .with_columns(pl.int_ranges(0, pl.col("count")).alias("rank"))
        .explode("rank", *_LISTS)
        .with_columns((pl.col("rank") * buckets // pl.col("count")).alias("bucket"))
    )
    value = pl.col("values").fill_nan(None)
    kept = (
        points.group_by("series", "bucket")
        .agg(
            pl.col("rank").max().alias("last"),
            pl.col("rank").min_by(value).alias("low"),
            pl.col("rank").max_by(value).alias("high"),
        )
        .unpivot(["last", "low", "high"], index="series", value_name="rank")
        .select("series", "rank")
        .unique()
    )
    lists = (
        points.join(kept, on=["series", "rank"], how="semi")
        .sort("series", "rank")
        .group_by("series", maintain_order=True)
        .agg(*_LISTS)
    )
    thinned = pl.concat(
        [long.select("run_id", "key", "count"), lists.select(*_LISTS)], how="horizontal"
    )
    short = curves.filter(pl.col("count") <= max_points)
    return pl.concat([short, thinned]).sort("run_id", "key")
