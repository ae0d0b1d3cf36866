"""Histories of metrics, thinned for the eye: few points that still show every spike.

Each series is cut into buckets of equal length; of each bucket the last point, the lowest and the
highest stay. What a person sees at a few hundred pixels is the same, and the last value is exact.
"""

from __future__ import annotations

import polars as pl

__all__ = ["MAX_POINTS", "collect_curves"]

MAX_POINTS = 600
"""Most points of one series that the site carries."""

_ORDER = ("run_id", "key", "step", "timestamp")


def collect_curves(points: pl.LazyFrame, *, max_points: int = MAX_POINTS) -> pl.DataFrame:
    """Collect the series of some points, thinned, one row each.

    Args:
        points: Columns run_id, key, step, timestamp, value; in any order.
        max_points: At most so many points of each series stay; a shorter series stays whole.
            At least 3.

    Returns:
        Columns run_id, key, count (points logged), steps (list of int64), times (list of
        datetime) and values (list of float64, NaN and infinities kept); sorted by run_id and key.
    """
    ordered = _sort(points.select(*_ORDER, "value").collect())
    series = _find_series(ordered)
    if series.filter(pl.col("count") > max_points).is_empty():
        kept = ordered.select("step", "timestamp", "value").with_columns(_number_rows(series))
    else:
        rows = _choose_rows(ordered["value"], series, buckets=max(1, max_points // 3))
        kept = ordered[rows["row"]].select("step", "timestamp", "value")
        kept = kept.with_columns(rows["series"])
    lists = kept.group_by("series", maintain_order=True).agg(
        pl.col("step").alias("steps"),
        pl.col("timestamp").alias("times"),
        pl.col("value").alias("values"),
    )
    head = series.select("run_id", "key", "count")
    return pl.concat([head, lists.drop("series")], how="horizontal")


def _sort(points: pl.DataFrame) -> pl.DataFrame:
    """Order points by series, step and time; parts of a store mostly are, which is cheap to see."""
    before = {name: pl.col(name).shift() for name in _ORDER}
    falls = pl.lit(value=False)
    for name in reversed(_ORDER):
        falls = (pl.col(name) < before[name]) | ((pl.col(name) == before[name]) & falls)
    if points.select(falls.any()).item():
        return points.sort(_ORDER, maintain_order=True)
    return points


def _find_series(points: pl.DataFrame) -> pl.DataFrame:
    """Find where each series begins: columns row, run_id, key, count."""
    begins = pl.col("run_id").ne_missing(pl.col("run_id").shift()) | pl.col("key").ne_missing(
        pl.col("key").shift()
    )
    heads = points.lazy().select("run_id", "key").with_row_index("row").filter(begins)
    return (
        heads.with_columns(pl.col("row").cast(pl.Int64))
        .with_columns(
            (pl.col("row").shift(-1, fill_value=points.height) - pl.col("row")).alias("count")
        )
        .collect()
    )


def _number_rows(series: pl.DataFrame) -> pl.Series:
    numbers = pl.int_range(0, series.height, eager=True)
    return numbers.repeat_by(series["count"]).explode().alias("series")


def _choose_rows(values: pl.Series, series: pl.DataFrame, *, buckets: int) -> pl.DataFrame:
    """Choose each bucket's last, lowest and highest row: columns row and series, in order."""
    rank, count = pl.col("row") - pl.col("first"), pl.col("count")
    # A series that is short enough has a bucket for each of its points.
    bucket = pl.when(count > 3 * buckets).then(rank * buckets // count).otherwise(rank)
    frame = pl.DataFrame(
        {
            "value": values.fill_nan(None),
            "row": pl.int_range(0, len(values), eager=True),
            "series": _number_rows(series),
            "first": series["row"].repeat_by(series["count"]).explode(),
            "count": series["count"].repeat_by(series["count"]).explode(),
        }
    )
    value = pl.col("value")
    chosen = (
        frame.lazy()
        # One whole number a bucket: grouping by it is several times faster than by pairs.
        .select(
            "value",
            "row",
            "series",
            (pl.col("series") * 3 * buckets + bucket).set_sorted().alias("group"),
        )
        .group_by("group")
        .agg(
            pl.col("series").first(),
            pl.col("row").last().alias("last"),
            pl.col("row").min_by(value).alias("low"),
            pl.col("row").max_by(value).alias("high"),
        )
        .unpivot(["last", "low", "high"], index="series", value_name="row")
        .drop_nulls("row")
        .unique("row")
        .sort("row")
        .select("row", "series")
    )
    return chosen.collect()
