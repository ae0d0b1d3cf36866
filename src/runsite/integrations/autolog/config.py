"""The switches of autologging, one set a flavor, under MLflow's names."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["AutologConfig", "find_config", "set_config", "warn"]

_log = logging.getLogger("runsite")


@dataclass(frozen=True, slots=True)
class AutologConfig:
    """What is recorded of a training.

    Attributes:
        log_models: The fitted model, with its requirements.
        log_input_examples: A few rows of training data with it.
        log_model_signatures: Its signature.
        log_datasets: Name, digest, schema and size of the training data.
        disable: Record nothing.
        exclusive: Record nothing into runs that the user started.
        silent: No message, not even when something could not be recorded.
        extra_tags: Set on every run that autologging starts.
        registered_model_name: Register each logged model under this name.
        max_tuning_runs: How many of a search's candidates become runs of their own; None: all.
        log_post_training_metrics: Metrics computed on predictions after the training.
        serialization_format: How scikit-learn models are saved.
        pos_label: The positive class of binary classifiers.
        importance_types: Kinds of feature importance of XGBoost.
        model_format: How XGBoost's models are saved.
    """

    log_models: bool = True
    log_input_examples: bool = False
    log_model_signatures: bool = True
    log_datasets: bool = True
    disable: bool = False
    exclusive: bool = False
    silent: bool = False
    extra_tags: Mapping[str, str] = field(default_factory=dict)
    registered_model_name: str | None = None
    max_tuning_runs: int | None = 5
    log_post_training_metrics: bool = True
    serialization_format: str | None = "cloudpickle"
    pos_label: object = None
    importance_types: tuple[str, ...] = ("weight",)
    model_format: str = "ubj"


_lock = threading.Lock()
_configs: dict[str, AutologConfig] = {}


def set_config(flavor: str, config: AutologConfig) -> None:
    """Set what is recorded of a flavor's trainings from now on."""
    with _lock:
        _configs[flavor] = config


def find_config(flavor: str) -> AutologConfig | None:
    """Return a flavor's switches; None where autologging is off."""
    config = _configs.get(flavor)
    return None if config is None or config.disable else config


def warn(flavor: str, message: str) -> None:
    """Say what could not be recorded, unless the user asked for silence."""
    config = _configs.get(flavor)
    if config is None or not config.silent:
        _log.warning("autologging %s: %s", flavor, message)
