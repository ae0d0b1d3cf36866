"""The pages of the registry: all models, each model, each version as its card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from runsite.build.workshop import Workshop
from runsite.cards import find_missing_sections, load_card, render_markdown
from runsite.pages.models import (
    CardSection,
    ModelCard,
    assemble_model_page,
    assemble_models_page,
    assemble_version_page,
    make_model_card,
)
from runsite.pages.run import RunPage, RunSurroundings, assemble_run_page
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion

__all__ = ["write_models"]


def write_models(shop: Workshop) -> tuple[ModelCard, ...]:
    """Write the registry's pages; none where nothing is registered."""
    models = shop.data.registry.models
    if not models:
        return ()
    cards = tuple(make_model_card(model) for model in models.values())
    shop.write_page(assemble_models_page(site=shop.site, models=cards))
    for model in models.values():
        _write_model(shop, model)
    return cards


def _write_model(shop: Workshop, model: Model) -> None:
    runs = shop.data.runs.find_records(version.run for version in model.versions)
    directions = shop.options.config.site.directions
    shop.write_page(assemble_model_page(model, site=shop.site, runs=runs, directions=directions))
    for version in model.versions:
        _write_version(shop, model, version=version, runs=runs)


def _write_version(
    shop: Workshop, model: Model, *, version: ModelVersion, runs: Mapping[str, RunRecord]
) -> None:
    config = shop.options.config
    folder = config.folder / config.cards.folder
    sections, gaps = _read_card(
        folder, model=model.name, version=version.version, required=config.cards.required
    )
    page = assemble_version_page(
        model,
        version=version,
        run_page=_make_run_page(shop, runs.get(version.run)),
        runs=runs,
        card=sections,
        card_gaps=gaps,
        site=shop.site,
        directions=config.site.directions,
    )
    shop.write_page(page)


def _make_run_page(shop: Workshop, run: RunRecord | None) -> RunPage | None:
    if run is None:
        return None
    directions = shop.options.config.site.directions
    return assemble_run_page(
        run, site=shop.site, around=RunSurroundings(), curves={}, directions=directions
    )


def _read_card(
    folder: Path, *, model: str, version: int, required: tuple[str, ...]
) -> tuple[tuple[CardSection, ...], tuple[str, ...]]:
    card = load_card(folder, model=model, version=version)
    gaps = find_missing_sections(card, required)
    if card is None:
        return (), gaps
    return (CardSection(title="", html=render_markdown(card.body, base_level=3)),), gaps
