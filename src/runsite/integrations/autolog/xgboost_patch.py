"""Where autologging takes hold of XGBoost: ``train`` and the scikit-learn estimators' ``fit``.

What is evaluated in each boosting round comes by XGBoost's own callback, so the numbers are there
while the training is in progress.
"""

from __future__ import annotations

from typing import Any

from runsite.integrations.autolog.booster_library import BoosterLibrary, Call
from runsite.integrations.autolog.boosting import (
    Rounds,
    bind_arguments,
    log_booster,
    record_datasets,
    record_importance,
)
from runsite.integrations.autolog.recording import log_new_params
from runsite.integrations.autolog.training import Training

__all__ = ["install", "uninstall"]

FLAVOR = "xgboost"
# Data, functions and what training changes: not params.
_NOT_PARAMS = frozenset(
    {"params", "dtrain", "evals", "obj", "feval", "evals_result", "xgb_model", "callbacks"}
)


def _train(training: Training, call: Call) -> Any:
    given = bind_arguments(call.original, call.args, call.kwargs)
    rest = {key: value for key, value in given.items() if key not in _NOT_PARAMS}
    training.attempt(lambda session: log_new_params(session, rest))
    evals = [(*_unpack(matrix), "eval", str(name)) for matrix, name in given.get("evals") or ()]
    record_datasets(training, evals)
    rounds = Rounds(training)
    callbacks = [*(call.kwargs.get("callbacks") or ()), _make_callback(rounds)]
    booster = call.original(*call.args, **{**call.kwargs, "callbacks": callbacks})
    if given.get("early_stopping_rounds"):
        training.attempt(lambda _: _record_stop(rounds, booster))
    return booster


def _record_stop(rounds: Rounds, booster: Any) -> None:
    best = int(booster.best_iteration)
    rounds.record_stop(stopped=booster.num_boosted_rounds() - 1, best=best, best_round=best)


def _record_booster(training: Training, model: Any, booster: Any, *, head: Any) -> None:
    from runsite.models.flavors.xgboost import make_scorer, write_xgboost

    for kind in training.config.importance_types:
        training.attempt(
            lambda _, kind=kind: record_importance(  # type: ignore[misc]
                training, kind, booster.get_score(importance_type=kind)
            )
        )
    score = make_scorer(model)
    log_booster(
        training,
        write=lambda folder: write_xgboost(
            model, folder=folder, model_format=training.config.model_format
        ),
        score=lambda rows: score(rows, None),
        head=head,
    )


def _unpack(matrix: Any) -> tuple[Any, Any]:
    """Return a matrix's data and labels."""
    try:
        return matrix.get_data(), matrix.get_label()
    except Exception:  # noqa: BLE001 - quantised and external matrices have no data to give back
        return None, None


def _matrix_head(matrix: Any) -> Any:
    """Return the first rows of a DMatrix as what a user would score with: doubles, by name."""
    import numpy as np

    try:
        rows = matrix.slice(list(range(min(100, matrix.num_row()))))
        data = rows.get_data().toarray().astype(np.float64)
    except Exception:  # noqa: BLE001 - quantised and external matrices have no data to give back
        return None
    names = matrix.feature_names
    if not names:
        return data
    try:
        import pandas as pd
    except ImportError:
        return data
    return pd.DataFrame(data, columns=names)


def _make_callback(rounds: Rounds) -> Any:
    from xgboost.callback import TrainingCallback

    class RoundLogger(TrainingCallback):
        """Records what each boosting round was evaluated to."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            rounds.note(
                {
                    f"{data}-{metric}": _last(history)
                    for data, metrics in evals_log.items()
                    for metric, history in metrics.items()
                }
            )
            return False

    return RoundLogger()


def _last(history: Any) -> float:
    value = history[-1]
    return float(value[0] if isinstance(value, tuple) else value)


_LIBRARY = BoosterLibrary(
    name=FLAVOR,
    title="XGBoost",
    estimator="XGBModel",
    data="dtrain",
    unpack=_unpack,
    take_head=_matrix_head,
    train=_train,
    record_booster=_record_booster,
    booster_of=lambda estimator: estimator.get_booster(),
)
install, uninstall = _LIBRARY.install, _LIBRARY.uninstall
