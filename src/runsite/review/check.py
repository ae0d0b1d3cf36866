"""``runsite check``: every problem of a registry, by all that can be known about it.

The registry's own rules are in `runsite.registry.parse`. Here they are joined by the store (runs,
files), the gates of the stages, and, with a base, by what must not have changed since.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from runsite.config import Config
from runsite.errors import quote
from runsite.registry import Model, Problem, Registry, Severity
from runsite.registry.compare import Move, compare_registries, is_promotion
from runsite.registry.document import decode_text, parse_document
from runsite.registry.files import paused_collector, read_bytes
from runsite.registry.gates import Gate
from runsite.registry.parse import parse_registry
from runsite.registry.segments import parse_text
from runsite.review.against import find_base_problems, find_old_model, find_rewritten_runs
from runsite.review.base import Base, load_base
from runsite.review.cards import find_card_problems
from runsite.review.evidence import Evidence
from runsite.review.gates import GateResult, Subject, judge_gates
from runsite.review.places import Finder
from runsite.review.stored import find_store_problems
from runsite.store import Store

__all__ = ["CheckOptions", "Checked", "StageReview", "check_registry"]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What a check looks at.

    Attributes:
        now: The time of the check.
        store: Where runs and model files lie; without one they are not looked at, nor are gates.
        base: Revision to compare with.
        allow: Codes of problems that are meant: they become warnings.
    """

    now: datetime
    store: Store | None = None
    config: Config = field(default_factory=Config)
    base: str | None = None
    allow: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StageReview:
    """A version in a stage and what its gates said.

    Attributes:
        loosened: Results of gates that the base has and the change takes away.
    """

    model: str
    version: int
    stage: str
    before: str | None
    results: tuple[GateResult, ...]
    loosened: tuple[GateResult, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing stands against it."""
        return all(result.passed for result in (*self.results, *self.loosened))


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    Attributes:
        registry: What was checked: with a base that went on, the result of the merge.
        problems: In the order of the file.
        exists: Whether there is a file.
        moves: What changed against the base.
        reviews: The gates that were put to the test.
        evidence: What was read on the way; None without a store.
    """

    registry: Registry
    problems: tuple[Problem, ...]
    exists: bool = True
    base: Base | None = None
    moves: tuple[Move, ...] = ()
    reviews: tuple[StageReview, ...] = ()
    evidence: Evidence | None = None

    def count(self, severity: Severity) -> int:
        """Return how many problems are of a severity."""
        return sum(problem.severity is severity for problem in self.problems)


def check_registry(path: str | os.PathLike[str], *, options: CheckOptions) -> Checked:
    """Validate a registry and return every problem of it; no file is no problem.

    Raises:
        RegistryError: The file cannot be read at all, or the base cannot.
        StoreError: The store cannot be read.
    """
    data = read_bytes(Path(path))
    text, problem = decode_text(data or b"")
    if problem is not None:
        return Checked(Registry(), (problem,))
    checked = _check_text(Path(path), text, options)
    problems = sorted(checked.problems, key=lambda found: (found.file, found.line, found.column))
    allowed = tuple(_allow(found, options.allow) for found in problems)
    return dataclasses.replace(checked, problems=allowed, exists=data is not None)


def _check_text(path: Path, text: str, options: CheckOptions) -> Checked:
    with paused_collector():
        document = parse_document(text)
        parsed = parse_registry(document)
    registry, finder = parsed.registry, Finder(document)
    problems = list(parsed.problems)
    if document.problems:
        return Checked(registry, tuple(problems))
    base = load_base(path, options.base, text=text) if options.base is not None else None
    moves: tuple[Move, ...] = ()
    if base is not None:
        registry, more = _merge(base, registry, parsed.problems)
        problems += more
        # Where the two conflict there is no result yet whose changes could be told.
        conflict = base.merged is None
        moves = () if conflict else compare_registries(base.registry, registry)
        problems += find_base_problems(moves, finder)
    reviews: tuple[StageReview, ...] = ()
    evidence: Evidence | None = None
    if options.store is not None:
        # What the base registered meanwhile has its runs there: that is the base's own matter.
        problems += find_store_problems(parsed.registry, options.store, finder)
        evidence = _make_evidence(path, registry, base, moves, options)
        if base is not None:
            problems += find_rewritten_runs(registry, base, evidence, finder)
        reviews = tuple(_review_stages(registry, base, moves, evidence))
        if options.store.exists:
            for review in reviews:
                problems += _gate_problems(review, registry, finder, evidence)
        problems += find_card_problems(_choose_models(registry, base, moves), evidence)
    return Checked(
        registry, tuple(problems), base=base, moves=moves, reviews=reviews, evidence=evidence
    )


def _merge(
    base: Base, registry: Registry, known: tuple[Problem, ...]
) -> tuple[Registry, list[Problem]]:
    """Return the registry that the merge gives, and what is wrong in it only."""
    if not base.behind:
        return registry, []
    if base.merged is None:
        message = f"the registry conflicts with that of {quote(base.rev)}"
        hint = f"merge {base.rev} and keep what is meant"
        return registry, [Problem("merge-conflict", message, hint)]
    merged = parse_text(base.merged.removeprefix("\ufeff"))
    seen = {(problem.code, problem.message) for problem in known}
    hint = f"merge {base.rev} first: Git merges without a conflict, and the result is wrong"
    new = [
        dataclasses.replace(p, line=0, column=0, hint=f"{p.hint}; {hint}" if p.hint else hint)
        for p in merged.problems
        if (p.code, p.message) not in seen
    ]
    return merged.registry, new


def _make_evidence(
    path: Path,
    registry: Registry,
    base: Base | None,
    moves: tuple[Move, ...],
    options: CheckOptions,
) -> Evidence:
    if options.store is None:
        raise ValueError("evidence needs a store")
    before = registry
    if base is not None:
        models = dict(base.registry.models)
        for name in registry.models:
            old = find_old_model(base.registry, moves, name)
            if old is not None:
                models[name] = dataclasses.replace(old, name=name)
        before = dataclasses.replace(base.registry, models=models)
    return Evidence(before, path, options.store, options.config, options.now, base)


def _review_stages(
    registry: Registry, base: Base | None, moves: tuple[Move, ...], evidence: Evidence
) -> Iterator[StageReview]:
    """Put gates to the test: of every promotion with a base, of every holder without one."""
    if base is None:
        for model in registry.models.values():
            for stage, number in model.stages.items():
                version = model.find_version(number)
                if version is not None:
                    yield _review(Subject(model, version, stage), (), evidence)
        return
    for move in moves:
        if not is_promotion(move) or move.version is None:
            continue
        model = registry.models[move.model]
        old = find_old_model(base.registry, moves, move.model)
        gates = old.gates.get(move.after, ()) if old else ()
        subject = Subject(model, model.get_version(move.version), move.after, move.before)
        yield _review(subject, gates, evidence)


def _review(subject: Subject, base_gates: tuple[Gate, ...], evidence: Evidence) -> StageReview:
    gates = subject.model.gates.get(subject.stage, ())
    dropped = tuple(gate for gate in base_gates if gate not in gates)
    return StageReview(
        model=subject.model.name,
        version=subject.version.version,
        stage=subject.stage,
        before=subject.before,
        results=judge_gates(gates, subject, evidence),
        loosened=judge_gates(dropped, subject, evidence),
    )


def _gate_problems(
    review: StageReview, registry: Registry, finder: Finder, evidence: Evidence
) -> Iterator[Problem]:
    at = finder.field(review.model, "stages", review.stage)
    what = f"version {review.version} of model {quote(review.model)} in {review.stage}"
    version = registry.models[review.model].get_version(review.version)
    if not review.passed and evidence.find_run(version.run) is None:
        count = len(review.results) + len(review.loosened)
        gates = "a gate" if count == 1 else f"{count} gates"
        message = f"{what} has {gates} to pass, and its run is not in the store"
        yield Problem("gate-failed", message, "without its run nothing is known of it", *at)
        return
    for result in review.results:
        if not result.passed:
            message = f"{what} needs {result.need}, got {result.got}"
            yield Problem("gate-failed", message, result.hint, *at)
    for result in review.loosened:
        if not result.passed:
            message = (
                f"{what} would not have passed the gate that this change takes away:"
                f" {result.need}, got {result.got}"
            )
            hint = "change the gates in a pull request of their own"
            yield Problem("gates-loosened", message, hint, *at)


def _choose_models(registry: Registry, base: Base | None, moves: tuple[Move, ...]) -> list[Model]:
    """Choose the models whose cards are read: with a base, those that the change is about."""
    touched = {move.model for move in moves}
    return [m for m in registry.models.values() if base is None or m.name in touched]


def _allow(problem: Problem, allowed: frozenset[str]) -> Problem:
    if problem.code in allowed:
        return dataclasses.replace(problem, severity=Severity.WARNING)
    return problem
