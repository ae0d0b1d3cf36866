"""XGBoost models: save, log, load, and record training by itself.

Models are kept in XGBoost's own format, which holds data only: loading runs no code.
"""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Unpack

from runsite.integrations.model_loading import find_model_folder
from runsite.integrations.model_logging import ModelInfo, log_folder
from runsite.integrations.model_options import LogOptions, SaveOptions, find_example, make_options
from runsite.models.flavors.xgboost import FLAVOR, load_xgboost, write_xgboost
from runsite.models.folder import save_folder
from runsite.models.mlmodel import read_mlmodel

__all__ = ["FLAVOR_NAME", "load_model", "log_model", "save_model"]

FLAVOR_NAME = FLAVOR


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
    write = partial(
        _write, model=xgb_model, model_format=model_format, example=find_example(options)
    )
    save_folder(path, write=write, options=make_options(options))


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
    return log_folder(
        name or artifact_path,
        write=partial(
            _write, model=xgb_model, model_format=model_format, example=find_example(options)
        ),
        options=make_options(options),
        run_id=options.get("run_id"),
        registered_model_name=options.get("registered_model_name"),
    )


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
    folder = find_model_folder(model_uri, dst_path=dst_path)
    return load_xgboost(folder, model=read_mlmodel(folder))


def _write(folder: Any, *, model: Any, **choices: Any) -> Any:
    return write_xgboost(model, folder=folder, **choices)
