"""The pages of the registry: all models, and one model. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runsite.directions import rank_metric
from runsite.pages.context import Link, Meta, RunRef, Site, StageRef, told
from runsite.pages.formatting import (
    format_iso,
    format_number,
    format_time,
)
from runsite.pages.paths import (
    MODELS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_model_path,
    make_version_path,
)
from runsite.pages.run import Pair, make_run_ref
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion, Registry

__all__ = [
    "CardSection",
    "ModelCard",
    "ModelPage",
    "ModelsPage",
    "VersionRow",
    "assemble_model_page",
    "assemble_models_page",
    "list_version_refs",
    "make_load_snippet",
    "make_model_card",
    "make_version_ref",
    "make_version_row",
]

NO_STAGE = "None"
_MAX_METRICS = 6
_MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A registered model in a list."""

    name: str = told("Name.")
    path: str = told("Path of its page.")
    description: str = told("Description; may be empty.")
    n_versions: int = told("How many versions it has.")
    holders: tuple[StageRef, ...] = told("The versions that hold a stage, Production first.")
    latest: StageRef | None = told("The newest version.")
    metrics: tuple[Pair, ...] = told("Main metrics of the first of `holders`; may be empty.")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in its model's table."""

    ref: StageRef = told("Number, stage and page.")
    aliases: tuple[str, ...] = told("Aliases that name it.")
    registered: str = told("When it was registered.")
    registered_iso: str = told("The same, exact.")
    registered_by: str = told("Who registered it; may be empty.")
    description: str = told("Description; may be empty.")
    run: RunRef | None = told("The run that it came from; None where it is not in the store.")
    run_id: str = told("Id of that run.")
    metrics: tuple[Pair, ...] = told("Values of the model's main metrics, in one order.")


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """Context of `models.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    models: tuple[ModelCard, ...] = told("All registered models by name.")


@dataclass(frozen=True, slots=True)
class CardSection:
    """One part of the model card that people wrote."""

    title: str = told("Heading.")
    html: str = told("Content, rendered and safe.")


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Context of `model.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    model: ModelCard = told("The model.")
    metric_names: tuple[str, ...] = told("Headers of the metrics in the versions' rows.")
    versions: tuple[VersionRow, ...] = told("All versions, the newest first.")
    tags: tuple[Pair, ...] = told("Tags of the model.")
    snippet: str = told("Python that loads the model.")
    card_of: StageRef | None = told("The version whose card is shown: Production's first.")
    card: tuple[CardSection, ...] = told("What people wrote about that version.")


def make_model_card(
    model: Model,
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> ModelCard:
    """Show a model in a list, with the metrics of the version that holds its highest stage."""
    order = sorted(model.stages.items(), key=lambda item: (item[0] != "Production", item[0]))
    holders = tuple(make_version_ref(model, version) for _, version in order)
    newest = max((v.version for v in model.versions), default=None)
    return ModelCard(
        name=model.name,
        path=make_model_path(model.name),
        description=model.description,
        n_versions=len(model.versions),
        holders=holders,
        latest=None if newest is None else make_version_ref(model, newest),
        metrics=_holder_metrics(model, order, runs=runs, directions=directions),
    )


def _holder_metrics(
    model: Model,
    order: Sequence[tuple[str, int]],
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> tuple[Pair, ...]:
    version = model.find_version(order[0][1]) if order else None
    run = runs.get(version.run) if version else None
    if run is None:
        return ()
    ranked = sorted(run.metrics, key=lambda key: (rank_metric(key, directions=directions), key))
    return tuple(Pair(key, format_number(run.metrics[key].last)) for key in ranked[:_MAX_SHOWN])


def list_version_refs(registry: Registry) -> dict[str, tuple[StageRef, ...]]:
    """List the registered versions of each run id."""
    found: dict[str, list[StageRef]] = {}
    for model in registry.models.values():
        for version in model.versions:
            found.setdefault(version.run, []).append(make_version_ref(model, version.version))
    return {run_id: tuple(refs) for run_id, refs in found.items()}


def assemble_models_page(*, site: Site, models: Sequence[ModelCard]) -> ModelsPage:
    """Assemble the list of registered models."""
    return ModelsPage(
        site=site,
        meta=Meta(
            path=MODELS_PATH,
            root=find_root(MODELS_PATH),
            title="Models",
            description=f"Registered models of {site.title}.",
            section="models",
            crumbs=(Link("Overview", OVERVIEW_PATH),),
        ),
        models=tuple(sorted(models, key=lambda model: model.name)),
    )


def assemble_model_page(
    model: Model,
    *,
    site: Site,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
    cards: Mapping[int, tuple[CardSection, ...]],
) -> ModelPage:
    """Assemble the page of one model.

    Args:
        model: The model.
        site: What is the same on every page.
        runs: Run id → run, for the versions' runs that the store has.
        directions: Metric key → ``min`` or ``max``, where the project says so.
        cards: Version → what people wrote about it.
    """
    path = make_model_path(model.name)
    names = _main_metrics(model, runs=runs, directions=directions)
    newest_first = sorted(model.versions, key=lambda version: -version.version)
    card = make_model_card(model, runs=runs, directions=directions)
    shown = card.holders[0] if card.holders else card.latest
    return ModelPage(
        site=site,
        meta=Meta(
            path=path,
            root=find_root(path),
            title=f"{model.name} · model",
            description=model.description or f"Versions and stages of {model.name}.",
            section="models",
            crumbs=(Link("Overview", OVERVIEW_PATH), Link("Models", MODELS_PATH)),
        ),
        model=card,
        metric_names=names,
        versions=tuple(
            make_version_row(model, version, run=runs.get(version.run), names=names)
            for version in newest_first
        ),
        tags=tuple(Pair(k, v) for k, v in sorted(model.tags.items())),
        snippet=make_load_snippet(model.name, card.holders[0].stage if card.holders else "1"),
        card_of=shown,
        card=cards.get(shown.version, ()) if shown else (),
    )


def make_version_ref(model: Model, version: int) -> StageRef:
    """Name a version with its stage and its page."""
    return StageRef(
        model=model.name,
        version=version,
        stage=model.stage_of(version),
        path=make_version_path(model.name, version),
    )


def make_version_row(
    model: Model, version: ModelVersion, *, run: RunRecord | None, names: Sequence[str]
) -> VersionRow:
    """Show a version in its model's table, with the metrics of these names."""
    metrics = run.metrics if run else {}
    return VersionRow(
        ref=make_version_ref(model, version.version),
        aliases=model.aliases_of(version.version),
        registered=format_time(version.registered_at),
        registered_iso=format_iso(version.registered_at),
        registered_by=version.registered_by,
        description=version.description,
        run=make_run_ref(run) if run else None,
        run_id=version.run,
        metrics=tuple(
            Pair(name, format_number(metrics[name].last) if name in metrics else "")
            for name in names
        ),
    )


def _main_metrics(
    model: Model, *, runs: Mapping[str, RunRecord], directions: Mapping[str, str]
) -> tuple[str, ...]:
    """Choose the metrics that most versions have, those with a direction first."""
    counts: dict[str, int] = {}
    for version in model.versions:
        run = runs.get(version.run)
        for key in run.metrics if run else ():
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(
        counts,
        key=lambda key: (rank_metric(key, directions=directions), -counts[key], key),
    )
    return tuple(ranked[:_MAX_METRICS])


def make_load_snippet(name: str, what: str) -> str:
    """Write the Python that loads a version, by its number or its stage."""
    return f'import runsite\n\nmodel = runsite.pyfunc.load_model("models:/{name}/{what}")\n'
