"""Weighted metrics, against scikit-learn as the oracle."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as m

from runsite.integrations.evaluation import weighted
from runsite.integrations.evaluation.weighted import (
    Metrics,
    bootstrap,
    classifier_metrics,
    measure_once,
    regressor_metrics,
)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
@settings(max_examples=30)
def test_regression_metrics_are_scikit_learns(seed, n):
    """Each metric equals scikit-learn's, also with weights."""
    rng = np.random.default_rng(seed)
    y, p, w = rng.normal(size=n) + 3, rng.normal(size=n), rng.integers(1, 4, n).astype(float)
    found = measure_once(regressor_metrics(y, p), w)
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
    found = measure_once(classifier_metrics(y, p, n_classes=n_classes, scores=scores), w)
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
    assert measure_once(regressor_metrics(np.ones(3), np.ones(3)), np.zeros(3)) == {}


def make_measures(seed: int, n: int) -> list[Metrics]:
    """Make a regression and classifications of two and four classes, with and without ties."""
    rng = np.random.default_rng(seed)
    measures = [regressor_metrics(rng.normal(size=n) + 3, rng.normal(size=n))]
    for n_classes, decimals in ((2, 1), (2, 9), (4, 1), (4, 9)):
        y = rng.integers(0, n_classes, n)
        raw = np.round(rng.random((n, n_classes)) + 0.05, decimals)
        scores = raw / raw.sum(axis=1, keepdims=True)
        p = scores.argmax(axis=1)
        measures.append(classifier_metrics(y, p, n_classes=n_classes, scores=scores))
    return measures


@given(st.integers(0, 2**32 - 1), st.integers(3, 150))
@settings(max_examples=20)
def test_many_rows_of_weights_are_measured_as_each_alone(seed, n):
    """A resample's metrics do not depend on those that are measured with it; undefined is NaN."""
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=7).astype(float)
    weights[0] = 0
    weights[0, 0] = 1  # one row alone: no spread, one class
    for measure in make_measures(seed, n):
        together = measure(weights)
        for place, row in enumerate(weights):
            alone = measure_once(measure, row)
            for name, values in together.items():
                expected = pytest.approx(alone.get(name, np.nan), rel=1e-9, nan_ok=True)
                assert values[place] == expected, name


@pytest.mark.parametrize("n", [30, 300_000])
def test_an_interval_depends_on_the_seed_alone(n, monkeypatch):
    """The same seed draws the same resamples, however many are measured at once."""
    rng = np.random.default_rng(0)
    measure = regressor_metrics(rng.normal(size=n), rng.normal(size=n))
    options = {"n_rows": n, "resamples": 5, "confidence": 0.9}
    found = bootstrap(measure, seed=1, **options)
    assert bootstrap(measure, seed=1, **options) == found
    assert bootstrap(measure, seed=2, **options) != found
    monkeypatch.setattr(weighted, "_CELLS", 2 * n)
    for name, pair in bootstrap(measure, seed=1, **options).items():
        assert pair == pytest.approx(found[name])


def test_intervals_are_those_of_resampled_rows():
    """Weights by counts give the interval that copies of the drawn rows give to scikit-learn."""
    rng = np.random.default_rng(0)
    n = 200
    y = rng.integers(0, 2, n)
    score = np.round(np.clip(y * 0.3 + rng.random(n), 0.1, 0.9), 1)
    scores = np.column_stack([1 - score, score])
    measure = classifier_metrics(y, (score > 0.5).astype(int), n_classes=2, scores=scores)
    found = bootstrap(measure, n_rows=n, resamples=40, confidence=0.9, seed=3)
    rows = np.random.default_rng(3).integers(0, n, (40, n))
    for name, function in (("roc_auc", m.roc_auc_score), ("log_loss", m.log_loss)):
        drawn = [function(y[taken], score[taken]) for taken in rows]
        assert found[name] == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])))


def test_the_largest_error_is_found_behind_many_rows_without_weight():
    """Rows without weight do not count, however many of them have the larger errors."""
    error = np.arange(1000.0)
    weights = (error < 500).astype(float)
    found = measure_once(regressor_metrics(np.zeros(1000), error), weights)
    assert found["max_error"] == 499


def test_a_bootstrap_needs_little_memory():
    """A million rows take the memory of a few copies of them, not one a resample."""
    n = 1_000_000
    rng = np.random.default_rng(0)
    measure = regressor_metrics(rng.normal(size=n), rng.normal(size=n))
    tracemalloc.start()
    bootstrap(measure, n_rows=n, resamples=3, confidence=0.9, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 8 * n
