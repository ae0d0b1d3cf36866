"""The page of one version of a model: its card. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runsite.pages.context import Fact, Link, Meta, Site, StageRef, told
from runsite.pages.deltas import Delta, make_metric_deltas, make_param_deltas
from runsite.pages.formatting import format_iso, format_time
from runsite.pages.models import (
    CardSection,
    VersionRow,
    make_load_snippet,
    make_version_ref,
    make_version_row,
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
from runsite.registry import Model, ModelVersion

__all__ = ["VersionEvidence", "VersionPage", "assemble_version_page"]


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
        version=make_version_row(model, version, run=run),
        facts=_version_facts(version, run),
        against=make_version_ref(model, other.version) if other else None,
        metric_deltas=make_metric_deltas(run, other_run, directions=directions),
        param_deltas=make_param_deltas(run, other_run),
        metrics=run_page.metrics if run_page else (),
        params=run_page.params if run_page else (),
        inputs=run_page.inputs if run_page else (),
        code=run_page.code if run_page else (),
        environment=run_page.environment if run_page else (),
        files=_files(run_page, version.artifact),
        signature=_signature(run, version.artifact),
        snippet=make_load_snippet(model.name, str(version.version)),
        card=evidence.card,
        card_gaps=evidence.card_gaps,
        previous=make_version_ref(model, numbers[place - 1]) if place else None,
        following=make_version_ref(model, numbers[place + 1]) if place + 1 < len(numbers) else None,
    )


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
