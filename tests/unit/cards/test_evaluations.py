from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards.evaluations import find_evaluations, parse_evaluation
from runsite.cards.facts import Estimate

EVALUATION = {
    "kind": "evaluation",
    "model_type": "regressor",
    "dataset": "green-2021-02",
    "rows": 200,
    "confidence": 0.95,
    "metrics": {
        "mean_absolute_error": {"value": 2.1, "low": 1.9, "high": 2.3},
        "max_error": {"value": 30.0},
    },
    "slices": [
        {
            "column": "night",
            "value": "True",
            "rows": 80,
            "metrics": {"mean_absolute_error": 2.6, "example_count": 80.0},
        }
    ],
    "files": ["residuals.json"],
}


def parse(content: object, path: str = "evaluation/evaluation.json") -> tuple[Estimate, ...]:
    return parse_evaluation(json.dumps(content), path=path)


def test_an_evaluation_is_read_with_intervals_and_slices():
    """Value, interval, confidence, rows and the part of the data come back."""
    assert parse(EVALUATION) == (
        Estimate("mean_absolute_error", 2.1, "green-2021-02", "", 1.9, 2.3, 0.95, 200),
        Estimate("max_error", 30.0, "green-2021-02", rows=200),
        Estimate("mean_absolute_error", 2.6, "green-2021-02", "night=True", rows=80),
    )


def test_the_folder_tells_the_prefix_of_the_metrics():
    """An evaluation with a prefix names the metrics as the run does, and their split from it."""
    found = parse(EVALUATION, path="val_evaluation/evaluation.json")
    assert (found[0].key, found[0].split) == ("val_mean_absolute_error", "validation")


def test_only_evaluations_are_picked():
    """Files of other names and folders are none."""
    paths = ["a/evaluation.json", "val_evaluation/evaluation.json", "evaluation/evaluation.json"]
    assert (
        find_evaluations([*paths, "evaluation/roc_curve.json", "evaluation.json"]) == paths[:0:-1]
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        '{"kind": "roc_curve"}',
        '{"kind": "evaluation", "metrics": [1], "slices": {"a": 1}}',
        '{"kind": "evaluation", "metrics": {"a": {"value": null}, "b": {"value": true}, "c": 3}}',
        '{"kind": "evaluation", "metrics": {"a": {"value": 1e999}}, "slices": [null, {"metrics": []}]}',
        f'{{"kind": "evaluation", "metrics": {{"a": {{"value": 1{"0" * 400}}}}}}}',
    ],
)
def test_what_is_no_evaluation_says_nothing(text):
    """Anything can lie under that name; it is passed over without an error."""
    assert parse_evaluation(text, path="evaluation/evaluation.json") == ()


def test_there_is_a_limit():
    """A file with very many slices makes no page without end."""
    part = EVALUATION["slices"][0]
    assert len(parse({**EVALUATION, "slices": [part] * 5_000})) == 2_000


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.text() | st.sampled_from(["metrics", "slices", "value", "rows"]), inner
            )
        ),
    )
)
def test_no_shape_breaks_the_reader(content):
    """Whatever JSON stands where an evaluation should be, estimates or nothing come of it."""
    for estimate in parse({"kind": "evaluation", "metrics": content, "slices": content}):
        assert estimate.value == estimate.value
