"""Where autologging takes hold of LightGBM: ``train`` and the scikit-learn estimators' ``fit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runsite.integrations.autolog.booster_library import BoosterLibrary, Call
from runsite.integrations.autolog.boosting import (
    Rounds,
    bind_arguments,
    log_booster,
    record_datasets,
    record_importance,
)
from runsite.integrations.autolog.datasets import take_head
from runsite.integrations.autolog.recording import log_new_params
from runsite.integrations.autolog.training import Training

__all__ = ["install", "uninstall"]

FLAVOR = "lightgbm"
# Data, functions and what training changes: not params.
_NOT_PARAMS = frozenset(
    {"params", "train_set", "valid_sets", "valid_names", "feval", "init_model", "callbacks"}
)


def _train(training: Training, call: Call) -> Any:
    given = bind_arguments(call.original, call.args, call.kwargs)
    if "params" not in given:
        return call.run()
    named = set(given["params"] or {})
    # The rounds that the params name, by whichever of their names, weigh more than the argument.
    known = {"num_boost_round"} if named & _get_rounds_names() else set()
    rest = {key: value for key, value in given.items() if key not in _NOT_PARAMS | known}
    training.attempt(lambda session: log_new_params(session, rest))
    record_datasets(training, _eval_sets(given))
    rounds = Rounds(training)
    callbacks = [*(given.get("callbacks") or ()), _make_callback(rounds)]
    booster = call.original(**{**given, "callbacks": callbacks})
    best = int(getattr(booster, "best_iteration", 0) or 0)  # counted from 1
    if best > 0:
        training.attempt(
            lambda _: rounds.record_stop(stopped=rounds.count, best=best, best_round=best - 1)
        )
    return booster


def _get_rounds_names() -> set[str]:
    from lightgbm.basic import _ConfigAliases

    return set(_ConfigAliases.get("num_iterations"))


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


_LIBRARY = BoosterLibrary(
    name=FLAVOR,
    title="LightGBM",
    estimator="LGBMModel",
    data="train_set",
    unpack=_unpack,
    take_head=lambda dataset: take_head(_unpack(dataset)[0]),
    train=_train,
    record_booster=_record_booster,
    booster_of=lambda estimator: estimator.booster_,
)
install, uninstall = _LIBRARY.install, _LIBRARY.uninstall
