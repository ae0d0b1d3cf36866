"""Each gate says what it needs and what it got, and lets through what it should."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from runsite.records import InputRecord, SourceRecord
from runsite.registry import load_registry
from runsite.registry.gates import Gate
from runsite.review import gates as gates_module
from runsite.review.evidence import Evidence
from runsite.review.gates import GateInput, Subject, judge_gate, judge_gates
from support.projects import NOW


def judge(project, written: str, *, version: int = 2, before: str | None = "Staging"):
    """Put one gate, as it stands in a registry, to the test for a promotion to Production."""
    project.add_gates(written)
    registry = load_registry(project.registry)
    (gate,) = registry.models["m"].gates["Production"]
    evidence = Evidence(registry, project.registry, project.store, project.config, NOW)
    model = registry.models["m"]
    subject = Subject(model, model.get_version(version), "Production", before)
    result = judge_gate(gate, subject, evidence)
    assert result.need == str(gate)
    return result


@pytest.mark.parametrize(
    ("written", "passed", "got"),
    [
        ("{metric: rmse, max: 6.4}", True, "6.4"),
        ("{metric: rmse, max: 6.39}", False, "6.4"),
        ("{metric: val_auc, min: 0.85}", False, "0.8"),
        ("{metric: mae, max: 3}", False, "not logged"),
        ("{metric: rmse, better_than: Production}", True, "6.4, version 1 has 6.5"),
        ("{metric: rmse, better_than: Production, by: 0.2}", False, "6.4, version 1 has 6.5"),
        ("{metric: rmse, better_than: Production, by: 1%}", True, "6.4, version 1 has 6.5"),
        ("{metric: rmse, better_than: Production, by: 2%}", False, "6.4, version 1 has 6.5"),
        ("{metric: rmse, no_worse_than: Production}", True, "6.4, version 1 has 6.5"),
        ("{metric: val_auc, no_worse_than: Production}", False, "0.8, version 1 has 0.9"),
        (
            "{metric: val_auc, no_worse_than: Production, tolerance: 0.1}",
            True,
            "0.8, version 1 has 0.9",
        ),
        (
            "{metric: rmse, no_worse_than: Production, direction: max}",
            False,
            "6.4, version 1 has 6.5",
        ),
        ("{metric: rmse, better_than: '1'}", True, "6.4, version 1 has 6.5"),
        ("{metric: rmse, better_than: '@champion'}", True, "6.4; no version is @champion: nothing to compare with"),
        ("{metric: rmse, no_worse_than: Staging}", True, "6.4; it is Staging itself"),
        ("{param: alpha}", True, "1"),
        ("{param: alpha, equals: 1.0}", True, "1"),
        ("{param: alpha, one_of: [0.1, 0.2]}", False, "1"),
        ("{param: alpha, min: 2}", False, "1"),
        ("{param: beta}", False, "not set"),
        ("{tag: reviewed}", False, "not set"),
        ("signature: present", False, "none"),
        ("input_example: present", False, "none"),
        ("{dataset: eval}", False, "not logged"),
        ("git: clean", False, "no commit recorded"),
        ("card: complete", False, "there is no card"),
        ("licence: MIT", False, "none"),
        ("{in_stage: Staging, days: 3}", True, "99.5 days"),
        ("{in_stage: Staging, days: 100}", False, "99.5 days"),
        ("{in_stage: Production, days: 1}", False, "0.0 days"),
        ("after: Staging", True, "Staging"),
        ("after: [None]", False, "Staging"),
        ("{repeats: seed, min: 2}", False, "0 in 1 runs"),
        ("{python: fairness}", False, "not installed"),
    ],
)  # fmt: skip
def test_a_gate_decides(project, written, passed, got):
    """What was found stands beside the verdict."""
    result = judge(project, written)

    assert (result.passed, result.got.replace("99.0", "99.5")) == (passed, got)


def test_equal_up_to_rounding_is_no_worse(project):
    """6.4 + 0.1 is not quite 6.5 to a computer; nobody is stopped for that."""
    project.register(3, metrics={"rmse": 6.5 + 0.1})

    assert judge(
        project, "{metric: rmse, no_worse_than: Production, tolerance: 0.1}", version=3
    ).passed
    assert not judge(project, "{metric: rmse, better_than: Production}", version=1).got.startswith(
        "x"
    )


def test_a_metric_that_is_no_number_fails(project):
    """NaN satisfies no bound and beats nothing."""
    project.register(3, metrics={"rmse": float("nan")})

    for gate in ("{metric: rmse}", "{metric: rmse, max: 9}", "{metric: rmse, no_worse_than: 1}"):
        result = judge(project, gate, version=3)
        assert (result.passed, result.got) == (False, "nan")


@pytest.mark.parametrize(
    ("value", "current", "passed"),
    [
        (float("inf"), 6.5, (False, False)),
        (6.5, float("inf"), (True, True)),
        (float("inf"), float("inf"), (False, True)),
        (float("-inf"), 6.5, (True, True)),
        (6.5, float("-inf"), (False, False)),
        (6.5, float("nan"), (False, False)),
        (-1.7e308, 1.7e308, (True, True)),
        (1.7e308, -1.7e308, (False, False)),
    ],
)
@pytest.mark.parametrize("margin", ["0", "2", "5%"])
def test_a_metric_without_bounds_is_compared_as_what_it_is(project, value, current, passed, margin):
    """An error that became infinite is worse than any number, whatever a gate tolerates."""
    project.register(3, metrics={"rmse": current})
    project.register(4, metrics={"rmse": value})

    beats = judge(project, f"{{metric: rmse, better_than: '3', by: {margin}}}", version=4)
    keeps = judge(project, f"{{metric: rmse, no_worse_than: '3', tolerance: {margin}}}", version=4)

    assert (beats.passed, keeps.passed) == passed


def test_a_metric_without_a_direction_needs_one(project):
    """Which is better is never guessed."""
    project.register(3, metrics={"zeta": 1.0})
    project.register(4, metrics={"zeta": 2.0})

    unknown = judge(project, "{metric: zeta, better_than: '3'}", version=4)
    known = judge(project, "{metric: zeta, better_than: '3', direction: max}", version=4)

    assert unknown.got == "2, version 3 has 1; which is better is not known"
    assert unknown.hint == "add `direction: min` or `direction: max` to the gate"
    assert known.passed


def test_code_data_and_signature_are_looked_up_in_the_run(project):
    """What training recorded decides."""
    clean = SourceRecord(git_commit="c" * 40, git_dirty=False)
    data = [InputRecord("taxi", "d1", "eval")]
    project.register(3, source=clean, inputs=data, signature="{}")
    project.register(4, source=SourceRecord(git_commit="c" * 40, git_dirty=True), inputs=data)

    assert judge(project, "git: clean", version=3).got == "commit cccccccccc"
    assert judge(project, "git: clean", version=3).passed
    dirty = judge(project, "git: clean", version=4)
    assert (dirty.passed, dirty.got) == (False, "commit cccccccccc and uncommitted changes")
    assert judge(project, "signature: present", version=3).passed
    assert judge(project, "{dataset: taxi}", version=3).got == "d1"
    assert judge(project, "{dataset: eval, same_as: 4}", version=3).passed
    other = judge(project, "{dataset: eval, same_as: 1}", version=3)
    assert (other.passed, other.got) == (False, "d1, version 1 did not log it")


def test_repeats_are_counted_over_nested_runs(project):
    """Five seeds are five runs under one."""
    project.register(3)
    for seed in range(5):
        project.log(30 + seed, parent_run_id=f"{3:032x}", params={"seed": str(seed % 3)})

    result = judge(project, "{repeats: seed, min: 3}", version=3)

    assert (result.passed, result.got) == (True, "3 in 5 runs")


def test_the_card_is_read(project):
    """A complete card and its licence open their gates; what is missing is said."""
    cards = project.folder / "cards"
    cards.mkdir()
    sections = "\n".join(f"## {title}\n\nYes.\n" for title in project.config.cards.required)
    meta = "---\nlicense: MIT\nowner: Ada\ncontact: ada@example.org\n---\n"
    (cards / "m.md").write_text(meta + sections)

    assert judge(project, "card: complete").got == "complete"
    assert judge(project, "licence: [mit, Apache-2.0]").passed
    assert not judge(project, "licence: Apache-2.0").passed
    (cards / "m.md").write_text(meta + sections.replace("Yes.", "TODO"))
    assert not judge(project, "card: complete").passed


def test_a_teams_own_gate_is_called_with_what_it_needs(project, monkeypatch):
    """An entry point answers with a verdict and what it found; its failure is a failed gate."""
    seen: list[GateInput] = []

    def fair(given: GateInput) -> tuple[bool, str]:
        seen.append(given)
        return float(given.options["limit"]) > 0.05, "0.05 apart"

    def broken(given: GateInput) -> bool:
        raise KeyError("group")

    class Point(EntryPoint):
        def load(self):
            return {"fair": fair, "broken": broken}[self.name]

    points = [Point(name, "x:y", gates_module.ENTRY_POINTS) for name in ("fair", "broken")]
    monkeypatch.setattr(gates_module, "entry_points", lambda group: points)

    result = judge(project, "{python: fair, with: {limit: 0.1}}")
    failed = judge(project, "{python: broken}")
    unknown = judge(project, "{python: other}")

    assert (result.passed, result.got) == (True, "0.05 apart")
    assert seen[0].model == "m"
    assert seen[0].run.run_id == f"{2:032x}"
    assert seen[0].current is not None
    assert seen[0].current.run_id == f"{1:032x}"
    assert seen[0].model_folder.name == "model"
    assert (failed.passed, failed.got) == (False, "KeyError: 'group'")
    assert unknown.hint == ("install the package that has it; found in runsite.gates: broken, fair")


def test_without_history_the_past_is_not_known(project, tmp_path):
    """A copy without Git cannot say how long a version was anywhere: the gate stays shut."""
    lone = tmp_path / "lone.yaml"
    lone.write_bytes(project.registry.read_bytes())
    project.add_gates("{in_stage: Staging, days: 1}")
    registry = load_registry(project.registry)
    evidence = Evidence(registry, lone, project.store, project.config, NOW)
    model = registry.models["m"]
    subject = Subject(model, model.get_version(2), "Production", "Staging")

    (result,) = judge_gates(model.gates["Production"], subject, evidence)

    assert (result.passed, result.got) == (False, "the registry's history is not there")


def test_failures_come_first(project):
    """A reviewer reads what is wrong before what is right."""
    project.add_gates("{metric: rmse, max: 7}", "{metric: mae, max: 7}", "{param: alpha}")
    registry = load_registry(project.registry)
    evidence = Evidence(registry, project.registry, project.store, project.config, NOW)
    model = registry.models["m"]
    gates: tuple[Gate, ...] = model.gates["Production"]

    results = judge_gates(gates, Subject(model, model.get_version(2), "Production"), evidence)

    assert [result.passed for result in results] == [False, True, True]
