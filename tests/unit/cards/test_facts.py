from __future__ import annotations

import dataclasses

import pytest

from runsite.cards.facts import CardSources, Estimate, assemble_facts, split_metric_key
from support.cards import MODEL, RUN_IDS, make_facts, make_model, make_runs


def test_the_identity_is_the_registrys():
    """Name, number, stage, aliases, digest and who registered it come from the registry."""
    identity = make_facts().identity
    assert (identity.model, identity.version, identity.stage) == (MODEL, 2, "Staging")
    assert (identity.aliases, identity.registered_by) == (("champion",), "moshifa")
    assert identity.digest == "sha256:" + "2" * 64
    assert identity.flavors == ("python_function", "xgboost")
    assert (identity.description, identity.model_description) == (
        "Depth 29",
        "Trip duration in minutes",
    )


def test_files_are_those_of_the_model_and_plots_are_the_runs_pictures():
    """The card lists what is in the model's folder, and the pictures beside it."""
    facts = make_facts()
    assert [f.path for f in facts.files] == ["MLmodel", "model.ubj", "input_example.json"]
    assert [f.path for f in facts.plots] == ["plots/importance.png"]
    assert facts.size_bytes == sum(f.size_bytes for f in facts.files)


def test_metrics_have_split_slice_interval_and_direction():
    """What an evaluation measured stands beside what the run logged, each with its data."""
    rows = [
        (m.name, m.split, m.slice, m.value, m.low, m.high, m.direction)
        for m in make_facts().metrics
    ]
    assert rows == [
        ("rmse", "", "", pytest.approx(6.51), None, None, "min"),
        ("rmse", "test", "", 6.61, 6.5, 6.72, "min"),
        ("rmse", "test", "borough=Queens", 7.9, 7.5, 8.3, "min"),
        ("mae", "train", "", 4.2, None, None, "min"),
    ]


def test_an_evaluations_metric_replaces_the_runs_of_the_same_split():
    """One metric on one part of the data stands once, with the interval that is known."""
    facts = make_facts(estimates=(Estimate("training-mae", 4.2, split="train", low=4.1, high=4.3),))
    assert [(m.name, m.low) for m in facts.metrics if m.split == "train"] == [("mae", 4.1)]


@pytest.mark.parametrize(
    ("key", "split", "name"),
    [
        ("validation_0-rmse", "validation", "rmse"),
        ("training_r2_score", "train", "r2_score"),
        ("val/auc", "validation", "auc"),
        ("test.f1", "test", "f1"),
        ("rmse", "", "rmse"),
        ("tester_rmse", "", "tester_rmse"),
        ("train", "", "train"),
        ("eval_", "", "eval_"),
    ],
)
def test_the_split_is_read_from_a_metrics_key(key, split, name):
    """Names that libraries give to metrics tell what they were measured on."""
    assert split_metric_key(key) == (split, name)


def test_the_signature_names_inputs_and_outputs():
    """Columns with their types, tensors with their shapes."""
    signature = make_facts().signature
    assert [(f.name, f.type) for f in signature.inputs] == [
        ("PULocationID_DOLocationID", "string"),
        ("trip_distance", "double"),
    ]
    assert [(f.name, f.type) for f in signature.outputs] == [("#0", "float64 (any)")]


def test_another_tools_signature_is_kept_as_text():
    """A signature that cannot be read loses nothing and breaks nothing."""
    runs = make_runs()
    model = dataclasses.replace(runs[RUN_IDS[1]].models[0], signature="not json")
    runs[RUN_IDS[1]] = dataclasses.replace(runs[RUN_IDS[1]], models=(model,))
    signature = make_facts(runs=runs).signature
    assert (signature.inputs, signature.text) == ((), "not json")


def test_the_snippet_calls_the_model_with_its_example():
    """A reader can copy the lines: they are Python, and the example is in them."""
    snippet = make_facts().snippet
    compile(snippet, "snippet", "exec")
    columns = "['PULocationID_DOLocationID', 'trip_distance']"
    assert snippet.split("\n") == [
        "import pandas",
        "import runsite",
        "",
        "model = runsite.pyfunc.load_model('models:/nyc-taxi-regressor/2')",
        f"data = pandas.DataFrame([['74_75', 3.2]], columns={columns})",
        "model.predict(data)",
        "",
    ]


@pytest.mark.parametrize("example", ["", "{", "[" * 5000, '"' + "x" * 5000 + '"', '{"columns": 3}'])
def test_the_snippet_is_python_whatever_the_example(example):
    """An example that is too long or broken is left out."""
    snippet = make_facts(example=example).snippet
    compile(snippet, "snippet", "exec")
    assert snippet.endswith("model.predict(data)\n")


def test_a_hostile_model_name_stays_inside_its_string():
    """A name cannot add a line to the snippet."""
    model = dataclasses.replace(make_model(), name="x')\nimport os  # '")
    facts = assemble_facts(model, model.versions[0], sources=CardSources())
    lines = facts.snippet.strip().split("\n")
    assert lines[2] == "model = runsite.pyfunc.load_model(\"models:/x')\\nimport os  # '/1\")"


def test_facts_without_the_run_are_the_registrys_alone():
    """A run that the store does not have leaves a card that says so, and no error."""
    facts = make_facts(runs={}, estimates=(), example="")
    assert (facts.run, facts.metrics, facts.files, facts.changes) == (None, (), (), ())
    assert facts.identity.run_id == RUN_IDS[1]
