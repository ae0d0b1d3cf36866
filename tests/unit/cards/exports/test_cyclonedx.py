from __future__ import annotations

import dataclasses
import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from runsite.cards.exports.cyclonedx import format_cyclonedx
from support.cards import CARD_TEXT, RUN_IDS, make_card, make_facts, make_runs


@pytest.fixture(scope="module")
def validator():
    return JsonStrictValidator(SchemaVersion.V1_6)


def test_the_document_is_valid(validator):
    """The strict validator of the standard's own library has nothing to say."""
    for card in (make_card(), None):
        for version in (1, 2):
            text = format_cyclonedx(make_facts(version=version), card=card)
            assert validator.validate_str(text) is None
    assert (
        validator.validate_str(format_cyclonedx(make_facts(runs={}, estimates=()), card=None))
        is None
    )


def test_the_validator_can_object(validator):
    """The check can fail: a member that the standard does not have is noticed."""
    document = json.loads(format_cyclonedx(make_facts(), card=make_card()))
    document["metadata"]["component"]["modelCard"]["mood"] = "good"
    assert validator.validate_str(json.dumps(document)) is not None


def test_the_model_is_the_component_that_the_document_describes():
    """Name, version, licence, owner, files with hashes, libraries as dependencies."""
    document = json.loads(format_cyclonedx(make_facts(), card=make_card()))
    model = document["metadata"]["component"]
    assert (model["type"], model["name"], model["version"]) == (
        "machine-learning-model",
        "nyc-taxi-regressor",
        "2",
    )
    assert model["licenses"] == [{"expression": "Apache-2.0"}]
    assert model["manufacturer"] == {"name": "Fleet team"}
    assert [f["name"] for f in model["components"]] == [
        "MLmodel",
        "model.ubj",
        "input_example.json",
    ]
    assert all(f["hashes"][0]["alg"] == "SHA-256" for f in model["components"])
    assert [c["purl"] for c in document["components"]] == [
        "pkg:pypi/scikit-learn@1.9.1",
        "pkg:pypi/xgboost@3.2.0",
    ]
    assert document["dependencies"] == [
        {"ref": "model", "dependsOn": ["library:scikit_learn", "library:xgboost"]}
    ]
    assert model["externalReferences"] == [{"type": "vcs", "url": "https://git.example.org/taxi"}]


def test_the_model_card_holds_metrics_data_and_considerations():
    """What the standard has a place for stands there, filled from facts and words."""
    document = json.loads(format_cyclonedx(make_facts(), card=make_card()))
    card = document["metadata"]["component"]["modelCard"]
    assert card["modelParameters"]["task"] == "tabular-regression"
    assert [d["name"] for d in card["modelParameters"]["datasets"]] == [
        "green-2021-01",
        "green-2021-02",
    ]
    assert card["quantitativeAnalysis"]["performanceMetrics"][1] == {
        "type": "rmse",
        "value": "6.61",
        "slice": "test",
        "confidenceInterval": {"lowerBound": "6.5", "upperBound": "6.72"},
    }
    use = "Planning shifts of drivers. The typical error is 6.5 minutes, measured on 61,921 trips"
    assert card["considerations"] == {
        "useCases": [f"{use}; version 1 had 6.61."],
        "technicalLimitations": [
            "Trips of less than 1 or more than 60 minutes were left out.",
            "Pricing of single trips.",
            "Cities other than New York.",
        ],
        "ethicalConsiderations": [
            {"name": "Pick-up zones stand for neighbourhoods: errors differ between them."}
        ],
    }


def test_the_same_version_gives_the_same_document():
    """Nothing in it depends on when or where it was made; another version has another number."""
    first, again = (format_cyclonedx(make_facts(), card=make_card()) for _ in range(2))
    assert first == again
    numbers = {
        json.loads(format_cyclonedx(make_facts(version=v), card=None))["serialNumber"]
        for v in (1, 2)
    }
    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("license_text", "licenses"),
    [
        ("mit", [{"expression": "MIT"}]),
        ("Apache-2.0 OR MIT", [{"expression": "Apache-2.0 OR MIT"}]),
        ("other", [{"license": {"name": "other"}}]),
        ("our own terms", [{"license": {"name": "our own terms"}}]),
    ],
)
def test_a_licence_is_an_expression_where_it_is_one(validator, license_text, licenses):
    """SPDX ids come in their own spelling, everything else by name."""
    card = make_card(CARD_TEXT.replace("license: apache-2.0", f"license: {license_text}"))
    text = format_cyclonedx(make_facts(), card=card)
    assert json.loads(text)["metadata"]["component"]["licenses"] == licenses
    assert validator.validate_str(text) is None


@pytest.mark.parametrize(
    "remote", ["git@github.com:org/repo.git", "javascript:alert(1)", "https://[", "x y", ""]
)
def test_hostile_facts_leave_a_valid_document(validator, remote):
    """Names, versions and addresses that no standard foresaw break nothing."""
    runs = make_runs()
    run = runs[RUN_IDS[1]]
    odd = "a b/c@d\n<é\u202e\u0007>"
    runs[RUN_IDS[1]] = dataclasses.replace(
        run,
        params={odd: odd},
        inputs=tuple(dataclasses.replace(i, name=odd, digest=odd) for i in run.inputs),
        source=dataclasses.replace(run.source, git_remote=remote, packages={odd: odd}),
        artifacts=tuple(dataclasses.replace(a, sha256="none") for a in run.artifacts),
    )
    text = format_cyclonedx(make_facts(runs=runs, repository_url=""), card=None)
    assert validator.validate_str(text) is None
    assert "externalReferences" not in json.loads(text)["metadata"]["component"]
