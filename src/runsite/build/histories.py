"""Histories of metrics, cut into data shards, and collected only where something needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from runsite.build.shards import Shard, cut_shards
from runsite.queries.curves import collect_curves
from runsite.render.shards import render_shard
from runsite.store import Store

__all__ = [
    "collect_batches",
    "count_logged",
    "count_points",
    "plan_curve_shards",
    "render_curve_shard",
]

TARGET_POINTS = 12_000
"""About 190 kB a shard."""

FOLDER = "data/curves"
_BATCH_POINTS = 3_000_000


def count_points(runs: pl.DataFrame, *, max_points: int | None = None) -> dict[str, int]:
    """Count the points that were logged for each run that has a history to show.

    Args:
        runs: Rows as `Store.read_runs` gives them.
        max_points: Count no more of each series.
    """
    count = pl.element().struct.field("count")
    if max_points is not None:
        count = count.clip(upper_bound=max_points)
    counts = runs.select(
        "run_id",
        pl.col("metric_summaries").map.values().list.eval(count).list.sum().alias("points"),
        pl.col("metrics").map.len().alias("keys"),
    ).filter(pl.col("points") > pl.col("keys"))
    return dict(counts.select("run_id", "points").iter_rows())


def count_logged(runs: pl.DataFrame) -> int:
    """Count all points that were logged, those of metrics with a single one too."""
    count = pl.element().struct.field("count")
    counts = pl.col("metric_summaries").map.values().list.eval(count).list.sum().sum()
    return int(runs.select(counts).item() or 0)


def plan_curve_shards(runs: pl.DataFrame, *, max_points: int) -> tuple[Shard, ...]:
    """Cut the runs that have histories into shards of about `TARGET_POINTS` points.

    Args:
        runs: Rows as `Store.read_runs` gives them.
        max_points: Most points of a series that the site carries; none for 0.
    """
    if not max_points:
        return ()
    sizes = count_points(runs, max_points=max_points).items()
    return cut_shards(sizes, folder=FOLDER, target=TARGET_POINTS)


def collect_batches(
    store: Store,
    groups: Iterable[Sequence[str]],
    *,
    points: Mapping[str, int],
    max_points: int,
) -> Iterator[tuple[list[Sequence[str]], pl.DataFrame]]:
    """Collect the thinned curves of groups of runs, a few groups at a time to bound memory.

    Args:
        store: Where the points are.
        groups: Run ids; a group is never torn apart.
        points: Run id → points logged.
        max_points: Most points of one series.
    """
    batch: list[Sequence[str]] = []
    size = 0
    for group in groups:
        batch.append(group)
        size += sum(points.get(run_id, 0) for run_id in group)
        if size > _BATCH_POINTS:
            yield batch, _collect(store, batch, max_points=max_points)
            batch, size = [], 0
    if batch:
        yield batch, _collect(store, batch, max_points=max_points)


def _collect(store: Store, groups: Iterable[Sequence[str]], *, max_points: int) -> pl.DataFrame:
    wanted = [run_id for group in groups for run_id in group]
    return store.ask_metrics(
        lambda points: collect_curves(points, max_points=max_points), run_ids=wanted
    )


def render_curve_shard(shard: Shard, series: Mapping[str, Sequence[str]]) -> str:
    """Write one shard from the series of its runs."""
    found = [text for run_id in shard.run_ids for text in series.get(run_id, ())]
    return render_shard(shard.path, f"[{','.join(found)}]")
