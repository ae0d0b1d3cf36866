"""Which params matter: known answers and honest scores."""

from __future__ import annotations

import numpy as np
import pytest

from runsite.queries.forest import measure_importance


def make_features(count=400):
    random = np.random.default_rng(3)
    return {name: random.uniform(0, 1, count).tolist() for name in ("strong", "weak", "none")}


def test_what_matters_more_comes_first():
    """A param that moves the metric ten times as much is first, one that does nothing is at zero."""
    features = make_features()
    values = [10 * s + w for s, w in zip(features["strong"], features["weak"], strict=True)]
    found = measure_importance(features, values, metric="rmse")
    assert [p.param for p in found.params] == ["strong", "weak", "none"]
    strong, weak, none = found.params
    assert strong.mean > 50 * weak.mean > 0
    assert abs(none.mean) < 0.01
    assert found.score > 0.97
    assert found.n_runs == 400


def test_importance_is_the_loss_of_r2():
    """Shuffling the only param that matters loses twice the variance: R² falls from 1 to -1."""
    features = make_features(2_000)
    found = measure_importance(features, features["strong"], metric="rmse")
    assert found.params[0].mean == pytest.approx(2, abs=0.1)


def test_scikit_learn_agrees():
    """Over the same held-out runs, scikit-learn's own permutation importance says the same."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.inspection import permutation_importance

    features = make_features(600)
    table = np.array(list(features.values())).T
    values = 3 * table[:, 0] + table[:, 1] ** 2
    forest = RandomForestRegressor(48, min_samples_leaf=2, random_state=0)
    forest.fit(table[:400], values[:400])
    peer = permutation_importance(
        forest, table[400:], values[400:], n_repeats=10, random_state=0
    ).importances_mean
    found = measure_importance(features, values.tolist(), metric="m")
    ours = {p.param: p.mean for p in found.params}
    assert [ours[name] for name in features] == pytest.approx(peer.tolist(), rel=0.2, abs=0.02)


def test_noise_has_a_poor_score():
    """Where params say nothing, the cross-validated score says so."""
    values = np.random.default_rng(5).normal(size=400).tolist()
    assert measure_importance(make_features(), values, metric="m").score < 0.1


def test_missing_and_wild_values():
    """Missing params are allowed, missing metrics left out, one diverged run drowns nothing."""
    features = make_features()
    values = [*features["strong"]]
    features["weak"][::3] = [None] * len(features["weak"][::3])
    values[0], values[1], values[2], values[3] = None, float("nan"), 1e30, -1e308
    found = measure_importance(features, values, metric="m")
    assert found.n_runs == 398
    assert found.params[0].param == "strong"
    assert found.score > 0.8


@pytest.mark.parametrize("limit", [1e300, float("inf")])
def test_a_param_beyond_32_bits_is_the_largest_there_is(limit):
    """No limit, written as an enormous number, is a value like any other."""
    features = make_features()
    values = [1.0 if v > 0.5 else 0.0 for v in features["strong"]]
    features["strong"] = [limit if v > 0.5 else -limit for v in features["strong"]]
    found = measure_importance(features, values, metric="m")
    assert found.params[0].param == "strong"
    assert found.score > 0.97


def test_enormous_metrics_are_measured_in_their_own_unit():
    """What explains a metric explains it hundreds of powers of ten higher just as well."""
    features = make_features()
    values = [1e308 * (2 * v - 1) for v in features["strong"]]
    found = measure_importance(features, values, metric="m")
    assert found.params[0].param == "strong"
    assert found.score > 0.97


def test_the_same_runs_give_the_same_answer():
    """Nothing about a forest is left to chance."""
    features = make_features(60)
    first = measure_importance(features, features["weak"], metric="m")
    assert measure_importance(features, features["weak"], metric="m") == first
