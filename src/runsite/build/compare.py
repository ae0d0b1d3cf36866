"""What the compare page needs beyond the runs table: packages, files, and the runs of versions."""

from __future__ import annotations

import json
from functools import lru_cache

import polars as pl

from runsite.build.workshop import Workshop
from runsite.pages.files import find_kind, make_file_path
from runsite.queries.columns import Column
from runsite.render.shards import render_column, render_shard

__all__ = ["write_facts", "write_versions"]

VERSIONS_PATH = "data/versions.js"
_MAX_FILES = 200


def write_facts(shop: Workshop, folder: str, *, runs: pl.DataFrame, rows: int) -> tuple[str, ...]:
    """Write the packages and files of an experiment's runs; nothing where no run has any.

    Args:
        shop: The build.
        folder: Where the experiment's data lie.
        runs: Its runs in the order of the table.
        rows: How many runs a shard holds.

    Returns:
        The addresses, one a shard.
    """
    columns = {"run.packages": _list_packages(runs), "run.files": _list_files(shop, runs)}
    if all(values.is_null().all() for values in columns.values()):
        return ()
    addresses = []
    for number, start in enumerate(range(0, runs.height, rows)):
        part = [
            f"[{json.dumps(name)},{render_column(_hidden(name), values.slice(start, rows))}]"
            for name, values in columns.items()
        ]
        path = f"{folder}/more-{number}.js"
        count = min(rows, runs.height - start)
        text = render_shard(path, f'{{"rows":{count},"columns":[{",".join(part)}]}}')
        addresses.append(shop.write_data(path, text))
    return tuple(addresses)


def _hidden(name: str) -> Column:
    return Column(id=name, group="hidden", label="", kind="text")


def _list_packages(runs: pl.DataFrame) -> pl.Series:
    """Write each run's packages as JSON: ``[{"key": …, "value": …}, …]``."""
    one = pl.element().struct.json_encode()
    texts = pl.col("packages").map.entries().list.eval(one)
    joined = pl.concat_str(pl.lit("["), texts.list.join(","), pl.lit("]"))
    return runs.select(pl.when(texts.list.len() > 0).then(joined).alias("run.packages")).to_series()


def _list_files(shop: Workshop, runs: pl.DataFrame) -> pl.Series:
    """Write each run's files as JSON: ``[[path, digest, size, address of a picture], …]``."""
    on_site = shop.writer.files
    texts: list[str | None] = []
    for files in runs["artifacts"].to_list():
        told = [
            [f["path"], f["sha256"][:16], f["size_bytes"], _find_picture(f["path"], f["sha256"])]
            for f in (files or ())[:_MAX_FILES]
        ]
        for file in told:
            if file[3] not in on_site:
                file[3] = ""
        texts.append(json.dumps(told, ensure_ascii=False) if told else None)
    return pl.Series("run.files", texts, dtype=pl.String)


def _find_picture(path: str, sha256: str) -> str:
    return make_file_path(sha256, name=path) if _is_picture(path) else ""


@lru_cache(maxsize=4096)
def _is_picture(path: str) -> bool:
    return find_kind(path) in ("image", "drawing")


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
