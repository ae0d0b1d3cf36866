"""The site's own tables, for whoever queries a published report: Parquet and JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from runsite.build.histories import count_logged
from runsite.build.runs import RunPlan
from runsite.build.workshop import Workshop
from runsite.directions import find_direction
from runsite.pages.data import DataTable, assemble_data_page
from runsite.pages.formatting import format_bytes, format_count, format_iso
from runsite.queries.flat import flatten_runs
from runsite.registry import Model, ModelVersion, Registry

__all__ = ["write_tables"]

MAX_POINTS = 500_000
"""More points than these stay in the store: 500,000 of them are about 4 MB."""

MAX_JSON_RUNS = 1_000
_MAX_KEYS = 1_000


def write_tables(shop: Workshop, plan: RunPlan, *, metric: str = "") -> None:
    """Write the tables and the page that shows how to query them, by the example of a metric."""
    n_models = len(shop.data.registry.models)
    runs = flatten_runs(shop.data.runs.frame, max_keys=_MAX_KEYS)
    tables = [
        _write(
            shop,
            "data/runs.parquet",
            _encode(runs),
            about=f"{format_count(runs.height)} runs, {format_count(runs.width)} columns",
            meaning="One row a run; a column for each param, metric and tag.",
        ),
        _write_metrics(shop, plan),
        _write(
            shop,
            "data/runs.json",
            _format_runs(runs.tail(MAX_JSON_RUNS).reverse()),
            about=f"{format_count(min(runs.height, MAX_JSON_RUNS))} runs",
            meaning="The newest runs, the same columns; a key that a run has not is left out.",
        ),
        _write(
            shop,
            "data/registry.json",
            _format_registry(shop.data.registry),
            about=f"{format_count(n_models)} model{'' if n_models == 1 else 's'}",
            meaning="Models with their versions, stages and aliases.",
        ),
    ]
    found = tuple(table for table in tables if table)
    example = f"metrics.{metric}" if f"metrics.{metric}" in runs.columns else ""
    highest = find_direction(metric, directions=shop.options.config.site.directions) == "max"
    page = assemble_data_page(
        site=shop.site, tables=found, metric=example, highest=bool(example) and highest
    )
    shop.write_page(page)


def _write(shop: Workshop, path: str, data: bytes, *, about: str, meaning: str) -> DataTable:
    shop.writer.write(path, data)
    return DataTable(path, format_bytes(len(data)), about, meaning)


def _write_metrics(shop: Workshop, plan: RunPlan) -> DataTable | None:
    """Write all logged points, unless there are too many."""
    total = count_logged(shop.data.runs.frame)
    if not total or total > MAX_POINTS:
        return None
    path = "data/metrics.parquet"
    stamps = plan.stamps.values()
    key = shop.make_key(*sorted(plan.stamps.items())) if all(stamps) else ""
    if not shop.writer.keep(path, key=key):
        wanted = shop.data.runs.frame.select("run_id").lazy()
        points = shop.data.store.ask_metrics(
            lambda all_points: all_points.join(wanted, on="run_id", how="semi").collect()
        )
        order = ["run_id", "key", "step", "timestamp", "value"]
        shop.writer.write(path, _encode(points.sort(order, nulls_last=True)), key=key)
    size = shop.writer.files[path].size_bytes
    return DataTable(
        path, format_bytes(size), "", "One row a logged point: run, key, step, time, value."
    )


def _encode(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()


def _format_runs(runs: pl.DataFrame) -> bytes:
    rows = [
        {name: _plain(value) for name, value in row.items() if value is not None}
        for row in runs.iter_rows(named=True)
    ]
    # One run a line, for people; indented, JSON is written by Python and not by C.
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return f"[\n{lines}\n]\n".encode("utf-8", "replace")


def _format_registry(registry: Registry) -> bytes:
    return _format({"models": [_model(model) for model in registry.models.values()]})


def _model(model: Model) -> Mapping[str, object]:
    return {
        "name": model.name,
        "description": model.description,
        "stages": dict(model.stages),
        "aliases": dict(model.aliases),
        "tags": dict(model.tags),
        "versions": [_version(model, version) for version in model.versions],
    }


def _version(model: Model, version: ModelVersion) -> Mapping[str, object]:
    return {
        "version": version.version,
        "stage": model.stage_of(version.version),
        "run_id": version.run,
        "artifact": version.artifact,
        "digest": version.digest,
        "registered_at": format_iso(version.registered_at),
        "registered_by": version.registered_by,
        "description": version.description,
        "tags": dict(version.tags),
    }


def _plain(value: object) -> object:
    """JSON knows neither times nor what is no number."""
    if isinstance(value, datetime):
        return format_iso(value)
    if isinstance(value, float) and not (-1.8e308 < value < 1.8e308):
        return str(value)
    return value


def _format(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode("utf-8", "replace")
