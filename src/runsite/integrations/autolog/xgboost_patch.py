"""Where autologging takes hold of XGBoost: ``train`` and the scikit-learn estimators' ``fit``.

What is evaluated in each boosting round comes by XGBoost's own callback, so the numbers are there
while the training is in progress.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from runsite.integrations.autolog.config import find_config, warn
from runsite.integrations.autolog.datasets import EXAMPLE_ROWS, log_dataset, take_head
from runsite.integrations.autolog.imports import when_imported
from runsite.integrations.autolog.patching import patch, unpatch_all
from runsite.integrations.autolog.recording import log_new_params, log_values, save_json
from runsite.integrations.autolog.training import (
    Training,
    current_training,
    is_inner,
    record_training,
)

if TYPE_CHECKING:
    from runsite.tracking.sessions import Session

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
        # Called by an estimator's fit: its params are recorded there, the rounds here.
        return original(*args, **_with_callback(outer, kwargs))
    if config is None or is_inner():
        return original(*args, **kwargs)
    given = _bind(original, args, kwargs)
    results: list[Training] = []

    def before(training: Training) -> None:
        results.append(training)
        _record_train_call(training, given)

    def train() -> Any:
        return original(*args, **_with_callback(results[0] if results else None, kwargs))

    return record_training(
        FLAVOR,
        config,
        before=before,
        train=train,
        after=lambda training, booster: _record_booster(training, booster, given),
    )


def _around_fit(
    original: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    config = find_config(FLAVOR)
    if config is None or is_inner():
        return original(*args, **kwargs)
    given = _bind(original, args, kwargs)
    head = take_head(given.get("X"))

    def before(training: Training) -> None:
        training.attempt(lambda session: log_new_params(session, estimator.get_params()))
        if config.log_datasets:
            training.attempt(
                lambda session: log_dataset(
                    session, given.get("X"), given.get("y"), context="train"
                )
            )

    def after(training: Training, _result: Any) -> None:
        booster = estimator.get_booster()
        training.attempt(
            lambda session: _record_stop(session, booster, stopping=estimator.early_stopping_rounds)
        )
        training.attempt(lambda session: _record_importance(session, training, booster))
        if config.log_models:
            training.attempt(lambda session: _log_model(session, training, estimator, head))

    return record_training(
        FLAVOR,
        config,
        before=before,
        train=lambda: original(*args, **kwargs),
        after=after,
    )


def _record_train_call(training: Training, given: dict[str, Any]) -> None:
    params = given.get("params") or {}
    training.attempt(lambda session: log_new_params(session, dict(params)))
    rest = {key: value for key, value in given.items() if key not in _NOT_PARAMS}
    training.attempt(lambda session: log_new_params(session, rest))
    if not training.config.log_datasets:
        return
    matrices = [(given.get("dtrain"), "train", "dataset")]
    matrices += [(matrix, "eval", str(name)) for matrix, name in given.get("evals") or ()]
    for matrix, context, name in matrices:
        training.attempt(
            lambda session, m=matrix, c=context, n=name: _log_matrix(  # type: ignore[misc]
                session, m, context=c, name=n
            )
        )


def _log_matrix(session: Session, matrix: Any, *, context: str, name: str) -> None:
    try:
        data = matrix.get_data()
    except Exception:  # noqa: BLE001 - quantised and external matrices have no data to give back
        return
    log_dataset(session, data, matrix.get_label(), context=context, name=name)


def _record_booster(training: Training, booster: Any, given: dict[str, Any]) -> None:
    stopping = given.get("early_stopping_rounds")
    training.attempt(lambda session: _record_stop(session, booster, stopping=stopping))
    training.attempt(lambda session: _record_importance(session, training, booster))
    if training.config.log_models:
        head = _matrix_head(given.get("dtrain"))
        training.attempt(lambda session: _log_model(session, training, booster, head))


def _record_stop(session: Session, booster: Any, *, stopping: Any) -> None:
    if not stopping:
        return
    rounds = booster.num_boosted_rounds()
    best = int(booster.best_iteration)
    log_values(session, {"stopped_iteration": rounds - 1, "best_iteration": best})


def _record_importance(session: Session, training: Training, booster: Any) -> None:
    for kind in training.config.importance_types:
        importance = booster.get_score(importance_type=kind)
        save_json(session, f"feature_importance_{kind}.json", importance)


def _log_model(session: Session, training: Training, model: Any, head: Any) -> None:
    from runsite.integrations.model_logging import log_folder
    from runsite.models.flavors.xgboost import write_xgboost
    from runsite.models.folder import ModelOptions

    config = training.config
    signature = _infer(model, head) if config.log_model_signatures else None
    example = take_head(head, rows=EXAMPLE_ROWS) if config.log_input_examples else None
    log_folder(
        "model",
        write=lambda folder: write_xgboost(model, folder=folder, model_format=config.model_format),
        options=ModelOptions(signature=signature, input_example=example),
        run_id=session.run_id,
        registered_model_name=config.registered_model_name,
    )


def _infer(model: Any, head: Any) -> Any:
    from runsite.models.flavors.xgboost import make_scorer
    from runsite.models.infer import infer_signature

    if head is None:
        return None
    try:
        return infer_signature(head, make_scorer(model)(head, None))
    except Exception as error:  # noqa: BLE001 - a model without a signature is still worth keeping
        warn(FLAVOR, f"no signature could be inferred: {error}")
        return None


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


def _with_callback(training: Training | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    if training is None or training.session is None:
        return kwargs
    return {**kwargs, "callbacks": [*(kwargs.get("callbacks") or ()), _make_callback(training)]}


def _make_callback(training: Training) -> Any:
    from xgboost.callback import TrainingCallback

    class RoundLogger(TrainingCallback):
        """Records what each boosting round was evaluated to."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            values = {
                f"{data}-{metric}": _last(history)
                for data, metrics in evals_log.items()
                for metric, history in metrics.items()
            }
            if values:
                training.attempt(lambda session: log_values(session, values, step=epoch))
            return False

    return RoundLogger()


def _last(history: Any) -> float:
    value = history[-1]
    return float(value[0] if isinstance(value, tuple) else value)


def _bind(
    original: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    try:
        bound = inspect.signature(original).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return dict(kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)
