"""runsite: experiment tracking and a model registry without a server.

The verbs are MLflow's, so ``import runsite as mlflow`` runs most tutorials::

    import runsite

    with runsite.start_run():
        runsite.log_param("alpha", 0.1)
        runsite.log_metric("rmse", 7.7, step=1)

A name is imported when it is first used: importing runsite loads only the standard library.
"""

from __future__ import annotations

import importlib
import sys

__version__ = "0.1.0"

# Type checkers take this name for typing's, whose import would cost more than all the rest here.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from runsite import (
        artifacts,
        catboost,
        client,
        data,
        entities,
        errors,
        exceptions,
        hyperopt,
        lightgbm,
        metrics,
        models,
        pyfunc,
        sklearn,
        tracking,
        types,
        xgboost,
    )
    from runsite.errors import RunsiteError
    from runsite.errors import RunsiteError as MlflowException
    from runsite.integrations.autolog import autolog
    from runsite.integrations.evaluation import evaluate, validate_evaluation_results
    from runsite.tracking import MlflowClient, RunsiteClient
    from runsite.tracking.active import (
        ActiveRun,
        active_run,
        end_run,
        last_active_run,
        start_run,
    )
    from runsite.tracking.files import (
        flush_artifact_async_logging,
        get_artifact_uri,
        load_table,
        log_artifact,
        log_artifacts,
        log_dict,
        log_figure,
        log_image,
        log_stream,
        log_table,
        log_text,
    )
    from runsite.tracking.inputs import log_input, log_inputs
    from runsite.tracking.reading import (
        create_experiment,
        delete_experiment,
        get_experiment,
        get_experiment_by_name,
        get_parent_run,
        get_run,
        read_metrics,
        read_runs,
        search_experiments,
        search_runs,
        set_experiment,
        set_experiment_tag,
        set_experiment_tags,
    )
    from runsite.tracking.registered import (
        register_model,
        search_model_versions,
        search_registered_models,
        set_model_version_tag,
    )
    from runsite.tracking.runs import delete_run
    from runsite.tracking.system_metrics import (
        disable_system_metrics_logging,
        enable_system_metrics_logging,
        set_system_metrics_samples_before_logging,
        set_system_metrics_sampling_interval,
    )
    from runsite.tracking.uris import (
        get_registry_uri,
        get_tracking_uri,
        is_tracking_uri_set,
        set_registry_uri,
        set_tracking_uri,
    )
    from runsite.tracking.values import (
        delete_tag,
        flush_async_logging,
        log_metric,
        log_metrics,
        log_param,
        log_params,
        set_tag,
        set_tags,
    )

__all__ = [
    "ActiveRun",
    "MlflowClient",
    "MlflowException",
    "RunsiteClient",
    "RunsiteError",
    "__version__",
    "active_run",
    "artifacts",
    "autolog",
    "catboost",
    "client",
    "create_experiment",
    "data",
    "delete_experiment",
    "delete_run",
    "delete_tag",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "end_run",
    "entities",
    "errors",
    "evaluate",
    "exceptions",
    "flush_artifact_async_logging",
    "flush_async_logging",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_parent_run",
    "get_registry_uri",
    "get_run",
    "get_tracking_uri",
    "hyperopt",
    "is_tracking_uri_set",
    "last_active_run",
    "lightgbm",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_stream",
    "log_table",
    "log_text",
    "metrics",
    "models",
    "pyfunc",
    "read_metrics",
    "read_runs",
    "register_model",
    "search_experiments",
    "search_model_versions",
    "search_registered_models",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_model_version_tag",
    "set_registry_uri",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
    "tracking",
    "types",
    "validate_evaluation_results",
    "xgboost",
]

# Modules that people reach by ``runsite.<name>``.
_MODULES = frozenset(
    {
        "artifacts",
        "catboost",
        "client",
        "data",
        "entities",
        "errors",
        "exceptions",
        "hyperopt",
        "lightgbm",
        "metrics",
        "models",
        "pyfunc",
        "sklearn",
        "tracking",
        "types",
        "xgboost",
    }
)

# Where each public name lives. One line a module, so that adding a verb is one word.
_HOMES = {
    "errors": "RunsiteError",
    "integrations.autolog": "autolog",
    "integrations.evaluation": "evaluate validate_evaluation_results",
    "tracking": "MlflowClient RunsiteClient",
    "tracking.active": "ActiveRun active_run end_run last_active_run start_run",
    "tracking.files": (
        "flush_artifact_async_logging get_artifact_uri load_table log_artifact log_artifacts log_dict log_figure log_image "
        "log_stream log_table log_text"
    ),
    "tracking.inputs": "log_input log_inputs",
    "tracking.reading": (
        "create_experiment delete_experiment get_experiment get_experiment_by_name get_parent_run get_run "
        "read_metrics read_runs search_experiments search_runs set_experiment "
        "set_experiment_tag set_experiment_tags"
    ),
    "tracking.registered": (
        "register_model search_model_versions search_registered_models set_model_version_tag"
    ),
    "tracking.runs": "delete_run",
    "tracking.system_metrics": (
        "disable_system_metrics_logging enable_system_metrics_logging "
        "set_system_metrics_samples_before_logging set_system_metrics_sampling_interval"
    ),
    "tracking.uris": (
        "get_registry_uri get_tracking_uri is_tracking_uri_set set_registry_uri set_tracking_uri"
    ),
    "tracking.values": (
        "delete_tag flush_async_logging log_metric log_metrics log_param log_params set_tag set_tags"
    ),
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names.split()}
_ALIASES = {"MlflowException": "RunsiteError"}


def __getattr__(name: str) -> object:
    if name in _MODULES or name == "version":
        return importlib.import_module(f"{__name__}.{name}")
    attribute = _ALIASES.get(name, name)
    home = _NAMES.get(attribute)
    if home is None:
        raise AttributeError(_explain(name))
    value = getattr(importlib.import_module(f"{__name__}.{home}"), attribute)
    # The next use is a plain look-up, and costs nothing.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _explain(name: str) -> str:
    from runsite.mlflow_paths import explain

    return f"module 'runsite' has no attribute {name!r}{explain(name, known=tuple(__all__))}"


class _MlflowPaths:
    """Answers for MLflow's paths, as in ``import runsite.pytorch``; Python asks it last."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> object:
        if not name.startswith("runsite."):
            return None
        from runsite.mlflow_paths import find_spec

        return find_spec(name.removeprefix("runsite."))


sys.meta_path.append(_MlflowPaths)  # type: ignore[arg-type]
