"""The index of the search page: titles and words of every run, experiment and model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from runsite.build.runs import RunPlan
from runsite.build.workshop import Workshop
from runsite.errors import CardError
from runsite.pages.context import RunRef
from runsite.pages.paths import make_experiment_path, make_model_path, make_version_path
from runsite.pages.plain import assemble_search_page
from runsite.render.shards import render_shard

if TYPE_CHECKING:
    from runsite.cards.document import Card
    from runsite.cards.front_matter import MetaValue

__all__ = ["write_search"]

FOLDER = "data/search"
RUNS_A_SHARD = 5_000
MAX_CARD_CHARS = 20_000

_MARKUP = re.compile(r"<!--.*?-->|\{\{.*?\}\}|\]\([^)]*\)|[#*_`|>\[\]!]+", re.DOTALL)


def write_search(shop: Workshop, plan: RunPlan) -> None:
    """Write the index and the page.

    Runs stand newest first; their shards are cut from the oldest on, so that one run more changes
    one shard.
    """
    path = f"{FOLDER}/models.js"
    body = json.dumps([*_list_models(shop), *_list_experiments(shop)], separators=(",", ":"))
    first = shop.write_data(path, render_shard(path, body))
    runs = [_write_runs(shop, plan, start=s) for s in range(0, len(shop.data.runs), RUNS_A_SHARD)]
    shop.write_page(assemble_search_page(site=shop.site, shards=[first, *reversed(runs)]))


def _write_runs(shop: Workshop, plan: RunPlan, *, start: int) -> str:
    part = shop.data.runs.frame.slice(start, RUNS_A_SHARD)
    path = f"{FOLDER}/runs-{start // RUNS_A_SHARD}.js"
    stamp = plan.make_row_stamp(part["run_id"])
    refs = [shop.data.runs.get_ref(run_id) for run_id in part["run_id"]]
    key = shop.make_key(stamp, [(ref.path, ref.name) for ref in refs]) if stamp else ""

    def render() -> str:
        body = json.dumps(list(reversed(_list_runs(part, refs))), separators=(",", ":"))
        return render_shard(path, body)

    return shop.write_data(path, render, key=key)


def _list_models(shop: Workshop) -> list[list[str]]:
    documents = []
    for model in shop.data.registry.models.values():
        words = [model.description, *model.stages, *model.aliases, *model.tags.values()]
        documents.append(["model", model.name, make_model_path(model.name), "", " ".join(words)])
        for version in model.versions:
            title = f"{model.name} version {version.version}"
            stage = model.stage_of(version.version)
            words = [stage, version.description, version.registered_by, *version.tags.values()]
            words += _list_card_words(shop, model=model.name, version=version.version)
            path = make_version_path(model.name, version.version)
            documents.append(["version", title, path, model.name, " ".join(words)])
    return documents


def _list_card_words(shop: Workshop, *, model: str, version: int) -> Iterator[str]:
    """List what people wrote in the card of a version, without its markup."""
    from runsite.cards.files import load_card  # loads the parser, for models alone

    config = shop.options.config
    try:
        card = load_card(config.folder / config.cards.folder, model=model, version=version)
    except CardError:
        return  # the version's own page tells why
    if card is not None:
        yield from _list_words(card)


def _list_words(card: Card) -> Iterator[str]:
    yield from _flatten(card.meta)
    yield " ".join(_MARKUP.sub(" ", card.body[:MAX_CARD_CHARS]).split())


def _flatten(value: MetaValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _flatten(one)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _flatten(one)


def _list_experiments(shop: Workshop) -> list[list[str]]:
    names = shop.data.runs.frame["experiment"].unique().sort()
    return [["experiment", name, make_experiment_path(name), "", ""] for name in names]


def _list_runs(runs: pl.DataFrame, refs: Sequence[RunRef]) -> list[list[str]]:
    columns = runs.select(
        "run_id", "experiment", "user", "git_commit", _join_map("params"), _join_map("tags")
    )
    documents = []
    for row, ref in zip(columns.iter_rows(), refs, strict=True):
        run_id, experiment, user, commit, params, tags = row
        words = [run_id, ref.status.lower(), user or "", (commit or "")[:10], params, tags]
        documents.append(["run", ref.name, ref.path, experiment, " ".join(filter(None, words))])
    return documents


def _join_map(name: str) -> pl.Expr:
    pair = pl.element().struct
    key, value = pair.field("key"), pair.field("value")
    text = pl.concat_str([key, pl.lit("="), value.str.slice(0, 120)])
    shown = text.filter(~key.str.starts_with("mlflow.") & ~key.str.starts_with("runsite."))
    return pl.col(name).map.entries().list.eval(shown).list.join(" ").alias(name)
