"""MLflow's arguments to evaluate, in our terms."""

from __future__ import annotations

import pytest

from runsite.errors import InvalidValueError
from runsite.integrations.evaluation.switches import Switches, read_switches


@pytest.mark.parametrize(
    ("evaluators", "config", "found"),
    [
        (None, None, Switches()),
        ("default", {"metric_prefix": "val_"}, Switches(prefix="val_")),
        (["default"], {"log_model_explainability": False}, Switches(importance=False)),
        (
            ["default"],
            {"default": {"metric_prefix": None, "explainability_nsamples": 9}},
            Switches(),
        ),
    ],
)
def test_the_two_keys_that_mean_something_are_heeded(evaluators, config, found):
    """Flat and nested, as in MLflow; SHAP's settings and the like are passed over."""
    assert read_switches(evaluators, config) == found


def test_an_evaluator_that_does_not_exist_is_refused():
    """A plugin of MLflow's would otherwise be left out without a word."""
    with pytest.raises(InvalidValueError) as caught:
        read_switches(["default", "giskard"], None)
    assert str(caught.value) == "unknown evaluator 'giskard'\n  hint:  the one there is: 'default'"
