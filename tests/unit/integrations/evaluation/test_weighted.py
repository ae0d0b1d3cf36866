"""Weighted metrics, against scikit-learn as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as m

from runsite.integrations.evaluation.weighted import (
    bootstrap,
    classifier_metrics,
    regressor_metrics,
)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
@settings(max_examples=30)
def test_regression_metrics_are_scikit_learns(seed, n):
    """Each metric equals scikit-learn's, also with weights."""
    rng = np.random.default_rng(seed)
    y, p, w = rng.normal(size=n) + 3, rng.normal(size=n), rng.integers(1, 4, n).astype(float)
    found = regressor_metrics(y, p)(w)
    assert found["mean_absolute_error"] == pytest.approx(
        m.mean_absolute_error(y, p, sample_weight=w)
    )
    assert found["mean_squared_error"] == pytest.approx(m.mean_squared_error(y, p, sample_weight=w))
    assert found["root_mean_squared_error"] == pytest.approx(
        m.root_mean_squared_error(y, p, sample_weight=w)
    )
    assert found["r2_score"] == pytest.approx(m.r2_score(y, p, sample_weight=w))
    assert found["max_error"] == pytest.approx(m.max_error(y, p))
    assert found["mean_absolute_percentage_error"] == pytest.approx(
        m.mean_absolute_percentage_error(y, p, sample_weight=w)
    )


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 4]))
@settings(max_examples=30)
def test_classification_metrics_are_scikit_learns(seed, n_classes):
    """Each metric equals scikit-learn's, also with weights and tied scores."""
    rng = np.random.default_rng(seed)
    n = 60
    y = np.append(np.arange(n_classes), rng.integers(0, n_classes, n - n_classes))
    raw = np.round(rng.random((n, n_classes)) + 0.05, 1)
    scores = raw / raw.sum(axis=1, keepdims=True)
    p = scores.argmax(axis=1)
    w = rng.integers(1, 4, n).astype(float)
    found = classifier_metrics(y, p, n_classes=n_classes, scores=scores)(w)
    average = "binary" if n_classes == 2 else "weighted"
    how = {"average": average, "sample_weight": w, "zero_division": 0}
    assert found["accuracy_score"] == pytest.approx(m.accuracy_score(y, p, sample_weight=w))
    assert found["precision_score"] == pytest.approx(m.precision_score(y, p, **how))
    assert found["recall_score"] == pytest.approx(m.recall_score(y, p, **how))
    assert found["f1_score"] == pytest.approx(m.f1_score(y, p, **how))
    assert found["log_loss"] == pytest.approx(
        m.log_loss(y, scores, sample_weight=w, labels=range(n_classes))
    )
    truth, score = (y, scores[:, 1]) if n_classes == 2 else (y, scores)
    assert found["roc_auc"] == pytest.approx(
        m.roc_auc_score(truth, score, multi_class="ovr", average="weighted", sample_weight=w)
    )
    if n_classes == 2:
        assert found["average_precision_score"] == pytest.approx(
            m.average_precision_score(y, scores[:, 1], sample_weight=w)
        )
        assert found["brier_score"] == pytest.approx(
            m.brier_score_loss(y, scores[:, 1], sample_weight=w)
        )


def test_an_interval_covers_the_truth_as_often_as_it_says():
    """Of 95% intervals of a mean error about 95 in a hundred hold the true one."""
    rng = np.random.default_rng(1)
    hits = 0
    for seed in range(100):
        error = rng.normal(size=80)
        low, high = bootstrap(
            regressor_metrics(np.zeros(80), error),
            n_rows=80,
            resamples=150,
            confidence=0.95,
            seed=seed,
        )["mean_squared_error"]
        hits += low <= 1.0 <= high
    assert 85 <= hits <= 99


def test_nothing_is_measured_on_no_rows():
    """Weights of zero, as of an empty slice, give no metrics instead of divisions by zero."""
    assert regressor_metrics(np.ones(3), np.ones(3))(np.zeros(3)) == {}
