from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runsite.registry.document import parse_document
from runsite.registry.parse import parse_registry
from runsite.registry.problems import make_error
from runsite.registry.reading import MAX_PROBLEMS
from support.registries import DIGEST, REGISTRY


def parse(text: str):
    return parse_registry(parse_document(text))


def found(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.line, p.column) for p in parse(text).problems]


def with_version(lines: str) -> str:
    return f"format: 1\nmodels:\n  m:\n    versions:\n      - version: 1\n{lines}"


GOOD = f"""\
        run: "0193"
        artifact: model
        digest: "{DIGEST}"
        registered_at: "2026-11-23T03:12:00Z"
"""


def test_a_registry_is_read_whole():
    """Everything that the file says is in the records."""
    parsed = parse(REGISTRY)

    assert parsed.problems == ()
    model = parsed.registry.models["nyc-taxi-regressor"]
    assert model.description == "Trip duration in minutes"
    assert model.stages == {"Production": 1, "Staging": 2}
    assert model.aliases == {"champion": 1}
    assert [v.version for v in model.versions] == [1, 2]
    assert model.versions[1].run == "0193a5c0e9b97c5f8d3f6f0c8a7b6e22"
    assert model.versions[1].registered_at == datetime(2026, 11, 24, 3, 12, tzinfo=UTC)
    assert model.versions[1].description == "Depth 30, no early stopping"
    assert [model.stage_of(n) for n in (1, 2)] == ["Production", "Staging"]
    assert model.aliases_of(1) == ("champion",)


def test_an_empty_registry_has_no_models_and_no_problems():
    """A file of comments, or of a format alone, is a sound registry."""
    for text in (
        "",
        "# none yet\n",
        "format: 1\n",
        "format: 1\nmodels:\n",
        "format: 1\nmodels: {}",
    ):
        parsed = parse(text)
        assert (dict(parsed.registry.models), parsed.problems) == ({}, ())


def test_archived_versions_are_marked_in_the_version_or_listed_under_stages():
    """Both ways of writing it are read; the mark is what runsite writes."""
    versions = "".join(f"      - version: {n}\n{GOOD}" for n in (1, 2, 3))
    text = f"format: 1\nmodels:\n  m:\n    stages: {{Archived: [1, 3]}}\n    versions:\n{versions}"
    marked = text.replace("    stages: {Archived: [1, 3]}\n", "").replace(
        "version: 2\n", "version: 2\n        archived: true\n"
    )

    assert [v.archived for v in parse(text).registry.models["m"].versions] == [True, False, True]
    assert parse(text).registry.models["m"].stage_of(3) == "Archived"
    assert parse(text.replace("[1, 3]", "2")).registry.models["m"].stage_of(2) == "Archived"
    assert [v.archived for v in parse(marked).registry.models["m"].versions] == [False, True, False]
    assert parse(text).problems == parse(marked).problems == ()


def test_anchors_and_merges_are_followed():
    """What several models share can be written once."""
    text = f"""\
format: 1
x-tags: &tags {{team: taxi, tier: "1"}}
models:
  a:
    tags: *tags
    versions: &list
      - version: 1
{GOOD}  b:
    tags: {{<<: *tags, tier: "2"}}
    versions: *list
"""
    parsed = parse(text)

    assert parsed.problems == ()
    assert parsed.registry.models["a"].tags == {"team": "taxi", "tier": "1"}
    assert parsed.registry.models["b"].tags == {"team": "taxi", "tier": "2"}
    assert parsed.registry.models["b"].versions == parsed.registry.models["a"].versions


def test_a_teams_own_stages_replace_the_usual_ones():
    """``stages:`` at the top lists what a version can hold besides Archived."""
    text = REGISTRY.replace("format: 1\n", "format: 1\nstages: [Canary, Production]\n")

    parsed = parse(text)

    assert parsed.registry.stages == ("Canary", "Production")
    assert [p.message for p in parsed.problems] == [
        "unknown stage 'Staging' for model 'nyc-taxi-regressor'"
    ]
    assert parsed.problems[0].hint == "use one of: Canary, Production, Archived"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("models: {}\n", [("missing-field", 1, 1)]),
        ("format: 2\n", [("format-version", 1, 9)]),
        ("format: 1\nmodels: [a]\n", [("wrong-type", 2, 9)]),
        ("- a\n", [("wrong-type", 1, 1)]),
        ("format: 1\nmodel: {}\n", [("unknown-field", 2, 1)]),
        ("format: 1\nmodels: {a/b: {}}\n", [("bad-name", 2, 10)]),
        ("format: 1\nmodels: {m: {stages: {Prod: 1}}}\n", [("unknown-stage", 2, 23)]),
        ("format: 1\nmodels: {m: {stages: {Staging: 1}}}\n", [("missing-version", 2, 32)]),
        ("format: 1\nmodels: {m: {aliases: {a: 1}}}\n", [("missing-version", 2, 27)]),
        ("format: 1\nmodels: {m: {aliases: {v1: x}}}\n", [("bad-name", 2, 24), ("wrong-type", 2, 28)]),
        ("format: 1\nstages: [Production, production]\n", [("bad-name", 2, 22)]),
        ("format: 1\nstages: [None]\n", [("bad-name", 2, 10)]),
        (with_version(GOOD), []),
        (with_version(GOOD.replace('"0193"', "12e4567")), [("unquoted", 6, 14)]),
        (with_version(GOOD.replace('"0193"', "a193")), [("unquoted", 6, 14)]),
        (with_version(GOOD.replace('"0193"', '""')), [("missing-field", 6, 14)]),
        (with_version(GOOD.replace("0193", "../../x")), [("bad-run", 6, 14)]),
        (with_version(GOOD.replace("artifact", "artefact")), [("missing-field", 5, 9), ("unknown-field", 7, 9)]),
        (with_version(GOOD.replace("model", "../x", 1)), [("bad-path", 7, 19)]),
        (with_version(GOOD.replace("sha256:5", "sha256:")), [("bad-digest", 8, 17)]),
        (with_version(GOOD.replace("03:12", "33:12")), [("bad-time", 9, 24)]),
        (with_version(GOOD.replace("2026-11-23T03:12:00Z", "0001-01-01T00:00:00+23:00")), [("bad-time", 9, 24)]),
        (with_version(GOOD.replace('0Z"', "0Z").replace('"2026', "2026")), [("unquoted", 9, 24)]),
        (with_version(GOOD + "        archived: yes\n"), [("wrong-type", 10, 19)]),
        (with_version(GOOD + "        tags: {a: [1]}\n"), [("wrong-type", 10, 19)]),
        (with_version(GOOD + "      - version: 1\n" + GOOD), [("duplicate-version", 10, 18)]),
        (with_version(GOOD + '      - version: "2"\n' + GOOD), [("wrong-type", 10, 18)]),
        (with_version(GOOD + "      - version: 0x2\n" + GOOD), [("wrong-type", 10, 18)]),
        (with_version(GOOD + "    stages: {Staging: 1, Production: 1}\n"), [("two-stages", 10, 38)]),
        (with_version("        archived: true\n" + GOOD + "    stages: {Staging: 1}\n"), [("archived-pointer", 11, 23)]),
        (with_version("        archived: true\n" + GOOD + "    aliases: {old: 1}\n"), [("archived-pointer", 11, 20)]),
    ],
)  # fmt: skip
def test_each_mistake_has_a_code_and_a_place(text, expected):
    """What a person can get wrong is found where it stands."""
    assert found(text) == expected


@pytest.mark.parametrize(("run", "reading"), [("12e4567", "number"), ("2026-01-02", "timestamp")])
def test_an_id_without_quotes_is_an_error_where_it_reads_as_a_number(run, reading):
    """A bare ``12e4567`` is infinity to a YAML 1.2 reader, though not to every one."""
    (problem,) = parse(with_version(GOOD.replace('"0193"', run))).problems

    assert problem.severity == "error"
    assert problem.message == (
        f"run '{run}' stands without quotes: other readers take it for a {reading}"
    )
    assert problem.hint == f'write run: "{run}"'


def test_all_problems_come_at_once_in_the_order_of_the_file():
    """One run tells everything; the error that stops a command holds it whole."""
    text = REGISTRY.replace("Production: 1 ", "Prod: 1 ").replace("champion: 1", "champion: 7")

    error = make_error(parse(text).problems, name="registry.yaml")

    assert str(error) == (
        "2 problems in registry.yaml:\n"
        "  registry.yaml:7:7: unknown stage 'Prod' for model 'nyc-taxi-regressor'\n"
        "      use one of: Staging, Production, Archived\n"
        "  registry.yaml:10:17: the alias 'champion' of model 'nyc-taxi-regressor' points to"
        " version 7, which is missing\n"
        "      its versions are 1, 2\n"
        "  hint:  runsite check lists every problem"
    )


def test_one_problem_is_told_with_its_place_and_hint():
    """A single problem needs no list around it."""
    text = REGISTRY.replace("Production: 1 ", "Prod: 1 ")

    error = make_error(parse(text).problems, name="registry.yaml")

    assert str(error) == (
        "unknown stage 'Prod' for model 'nyc-taxi-regressor'\n"
        "  where: registry.yaml:7:7\n"
        "  hint:  use one of: Staging, Production, Archived"
    )


def test_problems_without_end_are_cut_and_said_to_be():
    """A file of a hundred thousand mistakes ends in a list that a person can begin with."""
    aliases = "".join(f"      a-{number}: {number}\n" for number in range(1, 12_001))
    text = f"format: 1\nmodels:\n  m:\n    versions: []\n    aliases:\n{aliases}"

    problems = parse_registry(parse_document(text)).problems

    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[0].code == "missing-version"
    assert problems[-1].code == "too-many"
    assert problems[-1].message == "there are more than 10,000 problems: the rest is not listed"


def test_marks_of_conflicts_without_end_are_cut():
    """What is no registry at all needs no complete list."""
    assert len(parse_document("<<<<<<< x\n" * 5000).problems) == 1000
