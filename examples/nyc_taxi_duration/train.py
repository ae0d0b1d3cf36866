"""Train, judge and log: one run for each model."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from data import Trips
from features import Matrices
from plots import draw_predictions
from progress import Step, step
from sklearn.base import RegressorMixin
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

import runsite

LINEAR_MODELS = {
    "linear-regression": LinearRegression(),
    "lasso-0.1": Lasso(alpha=0.1),
    "lasso-0.01": Lasso(alpha=0.01),
    "lasso-0.001": Lasso(alpha=0.001),
    "ridge": Ridge(),
}

TUTORIAL_PARAMS = {
    "objective": "reg:squarederror",
    "learning_rate": 0.09585355369315604,
    "max_depth": 30,
    "min_child_weight": 1.060597050922164,
    "reg_alpha": 0.018060244040060163,
    "reg_lambda": 0.011658731377413597,
    "seed": 42,
}
"""What a search of many hours found for the taxi trips."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that logged a model, and how well the model does."""

    run_id: str
    name: str
    rmse: float


def train_linear(
    name: str, estimator: RegressorMixin, *, trips: Trips, matrices: Matrices
) -> Trained:
    """Fit a scikit-learn estimator and log all that is worth knowing of it."""
    with step(name) as line, runsite.start_run(run_name=name) as run:
        runsite.set_tag("family", "linear")
        runsite.log_params({"estimator": type(estimator).__name__, **estimator.get_params()})
        log_datasets(trips)
        estimator.fit(matrices.train, matrices.train_target)
        predicted = estimator.predict(matrices.validation)
        quality = judge(predicted, matrices=matrices)
        fitted = root_mean_squared_error(matrices.train_target, estimator.predict(matrices.train))
        runsite.log_metrics({**quality, "rmse_train": fitted})
        runsite.sklearn.log_model(estimator, name="model", input_example=matrices.train[:3])
        log_files(predicted, trips=trips, matrices=matrices)
        line.result = f"RMSE {quality['rmse']:.4f}"
    return Trained(run.info.run_id, name, quality["rmse"])


def train_boosted(
    name: str, params: dict[str, Any], *, rounds: int, trips: Trips, matrices: Matrices
) -> Trained:
    """Fit boosted trees, log their learning curves while they grow, and the model after."""
    with step(name) as line, runsite.start_run(run_name=name) as run:
        runsite.set_tag("family", "boosted trees")
        runsite.log_params({**params, "num_boost_round": rounds})
        log_datasets(trips)
        booster = boost(params, rounds=rounds, matrices=matrices, line=line)
        predicted = booster.inplace_predict(matrices.validation)
        quality = judge(predicted, matrices=matrices)
        runsite.log_metrics(without_curves(quality))
        runsite.xgboost.log_model(booster, name="model", input_example=matrices.train[:3])
        importance = rank_features(booster, matrices=matrices)
        log_files(predicted, trips=trips, matrices=matrices, importance=importance)
        line.result = f"RMSE {quality['rmse']:.4f}"
    return Trained(run.info.run_id, name, quality["rmse"])


def boost(
    params: dict[str, Any], *, rounds: int, matrices: Matrices, line: Step
) -> xgboost.Booster:
    """Grow trees; the active run gets the error on both months after every round."""
    train = xgboost.DMatrix(matrices.train, label=matrices.train_target)
    validation = xgboost.DMatrix(matrices.validation, label=matrices.validation_target)
    return xgboost.train(
        params,
        train,
        num_boost_round=rounds,
        evals=[(train, "train"), (validation, "validation")],
        verbose_eval=False,
        callbacks=[LogCurves(line, rounds=rounds)],
    )


class LogCurves(xgboost.callback.TrainingCallback):
    """Logs the error on both months to the active run after every round, and shows the round."""

    def __init__(self, line: Step, *, rounds: int) -> None:
        super().__init__()
        self._line = line
        self._rounds = rounds

    def after_iteration(self, model: xgboost.Booster, epoch: int, evals_log: Any) -> bool:
        """Log one point of each learning curve; False tells XGBoost to go on."""
        newest = {month: curves["rmse"][-1] for month, curves in evals_log.items()}
        metrics = {"rmse": newest["validation"], "rmse_train": newest["train"]}
        runsite.log_metrics(metrics, step=epoch)
        self._line.note(f"round {epoch + 1} of {self._rounds}")
        return False


def log_datasets(trips: Trips) -> None:
    """Note which trips the run learned from and which judged it, by digest."""
    months = (("train", trips.train), ("validation", trips.validation))
    for (context, frame), source in zip(months, trips.sources, strict=True):
        dataset = runsite.data.from_polars(
            frame, source=source, targets=trips.target, name=f"{trips.name}-{context}"
        )
        runsite.log_input(dataset, context=context)


def judge(predicted: np.ndarray, *, matrices: Matrices) -> dict[str, float]:
    """Measure in minutes how far predictions for the validation month are off."""
    actual, is_new = matrices.validation_target, matrices.is_new_route
    quality = {
        "rmse": root_mean_squared_error(actual, predicted),
        "mae": mean_absolute_error(actual, predicted),
        "r2": r2_score(actual, predicted),
    }
    if is_new.any():
        quality["rmse_new_routes"] = root_mean_squared_error(actual[is_new], predicted[is_new])
    return quality


def without_curves(quality: dict[str, float]) -> dict[str, float]:
    """Leave out what a learning curve already ends with."""
    return {key: value for key, value in quality.items() if key != "rmse"}


def rank_features(booster: xgboost.Booster, *, matrices: Matrices) -> list[dict[str, Any]]:
    """Rank the fifty features that took the most error away, with their share of all of it."""
    names = matrices.vectorizer.get_feature_names_out()
    gains = booster.get_score(importance_type="total_gain")
    total = sum(gains.values())
    ranked = sorted(gains.items(), key=lambda item: -item[1])[:50]
    return [
        {"feature": names[int(key[1:])], "share": round(gain / total, 6)} for key, gain in ranked
    ]


def log_files(
    predicted: np.ndarray,
    *,
    trips: Trips,
    matrices: Matrices,
    importance: list[dict[str, Any]] | None = None,
) -> None:
    """Log what belongs to the model: its vectorizer, a picture, what it looks at most."""
    runsite.log_stream(io.BytesIO(matrices.vectorizer_file), "vectorizer.skops")
    runsite.log_figure(draw_predictions(predicted, trips=trips), "predictions.svg")
    if importance:
        runsite.log_dict({"total_gain": importance}, "feature_importance.json")
