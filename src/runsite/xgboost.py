"""XGBoost models: save, log, load, and record training by itself.

Models are kept in XGBoost's own format, which holds data only: loading runs no code.
"""

# MLflow's arguments, in MLflow's order: scripts that pass them by place keep working.
# ruff: noqa: FBT001, FBT002, PLR0913, PLR0917

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from runsite.integrations.autolog import autolog_flavor
from runsite.integrations.autolog.config import AutologConfig
from runsite.integrations.flavor import ModelFlavor
from runsite.integrations.model_logging import ModelInfo
from runsite.integrations.model_options import LogOptions, SaveOptions
from runsite.models.flavors.xgboost import FLAVOR, load_xgboost, write_xgboost

__all__ = [
    "FLAVOR_NAME",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]

FLAVOR_NAME = FLAVOR
_FLAVOR = ModelFlavor(FLAVOR, write=write_xgboost, read=load_xgboost)

get_default_conda_env = _FLAVOR.get_default_conda_env
get_default_pip_requirements = _FLAVOR.get_default_pip_requirements


def save_model(
    xgb_model: Any,
    path: str | os.PathLike[str],
    *,
    model_format: str = "ubj",
    **options: Unpack[SaveOptions],
) -> None:
    """Save a Booster or an estimator of XGBoost to a new folder, which MLflow can load too.

    Args:
        xgb_model: ``xgboost.Booster`` or one of XGBoost's scikit-learn estimators.
        path: A folder that does not exist, or is empty.
        model_format: ``ubj`` (small) or ``json`` (readable).
        **options: Signature, input example, requirements and so on.

    Raises:
        AlreadyExistsError: The folder holds something.
        InvalidValueError: It is no model of XGBoost, or the format is unknown.
    """
    _FLAVOR.save(xgb_model, path, options=options, model_format=model_format)


def log_model(
    xgb_model: Any,
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    model_format: str = "ubj",
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log a model of XGBoost in the active run, or in one that starts now.

    Args:
        xgb_model: ``xgboost.Booster`` or one of XGBoost's scikit-learn estimators.
        artifact_path: The older word for ``name``.
        name: Path of the model among the run's artifacts; ``model`` by default.
        model_format: ``ubj`` (small) or ``json`` (readable).
        **options: Signature, input example, ``registered_model_name`` and so on.

    Raises:
        InvalidValueError: It is no model of XGBoost, or the format is unknown.
    """
    return _FLAVOR.log(xgb_model, name or artifact_path, options=options, model_format=model_format)


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load a model of XGBoost as it was logged: a Booster, or the estimator.

    Args:
        model_uri: ``runs:/<run_id>/<path>``, ``models:/<name>/<version or stage>``,
            ``models:/<name>@<alias>`` or a path.
        dst_path: Copy the model there first.

    Raises:
        NotFoundError: There is no such model.
        DigestMismatchError: A registered version's files were changed.
        ModelError: It is no model of XGBoost, or cannot be loaded.
    """
    return _FLAVOR.load(model_uri, dst_path=dst_path)


def autolog(
    importance_types: Sequence[str] | None = None,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    model_format: str = "ubj",
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Record every training of XGBoost from now on (docs/autolog.md lists what).

    Args:
        importance_types: Kinds of feature importance; by default ``weight``.
        log_input_examples: Keep a few rows of training data with each model.
        log_model_signatures: Infer each model's signature.
        log_models: Log each trained model.
        log_datasets: Record name, digest, schema and size of the training data.
        disable: Turn it off again.
        exclusive: Record nothing into runs that you started yourself.
        disable_for_unsupported_versions: Accepted for MLflow's sake.
        silent: No message, not even when something could not be recorded.
        registered_model_name: Register each logged model under this name.
        model_format: ``ubj`` or ``json``.
        extra_tags: Set on every run that autologging starts.
    """
    config = AutologConfig(
        log_models=log_models,
        log_input_examples=log_input_examples,
        log_model_signatures=log_model_signatures,
        log_datasets=log_datasets,
        disable=disable,
        exclusive=exclusive,
        silent=silent,
        extra_tags=dict(extra_tags or {}),
        registered_model_name=registered_model_name,
        importance_types=tuple(importance_types or ("weight",)),
        model_format=model_format,
    )
    autolog_flavor(FLAVOR, config)
