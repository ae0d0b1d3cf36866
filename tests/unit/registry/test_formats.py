"""Problems as text, annotations, JSON and SARIF: what programs read is what was found."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.registry.codes import CODES
from runsite.registry.formats import format_github, format_json, format_sarif, format_text
from runsite.registry.problems import Problem, Severity

FOUND = (
    Problem("unknown-stage", "unknown stage 'Stagging'", "use one of: Staging", 8, 7),
    Problem("missing-store", "there is no store at 'runs'"),
    Problem(
        "card-field",
        "no 'owner'",
        "write it",
        1,
        1,
        severity=Severity.WARNING,
        file="cards/a b.md",
    ),
)
HOSTILE = st.text(max_size=40) | st.sampled_from(
    [
        "a\n::set-output name=x::y",
        "a\r\n::error file=b::c",
        "%0A::warning::x",
        "\x1b]8;;https://example.org\x1b\\x",
        "\x1b[2J\x07\x9b31m",
        "a,line=9::b",
        "##[command]x",
        "\u202egnp.exe",
        "\ud800",
    ]
)


def test_text_is_one_paragraph_a_problem():
    """Place, severity, message; then hint and code."""
    assert format_text(FOUND, name="registry.yaml") == (
        "registry.yaml:8:7: error: unknown stage 'Stagging'\n"
        "    hint: use one of: Staging\n"
        "    code: unknown-stage\n"
        "registry.yaml: error: there is no store at 'runs'\n"
        "    code: missing-store\n"
        "cards/a b.md:1:1: warning: no 'owner'\n"
        "    hint: write it\n"
        "    code: card-field\n"
    )


def test_annotations_are_workflow_commands():
    """GitHub shows each at its line; one without a line stands at the file."""
    assert format_github(FOUND, name="sub/registry.yaml") == (
        "::error file=sub/registry.yaml,title=unknown-stage,line=8,col=7::"
        "unknown stage 'Stagging'%0Ahint: use one of: Staging\n"
        "::error file=sub/registry.yaml,title=missing-store::there is no store at 'runs'\n"
        "::warning file=cards/a b.md,title=card-field,line=1,col=1::no 'owner'%0Ahint: write it\n"
    )


def test_json_has_counts_and_every_field():
    """What has no place has null for it."""
    told = json.loads(format_json(FOUND, name="registry.yaml"))
    assert (told["errors"], told["warnings"]) == (2, 1)
    assert told["problems"][0] == {
        "code": "unknown-stage",
        "severity": "error",
        "message": "unknown stage 'Stagging'",
        "hint": "use one of: Staging",
        "file": "registry.yaml",
        "line": 8,
        "column": 7,
    }
    assert told["problems"][1]["line"] is None
    assert told["problems"][2]["file"] == "cards/a b.md"
    assert json.loads(format_json((), name="x")) == {"errors": 0, "warnings": 0, "problems": []}


def test_sarif_has_what_code_scanning_asks_for():
    """Version, driver, a rule for each code, and a result with a level and a region."""
    log = json.loads(format_sarif(FOUND, name="registry.yaml", version="1.2.3"))
    assert log.keys() == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run.keys() == {"tool", "columnKind", "results"}
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("runsite", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == [
        "card-field",
        "missing-store",
        "unknown-stage",
    ]
    assert {rule["shortDescription"]["text"] for rule in driver["rules"]} == {
        CODES[problem.code] for problem in FOUND
    }
    assert run["results"][0] == {
        "ruleId": "unknown-stage",
        "level": "error",
        "message": {"text": "unknown stage 'Stagging' (use one of: Staging)"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "registry.yaml"},
                    "region": {"startLine": 8, "startColumn": 7},
                }
            }
        ],
    }
    # A result without a region is shown nowhere: it stands at the top of its file.
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert places[1]["region"] == {"startLine": 1, "startColumn": 1}
    assert places[2]["artifactLocation"] == {"uri": "cards/a%20b.md"}
    empty = json.loads(format_sarif((), name="registry.yaml", version="1"))
    assert empty["runs"][0]["results"] == []


def test_a_path_that_is_absolute_becomes_a_file_uri(tmp_path):
    """SARIF knows no bare absolute paths."""
    log = json.loads(format_sarif(FOUND, name=str(tmp_path / "ö.yaml"), version="1"))
    uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(uri["uri"]) == f"file://{tmp_path}/ö.yaml"


@pytest.mark.parametrize("write", [format_text, format_github])
@given(message=HOSTILE, hint=HOSTILE, name=HOSTILE)
def test_no_value_acts_on_a_terminal_or_a_runner(write, message, hint, name):
    """Nothing that is written starts a line of its own, a command or an escape sequence."""
    problems = (Problem("bad-name", message, hint, 1, 2, file=name),)

    text = write(problems, name="registry.yaml")

    assert text.replace("\n", "").isprintable()
    lines = text.splitlines()
    if write is format_github:
        (line,) = lines
        assert re.fullmatch(r"::error file=[^,:]*,title=bad-name,line=1,col=2::.*", line)
    else:
        assert len(lines) == 2 + bool(hint)
        assert not any(line.startswith(("::", "##[")) for line in lines[1:])


@given(message=HOSTILE, hint=HOSTILE, name=HOSTILE)
def test_every_value_survives_in_json_and_sarif(message, hint, name):
    """Programs get what was found, whatever it holds."""
    problems = (Problem("bad-name", message, hint, 1, 2),)
    (told,) = json.loads(format_json(problems, name=name))["problems"]
    assert (told["message"], told["hint"], told["file"]) == (message, hint, name)
    (result,) = json.loads(format_sarif(problems, name="r.yaml", version="1"))["runs"][0]["results"]
    assert result["message"]["text"].startswith(message)
