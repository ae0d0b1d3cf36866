"""The experiment pages and the data of their tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import polars as pl

from runsite.build.compare import write_facts
from runsite.build.importance import ImportanceShop
from runsite.build.reading import SiteData
from runsite.build.runs import RunPlan
from runsite.build.social import with_social_card
from runsite.build.workshop import Workshop
from runsite.pages.experiment import assemble_experiment_page
from runsite.pages.paths import make_experiment_path, make_slug
from runsite.pages.plain import ExperimentShards
from runsite.pages.run import NOTE_TAG
from runsite.pages.version_metrics import list_gated_metrics
from runsite.queries.columns import Column, RunsTable, make_runs_table, sort_runs
from runsite.queries.overview import ExperimentSummary, summarise_experiment
from runsite.render.shards import render_column, render_shard

__all__ = ["ExperimentResult", "write_experiments"]

ROWS_A_SHARD = 5_000
CURVES = Column(id="run.curves", group="hidden", label="", kind="text")


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """What the pages of all experiments need of one."""

    summary: ExperimentSummary
    shards: ExperimentShards


def summarise_experiments(
    data: SiteData, *, directions: Mapping[str, str]
) -> dict[str, ExperimentSummary]:
    """Summarise every experiment that has runs, by name, in the order of names."""
    gated = list_gated_metrics(data.registry.models.values())
    return {
        name: summarise_experiment(name, runs=runs, directions=directions, gated=gated)
        for name, runs in _split(data.runs.frame)
    }


def write_experiments(
    shop: Workshop,
    plan: RunPlan,
    *,
    summaries: Mapping[str, ExperimentSummary],
    importance: ImportanceShop,
) -> tuple[ExperimentResult, ...]:
    """Write the page and the data of every experiment that has runs.

    Args:
        shop: The build.
        plan: From `plan_runs`.
        summaries: From `summarise_experiments`.
        importance: Takes the orders for what is measured meanwhile.
    """
    return tuple(
        _write_experiment(shop, plan, summary=summaries[name], runs=runs, importance=importance)
        for name, runs in _split(shop.data.runs.frame)
    )


def _split(frame: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    names = frame["experiment"].unique()
    if len(names) == 1:  # a copy of every column is a tenth of what one run more costs
        return [(str(names[0]), frame)]
    groups = frame.partition_by("experiment", as_dict=True, maintain_order=True)
    return sorted(((str(name), runs) for (name,), runs in groups.items()), key=itemgetter(0))


def _write_experiment(
    shop: Workshop,
    plan: RunPlan,
    *,
    summary: ExperimentSummary,
    runs: pl.DataFrame,
    importance: ImportanceShop,
) -> ExperimentResult:
    name = summary.name
    directions = shop.options.config.site.directions
    runs = sort_runs(runs)
    gated = list_gated_metrics(shop.data.registry.models.values())
    table = make_runs_table(runs, directions=directions, gated=gated)
    experiment = str(runs["experiment_id"][0]), name
    shards = replace(
        _write_table(shop, plan, experiment=experiment, table=table, importance=importance),
        more=write_facts(shop, plan, folder=_folder_of(name), runs=runs, rows=ROWS_A_SHARD),
    )
    record = shop.data.experiments.get(name)
    page = assemble_experiment_page(
        summary,
        site=shop.site,
        table=table,
        data=shards,
        note=record.tags.get(NOTE_TAG, "") if record else "",
    )
    facts = [("Runs", page.facts[0].value), *((b.metric, b.value) for b in page.best)]
    shop.write_page(with_social_card(shop, page, kind="Experiment", title=name, facts=facts))
    return ExperimentResult(summary=summary, shards=shards)


def _folder_of(name: str) -> str:
    return f"data/experiments/{make_slug(name)}"


def _write_table(
    shop: Workshop,
    plan: RunPlan,
    *,
    experiment: tuple[str, str],
    table: RunsTable,
    importance: ImportanceShop,
) -> ExperimentShards:
    """Write the shards of the experiment ``(id, name)``."""
    experiment_id, name = experiment
    folder = _folder_of(name)
    frame = _with_curves(table.frame, plan)
    columns = (*table.columns, CURVES)
    addresses = [
        _write_rows(
            shop,
            plan,
            path=f"{folder}/runs-{number}.js",
            columns=columns,
            rows=(frame.slice(start, ROWS_A_SHARD), table.texts.slice(start, ROWS_A_SHARD)),
        )
        for number, start in enumerate(range(0, frame.height, ROWS_A_SHARD))
    ]
    return ExperimentShards(
        name=name,
        experiment_id=experiment_id,
        path=make_experiment_path(name),
        n_runs=frame.height,
        columns_path=_write_columns(shop, f"{folder}/columns.js", table.columns),
        shards=tuple(addresses),
        n_left_out=table.left_out,
        importance_path=importance.order(f"{folder}/importance.js", table),
    )


def _write_rows(
    shop: Workshop,
    plan: RunPlan,
    *,
    path: str,
    columns: Sequence[Column],
    rows: tuple[pl.DataFrame, pl.DataFrame],
) -> str:
    part, texts = rows

    def render() -> str:
        filled = [c for c in columns if part[c.id].null_count() < part.height]
        body = ",".join(f"[{json.dumps(c.id)},{_render(c, part, texts)}]" for c in filled)
        return render_shard(path, f'{{"rows":{part.height},"columns":[{body}]}}')

    stamp = plan.make_row_stamp(part["run.id"])
    described = [(column.id, column.kind) for column in columns]
    return shop.write_data(path, render, key=shop.make_key(described, stamp) if stamp else "")


def _render(column: Column, part: pl.DataFrame, texts: pl.DataFrame) -> str:
    return render_column(column, part[column.id], texts=texts.get_column(column.id, default=None))


def _with_curves(frame: pl.DataFrame, plan: RunPlan) -> pl.DataFrame:
    paths = [plan.around[run_id].curves_path or None for run_id in frame["run.id"]]
    return frame.with_columns(pl.Series(CURVES.id, paths, dtype=pl.String))


def _write_columns(shop: Workshop, path: str, columns: Sequence[Column]) -> str:
    described = [
        {
            "id": column.id,
            "group": column.group,
            "label": column.label,
            "kind": column.kind,
            "direction": column.direction or "",
            "filled": column.filled,
            "distinct": column.distinct,
            "visible": column.visible,
        }
        for column in columns
    ]
    body = json.dumps(described, ensure_ascii=True, separators=(",", ":"))
    return shop.write_data(path, render_shard(path, body))
