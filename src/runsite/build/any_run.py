"""The page of any run, and the data of the runs that have no page of their own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator

from runsite.build.excerpts import find_shown
from runsite.build.runs import RunPlan, read_nested
from runsite.build.shards import Shard, cut_shards
from runsite.build.workshop import Workshop
from runsite.pages.artifacts import RunFiles
from runsite.pages.files import ImageSeries, group_images, make_file_path
from runsite.pages.paths import make_run_path
from runsite.pages.plain import assemble_any_run_page
from runsite.pages.run import RunPage, RunSurroundings, assemble_run_page
from runsite.records import RunRecord
from runsite.render.runs import render_run_shard
from runsite.render.shards import render_shard

__all__ = ["write_any_run"]

RUNS_A_SHARD = 150
FOLDER = "data/runs"
INDEX = f"{FOLDER}/index.js"


def write_any_run(shop: Workshop, plan: RunPlan, *, tick: Callable[[int], None]) -> None:
    """Write the page, its index and its shards; nothing where each run has a page of its own.

    Args:
        shop: The build.
        plan: Where the runs stand.
        tick: Called with the number of runs that were just done.
    """
    if not shop.site.run_page:
        return
    sizes = ((run_id, 1) for run_id in plan.around)
    shards = cut_shards(sizes, folder=FOLDER, target=RUNS_A_SHARD)
    addresses = [_write_shard(shop, plan, shard, tick=tick) for shard in shards]
    body = {"first": [shard.run_ids[0] for shard in shards], "shards": addresses}
    text = json.dumps(body, separators=(",", ":"))
    index = shop.write_data(INDEX, render_shard(INDEX, text))
    shop.write_page(assemble_any_run_page(site=shop.site, index_path=index))


def _write_shard(
    shop: Workshop, plan: RunPlan, shard: Shard, *, tick: Callable[[int], None]
) -> str:
    own = shop.site.own_pages
    stamps = [f"{r} own" if r in own else plan.make_stamp(r) for r in shard.run_ids]
    key = shop.make_key(shard.run_ids, stamps) if all(stamps) else ""
    address = shop.write_data(
        shard.path,
        lambda: render_run_shard(shard.path, _make_entries(shop, plan, shard)),
        key=key,
    )
    tick(sum(run_id not in own for run_id in shard.run_ids))
    return address


def _make_entries(
    shop: Workshop, plan: RunPlan, shard: Shard
) -> Iterator[RunPage | tuple[str, str]]:
    own = shop.site.own_pages
    records = shop.data.runs.find_records(r for r in shard.run_ids if r not in own)
    for run_id in shard.run_ids:
        if run_id in own:
            yield run_id, make_run_path(run_id)
            continue
        yield assemble_run_page(
            records[run_id],
            site=shop.site,
            around=_fill(shop, plan.around[run_id], records[run_id]),
            curves={},
            directions=shop.options.config.site.directions,
        )


def _fill(shop: Workshop, around: RunSurroundings, run: RunRecord) -> RunSurroundings:
    """Tell where the run's files lie and how scripts show them, and what is nested in it."""
    skipped = dict(around.skipped)
    kept = [artifact for artifact in run.artifacts if artifact.path not in skipped]
    addresses = {a.path: make_file_path(a.sha256, name=a.path) for a in kept}
    groups = {key: images for key, images in group_images(addresses).items() if len(images) > 1}
    in_series = {image.address for images in groups.values() for image in images}
    shown = {
        a.path: find_shown(shop, a.path, sha256=a.sha256)
        for a in kept
        if addresses[a.path] not in in_series
    }
    files = RunFiles(
        addresses=addresses,
        skipped=skipped,
        series=tuple(ImageSeries(key, images, 0, 0) for key, images in groups.items()),
        shown=shown,
    )
    return dataclasses.replace(around, files=files, nested=read_nested(shop, around))
