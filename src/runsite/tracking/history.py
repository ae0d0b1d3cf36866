"""The history of one metric of one run."""

from __future__ import annotations

from runsite.entities import Metric
from runsite.store import Store

__all__ = ["read_history"]


def read_history(store: Store, run_id: str, key: str) -> list[Metric]:
    """Read every value of a metric, in the order of logging."""
    import polars as pl

    points = store.ask_metrics(
        lambda every: (
            every.filter(pl.col("key") == key)
            .select("value", pl.col("timestamp").dt.epoch("ms"), "step")
            .collect()
        ),
        run_ids=[run_id],
    )
    return [Metric(key, value, time, step, run_id=run_id) for value, time, step in points.rows()]
