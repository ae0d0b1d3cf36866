"""Optuna studies by a callback."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

import runsite
from runsite.integrations.optuna import RunsiteCallback
from runsite.store import Store


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    """Give each test a project of its own."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return tmp_path


def test_each_trial_is_a_nested_run():
    """Params, value, intermediate values and state of each trial; the best so far in the parent."""

    def objective(trial):
        x = trial.suggest_float("x", -1, 1)
        trial.report(x, 1)
        if trial.number == 2:
            raise optuna.TrialPruned
        return x**2

    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    with runsite.start_run() as run:
        study.optimize(objective, n_trials=5, callbacks=[RunsiteCallback("loss")])
    store = Store.open("runs")
    runs = [store.read_run(run_id) for run_id in sorted(store.read_runs()["run_id"])]
    children = [child for child in runs if child.parent_run_id == run.info.run_id]
    assert [child.run_name for child in children] == [f"trial-{n}" for n in range(5)]
    assert children[2].tags["optuna.state"] == "PRUNED"
    assert "loss" not in children[2].metrics
    assert float(children[0].params["x"]) == study.trials[0].params["x"]
    assert children[0].metrics["intermediate_value"].last_step == 1
    parent = store.read_run(run.info.run_id)
    assert parent.metrics["best_loss"].last == study.best_value
