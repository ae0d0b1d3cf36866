"""A report as JSON for programs. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from runsite.cards.changes import ValueChange
from runsite.registry import Problem
from runsite.registry.compare import Move
from runsite.review.gates import GateResult
from runsite.review.report import Comparison, MetricRow, Report, Revision, VersionReport

__all__ = ["FORMAT", "format_json_report"]

FORMAT = 1
"""Version of the JSON; it changes when a field goes or means something else."""

_Object = dict[str, object]


def format_json_report(report: Report) -> str:
    """Write the report as JSON; numbers that JSON has not are text (``"NaN"``)."""
    document: _Object = {
        "format": FORMAT,
        "changed": bool(report.moves),
        "verdict": {"state": report.verdict.state, "text": report.verdict.text},
        "base": _revision(report.base),
        "head": _revision(report.head),
        "registry": report.registry_name,
        "moves": [_move(move) for move in report.moves],
        "versions": [_version(version) for version in report.versions],
        "problems": [_problem(problem) for problem in report.problems],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _revision(revision: Revision) -> _Object:
    return {"name": revision.name, "commit": revision.commit or None}


def _move(move: Move) -> _Object:
    return {
        "kind": move.kind.value,
        "model": move.model,
        "version": move.version,
        "field": move.field,
        "before": move.before,
        "after": move.after,
    }


def _version(version: VersionReport) -> _Object:
    return {
        "model": version.model,
        "version": version.version,
        "stage": version.stage or None,
        "before": version.before,
        "replaces": version.replaces,
        "description": version.description,
        "run": version.run.run_id if version.run else None,
        "gates": [_gate(result, version.loosened) for result in version.gates],
        "comparison": _comparison(version.comparison) if version.comparison else None,
        "card_gaps": None if version.gaps is None else list(version.gaps),
        "rollback": version.rollback,
    }


def _gate(result: GateResult, loosened: frozenset[str]) -> _Object:
    return {
        "kind": type(result.gate).__name__.removesuffix("Gate").lower(),
        "passed": result.passed,
        "need": result.need,
        "got": result.got,
        "hint": result.hint,
        "removed_by_change": result.need in loosened,
    }


def _comparison(comparison: Comparison) -> _Object:
    change = comparison.change
    return {
        "version": comparison.version,
        "stage": comparison.stage,
        "metrics": [_metric(row) for row in comparison.metrics],
        "params": _values(change.params),
        "datasets": _values(change.data),
        "packages": _values(change.packages),
        "commits": list(change.commits) if change.commits else None,
        "dirty": list(comparison.dirty),
        "signature": list(comparison.signature) if comparison.signature else None,
    }


def _metric(row: MetricRow) -> _Object:
    return {
        "key": row.key,
        "value": _number(row.value),
        "current": _number(row.other),
        "delta": _number(row.delta),
        "percent": _number(row.percent),
        "verdict": row.verdict,
        "direction": row.direction or None,
        "gated": row.gated,
    }


def _values(changes: Iterable[ValueChange]) -> list[_Object]:
    return [{"key": c.key, "value": c.value, "current": c.other} for c in changes]


def _problem(problem: Problem) -> _Object:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "hint": problem.hint,
        "line": problem.line or None,
        "column": problem.column or None,
    }


def _number(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
