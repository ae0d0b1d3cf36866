"""The run pages and the histories that they draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from runsite.build.artifacts import PublishedFiles, read_files
from runsite.build.histories import (
    CurveShard,
    collect_batches,
    count_points,
    plan_shards,
    render_curve_shard,
)
from runsite.build.workshop import Workshop
from runsite.pages.context import StageRef
from runsite.pages.paths import make_run_path
from runsite.pages.run import RunSurroundings, assemble_run_page
from runsite.render.shards import render_curves

__all__ = ["RunPlan", "plan_runs", "write_runs"]

Sparks = Mapping[str, Mapping[str, Sequence[float]]]
_RUNS_A_BATCH = 200


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Where the runs stand among each other.

    Attributes:
        around: Run id → neighbours, versions and shard.
        shards: All curve shards.
        points: Run id → points logged, for runs that have a history.
        stamps: Run id → what changes when the run does; empty for a run in progress.
    """

    around: Mapping[str, RunSurroundings]
    shards: tuple[CurveShard, ...]
    points: Mapping[str, int]
    stamps: Mapping[str, str]


def plan_runs(
    shop: Workshop, *, versions: Mapping[str, tuple[StageRef, ...]], files: PublishedFiles
) -> RunPlan:
    """Find each run's neighbours and shard."""
    frame = shop.data.runs.frame
    shards = plan_shards(frame)
    shard_of = {run_id: shard.path for shard in shards for run_id in shard.run_ids}
    return RunPlan(
        around=dict(_find_surroundings(shop, shard_of=shard_of, versions=versions, files=files)),
        shards=shards,
        points=count_points(frame),
        stamps=_make_stamps(frame),
    )


def write_runs(shop: Workshop, plan: RunPlan, *, tick: Callable[[int], None]) -> None:
    """Write the pages and shards that are not up to date.

    Args:
        shop: The build.
        plan: From `plan_runs`.
        tick: Called with the number of pages that were just done.
    """
    keys = {
        run_id: shop.make_key(stamp, plan.around[run_id]) if stamp else ""
        for run_id, stamp in plan.stamps.items()
    }
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
    for groups, curves in collect_batches(
        shop.data.store, _group(plan, stale, stale_shards), points=plan.points
    ):
        series = render_curves(curves)
        for group in groups:
            shard = stale_shards.get(tuple(group))
            if shard:
                text = render_curve_shard(shard, series)
                shop.writer.write(shard.path, text, key=shard_keys[shard])
        sparks = _find_sparks(curves)
        for group in groups:
            wanted = [run_id for run_id in group if run_id in stale]
            _write_pages(shop, plan, wanted, sparks=sparks, keys=keys)
            tick(len(wanted))


def _find_sparks(curves: pl.DataFrame) -> Sparks:
    sparks: dict[str, dict[str, Sequence[float]]] = {}
    for run_id, key, values in curves.select("run_id", "key", "values").iter_rows():
        sparks.setdefault(run_id, {})[key] = values
    return sparks


def _write_pages(
    shop: Workshop,
    plan: RunPlan,
    run_ids: Sequence[str],
    *,
    sparks: Sparks,
    keys: Mapping[str, str],
) -> None:
    directions = shop.options.config.site.directions
    records = shop.data.runs.find_records(run_ids)
    for run_id in run_ids:
        around = plan.around[run_id]
        files = read_files(shop, records[run_id], skipped=around.skipped)
        page = assemble_run_page(
            records[run_id],
            site=shop.site,
            around=replace(around, files=files),
            curves=sparks.get(run_id, {}),
            directions=directions,
        )
        shop.write_page(page, key=keys[run_id])


def _group(
    plan: RunPlan, stale: set[str], stale_shards: Mapping[tuple[str, ...], CurveShard]
) -> Iterator[Sequence[str]]:
    """Group the runs to work on: shards that must be written whole, and stale pages besides."""
    done: set[str] = set()
    for run_ids in stale_shards:
        done.update(run_ids)
        yield run_ids
    rest = sorted(stale - done)
    for start in range(0, len(rest), _RUNS_A_BATCH):
        yield rest[start : start + _RUNS_A_BATCH]


def _shard_key(shop: Workshop, plan: RunPlan, shard: CurveShard) -> str:
    stamps = [plan.stamps[run_id] for run_id in shard.run_ids]
    return shop.make_key(shard.run_ids, stamps) if all(stamps) else ""


def _make_stamps(frame: pl.DataFrame) -> dict[str, str]:
    columns = frame.select("run_id", "revision", "status", "sessions")
    return {
        run_id: "" if status == "RUNNING" else f"{revision} {status} {','.join(sessions or ())}"
        for run_id, revision, status, sessions in columns.iter_rows()
    }


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
        for place, run_id in enumerate(ids):
            nested = (runs.find_ref(child) for child in children.get(run_id, ()))
            yield (
                run_id,
                RunSurroundings(
                    previous=runs.find_ref(ids[place - 1]) if place else None,
                    following=runs.find_ref(ids[place + 1]) if place + 1 < len(ids) else None,
                    parent=runs.find_ref(parents[run_id]),
                    children=tuple(ref for ref in nested if ref),
                    versions=versions.get(run_id, ()),
                    curves_path=shard_of.get(run_id, ""),
                    skipped=files.skipped_of(run_id),
                ),
            )
