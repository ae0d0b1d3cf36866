"""Every series of points in three numbers, in one pass over any amount of them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

__all__ = ["summarise_points"]

_SERIES = ("run_id", "key")


def summarise_points(points: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """Summarise each metric of each run.

    A hundred million points take seconds and half a gigabyte: each frame is aggregated as it is
    read (`max_by` streams, where ``value.get(step.arg_max())`` would gather every group first),
    and only what it came to is kept for the next.

    Args:
        points: Frames with the columns run_id, key, step, timestamp, value, such as one for each
            file of ``metrics/``; in any order. A series may be in several of them.

    Returns:
        Columns run_id, key, last (at the highest step, the latest there), min and max (of all but
        NaN; null where all are), count. In no order.
    """
    value = pl.col("value")
    number = value.fill_nan(None)
    # Step and time as one number: to compare structs would take a third longer.
    moment = pl.col("step").cast(pl.Int128) * 2**64 + pl.col("timestamp").dt.epoch("us")
    parts = [
        part.with_columns(moment=moment)
        .group_by(_SERIES)
        .agg(
            value.max_by("moment").alias("last"),
            pl.col("moment").max(),
            number.min().alias("min"),
            number.max().alias("max"),
            pl.len().alias("count"),
        )
        .collect(engine="streaming")
        for part in points
    ]
    return (
        pl.concat(parts)
        .group_by(_SERIES)
        .agg(
            pl.col("last").max_by("moment"),
            pl.col("min").min(),
            pl.col("max").max(),
            pl.col("count").sum(),
        )
    )
