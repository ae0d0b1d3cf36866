"""``runsite diff``: read both sides of a change and everything that speaks for or against it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import RegistryError, RunsiteError, quote
from runsite.records import RunRecord
from runsite.registry.compare import Move, MoveKind, is_promotion
from runsite.registry.git import Checkout, find_checkout
from runsite.review.base import Base, explain_unknown
from runsite.review.check import Checked, CheckOptions, check_registry
from runsite.review.evidence import Evidence
from runsite.review.report import Report, ReportSources, Revision, assemble_report

__all__ = ["checked_out", "diff_registry", "find_current_runs"]

_WORKTREE = "working tree"


def diff_registry(path: str | os.PathLike[str], *, options: CheckOptions) -> tuple[Report, Checked]:
    """Compare the working tree's registry with that of ``options.base``.

    Returns:
        The report, and the check that it rests on.

    Raises:
        RegistryError: The registry or the base cannot be read.
        StoreError: The store cannot be read.
    """
    checked = check_registry(path, options=options)
    base = checked.base
    name = _name(Path(path), base)
    if base is None:  # the file has problems that stand in the way of everything else
        sides = Revision(str(options.base)), Revision(_WORKTREE)
        empty = _sources(checked, None, options)
        report = assemble_report(empty, base=sides[0], head=sides[1])
        return dataclasses.replace(report, registry_name=name), checked
    head = _describe_head(base.checkout, Path(path))
    report = assemble_report(
        _sources(checked, base, options),
        base=Revision(base.rev, base.commit),
        head=head,
        repository_url=options.config.site.repository_url or _read_remote(base.checkout),
    )
    return dataclasses.replace(report, registry_name=name), checked


def find_current_runs(report: Report, checked: Checked) -> dict[str, str]:
    """Map the run of each candidate to that of the version which it is compared with."""
    current: dict[str, str] = {}
    for version in report.versions:
        if version.run is not None and version.comparison is not None:
            model = checked.registry.models[version.model]
            current[version.run.run_id] = model.get_version(version.comparison.version).run
    return current


@contextlib.contextmanager
def checked_out(path: str | os.PathLike[str], rev: str) -> Iterator[Path]:
    """Check a revision out into a folder of its own for as long as the context lasts.

    Raises:
        RegistryError: There is no checkout or no such revision.
    """
    checkout = find_checkout(path)
    if checkout is None:
        raise RegistryError(f"{quote(str(path))} does not lie in a Git checkout")
    commit = checkout.find_commit(rev)
    if commit is None:
        hint = explain_unknown(checkout, rev)
        raise RegistryError(f"Git knows no revision {quote(rev)}", where=str(path), hint=hint)
    with tempfile.TemporaryDirectory(prefix="runsite-diff-") as scratch:
        folder = Path(scratch, "tree")
        checkout.run("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            checkout.ask("worktree", "remove", "--force", str(folder))


def _sources(checked: Checked, base: Base | None, options: CheckOptions) -> ReportSources:
    evidence = checked.evidence
    runs: dict[str, RunRecord] = {}
    gaps: dict[tuple[str, int], tuple[str, ...]] = {}
    for candidate in _candidates(checked.moves):
        if evidence is None:
            break
        model = checked.registry.models[candidate.model]
        numbers = {candidate.version, *model.stages.values()}
        before = evidence.registry.models.get(candidate.model)
        numbers |= set(before.stages.values()) if before else set()
        for version in model.versions:
            found = evidence.find_run(version.run) if version.version in numbers else None
            if found is not None:
                runs[version.run] = found
        gaps[candidate.model, candidate.version] = _find_gaps(evidence, checked, candidate)
    return ReportSources(
        before=base.registry if base else checked.registry,
        after=checked.registry,
        moves=checked.moves,
        reviews=checked.reviews,
        # What a card lacks is told with its version.
        problems=tuple(problem for problem in checked.problems if not problem.file),
        runs=runs,
        gaps=gaps,
        directions=options.config.site.directions,
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    model: str
    version: int


def _candidates(moves: tuple[Move, ...]) -> list[_Candidate]:
    return [
        _Candidate(move.model, move.version)
        for move in moves
        if move.version and (is_promotion(move) or move.kind is MoveKind.REGISTERED)
    ]


def _find_gaps(evidence: Evidence, checked: Checked, candidate: _Candidate) -> tuple[str, ...]:
    model = checked.registry.models[candidate.model]
    try:
        return evidence.list_card_gaps(model, model.get_version(candidate.version))
    except RunsiteError as error:
        return (error.problem,)


def _describe_head(checkout: Checkout, path: Path) -> Revision:
    commit = checkout.find_commit("HEAD") or ""
    name = checkout.relative(path) or ""
    changed = checkout.ask("status", "--porcelain", "--", f":(top,literal){name}")
    if changed or not commit:
        return Revision(_WORKTREE)
    return Revision(checkout.branch() or commit[:10], commit)


def _name(path: Path, base: Base | None) -> str:
    return (base.checkout.relative(path) if base else None) or path.name


def _read_remote(checkout: Checkout) -> str:
    remote = checkout.remote()
    return (checkout.ask("remote", "get-url", remote) or "") if remote else ""
