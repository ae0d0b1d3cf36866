"""The run page: everything that is known of one run. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runsite.directions import find_direction
from runsite.pages.artifacts import (
    ArtifactRow,
    ModelRow,
    RunFiles,
    make_artifact_rows,
    make_model_rows,
)
from runsite.pages.context import Fact, Link, Meta, RunRef, Site, StageRef, told
from runsite.pages.files import ImageSeries, Preview
from runsite.pages.formatting import (
    format_bytes,
    format_count,
    format_duration,
    format_exact,
    format_iso,
    format_number,
    format_time,
)
from runsite.pages.nested import NestedTable, make_nested_table
from runsite.pages.paths import (
    EXPERIMENTS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_experiment_path,
    make_run_path,
)
from runsite.pages.quality import QualityChart
from runsite.pages.sparkline import Sparkline, make_sparkline
from runsite.records import MetricSummary, RunRecord

__all__ = [
    "InputRow",
    "MetricRow",
    "Pair",
    "RunPage",
    "RunSurroundings",
    "assemble_run_page",
    "find_run_status",
    "make_run_ref",
]

NOTE_TAG = "mlflow.note.content"
_SYSTEM_TAGS = ("mlflow.", "runsite.")
_MAX_RELATED = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """A param or a tag."""

    key: str = told("Name as it was logged.")
    value: str = told("Value as it was logged.")


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of the run."""

    key: str = told("Name as it was logged.")
    group: str = told("What stands before the first slash of the name; empty without one.")
    last: str = told("Value at the highest step, for people.")
    last_exact: str = told("The same with every digit.")
    last_step: str = told("Step of that value.")
    min: str = told("Lowest value.")
    min_step: str = told("Its step.")
    max: str = told("Highest value.")
    max_step: str = told("Its step.")
    count: str = told("How many values were logged.")
    direction: str = told("`min` or `max` where it is known which is better; else empty.")
    sparkline: Sparkline | None = told("The history in small; None for a single value.")


@dataclass(frozen=True, slots=True)
class InputRow:
    """A dataset that the run used."""

    name: str = told("Name.")
    context: str = told("Such as train or eval; may be empty.")
    digest: str = told("Digest of its content.")
    rows: str = told("Number of rows; a dash where it is not known.")
    source: str = told("Where it came from; may be empty.")


@dataclass(frozen=True, slots=True)
class RunSurroundings:
    """What a run's page shows of its neighbours. Not a context: an input of the assembly."""

    previous: RunRef | None = None
    following: RunRef | None = None
    parent: RunRef | None = None
    children: tuple[RunRef, ...] = ()
    nested: tuple[tuple[RunRef, RunRecord], ...] = ()
    versions: tuple[StageRef, ...] = ()
    curves_path: str = ""
    skipped: tuple[tuple[str, str], ...] = ()
    files: RunFiles = field(default_factory=RunFiles)
    quality: tuple[QualityChart, ...] = ()


@dataclass(frozen=True, slots=True)
class RunPage:
    """Context of `run.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    run: RunRef = told("The run itself.")
    experiment: Link = told("Its experiment.")
    deleted: bool = told("Whether the run was deleted (and not yet removed).")
    warnings: tuple[str, ...] = told("What a reader must know: interrupted, incomplete.")
    note: str = told("Description in Markdown; may be empty.")
    facts: tuple[Fact, ...] = told("Start, duration, user, source: the head of the page.")
    metrics: tuple[MetricRow, ...] = told("Metrics by name.")
    params: tuple[Pair, ...] = told("Params by name.")
    tags: tuple[Pair, ...] = told("Tags that people set, by name.")
    inputs: tuple[InputRow, ...] = told("Datasets that the run used.")
    models: tuple[ModelRow, ...] = told("Models that the run logged.")
    artifacts: tuple[ArtifactRow, ...] = told("Files that the run produced, by path.")
    previews: tuple[Preview, ...] = told("What is shown of the files.")
    series: tuple[ImageSeries, ...] = told("Images that were logged by step.")
    artifacts_size: str = told("Size of all artifacts together.")
    versions: tuple[StageRef, ...] = told("Registered versions that came from this run.")
    code: tuple[Fact, ...] = told("Commit, branch, state of the tree.")
    environment: tuple[Fact, ...] = told("Python, platform, host.")
    packages: tuple[Pair, ...] = told("Versions of the libraries in use.")
    reproduce: tuple[str, ...] = told("Commands that run the same again; may be empty.")
    parent: RunRef | None = told("The run that this one is nested in.")
    children: tuple[RunRef, ...] = told("Runs nested in this one, oldest first.")
    n_children: int = told("How many children there are; the list may be shorter.")
    nested: NestedTable = told("The children with what they differ in, the best first.")
    previous: RunRef | None = told("The run before this one in its experiment.")
    following: RunRef | None = told("The run after this one in its experiment.")
    curves_path: str = told("Data shard that holds the histories; empty where there are none.")
    has_curves: bool = told("Whether a metric has more than one value.")
    quality: tuple[QualityChart, ...] = told("Pictures of how good its models are.")


def assemble_run_page(
    run: RunRecord,
    *,
    site: Site,
    around: RunSurroundings,
    curves: Mapping[str, Sequence[float]],
    directions: Mapping[str, str],
) -> RunPage:
    """Assemble the page of one run.

    Args:
        run: The run.
        site: What is the same on every page.
        around: Its neighbours, versions and data shard.
        curves: Metric key → values in the order of their steps, for the sparklines.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """
    path = make_run_path(run.run_id)
    reference = make_run_ref(run, site=site)
    experiment = Link(run.experiment, make_experiment_path(run.experiment))
    return RunPage(
        site=site,
        meta=Meta(
            path=path,
            root=find_root(path),
            title=f"{reference.name} · {run.experiment}",
            description=_describe(run),
            section="experiments",
            crumbs=(
                Link("Overview", OVERVIEW_PATH),
                Link("Experiments", EXPERIMENTS_PATH),
                experiment,
            ),
        ),
        run=reference,
        experiment=experiment,
        deleted=run.lifecycle_stage == "deleted",
        warnings=_warnings(run),
        note=run.tags.get(NOTE_TAG, ""),
        facts=_facts(run),
        metrics=_metric_rows(run.metrics, curves=curves, directions=directions),
        params=tuple(Pair(key, value) for key, value in sorted(run.params.items())),
        tags=tuple(
            Pair(key, value)
            for key, value in sorted(run.tags.items())
            if not key.startswith(_SYSTEM_TAGS)
        ),
        inputs=_input_rows(run),
        models=make_model_rows(run),
        artifacts=make_artifact_rows(run.artifacts, files=around.files),
        previews=around.files.previews,
        series=around.files.series,
        artifacts_size=format_bytes(sum(a.size_bytes for a in run.artifacts)),
        versions=around.versions,
        code=_code(run, repository_url=site.repository_url),
        environment=_environment(run),
        packages=tuple(Pair(k, v) for k, v in sorted(run.source.packages.items())),
        reproduce=_reproduce(run),
        parent=around.parent,
        children=around.children[:_MAX_RELATED],
        n_children=len(around.children),
        nested=make_nested_table(around.nested, directions=directions),
        previous=around.previous,
        following=around.following,
        curves_path=around.curves_path,
        has_curves=bool(around.curves_path) and any(m.count > 1 for m in run.metrics.values()),
        quality=around.quality,
    )


def make_run_ref(run: RunRecord, *, site: Site | None = None) -> RunRef:
    """Mention a run; without the site, one that has a page of its own."""
    return RunRef(
        run_id=run.run_id,
        name=run.run_name.strip() or run.run_id[:8],
        status=find_run_status(run),
        path=site.find_run_path(run.run_id) if site else make_run_path(run.run_id),
    )


def find_run_status(run: RunRecord) -> str:
    """Return the status that the site shows: a run whose process died is INTERRUPTED."""
    return "INTERRUPTED" if run.interrupted else str(run.status)


def _describe(run: RunRecord) -> str:
    metrics = [f"{k} {format_number(m.last)}" for k, m in sorted(run.metrics.items())[:4]]
    facts = ", ".join(metrics) or "no metrics"
    return f"Run of {run.experiment} on {format_time(run.start_time)} UTC: {facts}."


def _warnings(run: RunRecord) -> tuple[str, ...]:
    warnings = []
    if run.interrupted:
        warnings.append("The process of this run died before it ended the run.")
    if run.incomplete:
        warnings.append("Something that this run logged could not be written.")
    return tuple(warnings)


def _facts(run: RunRecord) -> tuple[Fact, ...]:
    seconds = (run.end_time - run.start_time).total_seconds() if run.end_time else None
    source = run.source
    facts = [
        Fact("Started", format_time(run.start_time), format_iso(run.start_time), kind="time"),
        Fact(
            "Duration",
            format_duration(seconds) if run.end_time else "running",
            "" if seconds is None else f"{seconds:g} s",
        ),
        Fact("User", source.user),
        Fact("Source", source.source_name, kind="code"),
        Fact("Run id", run.run_id, kind="code"),
    ]
    return tuple(fact for fact in facts if fact.value)


def _metric_rows(
    metrics: Mapping[str, MetricSummary],
    *,
    curves: Mapping[str, Sequence[float]],
    directions: Mapping[str, str],
) -> tuple[MetricRow, ...]:
    return tuple(
        MetricRow(
            key=key,
            group=key.split("/", 1)[0] if "/" in key else "",
            last=format_number(metric.last),
            last_exact=format_exact(metric.last),
            last_step=str(metric.last_step),
            min=format_number(metric.min),
            min_step="" if metric.min_step is None else str(metric.min_step),
            max=format_number(metric.max),
            max_step="" if metric.max_step is None else str(metric.max_step),
            count=format_count(metric.count),
            direction=find_direction(key, directions=directions) or "",
            sparkline=make_sparkline(curves.get(key, ())),
        )
        for key, metric in sorted(metrics.items())
    )


def _input_rows(run: RunRecord) -> tuple[InputRow, ...]:
    return tuple(
        InputRow(
            name=item.name,
            context=item.context,
            digest=item.digest,
            rows="–" if item.rows is None else format_count(item.rows),
            source=item.source,
        )
        for item in run.inputs
    )


def _code(run: RunRecord, *, repository_url: str) -> tuple[Fact, ...]:
    source = run.source
    url = f"{repository_url}/commit/{source.git_commit}" if repository_url else ""
    state = {True: "with uncommitted changes", False: "clean", None: ""}[source.git_dirty]
    facts = [
        Fact("Commit", source.git_commit[:12], source.git_commit, url=url, kind="code"),
        Fact("Branch", source.git_branch, kind="code"),
        Fact("Working tree", state),
        Fact("Remote", source.git_remote, kind="code"),
        Fact("Entry point", source.entry_point, kind="code"),
        Fact("Command", source.command, kind="code"),
    ]
    return tuple(fact for fact in facts if fact.value)


def _environment(run: RunRecord) -> tuple[Fact, ...]:
    source = run.source
    facts = [
        Fact("Python", source.python),
        Fact("Platform", source.platform),
        Fact("Host", source.host),
        Fact("Kind of source", source.source_type.lower()),
    ]
    return tuple(fact for fact in facts if fact.value)


def _reproduce(run: RunRecord) -> tuple[str, ...]:
    """Give the commands that run the same code again, quoted for a POSIX shell."""
    source = run.source
    if not source.command:
        return ()
    commands = []
    if source.git_commit:
        commands.append(f"git checkout {shlex.quote(source.git_commit)}")
    requirements = [a.path for a in run.artifacts if a.path == "requirements.txt"]
    if requirements:
        commands.append("pip install -r requirements.txt")
    return (*commands, source.command)
