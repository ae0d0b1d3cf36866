"""What the compare page needs beyond the runs table: packages, files, and the runs of versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from runsite.build.excerpts import find_shown
from runsite.build.runs import RunPlan
from runsite.build.workshop import Workshop
from runsite.pages.files import find_step
from runsite.queries.columns import Column
from runsite.render.shards import render_column, render_shard

__all__ = ["write_facts", "write_versions"]

VERSIONS_PATH = "data/versions.js"
_MAX_FILES = 200
_MAX_SERIES = 20
_MAX_STEPS = 50


def write_facts(
    shop: Workshop, plan: RunPlan, *, folder: str, runs: pl.DataFrame, rows: int
) -> tuple[str, ...]:
    """Write the packages and files of an experiment's runs; nothing where no run has any.

    Args:
        shop: The build.
        plan: Where the runs stand.
        folder: Where the experiment's data lie.
        runs: Its runs in the order of the table.
        rows: How many runs a shard holds.

    Returns:
        The addresses, one a shard.
    """
    has_any = pl.any_horizontal(
        pl.col("packages").map.len() > 0, pl.col("artifacts").list.len() > 0
    )
    if not runs.select(has_any.any()).item():
        return ()
    return tuple(
        _write_part(shop, plan, path=f"{folder}/more-{number}.js", part=runs.slice(start, rows))
        for number, start in enumerate(range(0, runs.height, rows))
    )


def _write_part(shop: Workshop, plan: RunPlan, *, path: str, part: pl.DataFrame) -> str:
    stamp = plan.make_row_stamp(part["run_id"])
    key = shop.make_key(stamp) if stamp else ""
    return shop.write_data(path, lambda: _render_facts(shop, path, part), key=key)


def _render_facts(shop: Workshop, path: str, part: pl.DataFrame) -> str:
    columns = {"run.packages": _list_packages(part), "run.files": _list_files(shop, part)}
    body = ",".join(
        f"[{json.dumps(name)},{render_column(_hidden(name), values)}]"
        for name, values in columns.items()
    )
    return render_shard(path, f'{{"rows":{part.height},"columns":[{body}]}}')


def _hidden(name: str) -> Column:
    return Column(id=name, group="hidden", label="", kind="text")


def _list_packages(runs: pl.DataFrame) -> pl.Series:
    """Write each run's packages as JSON: ``[{"key": …, "value": …}, …]``."""
    one = pl.element().struct.json_encode()
    texts = pl.col("packages").map.entries().list.eval(one)
    joined = pl.concat_str(pl.lit("["), texts.list.join(","), pl.lit("]"))
    return runs.select(pl.when(texts.list.len() > 0).then(joined).alias("run.packages")).to_series()


def _list_files(shop: Workshop, runs: pl.DataFrame) -> pl.Series:
    """Write each run's files as JSON: ``[[path, digest, size, how it is shown], …]``.

    How: the ending of a picture, a sound or a film that stands on the site; the kind of an excerpt
    that does; else empty text.
    """
    texts: list[str | None] = []
    for files in runs["artifacts"].to_list():
        told = [
            [
                f["path"],
                f["sha256"][:32],
                f["size_bytes"],
                find_shown(shop, f["path"], sha256=f["sha256"]),
            ]
            for f in _choose_files(files or ())
        ]
        texts.append(json.dumps(told, ensure_ascii=False) if told else None)
    return pl.Series("run.files", texts, dtype=pl.String)


def _choose_files(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Choose the files of a run that are compared: of long series of images, even steps."""
    if len(files) <= _MAX_STEPS:
        return list(files)
    series: dict[str, list[Mapping[str, Any]]] = {}
    others = []
    for file in files:
        found = find_step(file["path"])
        if found:
            series.setdefault(found[0], []).append(file)
        else:
            others.append(file)
    images = [image for one in list(series.values())[:_MAX_SERIES] for image in _thin(one)]
    return [*others[:_MAX_FILES], *images]


def _thin(images: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    every = -(-len(images) // _MAX_STEPS)
    # Counted from the last: it is what came of the run.
    return images[::-1][::every][::-1]


def write_versions(shop: Workshop) -> str:
    """Write which run each registered version came from; return the address, or empty text."""
    rows = [
        [model.name, str(version.version), version.run]
        for model in shop.data.registry.models.values()
        for version in model.versions
    ]
    if not rows:
        return ""
    return shop.write_data(VERSIONS_PATH, render_shard(VERSIONS_PATH, json.dumps(rows)))
