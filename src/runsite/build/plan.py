"""What a site of many runs can carry: which runs get a page, and how fine their histories are.

Size is a budget. A page costs more than the same facts as data, and a history more than all else,
so a site of very many runs shows most of them by one page that reads their data, and thins every
history until the whole is expected to stay below ``site.max_size``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from runsite.config import SiteConfig
from runsite.pages.formatting import format_bytes, format_count
from runsite.pages.run import NOTE_TAG
from runsite.queries.curves import MAX_POINTS

__all__ = ["SitePlan", "choose_own_pages", "plan_points", "plan_site"]

LEVELS = (MAX_POINTS, 300, 150, 75, 36, 18)
"""Most points of a series, from the finest to the coarsest that still shows a shape."""

# What a build was seen to write, in bytes.
_FIXED = 4_000_000
_PAGE = 13_000
_ENTRY = 1_100
_ROW = 550
_POINT = 17
_BLOCKS = 8
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class SitePlan:
    """What the site carries.

    Attributes:
        own_pages: Runs with a page of their own; None where each run has one.
        max_points: Most points of one series; 0 where histories are left out.
        notes: What a person should know about it, one sentence each.
    """

    own_pages: frozenset[str] | None
    max_points: int
    notes: tuple[str, ...] = ()


def plan_site(
    runs: pl.DataFrame, *, registered: Iterable[str], best: Iterable[str], settings: SiteConfig
) -> SitePlan:
    """Plan a site.

    Args:
        runs: All runs of the site, in the order of their start.
        registered: Runs of registered versions.
        best: The best runs of the experiments.
        settings: How large the site may be, and how many runs have pages.
    """
    max_size = int(settings.max_size_mb * _MB)
    own = choose_own_pages(runs, registered=registered, best=best, limit=settings.run_pages)
    pages = runs.height if own is None else len(own)
    entries = 0 if own is None else runs.height - pages
    fixed = _FIXED + pages * _PAGE + entries * _ENTRY + runs.height * _ROW
    fixed += min(int(settings.max_artifacts_mb * _MB), _size_artifacts(runs))
    max_points = plan_points(runs, room=max_size - fixed)
    notes = []
    if own is not None:
        notes.append(
            f"{format_count(pages)} runs have a page of their own; one page shows each of the"
            f" other {format_count(entries)} (site.run_pages)"
        )
    if max_points < MAX_POINTS:
        done = f"thinned to {max_points} points each" if max_points else "left out"
        notes.append(
            f"histories are {done}, so that the site stays below {format_bytes(max_size)}"
            " (site.max_size_mb)"
        )
    return SitePlan(own_pages=own, max_points=max_points, notes=tuple(notes))


def choose_own_pages(
    runs: pl.DataFrame, *, registered: Iterable[str], best: Iterable[str], limit: int
) -> frozenset[str] | None:
    """Choose the runs that people will look for; None where all of them can have a page.

    The registered ones always; then, as long as there is room, the best, those with a
    description, those that others are nested in, and the newest. The newest come and go in blocks, so that one more
    run does not take another's page away.
    """
    if runs.height <= limit:
        return None
    there = set(runs["run_id"])
    chosen = {run_id for run_id in registered if run_id in there}
    note = pl.col("tags").map.get(NOTE_TAG).fill_null("")
    described = runs.filter(note != "")["run_id"]
    parents = (run_id for run_id in runs["parent_run_id"].unique(maintain_order=True) if run_id)
    for run_id in (*best, *described.reverse(), *parents):
        if len(chosen) >= limit:
            break
        if run_id in there:
            chosen.add(run_id)
    block = max(1, limit // _BLOCKS)
    start = runs.height - max(0, limit - len(chosen))
    newest = runs["run_id"][-(-start // block) * block :]
    return frozenset(chosen | set(newest))


def _size_artifacts(runs: pl.DataFrame) -> int:
    file = pl.col("artifacts").struct
    sizes = (
        runs.select("artifacts")
        .explode("artifacts")
        .select(file.field("sha256"), file.field("size_bytes"))
    )
    return int(sizes.unique("sha256")["size_bytes"].sum())


def plan_points(runs: pl.DataFrame, *, room: int) -> int:
    """Find how many points of each series the site has room for; 0 for none.

    Args:
        runs: All runs.
        room: Bytes that histories may take.
    """
    counts = (
        runs.lazy()
        .select(
            pl.col("metric_summaries")
            .map.values()
            .list.eval(pl.element().struct.field("count"))
            .alias("count")
        )
        .explode("count")
        .filter(pl.col("count") > 1)
        .group_by("count")
        .len()
        .collect()
    )
    for level in LEVELS:
        points = (counts["count"].clip(upper_bound=level) * counts["len"]).sum()
        if points * _POINT <= room:
            return level
    return 0
