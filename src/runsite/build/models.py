"""The pages of the registry: all models, each model, each version as its card."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from runsite.build.cards import CardWriter, WrittenCard
from runsite.build.evidence import make_evidence, make_model_lanes
from runsite.build.quality import read_quality
from runsite.build.social import with_social_card
from runsite.build.workshop import Workshop
from runsite.cards.collect import make_stage_moves
from runsite.pages.context import Fact
from runsite.pages.models import (
    ModelCard,
    ModelEvidence,
    assemble_model_page,
    assemble_models_page,
)
from runsite.pages.run import RunPage, RunSurroundings, assemble_run_page
from runsite.pages.timeline import make_timeline
from runsite.pages.version import VersionPage, assemble_version_page
from runsite.records import RunRecord
from runsite.registry import ARCHIVED, NO_STAGE, Model, ModelVersion
from runsite.registry.history import History
from runsite.render.machine import render_model_markdown

__all__ = ["write_models"]


def write_models(shop: Workshop) -> tuple[tuple[ModelCard, ...], tuple[str, ...]]:
    """Write the registry's pages.

    Returns:
        The models, and warnings about their cards.
    """
    models = shop.data.registry.models
    written = [_write_model(shop, model) for model in models.values()]
    cards = tuple(card for card, _ in written)
    shop.write_page(assemble_models_page(site=shop.site, models=cards))
    return cards, tuple(dict.fromkeys(warning for _, found in written for warning in found))


def _write_model(shop: Workshop, model: Model) -> tuple[ModelCard, list[str]]:
    runs = shop.data.runs.find_records(version.run for version in model.versions)
    history = shop.data.history
    moves = make_stage_moves(history, model=model.name)
    writer = CardWriter(shop, model, runs=runs, moves=moves)
    cards = {version.version: writer.write_card(version) for version in model.versions}
    page = assemble_model_page(
        model,
        site=shop.site,
        evidence=ModelEvidence(
            runs=runs,
            directions=shop.options.config.site.directions,
            cards={number: card.sections for number, card in cards.items()},
            timeline=make_timeline(
                history.of_model(model.name),
                repository_url=shop.site.repository_url,
                known=shop.data.registry.models,
            ),
            lanes=make_model_lanes(history, model=model, stages=shop.data.registry.stages),
            since=_find_since(history, model),
            is_cut=history.shallow,
        ),
    )
    holders = page.model.holders[:1]
    facts = [(holder.stage, f"version {holder.version}") for holder in holders]
    facts += [(metric.key, metric.value) for metric in page.model.metrics]
    page = with_social_card(shop, page, kind="Model", title=model.name, facts=facts)
    shop.write_page(page)
    shop.write_text(page.meta.markdown, render_model_markdown(page))
    for version in model.versions:
        run = runs.get(version.run)
        _write_version(shop, model, version=version, run=run, card=cards[version.version])
    return page.model, [warning for card in cards.values() for warning in card.warnings]


def _find_since(history: History, model: Model) -> dict[int, datetime]:
    """Find since when each version has the stage that it has now, as far as Git knows."""
    since = {}
    for stage, number in model.stages.items():
        spans = history.spans(model.name, number)
        if spans and spans[-1].until is None and spans[-1].stage == stage:
            since[number] = spans[-1].since
    return since


def _write_version(
    shop: Workshop, model: Model, *, version: ModelVersion, run: RunRecord | None, card: WrittenCard
) -> None:
    evidence = dataclasses.replace(
        make_evidence(card.facts, model=model, directions=shop.options.config.site.directions),
        run_page=_make_run_page(shop, run),
        card=card.sections,
        card_gaps=card.gaps,
        about=tuple(Fact(label, text) for label, text in card.about),
    )
    page = assemble_version_page(model, version=version, evidence=evidence, run=run, site=shop.site)
    page = _with_picture(shop, page, model=model, number=version.version)
    shop.write_page(page)
    shop.write_text(page.meta.markdown, card.markdown)


def _with_picture(shop: Workshop, page: VersionPage, *, model: Model, number: int) -> VersionPage:
    """Draw the versions that people send each other: who holds a stage, and the newest."""
    stage = model.stage_of(number)
    if stage in (NO_STAGE, ARCHIVED) and number != model.versions[-1].version:
        return page
    facts = [("Stage", stage)] if stage != NO_STAGE else []
    facts += [(metric.key, metric.value) for metric in page.metrics]
    title = f"{model.name} {number}"
    return with_social_card(shop, page, kind="Model version", title=title, facts=facts)


def _make_run_page(shop: Workshop, run: RunRecord | None) -> RunPage | None:
    if run is None:
        return None
    directions = shop.options.config.site.directions
    return assemble_run_page(
        run,
        site=shop.site,
        around=RunSurroundings(quality=read_quality(shop, run)),
        curves={},
        directions=directions,
    )
