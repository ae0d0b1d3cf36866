"""What must not have changed against the base: versions, their runs, and the gates they met."""

from __future__ import annotations

from collections.abc import Iterator

from runsite.errors import quote
from runsite.records import RunRecord
from runsite.registry import Model, Problem, Registry, Severity
from runsite.registry.compare import Move, MoveKind
from runsite.review.base import Base
from runsite.review.evidence import Evidence
from runsite.review.places import Finder

__all__ = ["describe_rewrite", "find_base_problems", "find_old_model", "find_rewritten_runs"]

_PINNED = ("run", "artifact", "digest", "registered_at")
"""Fields of a version that stand for good."""


def find_base_problems(moves: tuple[Move, ...], finder: Finder) -> Iterator[Problem]:
    """Yield a problem for each move that a registry does not make."""
    for move in moves:
        name = quote(move.model)
        match move.kind:
            case MoveKind.MODEL_REMOVED:
                message = f"model {name} is removed"
                hint = (
                    "archive its versions instead, or say that it is meant: --allow removed-model"
                )
                yield Problem("removed-model", message, hint, *finder.model(move.model))
            case MoveKind.MODEL_RENAMED:
                message = f"model {quote(move.before)} is renamed to {quote(move.after)}"
                hint = f"whatever loads models:/{move.before}/… has to follow"
                at = finder.model(move.after)
                yield Problem("renamed-model", message, hint, *at, Severity.WARNING)
            case MoveKind.VERSION_REMOVED:
                message = f"version {move.version} of model {name} is removed"
                hint = "archive it instead, or say that it is meant: --allow removed-version"
                at = finder.field(move.model, "versions")
                yield Problem("removed-version", message, hint, *at)
            case MoveKind.VERSION_CHANGED if move.field in _PINNED:
                yield _changed(move, finder)


def find_rewritten_runs(
    registry: Registry, base: Base, evidence: Evidence, finder: Finder
) -> Iterator[Problem]:
    """Yield a problem for each registered run whose record is not what it was at the base."""
    known = [
        (model, version)
        for model in registry.models.values()
        for version in model.versions
        if _registered_before(base.registry, version.run)
    ]
    earlier = base.read_runs((version.run for _, version in known), store=evidence.store)
    for model, version in known:
        before, after = earlier.get(version.run), evidence.find_run(version.run)
        if before is None or after is None:
            continue
        what = describe_rewrite(before, after)
        if what:
            message = (
                f"the run of version {version.version} of model {quote(model.name)}"
                f" was rewritten: {what}"
            )
            hint = "log a new run and register it as a new version"
            at = finder.version(model.name, version.version, "run")
            yield Problem("rewritten-run", message, hint, *at)


def describe_rewrite(before: RunRecord, after: RunRecord) -> str:
    """Name what a run says otherwise than before, or return ``""``; words about it may change."""
    pairs = {
        "params": (before.params, after.params),
        "metrics": (before.metrics, after.metrics),
        "datasets": (before.inputs, after.inputs),
        "models": (_digests(before), _digests(after)),
        "commit": (before.source.git_commit, after.source.git_commit),
        "uncommitted changes": (before.source.git_dirty, after.source.git_dirty),
        "start": (before.start_time, after.start_time),
    }
    # repr, since a NaN is not equal to itself
    return ", ".join(name for name, (old, new) in pairs.items() if repr(old) != repr(new))


def _digests(run: RunRecord) -> list[tuple[str, str]]:
    return sorted((model.path, model.digest) for model in run.models)


def _registered_before(registry: Registry, run_id: str) -> bool:
    return any(v.run == run_id for model in registry.models.values() for v in model.versions)


def _changed(move: Move, finder: Finder) -> Problem:
    message = (
        f"the {move.field} of version {move.version} of model {quote(move.model)} changed"
        f" from {quote(move.before)} to {quote(move.after)}"
    )
    hint = "a registered version stands for good: register a new one"
    at = finder.version(move.model, move.version or 0, move.field)
    return Problem("changed-version", message, hint, *at)


def find_old_model(base: Registry, moves: tuple[Move, ...], name: str) -> Model | None:
    """Return a model as it was at the base, under its earlier name if it was renamed."""
    for move in moves:
        if move.kind is MoveKind.MODEL_RENAMED and move.after == name:
            return base.models.get(move.before)
    return base.models.get(name)
