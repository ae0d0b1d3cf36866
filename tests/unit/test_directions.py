"""Which way is better is read from a metric's name, unless the project says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.directions import find_direction, is_better, order_metrics, rank_metric, sort_naturally


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("rmse", "min"),
        ("validation_0-rmse", "min"),
        ("training_mean_squared_error", "min"),
        ("val/loss", "min"),
        ("valLoss", "min"),
        ("accuracy_score", "max"),
        ("training_roc_auc", "max"),
        ("r2", "max"),
        ("neg_mean_squared_error", "max"),
        ("std_test_score", None),
        ("cv/rmse_std", None),
        ("explained_variance", "max"),
        ("best_iteration", None),
        ("map", "max"),
        ("mapper", None),
        ("", None),
    ],
)
def test_names_tell_the_direction(key, direction):
    """Words inside a key count as words, never as parts of other words."""
    assert find_direction(key) == direction


def test_the_project_has_the_last_word():
    """A direction in the settings wins over the name."""
    assert find_direction("loss", directions={"loss": "max"}) == "max"


def test_metrics_that_say_more_come_first():
    """Told, held out, scores, losses, training, unknown: in this order."""
    keys = ["epoch", "train_rmse", "loss", "rmse", "val_loss", "mine"]
    ranked = sorted(keys, key=lambda key: rank_metric(key, directions={"mine": "max"}))
    assert ranked == ["mine", "val_loss", "rmse", "loss", "train_rmse", "epoch"]


def test_what_a_search_says_of_its_candidates_is_no_headline():
    """Of scikit-learn's columns the score counts; times and ranks stand behind losses."""
    keys = ["mean_fit_time", "rank_test_score", "std_test_score", "mean_test_score", "log_loss"]
    ranked = sorted(keys, key=lambda key: (rank_metric(key), key))
    assert ranked[:2] == ["mean_test_score", "log_loss"]
    assert rank_metric("val/latency", gated={"val/latency"}) < rank_metric("rmse")


def test_nan_is_never_better():
    """Every number beats NaN, and NaN beats nothing."""
    assert not is_better(math.nan, 1.0, direction="min")
    assert is_better(1.0, math.nan, direction="max")
    assert is_better(1.0, 2.0, direction="min")
    assert not is_better(1.0, 2.0, direction="max")


def test_gates_and_headlines_decide_between_equals():
    """What gates demand comes first; of equals rmse before mae, auc before accuracy."""
    keys = ["mae", "rmse", "accuracy", "auc", "uplift"]
    assert sorted(keys, key=lambda key: (rank_metric(key), key)) == [
        "rmse",
        "auc",
        "accuracy",
        "mae",
        "uplift",
    ]
    assert min(keys, key=lambda key: rank_metric(key, gated={"uplift"})) == "uplift"


def test_a_score_of_all_comes_before_those_of_its_classes():
    """Sixty scores per class do not push the one that counts out of sight; unless a gate names one."""
    keys = {f"val/class_{n}/f1": 9 for n in range(12)} | {"rmse": 9, "val/loss": 9, "rare_auc": 2}
    ordered = order_metrics(keys)
    assert ordered[:4] == ["val/loss", "rmse", "val/class_0/f1", "val/class_1/f1"]
    assert ordered[11] == "val/class_9/f1"
    assert ordered[-1] == "rare_auc"
    assert order_metrics(keys, gated={"val/class_7/f1"})[0] == "val/class_7/f1"


@given(st.lists(st.text()))
def test_natural_order_takes_any_text(texts):
    """Any key sorts, whatever digits and words it has."""
    assert sorted(sorted(texts, key=sort_naturally)) == sorted(texts)
