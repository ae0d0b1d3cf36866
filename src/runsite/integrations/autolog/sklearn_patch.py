"""Where autologging takes hold of scikit-learn: every estimator's ``fit``, also of later imports.

Classes are found as subclasses of ``BaseEstimator`` among what is imported, and those that come
later when they are created, so that turning autologging on imports nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

from runsite.integrations.autolog import post_training
from runsite.integrations.autolog.config import find_config, warn
from runsite.integrations.autolog.imports import when_imported
from runsite.integrations.autolog.patching import patch, unpatch_all
from runsite.integrations.autolog.sklearn_fit import (
    FitData,
    find_fit_data,
    record_after,
    record_before,
)
from runsite.integrations.autolog.training import guarded, is_inner, prepare, record_training

__all__ = ["install", "uninstall"]

FLAVOR = "sklearn"
_FITS = ("fit", "fit_predict", "fit_transform")
_PREDICTS = ("predict", "predict_proba", "predict_log_proba", "transform")
# Data preparation is no training; inside a pipeline it is part of the pipeline's.
_PREPARATION = (
    "sklearn.preprocessing",
    "sklearn.impute",
    "sklearn.feature_extraction",
    "sklearn.feature_selection",
    "sklearn.compose._column_transformer",
)
_HOOK = "__init_subclass__"


def install() -> None:
    """Take hold of scikit-learn, now or when it is imported."""
    when_imported("sklearn.base", _patch_all)
    when_imported("sklearn.metrics", post_training.patch_metrics)


def uninstall() -> None:
    """Let go of it; what is imported later is left alone too."""
    unpatch_all(FLAVOR)
    base = getattr(sys.modules.get("sklearn.base"), "BaseEstimator", None)
    if base is not None and _HOOK in vars(base):
        delattr(base, _HOOK)


def _patch_all() -> None:
    if find_config(FLAVOR) is None:
        return  # turned off before scikit-learn was imported
    try:
        module = sys.modules["sklearn.base"]
        base = module.BaseEstimator
        for kind in list(_subclasses(base)):
            _patch_class(kind)
        for name, kind in list(vars(module).items()):
            # Most estimators have their score() from a mixin.
            if name.endswith("Mixin") and isinstance(kind, type):
                patch(kind, "score", post_training.around_score, group=FLAVOR)
        if _HOOK not in vars(base):
            _watch_subclasses(base)
    except Exception as error:  # noqa: BLE001 - an import must not fail because of us
        warn(FLAVOR, f"scikit-learn could not be patched: {error}")


def _subclasses(kind: type) -> Iterator[type]:
    yield kind
    children: list[type] = kind.__subclasses__()
    for child in children:
        yield from _subclasses(child)


def _watch_subclasses(base: Any) -> None:
    """Patch classes as they are created: the hook that Python calls for each."""

    def hook(cls: Any, /, **kwargs: Any) -> None:
        super(base, cls).__init_subclass__(**kwargs)
        if find_config(FLAVOR) is not None:
            _patch_class(cls)

    setattr(base, _HOOK, classmethod(hook))


def _patch_class(kind: type) -> None:
    module = kind.__module__
    if not module.startswith("sklearn."):
        return
    if module.startswith(_PREPARATION):
        for name in _FITS:
            patch(kind, name, _around_preparation, group=FLAVOR)
        return
    for name in _FITS:
        patch(kind, name, _around_fit, group=FLAVOR)
    for name in _PREDICTS:
        patch(kind, name, post_training.around_predict, group=FLAVOR)
    patch(kind, "score", post_training.around_score, group=FLAVOR)


def _around_preparation(
    original: Callable[..., Any], _estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Keep what a selection of features or an imputation trains from being runs of their own."""
    with guarded():
        return original(*args, **kwargs)


def _around_fit(
    original: Callable[..., Any], estimator: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    config = find_config(FLAVOR)
    if config is None or is_inner():
        return original(*args, **kwargs)
    data = prepare(FLAVOR, lambda: find_fit_data(original, args, kwargs), otherwise=FitData())

    def after(training: Any, _result: Any) -> None:
        if training.session is not None:
            post_training.remember_model(estimator, training.session)
        record_after(training, estimator, data)

    return record_training(
        FLAVOR,
        config,
        before=lambda training: record_before(training, estimator, data),
        train=lambda: original(*args, **kwargs),
        after=after,
    )
