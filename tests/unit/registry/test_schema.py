from __future__ import annotations

import jsonschema
import pytest
import yaml
from hypothesis import given

from runsite.registry.document import parse_document
from runsite.registry.gate_reading import _FIELDS
from runsite.registry.parse import MODEL_KEYS, TOP_KEYS, VERSION_KEYS, parse_registry
from runsite.registry.schema import make_registry_schema
from support.registries import REGISTRY, written_registries

SCHEMA = make_registry_schema()
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

GATES = """\
format: 1
models:
  trips:
    gates:
      Production:
        - {metric: rmse, max: 6.5}
        - {metric: rmse, no_worse_than: Production, tolerance: 2%}
        - {metric: r2, of: max, better_than: 3, by: 0.02, direction: max}
        - {param: seed, one_of: [1, 2]}
        - {tag: owner}
        - signature: present
        - input_example: present
        - {dataset: eval, same_as: "@champion"}
        - git: clean
        - card: complete
        - licence: [mit, apache-2.0]
        - {in_stage: Staging, days: 3}
        - after: Staging
        - {repeats: seed, min: 5}
        - {python: team-gate, with: {level: high}}
"""


def complaints(text: str, validator: jsonschema.Draft7Validator = VALIDATOR) -> list[str]:
    return [error.json_path for error in validator.iter_errors(yaml.safe_load(text))]


def problems(text: str) -> list[str]:
    return [problem.code for problem in parse_registry(parse_document(text)).errors]


def test_it_is_a_schema():
    """It is valid draft-07."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", [REGISTRY, GATES, "format: 1\n", "format: 1\nmodels:\n"])
def test_what_a_registry_may_hold_is_accepted(text):
    """The schema takes what the parser takes, every kind of gate included."""
    assert problems(text) == []
    assert complaints(text) == []


@given(written_registries())
def test_every_sound_registry_is_accepted(written):
    """No editor marks a registry that a check finds sound."""
    if problems(written.text) == []:
        assert complaints(written.text.removeprefix("\ufeff")) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("format: 2\n", "$.format"),
        ("models: {}\n", "$"),
        ("format: 1\nmodel: {}\n", "$"),
        ("format: 1\nmodels:\n  m:\n    stages: {Prod: 1}\n", "$.models.m.stages"),
        ("format: 1\nmodels:\n  m:\n    stages: {Staging: x}\n", "$.models.m.stages.Staging"),
        ("format: 1\nmodels:\n  m:\n    aliases: {v3: 1}\n", "$.models.m.aliases"),
        ("format: 1\nmodels:\n  a/b: {}\n", "$.models"),
        ("format: 1\nmodels:\n  m:\n    versions: [{version: 1}]\n", "$.models.m.versions[0]"),
        (
            "format: 1\nmodels:\n  m:\n    gates: {Staging: [{metric: a, days: 3}]}\n",
            "$.models.m.gates.Staging[0]",
        ),
    ],
)
def test_what_no_registry_may_hold_is_marked(text, path):
    """A typing error is marked where it stands, and the parser does not take it either."""
    assert problems(text)
    assert path in complaints(text)


def test_a_number_that_lost_its_quotes_is_marked():
    """A run's id that YAML reads as a number is no text."""
    text = REGISTRY.replace('"0193a5c0e9b97c5f8d3f6f0c8a7b6e21"', "1234567")
    assert complaints(text) == ["$.models['nyc-taxi-regressor'].versions[0].run"]


def test_a_teams_own_stages_are_known():
    """A registry that lists its stages may use them, and a schema made for them offers them."""
    text = "format: 1\nstages: [Shadow, Live]\nmodels:\n  m:\n    stages: {Live: 1}\n"
    assert complaints(text) == []
    definitions = make_registry_schema(("Shadow", "Live"))["definitions"]
    assert list(definitions["stages"]["properties"]) == ["Shadow", "Live", "Archived"]


def test_every_field_is_offered():
    """What the parser knows is what an editor completes."""
    definitions = SCHEMA["definitions"]
    assert tuple(SCHEMA["properties"]) == TOP_KEYS
    assert set(definitions["model"]["properties"]) == set(MODEL_KEYS)
    assert set(definitions["version"]["properties"]) == set(VERSION_KEYS)
    offered = {
        kind["required"][0]: set(kind["properties"]) - set(kind["required"])
        for kind in definitions["gate"]["anyOf"]
    }
    assert offered == {kind: set(fields) for kind, fields in _FIELDS.items()}
