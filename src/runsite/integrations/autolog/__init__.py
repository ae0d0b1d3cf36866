"""Autologging: what a training does is recorded without a line of the user's own.

::

    autolog() ─ config ─ imports (now or when imported) ─ patching ─▶ around fit / train
    around fit ─ training (run, inner fits kept out) ─▶ params, data │ the fit │ metrics, model

Frameworks are never imported from here, only waited for. To try a change: ``pytest
tests/unit/integrations tests/integration/test_autolog_sklearn.py``.
"""

# MLflow's arguments, in MLflow's order: scripts that pass them by place keep working.
# ruff: noqa: FBT001, FBT002, PLR0913, PLR0917

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runsite.integrations.autolog import (
    catboost_patch,
    lightgbm_patch,
    sklearn_patch,
    xgboost_patch,
)
from runsite.integrations.autolog.config import AutologConfig, set_config

__all__ = ["FLAVORS", "autolog", "autolog_flavor"]

_PATCHES = {
    "sklearn": sklearn_patch,
    "xgboost": xgboost_patch,
    "lightgbm": lightgbm_patch,
    "catboost": catboost_patch,
}
FLAVORS = tuple(_PATCHES)


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, str] | None = None,
    exclude_flavors: Iterable[str] | None = None,
) -> None:
    """Record trainings of every supported framework from now on, also of those imported later.

    Args:
        log_input_examples: Keep a few rows of training data with each model.
        log_model_signatures: Infer each model's signature.
        log_models: Log each fitted model.
        log_datasets: Record name, digest, schema and size of the training data.
        log_traces: Accepted for MLflow's sake: there are no traces here.
        disable: Turn autologging off again.
        exclusive: Record nothing into runs that you started yourself.
        disable_for_unsupported_versions: Accepted for MLflow's sake: what a version lacks is
            left out.
        silent: No message, not even when something could not be recorded.
        extra_tags: Set on every run that autologging starts.
        exclude_flavors: Frameworks to leave alone: ``sklearn``, ``xgboost``, ``lightgbm``,
            ``catboost``.
    """
    for flavor in FLAVORS:
        if flavor in set(exclude_flavors or ()):
            continue
        config = AutologConfig(
            log_input_examples=log_input_examples,
            log_model_signatures=log_model_signatures,
            log_models=log_models,
            log_datasets=log_datasets,
            disable=disable,
            exclusive=exclusive,
            silent=silent,
            extra_tags=dict(extra_tags or {}),
        )
        autolog_flavor(flavor, config)


def autolog_flavor(flavor: str, config: AutologConfig) -> None:
    """Turn autologging of one framework on, with its switches, or off."""
    set_config(flavor, config)
    patches: Any = _PATCHES[flavor]
    if config.disable:
        patches.uninstall()
    else:
        patches.install()
