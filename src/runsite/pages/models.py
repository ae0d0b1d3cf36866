"""The pages of the registry: all models, one model, one version. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runsite.directions import rank_metric
from runsite.pages.context import Fact, Link, Meta, RunRef, Site, StageRef, told
from runsite.pages.deltas import Delta, make_metric_deltas, make_param_deltas
from runsite.pages.formatting import (
    format_iso,
    format_number,
    format_time,
)
from runsite.pages.paths import (
    MODELS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_experiment_path,
    make_model_path,
    make_version_path,
)
from runsite.pages.run import InputRow, MetricRow, Pair, RunPage, make_run_ref
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion, Registry

__all__ = [
    "CardSection",
    "Delta",
    "ModelCard",
    "ModelPage",
    "ModelsPage",
    "VersionEvidence",
    "VersionPage",
    "VersionRow",
    "assemble_model_page",
    "assemble_models_page",
    "assemble_version_page",
    "list_version_refs",
    "make_model_card",
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


@dataclass(frozen=True, slots=True)
class VersionEvidence:
    """What a version's page shows besides the registry. Not a context: an input of the assembly.

    Attributes:
        run_page: The page of the version's run, whose facts the card repeats; None where the run
            is not in the store.
        card: What people wrote.
        card_gaps: Required sections that are missing.
    """

    run_page: RunPage | None = None
    card: tuple[CardSection, ...] = ()
    card_gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Context of `version.html`: the model card of one version."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    model: Link = told("The model.")
    version: VersionRow = told("The version.")
    facts: tuple[Fact, ...] = told("Registration, digest, run.")
    against: StageRef | None = told("The version that this one is compared with.")
    metric_deltas: tuple[Delta, ...] = told("Metrics beside those of `against`.")
    param_deltas: tuple[Delta, ...] = told("Params that differ from those of `against`.")
    metrics: tuple[MetricRow, ...] = told("Metrics of the version's run.")
    params: tuple[Pair, ...] = told("Params of the version's run.")
    inputs: tuple[InputRow, ...] = told("Datasets of the version's run.")
    code: tuple[Fact, ...] = told("Commit, branch, state of the tree.")
    environment: tuple[Fact, ...] = told("Python, platform, host.")
    files: tuple[Pair, ...] = told("Files of the model with their sizes.")
    signature: str = told("Signature as JSON text; empty where there is none.")
    snippet: str = told("Python that loads this version.")
    card: tuple[CardSection, ...] = told("What people wrote about the model.")
    card_gaps: tuple[str, ...] = told("Required sections of the card that are missing.")
    previous: StageRef | None = told("The version before this one.")
    following: StageRef | None = told("The version after this one.")


def make_model_card(
    model: Model,
    *,
    runs: Mapping[str, RunRecord],
    directions: Mapping[str, str],
) -> ModelCard:
    """Show a model in a list, with the metrics of the version that holds its highest stage."""
    order = sorted(model.stages.items(), key=lambda item: (item[0] != "Production", item[0]))
    holders = tuple(_ref(model, version) for _, version in order)
    newest = max((v.version for v in model.versions), default=None)
    return ModelCard(
        name=model.name,
        path=make_model_path(model.name),
        description=model.description,
        n_versions=len(model.versions),
        holders=holders,
        latest=None if newest is None else _ref(model, newest),
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
            found.setdefault(version.run, []).append(_ref(model, version.version))
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
            _row(model, version, run=runs.get(version.run), names=names) for version in newest_first
        ),
        tags=tuple(Pair(k, v) for k, v in sorted(model.tags.items())),
        snippet=_snippet(model.name, card.holders[0].stage if card.holders else "1"),
        card_of=shown,
        card=cards.get(shown.version, ()) if shown else (),
    )


def assemble_version_page(  # noqa: PLR0913  # what is compared stands on both sides
    model: Model,
    *,
    version: ModelVersion,
    evidence: VersionEvidence,
    runs: Mapping[str, RunRecord],
    site: Site,
    directions: Mapping[str, str],
) -> VersionPage:
    """Assemble the card of one version.

    Args:
        model: The model.
        version: The version.
        evidence: What is known of the version besides the registry.
        runs: Run id → run, for the versions' runs that the store has.
        site: What is the same on every page.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """
    path = make_version_path(model.name, version.version)
    run = runs.get(version.run)
    run_page = evidence.run_page
    other = _find_other(model, version)
    other_run = runs.get(other.run) if other else None
    numbers = sorted(v.version for v in model.versions)
    place = numbers.index(version.version)
    return VersionPage(
        site=site,
        meta=Meta(
            path=path,
            root=find_root(path),
            title=f"{model.name} version {version.version}",
            description=version.description
            or f"Model card of {model.name} version {version.version}.",
            section="models",
            crumbs=(
                Link("Overview", OVERVIEW_PATH),
                Link("Models", MODELS_PATH),
                Link(model.name, make_model_path(model.name)),
            ),
        ),
        model=Link(model.name, make_model_path(model.name)),
        version=_row(model, version, run=run, names=()),
        facts=_version_facts(version, run),
        against=_ref(model, other.version) if other else None,
        metric_deltas=make_metric_deltas(run, other_run, directions=directions),
        param_deltas=make_param_deltas(run, other_run),
        metrics=run_page.metrics if run_page else (),
        params=run_page.params if run_page else (),
        inputs=run_page.inputs if run_page else (),
        code=run_page.code if run_page else (),
        environment=run_page.environment if run_page else (),
        files=_files(run_page, version.artifact),
        signature=_signature(run, version.artifact),
        snippet=_snippet(model.name, str(version.version)),
        card=evidence.card,
        card_gaps=evidence.card_gaps,
        previous=_ref(model, numbers[place - 1]) if place else None,
        following=_ref(model, numbers[place + 1]) if place + 1 < len(numbers) else None,
    )


def _ref(model: Model, version: int) -> StageRef:
    return StageRef(
        model=model.name,
        version=version,
        stage=model.stage_of(version),
        path=make_version_path(model.name, version),
    )


def _row(
    model: Model, version: ModelVersion, *, run: RunRecord | None, names: Sequence[str]
) -> VersionRow:
    metrics = run.metrics if run else {}
    return VersionRow(
        ref=_ref(model, version.version),
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


def _find_other(model: Model, version: ModelVersion) -> ModelVersion | None:
    """Choose what a version is compared with: Production, or else the version before it."""
    production = model.stages.get("Production")
    if production is not None and production != version.version:
        found = model.find_version(production)
        if found:
            return found
    before = [v for v in model.versions if v.version < version.version]
    return max(before, key=lambda v: v.version, default=None)


def _version_facts(version: ModelVersion, run: RunRecord | None) -> tuple[Fact, ...]:
    at = version.registered_at
    facts = [
        Fact("Registered", format_time(at), format_iso(at), kind="time"),
        Fact("By", version.registered_by),
        Fact("Experiment", run.experiment, path=make_experiment_path(run.experiment))
        if run
        else Fact("Experiment", ""),
        Fact("Run", make_run_ref(run).name, run.run_id, path=make_run_ref(run).path)
        if run
        else Fact("Run", version.run, kind="code"),
        Fact("Artifact", version.artifact, kind="code"),
        Fact("Digest", version.digest[:19], version.digest, kind="code"),
    ]
    return tuple(fact for fact in facts if fact.value)


def _files(run_page: RunPage | None, folder: str) -> tuple[Pair, ...]:
    if run_page is None:
        return ()
    start = f"{folder}/" if folder else ""
    return tuple(
        Pair(row.path[len(start) :], row.size)
        for row in run_page.artifacts
        if row.path.startswith(start)
    )


def _signature(run: RunRecord | None, folder: str) -> str:
    models = [m for m in run.models if m.path == folder] if run else []
    return models[0].signature if models else ""


def _snippet(name: str, what: str) -> str:
    return f'import runsite\n\nmodel = runsite.pyfunc.load_model("models:/{name}/{what}")\n'
