"""Where autologging takes hold of CatBoost: every class's ``fit``.

MLflow has no autologging of CatBoost; the names follow those that it has for the other boosting
libraries. The rounds are read after the training: a callback would stay in the model's own file,
and a model that was loaded from it could not be trained again.
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
from runsite.integrations.autolog.training import Training, is_inner, prepare, record_training

__all__ = ["install", "uninstall"]

FLAVOR = "catboost"


def install() -> None:
    """Take hold of CatBoost, now or when it is imported."""
    when_imported("catboost", _patch_all)


def uninstall() -> None:
    """Let go of it."""
    unpatch_all(FLAVOR)


def _patch_all() -> None:
    if find_config(FLAVOR) is None:
        return
    try:
        module = sys.modules["catboost"]
        for kind in list(vars(module).values()):
            if isinstance(kind, type) and issubclass(kind, module.CatBoost):
                patch(kind, "fit", _around_fit, group=FLAVOR)
    except Exception as error:  # noqa: BLE001 - an import must not fail because of us
        warn(FLAVOR, f"CatBoost could not be patched: {error}")


def _around_fit(
    original: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    config = find_config(FLAVOR)
    if config is None or is_inner():
        return original(*args, **kwargs)
    given = bind_arguments(original, args, kwargs)
    x, y = _unpack(given.get("X"), given.get("y"))
    head = prepare(FLAVOR, lambda: _find_head(given.get("X"), x), otherwise=None)
    rounds: list[Rounds] = []

    def before(training: Training) -> None:
        rounds.append(Rounds(training))
        training.attempt(lambda session: log_new_params(session, model.get_params()))
        stopping = {"early_stopping_rounds": given.get("early_stopping_rounds")}
        if any(stopping.values()):
            training.attempt(lambda session: log_new_params(session, stopping))
        record_datasets(training, [(x, y, "train", "dataset"), *_eval_sets(given)])

    def after(training: Training, _result: Any) -> None:
        if rounds:
            training.attempt(lambda _: _record_rounds(rounds[0], model))
        _record_model(training, model, head)

    return record_training(
        FLAVOR, config, before=before, train=lambda: original(*args, **kwargs), after=after
    )


def _record_rounds(rounds: Rounds, model: Any) -> None:
    columns = {
        f"{data}-{metric}": history
        for data, metrics in model.get_evals_result().items()
        for metric, history in metrics.items()
    }
    for step in range(max(map(len, columns.values()), default=0)):
        rounds.note({key: column[step] for key, column in columns.items() if step < len(column)})
    best = model.get_best_iteration()
    if best is not None and rounds.count > 0:
        rounds.record_stop(stopped=rounds.count - 1, best=int(best), best_round=int(best))


def _record_model(training: Training, model: Any, head: Any) -> None:
    from runsite.models.flavors.catboost import make_scorer, write_catboost

    def importance(_session: Any) -> None:
        values = model.get_feature_importance().tolist()
        kind = "PredictionValuesChange"
        record_importance(training, kind, dict(zip(model.feature_names_, values, strict=True)))

    training.attempt(importance)
    score = make_scorer(model)
    log_booster(
        training,
        write=lambda folder: write_catboost(model, folder=folder),
        score=lambda rows: score(rows, None),
        head=head,
    )


def _eval_sets(given: dict[str, Any]) -> list[tuple[Any, Any, str, str]]:
    sets = given.get("eval_set")
    sets = sets if isinstance(sets, list) else [] if sets is None else [sets]
    names = ["validation"] if len(sets) == 1 else [f"validation_{n}" for n in range(len(sets))]
    return [
        (*(_unpack(*pair) if isinstance(pair, tuple) else _unpack(pair, None)), "eval", name)
        for pair, name in zip(sets, names, strict=True)
    ]


def _find_head(given: Any, x: Any) -> Any:
    """Return the first rows of the training data as what a user would score with."""
    head = take_head(x)
    if head is None or not hasattr(given, "get_feature_names"):
        return head
    # A pool gives floats back, without the names of its columns.
    names = given.get_feature_names()
    try:
        import pandas as pd
    except ImportError:
        return head.astype("float64")
    return pd.DataFrame(head.astype("float64"), columns=names)


def _unpack(x: Any, y: Any) -> tuple[Any, Any]:
    """Return features and labels; of CatBoost's own pool those that it gives back."""
    if not hasattr(x, "get_features"):
        return x, y
    try:
        return x.get_features(), x.get_label()
    except Exception:  # noqa: BLE001 - a quantised pool, or one with text, does not give them back
        return None, None
