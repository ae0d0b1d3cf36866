"""Search for good parameters of the boosted trees: each trial is a run under the search's run."""

from __future__ import annotations

from typing import Any

import numpy as np
from data import Trips
from features import Matrices
from hyperopt import STATUS_OK, fmin, hp, space_eval, tpe
from hyperopt.pyll import scope
from progress import step
from train import boost, judge, log_datasets, without_curves

import runsite

SPACE = {
    "objective": "reg:squarederror",
    # Nearly every column is one route: exact splits cost less here than histograms do, and a
    # second thread would only wait.
    "tree_method": "exact",
    "nthread": 1,
    "learning_rate": hp.loguniform("learning_rate", -3, 0),
    "max_depth": scope.int(hp.quniform("max_depth", 4, 30, 1)),
    "min_child_weight": hp.loguniform("min_child_weight", -1, 3),
    "reg_alpha": hp.loguniform("reg_alpha", -5, -1),
    "reg_lambda": hp.loguniform("reg_lambda", -6, -1),
    "seed": 42,
}


def search_boosted(
    name: str, *, trials: int, rounds: int, trips: Trips, matrices: Matrices
) -> dict[str, Any]:
    """Try `trials` settings, each for `rounds` rounds; return the parameters that did best."""
    scores: list[float] = []

    def try_params(params: dict[str, Any]) -> dict[str, Any]:
        trial = f"{name}-{len(scores) + 1:02d}"
        with step(trial) as line, runsite.start_run(run_name=trial, nested=True):
            runsite.log_params({**params, "num_boost_round": rounds})
            booster = boost(params, rounds=rounds, matrices=matrices, line=line)
            quality = judge(booster.inplace_predict(matrices.validation), matrices=matrices)
            runsite.log_metrics(without_curves(quality))
            line.result = f"RMSE {quality['rmse']:.4f}"
        scores.append(quality["rmse"])
        runsite.log_metric("best_rmse", min(scores), step=len(scores))
        return {"loss": quality["rmse"], "status": STATUS_OK}

    with runsite.start_run(run_name=name):
        runsite.set_tag("family", "boosted trees")
        runsite.log_params({"algorithm": "tpe", "trials": trials, "num_boost_round": rounds})
        log_datasets(trips)
        best = fmin(
            try_params,
            SPACE,
            algo=tpe.suggest,
            max_evals=trials,
            rstate=np.random.default_rng(42),
            show_progressbar=False,  # it would write over the lines of the trials
        )
        found = space_eval(SPACE, best)
        runsite.log_params({f"best_{key}": value for key, value in found.items()})
    return found
