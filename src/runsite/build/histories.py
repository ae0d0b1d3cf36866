"""Histories of metrics, cut into data shards, and collected only where something needs them.

Which runs share a shard is decided by each run alone (its id and how many points it has), so that
a run that is added changes one shard and leaves the others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from runsite.pages.paths import make_slug
from runsite.queries.curves import MAX_POINTS, collect_curves
from runsite.render.shards import render_shard
from runsite.store import Store

__all__ = ["CurveShard", "collect_batches", "plan_shards", "render_curve_shard"]

TARGET_POINTS = 12_000
"""About 150 kB a shard."""

_BATCH_POINTS = 3_000_000


@dataclass(frozen=True, slots=True)
class CurveShard:
    """Runs whose histories lie in one file.

    Attributes:
        path: From the site's root.
        run_ids: Sorted.
    """

    path: str
    run_ids: tuple[str, ...]


def count_points(runs: pl.DataFrame) -> dict[str, int]:
    """Count the points that were logged for each run that has a history to show."""
    counts = runs.select(
        "run_id",
        pl.col("metric_summaries")
        .map.values()
        .list.eval(pl.element().struct.field("count"))
        .list.sum()
        .alias("points"),
        pl.col("metrics").map.len().alias("keys"),
    ).filter(pl.col("points") > pl.col("keys"))
    return dict(counts.select("run_id", "points").iter_rows())


def plan_shards(runs: pl.DataFrame) -> tuple[CurveShard, ...]:
    """Cut the runs that have histories into shards of about `TARGET_POINTS` points."""
    shards: list[CurveShard] = []
    group: list[str] = []
    size = 0
    for run_id, points in sorted(count_points(runs).items()):
        # What the site carries, roughly: most runs have a handful of metrics.
        carried = min(points, 8 * MAX_POINTS)
        group.append(run_id)
        size += carried
        if _ends_shard(run_id, carried) or size > 4 * TARGET_POINTS:
            shards.append(_make_shard(group))
            group, size = [], 0
    if group:
        shards.append(_make_shard(group))
    return tuple(shards)


def _ends_shard(run_id: str, points: int) -> bool:
    digest = hashlib.sha256(run_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") < points / TARGET_POINTS * 2**32


def _make_shard(run_ids: Sequence[str]) -> CurveShard:
    return CurveShard(path=f"data/curves/{make_slug(run_ids[0])}.js", run_ids=tuple(run_ids))


def collect_batches(
    store: Store, groups: Iterable[Sequence[str]], *, points: Mapping[str, int]
) -> Iterator[tuple[list[Sequence[str]], pl.DataFrame]]:
    """Collect the thinned curves of groups of runs, a few groups at a time to bound memory.

    Args:
        store: Where the points are.
        groups: Run ids; a group is never torn apart.
        points: Run id → points logged.
    """
    batch: list[Sequence[str]] = []
    size = 0
    for group in groups:
        batch.append(group)
        size += sum(points.get(run_id, 0) for run_id in group)
        if size > _BATCH_POINTS:
            yield batch, _collect(store, batch)
            batch, size = [], 0
    if batch:
        yield batch, _collect(store, batch)


def _collect(store: Store, groups: Iterable[Sequence[str]]) -> pl.DataFrame:
    wanted = [run_id for group in groups for run_id in group]
    return collect_curves(store.scan_metrics(wanted))


def render_curve_shard(shard: CurveShard, series: Mapping[str, Sequence[str]]) -> str:
    """Write one shard from the series of its runs."""
    found = [text for run_id in shard.run_ids for text in series.get(run_id, ())]
    return render_shard(shard.path, f"[{','.join(found)}]")
