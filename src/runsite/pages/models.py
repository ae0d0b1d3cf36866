"""The pages of the registry: all models, and one model. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from runsite.directions import find_direction, rank_metric
from runsite.pages.context import Link, Meta, RunRef, Site, StageRef, told
from runsite.pages.formatting import (
    format_iso,
    format_number,
    format_time,
)
from runsite.pages.opening import make_opening
from runsite.pages.paths import (
    MODELS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_markdown_path,
    make_model_path,
    make_version_path,
)
from runsite.pages.picture import Picture, make_picture
from runsite.pages.run import Pair, make_run_ref
from runsite.pages.stages import Lane
from runsite.pages.timeline import TimelineRow
from runsite.pages.version_metrics import (
    VersionMetric,
    choose_main_metrics,
    compare_versions,
    find_last_value,
    list_gated_metrics,
)
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
    since: str = told("Since when the first of `holders` has its stage; may be empty.")
    since_iso: str = told("The same, exact.")
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
    metrics: tuple[VersionMetric, ...] = told("The model's main metrics, in one order.")
    since: str = told("Since when it has its stage; may be empty.")
    since_iso: str = told("The same, exact.")


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
    picture: Picture | None = told(
        "The first of these metrics by version, for readers without JavaScript."
    )
    versions: tuple[VersionRow, ...] = told("All versions, the newest first.")
    timeline: tuple[TimelineRow, ...] = told("Who moved what, when and why, the newest first.")
    lanes: tuple[Lane, ...] = told("Who held which stage when; empty while nothing changed.")
    is_cut: bool = told("Whether older history is not known: a shallow clone, or a long one.")
    tags: tuple[Pair, ...] = told("Tags of the model.")
    snippet: str = told("Python that loads the model.")
    promote: str = told("Command that gives the newest version a stage.")
    card_of: StageRef | None = told("The version whose card is shown: Production's first.")
    card: tuple[CardSection, ...] = told("What people wrote about that version, or how it begins.")
    card_rest: tuple[Link, ...] = told("Headings of the card that only its version's page has.")


@dataclass(frozen=True, slots=True)
class ModelEvidence:
    """What the page of a model shows besides the registry. Not a context: an input of the assembly.

    Attributes:
        runs: Run id → run, for the versions' runs that the store has.
        directions: Metric key → ``min`` or ``max``, where the project says so.
        cards: Version → what people wrote about it.
        timeline: Who moved what, the newest first.
        lanes: Who held which stage when.
        since: Version → when it got the stage that it has now, where that is known.
        is_cut: Whether older history is not known.
    """

    runs: Mapping[str, RunRecord] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    cards: Mapping[int, tuple[CardSection, ...]] = field(default_factory=dict)
    timeline: tuple[TimelineRow, ...] = ()
    lanes: tuple[Lane, ...] = ()
    since: Mapping[int, datetime] = field(default_factory=dict)
    is_cut: bool = False


def make_model_card(model: Model, *, evidence: ModelEvidence) -> ModelCard:
    """Show a model in a list, with the metrics of the version that holds its highest stage."""
    order = sorted(model.stages.items(), key=lambda item: (item[0] != "Production", item[0]))
    holders = tuple(make_version_ref(model, version) for _, version in order)
    newest = max((v.version for v in model.versions), default=None)
    since = evidence.since.get(order[0][1]) if order else None
    return ModelCard(
        name=model.name,
        path=make_model_path(model.name),
        description=model.description,
        n_versions=len(model.versions),
        holders=holders,
        latest=None if newest is None else make_version_ref(model, newest),
        since="" if since is None else format_time(since),
        since_iso=format_iso(since),
        metrics=_holder_metrics(model, order, runs=evidence.runs, directions=evidence.directions),
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
    gated = list_gated_metrics([model])
    ranked = sorted(
        run.metrics, key=lambda key: (rank_metric(key, directions=directions, gated=gated), key)
    )
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


def assemble_model_page(model: Model, *, site: Site, evidence: ModelEvidence) -> ModelPage:
    """Assemble the page of one model."""
    path = make_model_path(model.name)
    runs = evidence.runs
    names = choose_main_metrics(model, runs=runs, directions=evidence.directions)
    card = make_model_card(model, evidence=evidence)
    shown = card.holders[0] if card.holders else card.latest
    metrics = compare_versions(model, names, runs=runs, directions=evidence.directions)
    openings = [
        (part, make_opening(part.html, path=shown.path, root=find_root(path)))
        for part in (evidence.cards.get(shown.version, ()) if shown else ())
        if shown
    ]
    return ModelPage(
        site=site,
        meta=Meta(
            path=path,
            root=find_root(path),
            title=f"{model.name} · model",
            description=model.description or f"Versions and stages of {model.name}.",
            section="models",
            crumbs=(Link("Overview", OVERVIEW_PATH), Link("Models", MODELS_PATH)),
            markdown=make_markdown_path(path),
        ),
        model=card,
        metric_names=names,
        picture=_draw(model, names, runs=runs, directions=evidence.directions),
        versions=tuple(
            make_version_row(
                model,
                version,
                run=runs.get(version.run),
                metrics=metrics[version.version],
                since=evidence.since.get(version.version),
            )
            for version in reversed(model.versions)
        ),
        timeline=evidence.timeline,
        lanes=evidence.lanes,
        is_cut=evidence.is_cut,
        tags=tuple(Pair(k, v) for k, v in sorted(model.tags.items())),
        snippet=make_load_snippet(model.name, _name_best(card)),
        promote=_make_promote_command(model.name, card),
        card_of=shown,
        card=tuple(CardSection(part.title, opening.html) for part, opening in openings),
        card_rest=tuple(link for _, opening in openings for link in opening.rest),
    )


def _draw(
    model: Model,
    names: Sequence[str],
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> Picture | None:
    """Draw the main metric of the versions in the order of their registration."""
    if not names:
        return None
    values = [find_last_value(runs.get(version.run), names[0]) for version in model.versions]
    direction = find_direction(names[0], directions=directions) or ""
    return make_picture(values, metric=names[0], direction=direction, line=values)


def _name_best(card: ModelCard) -> str:
    """Name the version to load: by its stage, else the newest by its number."""
    if card.holders:
        return card.holders[0].stage
    return str(card.latest.version) if card.latest else "1"


def make_version_ref(model: Model, version: int) -> StageRef:
    """Name a version with its stage and its page."""
    return StageRef(
        model=model.name,
        version=version,
        stage=model.stage_of(version),
        path=make_version_path(model.name, version),
    )


def make_version_row(
    model: Model,
    version: ModelVersion,
    *,
    run: RunRecord | None,
    metrics: tuple[VersionMetric, ...] = (),
    since: datetime | None = None,
) -> VersionRow:
    """Show a version in its model's table; `since` is when it got its stage."""
    return VersionRow(
        ref=make_version_ref(model, version.version),
        aliases=model.aliases_of(version.version),
        registered=format_time(version.registered_at),
        registered_iso=format_iso(version.registered_at),
        registered_by=version.registered_by,
        description=version.description,
        run=make_run_ref(run) if run else None,
        run_id=version.run,
        metrics=metrics,
        since="" if since is None else format_time(since),
        since_iso=format_iso(since),
    )


def _make_promote_command(name: str, card: ModelCard) -> str:
    newest = card.latest.version if card.latest else 1
    return f"runsite promote {shlex.quote(name)} {newest} Staging"


def make_load_snippet(name: str, what: str) -> str:
    """Write the Python that loads a version, by its number or its stage."""
    return f'import runsite\n\nmodel = runsite.pyfunc.load_model("models:/{name}/{what}")\n'
