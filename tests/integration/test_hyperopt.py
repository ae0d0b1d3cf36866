"""Hyperopt searches: each trial a nested run, the objective left as it is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, tpe
from hyperopt.exceptions import AllTrialsFailed
from hyperopt.pyll import scope

import runsite
import runsite.hyperopt
from runsite.records import RunRecord
from runsite.store import Store

SPACE = {
    "max_depth": scope.int(hp.quniform("max_depth", 4, 100, 1)),
    "learning_rate": hp.loguniform("learning_rate", -3, 0),
    "booster": hp.choice("booster", ["gbtree", "dart"]),
    "objective": "reg:squarederror",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch) -> Path:
    """Give each test a project of its own."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    return tmp_path


def objective(params):
    return {"loss": (params["learning_rate"] - 0.3) ** 2, "status": STATUS_OK}


def search(fn=objective, **choices):
    return fmin(
        fn,
        SPACE,
        algo=tpe.suggest,
        max_evals=6,
        rstate=np.random.default_rng(0),
        show_progressbar=False,
        **choices,
    )


def read_all() -> tuple[list[RunRecord], list[RunRecord]]:
    store = Store.open("runs")
    runs = [store.read_run(run_id) for run_id in sorted(store.read_runs()["run_id"])]
    return [r for r in runs if r.parent_run_id is None], [r for r in runs if r.parent_run_id]


def test_trials_are_runs_and_the_parent_knows_the_search():
    """The parent records space, algorithm, best so far and best params; each trial its own."""
    trials = runsite.hyperopt.Trials(run_name="search", metric="rmse")
    best = search(trials=trials)
    (parent,), children = read_all()
    assert parent.run_name == "search"
    assert {k: v for k, v in parent.params.items() if not k.startswith("best_")} == {
        "algo": "hyperopt.tpe.suggest",
        "max_evals": "6",
        "space.booster": "choice(2)",
        "space.learning_rate": "loguniform(-3, 0)",
        "space.max_depth": "quniform(4, 100, 1)",
    }
    folder = Path("runs/artifacts") / parent.run_id
    assert json.loads((folder / "search_space.json").read_text())["booster"] == "choice(2)"
    assert len(children) == 6
    losses = [child.metrics["rmse"].last for child in children]
    assert parent.metrics["best_rmse"].last == min(losses) == trials.best_trial["result"]["loss"]
    assert parent.metrics["best_rmse"].count == 6
    assert float(parent.params["best_learning_rate"]) == pytest.approx(best["learning_rate"])
    assert children[0].params["objective"] == "reg:squarederror"
    assert trials.losses() == losses


def test_an_objective_logs_into_its_trial():
    """What the objective logs goes to its trial's run, under the user's own parent."""

    def fn(params):
        runsite.log_metric("seen", params["max_depth"])
        return params["learning_rate"]

    with runsite.start_run() as run:
        search(fn, trials=runsite.hyperopt.Trials())
        assert runsite.active_run() is not None
    (parent,), children = read_all()
    assert parent.run_id == run.info.run_id
    assert all(c.metrics["seen"].last == float(c.params["max_depth"]) for c in children)
    assert {c.metrics["loss"].count for c in children} == {1}


def test_failed_trials_are_kept_and_never_the_best():
    """A trial that reports failure has no loss; one that raises ends the search as without us."""

    def fails(params):
        return {"status": STATUS_FAIL}

    with pytest.raises(AllTrialsFailed):
        search(fails, trials=runsite.hyperopt.Trials())
    (parent,), children = read_all()
    assert "best_loss" not in parent.metrics
    assert len(children) == 6
    assert all("loss" not in child.metrics for child in children)

    def breaks(params):
        raise RuntimeError("no data")

    with pytest.raises(RuntimeError, match="no data"):
        search(breaks, trials=runsite.hyperopt.Trials())
    assert {run.status for run in read_all()[0]} >= {"FAILED"}


def test_the_tutorials_own_way_works_unchanged():
    """Hyperopt's own Trials with ``start_run`` inside the objective gives one run a trial."""

    def fn(params):
        with runsite.start_run():
            runsite.set_tag("model", "xgboost")
            runsite.log_params(params)
            loss = (params["learning_rate"] - 0.3) ** 2
            runsite.log_metric("rmse", loss)
        return {"loss": loss, "status": STATUS_OK}

    search(fn, trials=Trials())
    runs, _ = read_all()
    assert len(runs) == 6
    assert not any(math.isnan(run.metrics["rmse"].last) for run in runs)
