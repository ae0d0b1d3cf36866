"""What a reviewer is told: the evidence of a change of the registry, as values. Pure.

The verdict comes first, then what changed, then for each version that the change brings forward
its gates, its metrics against the version that it would replace, and how to go back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from runsite.cards.changes import Change, MetricChange, compare_runs
from runsite.directions import find_direction, rank_metric
from runsite.records import RunRecord
from runsite.registry import ARCHIVED, NO_STAGE, Problem, Registry, Severity
from runsite.registry.compare import Move, MoveKind, is_promotion
from runsite.review.check import StageReview
from runsite.review.gates import GateResult

__all__ = [
    "GATE_CODES",
    "Comparison",
    "MetricRow",
    "Report",
    "ReportSources",
    "Revision",
    "Verdict",
    "VersionReport",
    "assemble_report",
]

_PRODUCTION = "Production"
GATE_CODES = frozenset({"gate-failed", "gates-loosened"})
"""Problems that the section of their version tells."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One side of a diff: what it was called, and the commit where it has one."""

    name: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one sentence that a reviewer reads first.

    ``state`` is ``blocked`` (errors or failed gates), ``attention`` (warnings) or ``ready``.
    """

    state: str
    text: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of the candidate and of the current version.

    Attributes:
        delta: Candidate less current; None where one of them is missing or no number.
        percent: The same in percent of the current one; None where that says nothing.
        verdict: ``better``, ``worse``, ``same``, ``changed`` or ``missing``.
        direction: ``min``, ``max`` or empty.
        gated: A gate looks at it.
    """

    key: str
    value: float | None
    other: float | None
    delta: float | None
    percent: float | None
    verdict: str
    direction: str
    gated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidate against the current version.

    Attributes:
        version: Number of the current version.
        stage: Which stage it has.
        metrics: Those with gates first, then those that say most.
        signature: Old and new signature where they differ.
    """

    version: int
    stage: str
    metrics: tuple[MetricRow, ...]
    change: Change
    dirty: tuple[bool | None, bool | None]
    signature: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class VersionReport:
    """A version that the change registers or gives a stage.

    Attributes:
        stage: The stage that it gets; empty where it is only registered.
        replaces: The version that loses the stage.
        run: Its run; None where the store does not have it.
        gates: Failures first; those that the change takes away count too.
        loosened: Needs of gates that the change takes away.
        gaps: What its model card lacks; None where nobody looked.
        rollback: The command that undoes it once it is merged.
    """

    model: str
    version: int
    stage: str
    before: str
    replaces: int | None
    description: str
    run: RunRecord | None
    gates: tuple[GateResult, ...] = ()
    loosened: frozenset[str] = frozenset()
    comparison: Comparison | None = None
    gaps: tuple[str, ...] | None = None
    rollback: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole diff. Empty (`__bool__`) where nothing changed and no error stands in the way.

    Warnings alone are those that the base has too: nobody has to be told of them again.
    """

    base: Revision
    head: Revision
    verdict: Verdict
    moves: tuple[Move, ...] = ()
    versions: tuple[VersionReport, ...] = ()
    problems: tuple[Problem, ...] = ()
    repository_url: str = ""
    registry_name: str = "registry.yaml"

    def __bool__(self) -> bool:
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return bool(self.moves) or errors


@dataclass(frozen=True, slots=True)
class ReportSources:
    """What a report is made from.

    Attributes:
        before: The registry at the base.
        after: The registry under review.
        runs: Run id → run, for the versions that are compared.
        gaps: Model and version → what the card lacks.
        directions: Metric key → ``min`` or ``max``, where the project says so.
    """

    before: Registry
    after: Registry
    moves: tuple[Move, ...]
    reviews: tuple[StageReview, ...]
    problems: tuple[Problem, ...]
    runs: Mapping[str, RunRecord]
    gaps: Mapping[tuple[str, int], tuple[str, ...]]
    directions: Mapping[str, str]


def assemble_report(
    sources: ReportSources, *, base: Revision, head: Revision, repository_url: str = ""
) -> Report:
    """Assemble the evidence of a change."""
    reviews = {(r.model, r.version, r.stage): r for r in sources.reviews}
    versions = []
    for move in _bring_forward(sources.moves):
        review = reviews.get((move.model, move.version or 0, move.after))
        versions.append(_report_version(move, review, sources))
    return Report(
        base=base,
        head=head,
        verdict=_judge(sources.moves, tuple(versions), sources.problems),
        moves=sources.moves,
        versions=tuple(versions),
        problems=sources.problems,
        repository_url=repository_url,
    )


def _bring_forward(moves: tuple[Move, ...]) -> list[Move]:
    """Choose the moves that bring a version forward: promotions, and registrations without one."""
    promotions = [move for move in moves if is_promotion(move)]
    promoted = {(move.model, move.version) for move in promotions}
    registered = [
        move
        for move in moves
        if move.kind is MoveKind.REGISTERED and (move.model, move.version) not in promoted
    ]
    return [*promotions, *registered]


def _report_version(
    move: Move, review: StageReview | None, sources: ReportSources
) -> VersionReport:
    model = sources.after.models[move.model]
    version = model.get_version(move.version or 0)
    stage = move.after if is_promotion(move) else ""
    old = _old_model_stages(move.model, sources)
    replaces = old.get(stage) if stage else None
    gates = (*review.loosened, *review.results) if review else ()
    current = old.get(stage) or old.get(_PRODUCTION)
    return VersionReport(
        model=move.model,
        version=version.version,
        stage=stage,
        before=move.before or NO_STAGE,
        replaces=replaces if replaces != version.version else None,
        description=version.description,
        run=sources.runs.get(version.run),
        gates=tuple(sorted(gates, key=lambda result: result.passed)),
        loosened=frozenset(result.need for result in review.loosened) if review else frozenset(),
        comparison=_compare(move.model, version.version, current, gates, sources),
        gaps=sources.gaps.get((move.model, version.version)),
        rollback=_make_rollback(move, stage, replaces),
    )


def _old_model_stages(name: str, sources: ReportSources) -> Mapping[str, int]:
    for move in sources.moves:
        if move.kind is MoveKind.MODEL_RENAMED and move.after == name:
            name = move.before
    model = sources.before.models.get(name)
    return model.stages if model else {}


def _compare(
    name: str,
    version: int,
    current: int | None,
    gates: tuple[GateResult, ...],
    sources: ReportSources,
) -> Comparison | None:
    model = sources.after.models[name]
    other = model.find_version(current) if current and current != version else None
    mine = model.get_version(version)
    run = sources.runs.get(mine.run)
    other_run = sources.runs.get(other.run) if other else None
    if run is None or other is None or other_run is None:
        return None
    change = compare_runs(run, other_run, to=(other.version, ()), directions=sources.directions)
    gated = {key for result in gates if (key := getattr(result.gate, "metric", ""))}
    rows = [_make_row(metric, gated, sources.directions) for metric in change.metrics]
    rows.sort(key=lambda r: (not r.gated, rank_metric(r.key, directions=sources.directions), r.key))
    signatures = _find_signature(other_run, other.artifact), _find_signature(run, mine.artifact)
    return Comparison(
        version=other.version,
        stage=_stage_before(name, other.version, sources),
        metrics=tuple(rows),
        change=change,
        dirty=(other_run.source.git_dirty, run.source.git_dirty),
        signature=signatures if signatures[0] != signatures[1] else None,
    )


def _stage_before(name: str, version: int, sources: ReportSources) -> str:
    stages = _old_model_stages(name, sources)
    return next((stage for stage, number in stages.items() if number == version), NO_STAGE)


def _make_row(metric: MetricChange, gated: set[str], directions: Mapping[str, str]) -> MetricRow:
    delta = percent = None
    if metric.value is not None and metric.other is not None:
        difference = metric.value - metric.other
        delta = difference if math.isfinite(difference) else None
        if delta is not None and metric.other and abs(delta / metric.other) < 1e6:
            percent = 100 * delta / abs(metric.other)
    return MetricRow(
        key=metric.key,
        value=metric.value,
        other=metric.other,
        delta=delta,
        percent=percent,
        verdict=metric.verdict,
        direction=find_direction(metric.key, directions=directions) or "",
        gated=metric.key in gated,
    )


def _find_signature(run: RunRecord, path: str) -> str:
    return next((model.signature for model in run.models if model.path == path), "")


def _make_rollback(move: Move, stage: str, replaces: int | None) -> str:
    import shlex

    name = shlex.quote(move.model)
    if not stage:
        return f"runsite archive {name} {move.version}"
    if replaces and replaces != move.version:
        return f"runsite promote {name} {replaces} {shlex.quote(stage)}"
    if move.before == ARCHIVED:
        return f"runsite archive {name} {move.version}"
    if move.before not in ("", NO_STAGE):
        return f"runsite promote {name} {move.version} {shlex.quote(move.before)}"
    return f"runsite unassign {name} {move.version}"


def _judge(
    moves: tuple[Move, ...], versions: tuple[VersionReport, ...], problems: tuple[Problem, ...]
) -> Verdict:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    failed = sum(problem.code in GATE_CODES for problem in errors)
    if errors:
        others = len(errors) - failed
        parts = [_count(failed, "gate", "does not pass", "do not pass")] if failed else []
        parts += (
            [_count(others, "error", "stands against it", "stand against it")] if others else []
        )
        return Verdict("blocked", ", ".join(parts))
    gates = sum(len(version.gates) for version in versions)
    passed = "the only gate passes" if gates == 1 else f"all {gates} gates pass" if gates else ""
    if problems:
        text = _count(len(problems), "warning", "to look at", "to look at")
        passed = passed if all(r.passed for v in versions for r in v.gates) else ""
        return Verdict("attention", f"{passed}; {text}" if passed else text)
    unguarded = sorted(
        {version.stage for version in versions if version.stage and not version.gates}
    )
    if unguarded:
        return Verdict("attention", f"no gate guards {', '.join(unguarded)}: look at the metrics")
    return Verdict("ready", passed or ("nothing is wrong" if moves else "nothing changed"))


def _count(number: int, noun: str, one: str, many: str) -> str:
    return f"{number} {noun} {one}" if number == 1 else f"{number} {noun}s {many}"
