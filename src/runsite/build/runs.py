"""The run pages, the data of the runs that have none, and the histories that both draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from runsite.build.artifacts import PublishedFiles, read_files
from runsite.build.histories import (
    collect_batches,
    count_points,
    plan_curve_shards,
    render_curve_shard,
)
from runsite.build.plan import SitePlan
from runsite.build.press import Press, find_job_count
from runsite.build.quality import read_quality
from runsite.build.shards import Shard
from runsite.build.workshop import Workshop
from runsite.pages.context import RunRef, StageRef
from runsite.pages.nested import MAX_CONSIDERED
from runsite.pages.paths import make_run_path
from runsite.pages.run import RunSurroundings
from runsite.records import RunRecord
from runsite.render.pressing import PageOrder
from runsite.render.shards import render_curves

__all__ = ["RunPlan", "plan_runs", "read_nested", "write_runs"]

Sparks = Mapping[str, Mapping[str, Sequence[float]]]
_RUNS_A_BATCH = 200
_SPARK_POINTS = 60


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Where the runs stand among each other.

    Attributes:
        around: Run id → neighbours, versions and shard.
        shards: All curve shards.
        points: Run id → points logged, for runs that have a history.
        stamps: Run id → what changes when the run does; empty for a run in progress.
        own: Runs with a page of their own, in the order of their start.
        max_points: Most points of a series.
    """

    around: Mapping[str, RunSurroundings]
    shards: tuple[Shard, ...]
    points: Mapping[str, int]
    stamps: Mapping[str, str]
    own: tuple[str, ...]
    max_points: int

    def make_row_stamp(self, run_ids: Iterable[str]) -> str:
        """Tell all that rows of runs are made from; empty where one of them is in progress."""
        lines = []
        for run_id in run_ids:
            stamp, around = self.stamps[run_id], self.around[run_id]
            if not stamp:
                return ""
            lines.append(f"{run_id} {stamp} {around.curves_path} {around.skipped!r}")
        return "\n".join(lines)

    def make_stamp(self, run_id: str) -> str:
        """Tell all that a run's page is made from; empty for a run in progress."""
        around = self.around[run_id]
        nested = [self.stamps[child.run_id] for child in around.children[:MAX_CONSIDERED]]
        stamps = [self.stamps[run_id], *nested]
        return "\n".join([*stamps, _describe(around)]) if all(stamps) else ""


def plan_runs(
    shop: Workshop,
    *,
    site_plan: SitePlan,
    versions: Mapping[str, tuple[StageRef, ...]],
    files: PublishedFiles,
) -> RunPlan:
    """Find each run's neighbours and shard."""
    frame = shop.data.runs.frame
    shards = plan_curve_shards(frame, max_points=site_plan.max_points)
    shard_of = {run_id: shard.path for shard in shards for run_id in shard.run_ids}
    own = site_plan.own_pages
    return RunPlan(
        around=dict(_find_surroundings(shop, shard_of=shard_of, versions=versions, files=files)),
        shards=shards,
        points=count_points(frame),
        stamps=_make_stamps(frame),
        own=tuple(run_id for run_id in frame["run_id"] if own is None or run_id in own),
        max_points=site_plan.max_points,
    )


def write_runs(shop: Workshop, plan: RunPlan, *, tick: Callable[[int], None]) -> None:
    """Write the pages and shards that are not up to date.

    Args:
        shop: The build.
        plan: From `plan_runs`.
        tick: Called with the number of runs that were just done.
    """
    keys = {run_id: _page_key(shop, plan, run_id) for run_id in plan.own}
    stale = {
        run_id
        for run_id, key in keys.items()
        if not shop.writer.keep(make_run_path(run_id), key=key)
    }
    tick(len(keys) - len(stale))
    shard_keys = {shard: _shard_key(shop, plan, shard) for shard in plan.shards}
    stale_shards = {
        shard.run_ids: shard
        for shard, key in shard_keys.items()
        if not shop.writer.keep(shard.path, key=key)
    }
    with Press(
        shop.press,
        environment=shop.environment,
        jobs=find_job_count(shop.options.jobs),
        n_pages=len(stale),
    ) as press:
        for groups, curves in collect_batches(
            shop.data.store,
            _group(plan, stale, stale_shards),
            points=plan.points,
            max_points=plan.max_points or _SPARK_POINTS,
        ):
            _write_shards(
                shop,
                [stale_shards[tuple(g)] for g in groups if tuple(g) in stale_shards],
                curves,
                keys=shard_keys,
            )
            wanted = [run_id for group in groups for run_id in group if run_id in stale]
            orders = _make_orders(shop, plan, wanted, sparks=_find_sparks(curves, wanted))
            for order, page in press.make(orders):
                run_id = order.run.run_id
                shop.writer.write(make_run_path(run_id), page, key=keys[run_id])
            tick(len(wanted))


def _write_shards(
    shop: Workshop, shards: Sequence[Shard], curves: pl.DataFrame, *, keys: Mapping[Shard, str]
) -> None:
    series = render_curves(curves) if shards else {}
    for shard in shards:
        shop.writer.write(shard.path, render_curve_shard(shard, series), key=keys[shard])


def _find_sparks(curves: pl.DataFrame, run_ids: Sequence[str]) -> Sparks:
    sparks: dict[str, dict[str, Sequence[float]]] = {}
    wanted = curves.filter(pl.col("run_id").is_in(pl.Series(run_ids, dtype=pl.String).implode()))
    for run_id, key, values in wanted.select("run_id", "key", "values").iter_rows():
        sparks.setdefault(run_id, {})[key] = values
    return sparks


def _make_orders(
    shop: Workshop, plan: RunPlan, run_ids: Sequence[str], *, sparks: Sparks
) -> list[PageOrder]:
    records = shop.data.runs.find_records(run_ids)
    orders = []
    for run_id in run_ids:
        around = plan.around[run_id]
        files = read_files(shop, records[run_id], skipped=around.skipped)
        around = replace(
            around,
            files=files,
            quality=read_quality(shop, records[run_id]),
            nested=read_nested(shop, around),
        )
        orders.append(PageOrder(records[run_id], around, sparks.get(run_id, {})))
    return orders


def read_nested(shop: Workshop, around: RunSurroundings) -> tuple[tuple[RunRef, RunRecord], ...]:
    """Read the records of nested runs, of the first thousands: a table shows fewer."""
    children = around.children[:MAX_CONSIDERED]
    records = shop.data.runs.find_records(child.run_id for child in children)
    return tuple((child, records[child.run_id]) for child in children)


def _group(
    plan: RunPlan, stale: set[str], stale_shards: Mapping[tuple[str, ...], Shard]
) -> Iterator[Sequence[str]]:
    """Group the runs to work on: shards that must be written whole, and stale pages besides."""
    done: set[str] = set()
    for run_ids in stale_shards:
        done.update(run_ids)
        yield run_ids
    rest = sorted(stale - done)
    for start in range(0, len(rest), _RUNS_A_BATCH):
        yield rest[start : start + _RUNS_A_BATCH]


def _page_key(shop: Workshop, plan: RunPlan, run_id: str) -> str:
    stamp = plan.make_stamp(run_id)
    return shop.make_key(stamp) if stamp else ""


def _shard_key(shop: Workshop, plan: RunPlan, shard: Shard) -> str:
    stamps = [plan.stamps[run_id] for run_id in shard.run_ids]
    return shop.make_key(plan.max_points, shard.run_ids, stamps) if all(stamps) else ""


def _make_stamps(frame: pl.DataFrame) -> dict[str, str]:
    # An experiment can get another name without a word in its runs.
    columns = frame.select("run_id", "revision", "status", "sessions", "experiment")
    return {
        run_id: ""
        if status == "RUNNING"
        else f"{revision} {status} {','.join(sessions or ())} {experiment!r}"
        for run_id, revision, status, sessions, experiment in columns.iter_rows()
    }


def _describe(around: RunSurroundings) -> str:
    near = (around.previous, around.following, around.parent, *around.children)
    runs = "\n".join(_describe_ref(ref) for ref in near)
    return f"{runs}\n{around.versions!r}\n{around.skipped!r}\n{around.curves_path}"


def _describe_ref(ref: RunRef | None) -> str:
    return f"{ref.path} {ref.status} {ref.name!r}" if ref else ""


def _find_surroundings(
    shop: Workshop,
    *,
    shard_of: Mapping[str, str],
    versions: Mapping[str, tuple[StageRef, ...]],
    files: PublishedFiles,
) -> Iterable[tuple[str, RunSurroundings]]:
    runs = shop.data.runs
    children: dict[str, list[str]] = {}
    members: dict[str, list[str]] = {}
    parents: dict[str, str | None] = {}
    for run_id, parent, experiment in runs.frame.select(
        "run_id", "parent_run_id", "experiment"
    ).iter_rows():
        parents[run_id] = parent
        members.setdefault(experiment, []).append(run_id)
        if parent:
            children.setdefault(parent, []).append(run_id)
    for ids in members.values():
        refs = [runs.get_ref(run_id) for run_id in ids]
        for place, run_id in enumerate(ids):
            nested = (runs.find_ref(child) for child in children.get(run_id, ()))
            yield (
                run_id,
                RunSurroundings(
                    previous=refs[place - 1] if place else None,
                    following=refs[place + 1] if place + 1 < len(ids) else None,
                    parent=runs.find_ref(parents[run_id]),
                    children=tuple(ref for ref in nested if ref),
                    versions=versions.get(run_id, ()),
                    curves_path=shard_of.get(run_id, ""),
                    skipped=files.skipped_of(run_id),
                ),
            )
