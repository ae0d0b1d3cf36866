"""Scikit-learn models: save, log, load, and record training by itself.

::

    import runsite

    with runsite.start_run():
        model = LinearRegression().fit(X, y)
        runsite.sklearn.log_model(model, name="model", input_example=X[:5])
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
from runsite.models.flavors.sklearn import FLAVOR, FORMATS, load_sklearn, write_sklearn

__all__ = [
    "FLAVOR_NAME",
    "SUPPORTED_SERIALIZATION_FORMATS",
    "autolog",
    "get_default_conda_env",
    "get_default_pip_requirements",
    "load_model",
    "log_model",
    "save_model",
]

FLAVOR_NAME = FLAVOR
SUPPORTED_SERIALIZATION_FORMATS = list(FORMATS)
_FLAVOR = ModelFlavor(FLAVOR, write=write_sklearn, read=load_sklearn)

get_default_conda_env = _FLAVOR.get_default_conda_env
get_default_pip_requirements = _FLAVOR.get_default_pip_requirements


def save_model(
    sk_model: Any,
    path: str | os.PathLike[str],
    *,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[SaveOptions],
) -> None:
    """Save an estimator to a new folder, which MLflow can load too.

    Args:
        sk_model: A fitted estimator, pipeline or search.
        path: A folder that does not exist, or is empty.
        serialization_format: ``skops``, ``cloudpickle`` or ``pickle``; by default skops where
            every type in the model is known to be safe, else cloudpickle (docs/models.md).
        pyfunc_predict_fn: The method that `runsite.pyfunc` calls.
        skops_trusted_types: Names of further types that may be in a skops file.
        **options: Signature, input example, requirements and so on.

    Raises:
        AlreadyExistsError: The folder holds something.
        ModelError: The model cannot be saved in that format.
    """
    _FLAVOR.save(
        sk_model,
        path,
        options=options,
        serialization_format=serialization_format,
        predict_fn=pyfunc_predict_fn,
        trusted_types=skops_trusted_types,
    )


def log_model(
    sk_model: Any,
    artifact_path: str | None = None,
    *,
    name: str | None = None,
    serialization_format: str | None = None,
    pyfunc_predict_fn: str = "predict",
    skops_trusted_types: Sequence[str] | None = None,
    **options: Unpack[LogOptions],
) -> ModelInfo:
    """Log an estimator as a model of the active run, or of one that starts now.

    Args:
        sk_model: A fitted estimator, pipeline or search.
        artifact_path: The older word for ``name``.
        name: Path of the model among the run's artifacts; ``model`` by default.
        serialization_format: As in `save_model`.
        pyfunc_predict_fn: As in `save_model`.
        skops_trusted_types: As in `save_model`.
        **options: Signature, input example, ``registered_model_name`` and so on.

    Raises:
        ModelError: The model cannot be saved in that format.
    """
    return _FLAVOR.log(
        sk_model,
        name or artifact_path,
        options=options,
        serialization_format=serialization_format,
        predict_fn=pyfunc_predict_fn,
        trusted_types=skops_trusted_types,
    )


def load_model(model_uri: str, dst_path: str | None = None) -> Any:
    """Load the estimator of a model.

    A pickled model can run code while it is loaded: the first of a process is announced by an
    `UnsafeModelWarning`. The files of a registered version are compared with its digest first.

    Args:
        model_uri: ``runs:/<run_id>/<path>``, ``models:/<name>/<version or stage>``,
            ``models:/<name>@<alias>`` or a path.
        dst_path: Copy the model there first.

    Raises:
        NotFoundError: There is no such model.
        DigestMismatchError: A registered version's files were changed.
        ModelError: It is no scikit-learn model, or cannot be loaded.
    """
    return _FLAVOR.load(model_uri, dst_path=dst_path)


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    max_tuning_runs: int | None = 5,
    log_post_training_metrics: bool = True,
    serialization_format: str | None = "cloudpickle",
    registered_model_name: str | None = None,
    pos_label: Any = None,
    extra_tags: Mapping[str, str] | None = None,
) -> None:
    """Record every ``fit`` of scikit-learn from now on (docs/autolog.md lists what).

    Args:
        log_input_examples: Keep a few rows of training data with each model.
        log_model_signatures: Infer each model's signature.
        log_models: Log each fitted model.
        log_datasets: Record name, digest, schema and size of the training data.
        disable: Turn it off again.
        exclusive: Record nothing into runs that you started yourself.
        disable_for_unsupported_versions: Accepted for MLflow's sake.
        silent: No message, not even when something could not be recorded.
        max_tuning_runs: How many of a search's candidates become runs of their own; None: all.
        log_post_training_metrics: Record metrics computed on predictions after the training.
        serialization_format: ``cloudpickle`` (quick), ``skops`` (no code), or None (skops where
            it can).
        registered_model_name: Register each logged model under this name.
        pos_label: The positive class of binary classifiers.
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
        max_tuning_runs=max_tuning_runs,
        log_post_training_metrics=log_post_training_metrics,
        serialization_format=serialization_format,
        pos_label=pos_label,
    )
    autolog_flavor(FLAVOR, config)
