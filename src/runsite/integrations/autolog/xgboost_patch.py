"""Where autologging takes hold of XGBoost: ``train`` and the scikit-learn estimators' ``fit``.

What is evaluated in each boosting round comes by XGBoost's own callback, so the numbers are there
while the training is in progress.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from runsite.integrations.autolog.boosting import (
    Rounds,
    bind_arguments,
    log_booster,
    record_datasets,
    record_importance,
)
from runsite.integrations.autolog.config import find_config, warn
from runsite.integrations.autolog.datasets import take_head
from runsite.integrations.autolog.imports import when_imported
from runsite.integrations.autolog.patching import patch, unpatch_all
from runsite.integrations.autolog.recording import log_new_params
from runsite.integrations.autolog.training import (
    Training,
    current_training,
    is_inner,
    record_training,
)

__all__ = ["install", "uninstall"]

FLAVOR = "xgboost"
# Data, functions and what training changes: not params.
_NOT_PARAMS = frozenset(
    {"params", "dtrain", "evals", "obj", "feval", "evals_result", "xgb_model", "callbacks"}
)


def install() -> None:
    """Take hold of XGBoost, now or when it is imported."""
    when_imported("xgboost", _patch_all)


def uninstall() -> None:
    """Let go of it."""
    unpatch_all(FLAVOR)


def _patch_all() -> None:
    if find_config(FLAVOR) is None:
        return
    try:
        module = sys.modules["xgboost"]
        patch(module, "train", _around_train, group=FLAVOR)
        wrapper = sys.modules.get("xgboost.sklearn")
        if wrapper is None:
            return
        patch(wrapper, "train", _around_train, group=FLAVOR)
        for kind in vars(wrapper).values():
            if isinstance(kind, type) and issubclass(kind, wrapper.XGBModel):
                patch(kind, "fit", _around_fit, group=FLAVOR)
    except Exception as error:  # noqa: BLE001 - an import must not fail because of us
        warn(FLAVOR, f"XGBoost could not be patched: {error}")


def _around_train(
    original: Callable[..., Any], _owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    config = find_config(FLAVOR)
    outer = current_training()
    if outer is not None and outer.flavor == FLAVOR and config is not None:
        # Called by an estimator's fit: its params and model are recorded there, the rounds here.
        return _train_for(outer, original, args, kwargs)
    if config is None or is_inner():
        return original(*args, **kwargs)
    given = bind_arguments(original, args, kwargs)
    trainings: list[Training] = []

    def before(training: Training) -> None:
        trainings.append(training)
        training.attempt(lambda session: log_new_params(session, dict(given.get("params") or {})))
        record_datasets(training, [(*_unpack(given.get("dtrain")), "train", "dataset")])

    def train() -> Any:
        training = trainings[0] if trainings else None
        return (
            _train_for(training, original, args, kwargs) if training else original(*args, **kwargs)
        )

    def after(training: Training, booster: Any) -> None:
        _record_booster(training, booster, booster, head=_matrix_head(given.get("dtrain")))

    return record_training(FLAVOR, config, before=before, train=train, after=after)


def _train_for(
    training: Training,
    original: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call ``train`` with what records its own params, its rounds and where it stopped."""
    if training.session is None:
        return original(*args, **kwargs)
    given = bind_arguments(original, args, kwargs)
    rest = {key: value for key, value in given.items() if key not in _NOT_PARAMS}
    training.attempt(lambda session: log_new_params(session, rest))
    evals = [(*_unpack(matrix), "eval", str(name)) for matrix, name in given.get("evals") or ()]
    record_datasets(training, evals)
    rounds = Rounds(training)
    callbacks = [*(kwargs.get("callbacks") or ()), _make_callback(rounds)]
    booster = original(*args, **{**kwargs, "callbacks": callbacks})
    if given.get("early_stopping_rounds"):
        training.attempt(lambda _: _record_stop(rounds, booster))
    return booster


def _record_stop(rounds: Rounds, booster: Any) -> None:
    best = int(booster.best_iteration)
    rounds.record_stop(stopped=booster.num_boosted_rounds() - 1, best=best, best_round=best)


def _around_fit(
    original: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    config = find_config(FLAVOR)
    if config is None or is_inner():
        return original(*args, **kwargs)
    given = bind_arguments(original, args, kwargs)
    head = take_head(given.get("X"))

    def before(training: Training) -> None:
        training.attempt(lambda session: log_new_params(session, estimator.get_params()))
        record_datasets(training, [(given.get("X"), given.get("y"), "train", "dataset")])

    def after(training: Training, _result: Any) -> None:
        _record_booster(training, estimator, estimator.get_booster(), head=head)

    return record_training(
        FLAVOR, config, before=before, train=lambda: original(*args, **kwargs), after=after
    )


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
