"""Where autologging takes hold of LightGBM: ``train`` and the scikit-learn estimators' ``fit``."""

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

FLAVOR = "lightgbm"
# Data, functions and what training changes: not params.
_NOT_PARAMS = frozenset(
    {"params", "train_set", "valid_sets", "valid_names", "feval", "init_model", "callbacks"}
)


def install() -> None:
    """Take hold of LightGBM, now or when it is imported."""
    when_imported("lightgbm", _patch_all)


def uninstall() -> None:
    """Let go of it."""
    unpatch_all(FLAVOR)


def _patch_all() -> None:
    if find_config(FLAVOR) is None:
        return
    try:
        patch(sys.modules["lightgbm"], "train", _around_train, group=FLAVOR)
        wrapper = sys.modules.get("lightgbm.sklearn")
        if wrapper is None:
            return
        patch(wrapper, "train", _around_train, group=FLAVOR)
        for kind in vars(wrapper).values():
            if isinstance(kind, type) and issubclass(kind, wrapper.LGBMModel):
                patch(kind, "fit", _around_fit, group=FLAVOR)
    except Exception as error:  # noqa: BLE001 - an import must not fail because of us
        warn(FLAVOR, f"LightGBM could not be patched: {error}")


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
    # LightGBM may free the data while it trains.
    x, y = _unpack(given.get("train_set"))
    head = take_head(x)

    def before(training: Training) -> None:
        trainings.append(training)
        training.attempt(lambda session: log_new_params(session, dict(given.get("params") or {})))
        record_datasets(training, [(x, y, "train", "dataset")])

    def train() -> Any:
        training = trainings[0] if trainings else None
        return (
            _train_for(training, original, args, kwargs) if training else original(*args, **kwargs)
        )

    def after(training: Training, booster: Any) -> None:
        _record_booster(training, booster, booster, head=head)

    return record_training(FLAVOR, config, before=before, train=train, after=after)


def _train_for(
    training: Training,
    original: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Call ``train`` with what records its own params, its rounds and where it stopped."""
    given = bind_arguments(original, args, kwargs)
    if training.session is None or "params" not in given:
        return original(*args, **kwargs)
    rest = {key: value for key, value in given.items() if key not in _NOT_PARAMS}
    training.attempt(lambda session: log_new_params(session, rest))
    record_datasets(training, _eval_sets(given))
    rounds = Rounds(training)
    callbacks = [*(given.get("callbacks") or ()), _make_callback(rounds)]
    booster = original(**{**given, "callbacks": callbacks})
    best = int(getattr(booster, "best_iteration", 0) or 0)  # counted from 1
    if best > 0:
        training.attempt(
            lambda _: rounds.record_stop(stopped=rounds.count, best=best, best_round=best - 1)
        )
    return booster


def _eval_sets(given: dict[str, Any]) -> list[tuple[Any, Any, str, str]]:
    sets = given.get("valid_sets") or ()
    sets = sets if isinstance(sets, list | tuple) else [sets]
    names = given.get("valid_names") or ()
    names = [names] if isinstance(names, str) else list(names)
    names += [f"valid_{place}" for place in range(len(names), len(sets))]
    return [
        (*_unpack(dataset), "eval", str(name))
        for dataset, name in zip(sets, names, strict=False)
        if dataset is not given.get("train_set")
    ]


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
        _record_booster(training, estimator, estimator.booster_, head=head)

    return record_training(
        FLAVOR, config, before=before, train=lambda: original(*args, **kwargs), after=after
    )


def _record_booster(training: Training, model: Any, booster: Any, *, head: Any) -> None:
    from runsite.models.flavors.lightgbm import make_scorer, write_lightgbm

    names = booster.feature_name()
    for kind in ("split", "gain"):
        values = booster.feature_importance(importance_type=kind).tolist()
        record_importance(training, kind, dict(zip(names, values, strict=True)))
    score = make_scorer(model)
    log_booster(
        training,
        write=lambda folder: write_lightgbm(
            model, folder=folder, serialization_format=training.config.serialization_format
        ),
        score=lambda rows: score(rows, None),
        head=head,
    )


def _unpack(dataset: Any) -> tuple[Any, Any]:
    """Return a data set's features and labels, where it still has them."""
    data = getattr(dataset, "data", None)
    if data is None or isinstance(data, str):
        return None, None
    return data, getattr(dataset, "label", None)


def _make_callback(rounds: Rounds) -> Callable[[Any], None]:
    def record(env: Any) -> None:
        # Of lgb.cv the third value is a mean, and a standard deviation follows.
        rounds.note(
            {f"{result[0]}-{result[1]}": result[2] for result in env.evaluation_result_list or ()}
        )

    # After the printing and recording ones, before early stopping, which ends a round by raising.
    record.order = 25  # type: ignore[attr-defined]
    return record
