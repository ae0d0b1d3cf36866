"""The page of one version of a model: its card. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from runsite.pages.context import Fact, Link, Meta, Site, StageRef, told
from runsite.pages.deltas import Delta
from runsite.pages.formatting import format_iso, format_time
from runsite.pages.models import (
    CardSection,
    VersionRow,
    make_version_ref,
    make_version_row,
)
from runsite.pages.paths import (
    MODELS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_experiment_path,
    make_markdown_path,
    make_model_path,
    make_version_path,
)
from runsite.pages.quality import QualityChart
from runsite.pages.run import InputRow, Pair, RunPage, make_run_ref
from runsite.pages.stages import MoveRow
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion

__all__ = [
    "ChangeView",
    "FieldRow",
    "MeasuredRow",
    "ModelFile",
    "SignatureTable",
    "SliceColumn",
    "SliceRow",
    "SliceTable",
    "VersionEvidence",
    "VersionPage",
    "assemble_version_page",
]


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A metric of a version, as its run logged it or an evaluation measured it."""

    name: str = told("Name without the split in front of it.")
    key: str = told("Name as it was logged.")
    split: str = told("Data that it was measured on; may be empty.")
    value: str = told("Value.")
    value_exact: str = told("The same with every digit.")
    interval: str = told("Confidence interval; may be empty.")
    rows: str = told("How many rows it was measured on; may be empty.")
    direction: str = told("`min` or `max` where it is known which is better.")


@dataclass(frozen=True, slots=True)
class SliceColumn:
    """A metric over the parts of the data."""

    name: str = told("Name of the metric.")
    direction: str = told("`min` or `max` where it is known which is better.")


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A part of the data."""

    slice: str = told("The part, such as `borough=Queens`.")
    count: str = told("How many rows it has; may be empty.")
    cells: tuple[Pair, ...] = told("For each column the value, and the same with every digit.")


@dataclass(frozen=True, slots=True)
class SliceTable:
    """Metrics over the parts of one set of data."""

    split: str = told("The data; may be empty.")
    columns: tuple[SliceColumn, ...] = told("The metrics.")
    rows: tuple[SliceRow, ...] = told("The parts.")


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A version against another one."""

    other: StageRef = told("The other version.")
    reason: str = told("Why it is the one that is compared with.")
    metrics: tuple[Delta, ...] = told("Metrics beside each other.")
    params: tuple[Delta, ...] = told("Params that differ.")
    data: tuple[Delta, ...] = told("Datasets whose digests differ.")
    packages: tuple[Delta, ...] = told("Libraries whose versions differ.")
    code: Fact | None = told("The commits there and here; None where they are the same.")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A column or parameter of a signature."""

    name: str = told("Name.")
    type: str = told("Type, with the shape of a tensor.")
    required: bool = told("Whether it has to be given.")


@dataclass(frozen=True, slots=True)
class SignatureTable:
    """What the model takes, gives, or can be told."""

    title: str = told("`Inputs`, `Outputs` or `Params`.")
    rows: tuple[FieldRow, ...] = told("Its columns or parameters.")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of the model."""

    path: str = told("Path in the model's folder.")
    size: str = told("Size.")
    sha256: str = told("SHA-256 of its content.")


@dataclass(frozen=True, slots=True)
class VersionEvidence:
    """What data says of a version besides the registry. Not a context: an input of the assembly.

    Attributes:
        run_page: The page of the version's run, parts of which the card repeats; None where the
            run is not in the store.
        card: What people wrote.
        card_gaps: Required sections that are missing.
    """

    run_page: RunPage | None = None
    card: tuple[CardSection, ...] = ()
    card_gaps: tuple[str, ...] = ()
    about: tuple[Fact, ...] = ()
    changes: tuple[ChangeView, ...] = ()
    metrics: tuple[MeasuredRow, ...] = ()
    slices: tuple[SliceTable, ...] = ()
    signature: tuple[SignatureTable, ...] = ()
    signature_text: str = ""
    example: str = ""
    snippet: str = ""
    files: tuple[ModelFile, ...] = ()
    size: str = ""
    history: tuple[MoveRow, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Context of `version.html`: the model card of one version."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    model: Link = told("The model.")
    version: VersionRow = told("The version.")
    facts: tuple[Fact, ...] = told("Registration, run and digest.")
    about: tuple[Fact, ...] = told("What the card's front matter says: owner, licence and such.")
    changes: tuple[ChangeView, ...] = told("The version against the one before, and Production's.")
    metrics: tuple[MeasuredRow, ...] = told("Metrics over all of the data.")
    slices: tuple[SliceTable, ...] = told("Metrics over parts of the data.")
    quality: tuple[QualityChart, ...] = told("Pictures of how good its run's models are.")
    params: tuple[Pair, ...] = told("Params of the version's run.")
    inputs: tuple[InputRow, ...] = told("Datasets of the version's run.")
    lineage: tuple[Link, ...] = told("From the data over the run to the version.")
    code: tuple[Fact, ...] = told("Commit, branch, state of the tree.")
    environment: tuple[Fact, ...] = told("Python, platform, host.")
    packages: tuple[Pair, ...] = told("Libraries with their versions.")
    files: tuple[ModelFile, ...] = told("Files of the model.")
    files_size: str = told("Size of the files together.")
    signature: tuple[SignatureTable, ...] = told("What the model takes and gives.")
    signature_text: str = told("The signature as it was recorded, where it is of another tool.")
    example: str = told("An input example as JSON; may be empty.")
    snippet: str = told("Python that loads this version and calls it.")
    history: tuple[MoveRow, ...] = told("Stages of the model, the newest change first.")
    card: tuple[CardSection, ...] = told("What people wrote about the model.")
    card_gaps: tuple[str, ...] = told("Required sections of the card that are missing.")
    previous: StageRef | None = told("The version before this one.")
    following: StageRef | None = told("The version after this one.")


def assemble_version_page(
    model: Model,
    *,
    version: ModelVersion,
    evidence: VersionEvidence,
    run: RunRecord | None,
    site: Site,
) -> VersionPage:
    """Assemble the card of one version.

    Args:
        model: The model.
        version: The version.
        evidence: What is known of the version besides the registry.
        run: The version's run; None where the store does not have it.
        site: What is the same on every page.
    """
    path = make_version_path(model.name, version.version)
    run_page = evidence.run_page
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
            markdown=make_markdown_path(path),
        ),
        model=Link(model.name, make_model_path(model.name)),
        version=make_version_row(model, version, run=run),
        facts=_version_facts(version, run),
        about=evidence.about,
        changes=evidence.changes,
        metrics=evidence.metrics,
        slices=evidence.slices,
        quality=run_page.quality if run_page else (),
        params=run_page.params if run_page else (),
        inputs=run_page.inputs if run_page else (),
        lineage=_lineage(model, version, run),
        code=run_page.code if run_page else (),
        environment=run_page.environment if run_page else (),
        packages=run_page.packages if run_page else (),
        files=evidence.files,
        files_size=evidence.size,
        signature=evidence.signature,
        signature_text=evidence.signature_text,
        example=evidence.example,
        snippet=evidence.snippet,
        history=evidence.history,
        card=evidence.card,
        card_gaps=evidence.card_gaps,
        previous=make_version_ref(model, numbers[place - 1]) if place else None,
        following=make_version_ref(model, numbers[place + 1]) if place + 1 < len(numbers) else None,
    )


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


def _lineage(model: Model, version: ModelVersion, run: RunRecord | None) -> tuple[Link, ...]:
    if run is None:
        return ()
    names = dict.fromkeys(item.name for item in run.inputs)
    data = ", ".join(names) if names else "no recorded data"
    ref = make_run_ref(run)
    return (
        Link(data, f"{ref.path}#inputs" if names else ""),
        Link(f"run {ref.name}", ref.path),
        Link(f"{model.name} version {version.version}", ""),
    )
