"""Where code written for MLflow looks for things: by which path, and what to do where there is nothing.

``from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME`` works after renaming the package, though
runsite keeps no module there: Python asks `find_spec` for a module of runsite that nobody else
found. It answers with a module that hands out names kept elsewhere (`PATHS`), or with an error that
says what to do instead (`ANSWERS`). Loaded only when something is missing.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

from runsite import __version__

__all__ = ["ANSWERS", "PATHS", "TAGS", "ErrorCode", "explain", "find_spec"]

_ENTITIES = (
    "dataset dataset_input experiment experiment_tag file_info input_tag lifecycle_stage metric param "
    "run run_data run_info run_inputs run_status run_tag source_type view_type"
)
_MODEL_ENTITIES = "model_version model_version_status registered_model"
_DATASETS = "dataset dataset_source filesystem_dataset_source http_dataset_source"
_FRAMES = "numpy_dataset pandas_dataset polars_dataset spark_dataset"

PATHS: Mapping[str, str] = {
    "models.evaluation": "models",
    "models.model": "models",
    "pyfunc.model": "pyfunc",
    "tracking.fluent": "",
    **{f"data.{name}": "data" for name in f"{_DATASETS} {_FRAMES}".split()},
    **{f"entities.{name}": "entities" for name in _ENTITIES.split()},
    **{f"entities.model_registry.{name}": "entities" for name in _MODEL_ENTITIES.split()},
}
"""MLflow's path → the module whose names are meant; without the leading package, which is ``""``."""

TAGS: Mapping[str, str] = {
    "MLFLOW_AUTOLOGGING": "mlflow.autologging",
    "MLFLOW_DATASET_CONTEXT": "mlflow.data.context",
    "MLFLOW_GIT_BRANCH": "mlflow.source.git.branch",
    "MLFLOW_GIT_COMMIT": "mlflow.source.git.commit",
    "MLFLOW_GIT_DIRTY": "mlflow.source.git.dirty",
    "MLFLOW_GIT_REPO_URL": "mlflow.source.git.repoURL",
    "MLFLOW_PARENT_RUN_ID": "mlflow.parentRunId",
    "MLFLOW_PROJECT_ENTRY_POINT": "mlflow.project.entryPoint",
    "MLFLOW_RUN_NAME": "mlflow.runName",
    "MLFLOW_RUN_NOTE": "mlflow.note.content",
    "MLFLOW_SOURCE_NAME": "mlflow.source.name",
    "MLFLOW_SOURCE_TYPE": "mlflow.source.type",
    "MLFLOW_USER": "mlflow.user",
}
"""MLflow's constants for the tags that mean something in runsite too."""


class ErrorCode(StrEnum):
    """MLflow's names of errors, which ``error_code`` of an error of runsite's tells."""

    INTERNAL_ERROR = "INTERNAL_ERROR"
    INVALID_PARAMETER_VALUE = "INVALID_PARAMETER_VALUE"
    INVALID_STATE = "INVALID_STATE"
    RESOURCE_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
    RESOURCE_DOES_NOT_EXIST = "RESOURCE_DOES_NOT_EXIST"

    @staticmethod
    def Name(code: str) -> str:  # noqa: N802 - MLflow's spelling
        """Return a code as text."""
        return ErrorCode(code).value


_OWN: Mapping[str, Mapping[str, object]] = {
    "protos": {},
    "protos.databricks_pb2": {"ErrorCode": ErrorCode, **{code.name: code for code in ErrorCode}},
    "utils": {},
    "utils.mlflow_tags": TAGS,
    "version": {"VERSION": __version__},
}
_DATASET_CLASSES = ("NumpyDataset", "PandasDataset", "PolarsDataset", "SparkDataset")

_NO_FLAVOR = (
    "runsite has no flavor of that name: wrap the model in a runsite.pyfunc.PythonModel, or keep its "
    "files by log_artifact; log_metrics(..., step=epoch) in the loop records the training"
)
_NO_TRACES = "runsite keeps runs and models; it has no traces and no prompts"
_BY_RUN = "a logged model is found by its run, as runs:/<run_id>/<name>"

ANSWERS: Mapping[str, str] = {
    _NO_FLAVOR: (
        "diffusers diviner fastai gluon h2o johnsnowlabs keras keras_core mleap onnx paddle pmdarima "
        "promptflow prophet pyspark pytorch sentence_transformers shap spacy spark statsmodels "
        "tensorflow transformers"
    ),
    _NO_TRACES: (
        "AssessmentSource Expectation Feedback SpanType Trace anthropic bedrock crewai dspy gemini "
        "genai get_last_active_trace_id get_trace groq langchain langgraph litellm llama_index "
        "load_prompt log_assessment log_feedback mistral openai register_prompt search_traces "
        "start_span start_span_no_context trace tracing update_current_trace"
    ),
    _BY_RUN: (
        "LoggedModel LoggedModelInput LoggedModelOutput LoggedModelStatus clear_active_model "
        "create_external_model delete_logged_model finalize_logged_model get_active_model_id "
        "get_logged_model initialize_logged_model last_logged_model log_model_params log_outputs "
        "search_logged_models set_active_model set_logged_model_tags"
    ),
    "log_image takes the array or the Pillow image itself": "Image",
    "runsite starts no projects: run the script; the command line is recorded": "projects run",
    "runsite needs no server: runsite serve shows the runs": "gateway server",
    "runsite serves no models: load_model(...).predict(frame) scores": "deployments scoring_server",
    "on the command line: runsite doctor": "doctor",
    "runsite.enable_system_metrics_logging() switches it on": "system_metrics",
    "the names are RUNSITE_…; docs/configuration.md lists them": "environment_variables",
    "runsite.artifacts.download_artifacts('models:/…') fetches a model's files": "artifact",
    "it is called search_experiments today": "list_experiments",
    "it is called search_registered_models today": "list_registered_models",
    "it is called search_runs today": "list_run_infos",
    "it is called load_model today": "load_pyfunc",
    "read the file, and log_input(from_pandas(frame, source=path))": (
        "from_huggingface from_tensorflow load_delta"
    ),
    "MLflow's internal modules are not part of runsite; of them there is utils.mlflow_tags": "protos utils",
}
"""What to do instead → the names that MLflow has and runsite has not. One line an answer."""


def explain(name: str, *, known: tuple[str, ...] = ()) -> str:
    """Say what to do instead of a name that is missing, as the end of a sentence; empty if unknown."""
    for answer, names in ANSWERS.items():
        if name in names.split():
            return f": {answer}"
    close = difflib.get_close_matches(name, known, n=3)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def find_spec(path: str) -> ModuleSpec | None:
    """Find the module of a path below runsite that is no file here; None for one nobody knows.

    Args:
        path: Without the leading ``runsite.``, such as ``utils.mlflow_tags``.

    Raises:
        ModuleNotFoundError: MLflow has it and runsite has not; the message says what to do.
    """
    full = f"runsite.{path}"
    if path in _OWN or path in PATHS:
        return ModuleSpec(full, _Names(path), is_package=True)
    for part in reversed(path.split(".")):
        if answer := explain(part):
            # Without its own name: Python passes over a missing submodule of `from … import …`.
            raise ModuleNotFoundError(f"no module or name '{full}'{answer}")
    return None


@dataclass(frozen=True, slots=True)
class _Names(Loader):
    """Fills a module with names kept elsewhere; those of another module are looked up when used."""

    path: str

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(
            spec.name, "Names by the path that code written for MLflow imports them from."
        )

    def exec_module(self, module: ModuleType) -> None:
        own = _OWN.get(self.path, {})
        vars(module).update(own)
        if self.path not in PATHS:
            module.__all__ = sorted(own)  # type: ignore[attr-defined]
            return
        home = importlib.import_module(f"runsite.{PATHS[self.path]}".rstrip("."))
        if home.__name__ == "runsite.data":
            vars(module).update(dict.fromkeys(_DATASET_CLASSES, home.Dataset))
        module.__all__ = home.__all__  # type: ignore[attr-defined]
        module.__getattr__ = partial(getattr, home)  # type: ignore[method-assign]
