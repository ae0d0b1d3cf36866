"""Gates put to the test: what each needs, what it got, and whether that is enough.

A gate that cannot be decided (a metric that nobody logged, a history that is not there) has not
passed: what is not known is no reason to promote.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from runsite.directions import find_direction
from runsite.errors import RunsiteError
from runsite.records import MetricSummary, RunRecord
from runsite.registry import ARCHIVED, NO_STAGE, Model, ModelVersion
from runsite.registry.gates import (
    CardGate,
    DatasetGate,
    DurationGate,
    Gate,
    GitGate,
    LicenceGate,
    MetricGate,
    PathGate,
    PresenceGate,
    PythonGate,
    RepeatsGate,
    ValueGate,
)
from runsite.review.evidence import Evidence

__all__ = ["ENTRY_POINTS", "GateInput", "GateResult", "Subject", "judge_gate", "judge_gates"]

ENTRY_POINTS = "runsite.gates"
"""The group in which a team's package announces its own gates."""

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Subject:
    """A version that is to have a stage.

    Attributes:
        model: The model as it is after the change.
        before: The stage that the version has before it; None where it is not known.
    """

    model: Model
    version: ModelVersion
    stage: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's outcome.

    Attributes:
        need: What it needs.
        got: What was found.
        hint: What to do about it.
    """

    gate: Gate
    passed: bool
    need: str
    got: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class GateInput:
    """What a team's own gate gets to see.

    Attributes:
        run: The version's run.
        current: The run of the version that holds the stage now; None where nobody does.
        model_folder: Where the model's files are. Loading a model may run its code.
        options: What stands under ``with`` in the registry.
    """

    model: str
    version: ModelVersion
    stage: str
    run: RunRecord
    current: RunRecord | None
    model_folder: Path
    options: Mapping[str, str] = field(default_factory=dict)


def judge_gates(
    gates: tuple[Gate, ...], subject: Subject, evidence: Evidence
) -> tuple[GateResult, ...]:
    """Put every gate of a stage to the test; those that failed come first."""
    results = [judge_gate(gate, subject, evidence) for gate in gates]
    return tuple(sorted(results, key=lambda result: result.passed))


def judge_gate(gate: Gate, subject: Subject, evidence: Evidence) -> GateResult:
    """Put one gate to the test."""
    passed, got, hint = _Judge(subject, evidence).judge(gate)
    return GateResult(gate, passed, str(gate), got, "" if passed else hint)


_Verdict = tuple[bool, str, str]
"""Passed, what was found, what to do."""


@dataclass(frozen=True, slots=True)
class _Judge:
    subject: Subject
    evidence: Evidence

    def judge(self, gate: Gate) -> _Verdict:
        about_runs: dict[type, Callable[..., _Verdict]] = {
            MetricGate: self._metric,
            ValueGate: self._value,
            DatasetGate: self._dataset,
            GitGate: self._git,
            RepeatsGate: self._repeats,
            PythonGate: self._python,
        }
        about_all_else: dict[type, Callable[..., _Verdict]] = {
            PresenceGate: self._presence,
            CardGate: self._card,
            LicenceGate: self._licence,
            DurationGate: self._duration,
            PathGate: self._path,
        }
        if type(gate) not in about_runs:
            return about_all_else[type(gate)](gate)
        run = self._run()
        if run is None:
            return False, "the run is not in the store", "commit the store with the registry"
        return about_runs[type(gate)](gate, run)

    # ── numbers ────────────────────────────────────────────────────────────────────────────

    def _metric(self, gate: MetricGate, run: RunRecord) -> _Verdict:
        value = _read_metric(run, gate)
        if value is None:
            return False, "not logged", f"log the metric {gate.metric} in the version's run"
        got = _number(value)
        if math.isnan(value):
            return False, got, "find out why it is not a number"
        if gate.min is not None and not value >= gate.min:
            return False, got, ""
        if gate.max is not None and not value <= gate.max:
            return False, got, ""
        reference = gate.better_than or gate.no_worse_than
        return self._compare(gate, value, reference) if reference else (True, got, "")

    def _compare(self, gate: MetricGate, value: float, reference: str) -> _Verdict:
        got = _number(value)
        other = self.evidence.resolve(self.subject.model.name, reference)
        if other is None:
            return True, f"{got}; no version is {reference}: nothing to compare with", ""
        if other.version == self.subject.version.version:
            return True, f"{got}; it is {reference} itself", ""
        name = f"version {other.version}"
        there = _read_metric(self.evidence.find_run(other.run), gate)
        if there is None:
            hint = f"log {gate.metric} for {name} too, or give the gate a bound"
            return False, f"{got}; {name} did not log it", hint
        directions = self.evidence.config.site.directions
        direction = gate.direction or find_direction(gate.metric, directions=directions)
        if direction is None:
            hint = "add `direction: min` or `direction: max` to the gate"
            return False, f"{got}, {name} has {_number(there)}; which is better is not known", hint
        ahead = there - value if direction == "min" else value - there
        if value == there:  # two equal infinities have no difference
            ahead = 0.0
        return _within(ahead, gate, there), f"{got}, {name} has {_number(there)}", ""

    def _value(self, gate: ValueGate, run: RunRecord) -> _Verdict:
        values = run.params if gate.kind == "param" else run.tags
        text = values.get(gate.key)
        if text is None and gate.kind == "tag":
            text = self.subject.version.tags.get(gate.key)
        if text is None:
            return False, "not set", f"set the {gate.kind} {gate.key}"
        if gate.one_of and not any(_same(text, allowed) for allowed in gate.one_of):
            return False, text, ""
        number = _parse_number(text)
        if gate.min is not None and (number is None or number < gate.min):
            return False, text, ""
        if gate.max is not None and (number is None or number > gate.max):
            return False, text, ""
        return True, text, ""

    def _repeats(self, gate: RepeatsGate, run: RunRecord) -> _Verdict:
        family = self.evidence.find_siblings(run)
        values = {params[gate.param] for params in family if gate.param in params}
        hint = f"train with more values of {gate.param}, as runs nested under one"
        return len(values) >= gate.min, f"{len(values)} in {len(family)} runs", hint

    # ── what is there ──────────────────────────────────────────────────────────────────────

    def _presence(self, gate: PresenceGate) -> _Verdict:
        version = self.subject.version
        mlmodel = self.evidence.find_mlmodel(version)
        run = self._run()
        if gate.what == "signature":
            logged = (
                any(m.path == version.artifact and m.signature for m in run.models)
                if run
                else False
            )
            there = logged or (mlmodel is not None and mlmodel.signature is not None)
            return there, "present" if there else "none", "log the model with signature=…"
        if mlmodel is None:
            return False, "the model's files are not there", "fetch them"
        there = bool(mlmodel.saved_input_example_info)
        return there, "present" if there else "none", "log the model with input_example=…"

    def _dataset(self, gate: DatasetGate, run: RunRecord) -> _Verdict:
        mine = _digests(run, gate.dataset)
        if not mine:
            return False, "not logged", "log it with runsite.log_input(dataset, context=…)"
        got = ", ".join(sorted(mine))
        if not gate.same_as:
            return True, got, ""
        other = self.evidence.resolve(self.subject.model.name, gate.same_as)
        if other is None:
            return True, f"{got}; no version is {gate.same_as}: nothing to compare with", ""
        theirs = _digests(self.evidence.find_run(other.run), gate.dataset)
        found = f"has {', '.join(sorted(theirs))}" if theirs else "did not log it"
        return (
            mine == theirs,
            f"{got}, version {other.version} {found}",
            "evaluate on the same data",
        )

    def _git(self, gate: GitGate, run: RunRecord) -> _Verdict:
        commit, dirty = run.source.git_commit[:10], run.source.git_dirty
        hint = "commit the code, train again, and register that run"
        if not commit:
            return False, "no commit recorded", hint
        if dirty is None:
            return False, f"commit {commit}; whether all was committed is not known", hint
        return not dirty, f"commit {commit}" + (" and uncommitted changes" if dirty else ""), hint

    def _card(self, gate: CardGate) -> _Verdict:
        try:
            gaps = self.evidence.list_card_gaps(self.subject.model, self.subject.version)
        except RunsiteError as error:
            return False, error.problem, error.hint or ""
        got = "; ".join(gaps[:3]) + (f"; and {len(gaps) - 3} more" if len(gaps) > 3 else "")
        name = shlex.quote(self.subject.model.name)
        hint = f"runsite card check {name} {self.subject.version.version}"
        return not gaps, got or "complete", hint

    def _licence(self, gate: LicenceGate) -> _Verdict:
        model, version = self.subject.model.name, self.subject.version.version
        try:
            licence = self.evidence.find_licence(model, version)
        except RunsiteError as error:
            return False, error.problem, error.hint or ""
        if not licence:
            return False, "none", "write `license: …` into the front matter of the model card"
        allowed = {name.lower() for name in gate.one_of}
        return not allowed or licence.lower() in allowed, licence, ""

    # ── the past ───────────────────────────────────────────────────────────────────────────

    def _duration(self, gate: DurationGate) -> _Verdict:
        days = self.evidence.count_days(
            self.subject.model.name, self.subject.version.version, gate.stage
        )
        if days is None:
            hint = "fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI"
            return False, "the registry's history is not there", hint
        return days >= gate.days, f"{days:.1f} days", ""

    def _path(self, gate: PathGate) -> _Verdict:
        before = self.subject.before or self._stage_before()
        if before is None:
            hint = "fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI"
            return False, "the registry's history is not there", hint
        return before in gate.stages, before, f"promote it to {gate.stages[0]} first"

    def _stage_before(self) -> str | None:
        """Return the stage before the one that the version holds, as the history tells it."""
        history = self.evidence.history
        spans = history.spans(self.subject.model.name, self.subject.version.version)
        if history.shallow or not spans:
            return None
        earlier = spans[:-1] if spans[-1].stage == self.subject.stage else spans
        if not earlier:
            return NO_STAGE
        # Between two stages without a gap in time, one followed the other.
        last, next_ = earlier[-1], spans[-1]
        return last.stage if last.until == next_.since or last.stage == ARCHIVED else NO_STAGE

    # ── a team's own ───────────────────────────────────────────────────────────────────────

    def _python(self, gate: PythonGate, run: RunRecord) -> _Verdict:
        found = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
        if gate.name not in found:
            known = ", ".join(sorted(found)) or "none"
            hint = f"install the package that has it; found in {ENTRY_POINTS}: {known}"
            return False, "not installed", hint
        current = self.evidence.resolve(self.subject.model.name, self.subject.stage)
        given = GateInput(
            model=self.subject.model.name,
            version=self.subject.version,
            stage=self.subject.stage,
            run=run,
            current=self.evidence.find_run(current.run) if current else None,
            model_folder=self.evidence.model_folder(self.subject.version),
            options=gate.options,
        )
        try:
            answer = found[gate.name].load()(given)
        except Exception as error:  # noqa: BLE001 - whatever a team's code raises is a failed gate
            return False, f"{type(error).__name__}: {error}", "the gate itself failed"
        return _read_answer(answer)

    def _run(self) -> RunRecord | None:
        return self.evidence.find_run(self.subject.version.run)


def _read_answer(answer: object) -> _Verdict:
    """Take a bool, or a bool and what was found."""
    if isinstance(answer, bool):
        return answer, "passed" if answer else "failed", ""
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], bool):
        return answer[0], str(answer[1]), ""
    return False, f"answered {type(answer).__name__}", "return a bool, or a bool and a text"


def _read_metric(run: RunRecord | None, gate: MetricGate) -> float | None:
    summary: MetricSummary | None = run.metrics.get(gate.metric) if run else None
    if summary is None:
        return None
    values = {"last": summary.last, "min": summary.min, "max": summary.max}
    return values[gate.of]


def _within(ahead: float, gate: MetricGate, there: float) -> bool:
    """Tell whether being ahead by so much is enough; equal up to rounding counts as equal."""
    if not (math.isfinite(ahead) and math.isfinite(there)):
        # A share of infinity is no margin: here only better, equal and worse are told apart.
        return ahead > 0 or (ahead == 0 and not gate.better_than)
    margin = gate.margin.of(there)
    slack = _SLACK * max(abs(ahead), abs(there), margin)
    if gate.better_than:
        return ahead > slack if not margin else ahead >= margin - slack
    return ahead >= -margin - slack


def _digests(run: RunRecord | None, dataset: str) -> set[str]:
    inputs = run.inputs if run else ()
    return {item.digest for item in inputs if dataset in (item.name, item.context)}


def _same(text: str, allowed: str) -> bool:
    if text == allowed:
        return True
    first, second = _parse_number(text), _parse_number(allowed)
    return first is not None and first == second


def _parse_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _number(value: float) -> str:
    return f"{value:.6g}"
