from __future__ import annotations

import pytest

from runsite.registry.document import parse_document
from runsite.registry.gates import (
    CardGate,
    DatasetGate,
    DurationGate,
    GitGate,
    LicenceGate,
    Margin,
    MetricGate,
    PathGate,
    PresenceGate,
    PythonGate,
    RepeatsGate,
    ValueGate,
)
from runsite.registry.parse import parse_registry

START = (
    "start it with one of: metric, param, tag, signature, input_example, dataset, git, card,"
    " licence, in_stage, after, repeats, python"
)


def read(gate: str):
    text = f"format: 1\nmodels:\n  m:\n    gates:\n      Production:\n        - {gate}\n"
    parsed = parse_registry(parse_document(text))
    return parsed.registry.models["m"].gates.get("Production", ()), parsed.problems


@pytest.mark.parametrize(
    ("written", "gate", "said"),
    [
        ("{metric: rmse, max: 6.5}", MetricGate("rmse", max=6.5), "rmse at most 6.5"),
        (
            "{metric: val/auc, min: .5, max: 1, of: max}",
            MetricGate("val/auc", of="max", min=0.5, max=1.0),
            "max of val/auc at least 0.5 and at most 1",
        ),
        (
            "{metric: rmse, no_worse_than: Production, tolerance: 0.02}",
            MetricGate("rmse", no_worse_than="Production", margin=Margin(0.02)),
            "rmse no worse than Production by more than 0.02",
        ),
        (
            "{metric: x, better_than: '@champion', by: 2%, direction: max}",
            MetricGate(
                "x", better_than="@champion", margin=Margin(2, percent=True), direction="max"
            ),
            "x better than @champion by 2%",
        ),
        ("{metric: rmse}", MetricGate("rmse"), "rmse logged"),
        ("{param: alpha}", ValueGate("param", "alpha"), "param alpha set"),
        (
            "{param: alpha, one_of: [0.1, 1]}",
            ValueGate("param", "alpha", one_of=("0.1", "1")),
            "param alpha 0.1 or 1",
        ),
        (
            "{tag: reviewed, equals: yes}",
            ValueGate("tag", "reviewed", one_of=("yes",)),
            "tag reviewed yes",
        ),
        ("signature: present", PresenceGate("signature"), "signature present"),
        ("input_example: present", PresenceGate("input_example"), "input example present"),
        (
            "{dataset: eval, same_as: 2}",
            DatasetGate("eval", "2"),
            "dataset eval the same as 2's",
        ),
        ("git: clean", GitGate(), "committed code"),
        ("card: complete", CardGate(), "complete model card"),
        ("licence: present", LicenceGate(), "licence named"),
        (
            "licence: [MIT, Apache-2.0]",
            LicenceGate(("MIT", "Apache-2.0")),
            "licence MIT or Apache-2.0",
        ),
        ("{in_stage: Staging, days: 3}", DurationGate("Staging", 3.0), "3 days in Staging"),
        ("after: Staging", PathGate(("Staging",)), "comes from Staging"),
        ("{repeats: seed, min: 5}", RepeatsGate("seed", 5), "5 repeats over seed"),
        (
            "{python: fairness, with: {limit: 0.1}}",
            PythonGate("fairness", {"limit": "0.1"}),
            "check fairness",
        ),
    ],
)
def test_a_gate_is_read_and_says_what_it_needs(written, gate, said):
    """Every kind of gate has one spelling in the file and one sentence for people."""
    gates, problems = read(written)

    assert problems == ()
    assert gates == (gate,)
    assert str(gates[0]) == said


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        (
            "{max: 3}",
            "a gate does not say what it looks at",
            START,
        ),
        (
            "{metric: a, param: b}",
            "a gate names metric and param",
            START,
        ),
        ("{metrik: a}", "unknown field 'metrik' in a gate", "did you mean 'metric'?"),
        ("{metric: a, days: 3}", "a gate on metric has no field 'days'", None),
        ("{git: clean, max: 3}", "a gate on git has no field 'max'", "remove it"),
        ("git: dirty", "'dirty' is nothing that git can be", "write `git: clean`"),
        ("{metric: a, max: many}", "max must be a number, not 'many'", "write `max: 6.5`"),
        ("{metric: a, max: 1e999}", "max must be a number, not '1e999'", "write `max: 6.5`"),
        ("{repeats: seed, min: 1e999}", "min must be a number, not '1e999'", None),
        (
            "{metric: a, no_worse_than: Staging, tolerance: 1e999%}",
            "tolerance must be a number from 0, or a percentage, not '1e999%'",
            "write `tolerance: 0.02` or `tolerance: 2%`",
        ),
        ('{metric: a, max: "3"}', "max must be a number, not '3'", "write `max: 6.5`"),
        ("{metric: a, of: mean}", "'mean' is nothing that of can be", "use one of: last, min, max"),
        (
            "{metric: a, tolerance: 0.1}",
            "'tolerance' belongs to 'no_worse_than'",
            "add `no_worse_than: …`",
        ),
        (
            "{metric: a, no_worse_than: Staging, tolerance: -1}",
            "tolerance must be a number from 0, or a percentage, not '-1'",
            "write `tolerance: 0.02` or `tolerance: 2%`",
        ),
        (
            "{metric: a, no_worse_than: Prod}",
            "unknown stage 'Prod' in a gate",
            "use one of: Staging, Production, Archived; a version's number; or @ and an alias",
        ),
        (
            "{in_stage: Staging}",
            "a gate on time needs days above 0",
            "write `days: 3`",
        ),
        ("{repeats: seed}", "a gate on repeats needs how many", "write `min: 5`"),
        ("metric:", "a gate on metric needs a value", "write `metric: …`"),
        ("just text", "a gate must be a mapping", "write it as `name: value` lines"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(written, message, hint):
    """A gate that would never stop anything by mistake is an error, with its place."""
    _gates, problems = read(written)

    assert problems[0].message == message
    assert problems[0].line == 6
    assert hint is None or problems[0].hint == hint


def test_gates_of_a_stage_that_is_none_are_refused():
    """Gates stand under the stage that they guard."""
    text = "format: 1\nmodels: {m: {gates: {Prod: [{git: clean}]}}}\n"

    (problem,) = parse_registry(parse_document(text)).problems

    assert problem.message == "unknown stage 'Prod' in the gates of model 'm'"
