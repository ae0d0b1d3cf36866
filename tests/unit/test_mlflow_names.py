"""Where code written for MLflow looks for things, once its imports are renamed."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

import runsite
from runsite.mlflow_paths import _NO_FLAVOR, _NO_TRACES, ANSWERS, PATHS, TAGS

_INTERNAL = "MLflow's internal modules are not part of runsite; of them there is utils.mlflow_tags"


@pytest.mark.parametrize(
    ("module", "name", "home"),
    [
        ("runsite", "MlflowClient", "runsite.tracking"),
        ("runsite.client", "MlflowClient", "runsite.tracking"),
        ("runsite.tracking.client", "MlflowClient", "runsite.tracking"),
        ("runsite.entities.model_registry", "ModelVersion", "runsite.entities"),
        ("runsite.entities.model_registry", "RegisteredModel", "runsite.entities"),
        ("runsite.models.signature", "infer_signature", "runsite.models.infer"),
        ("runsite.models", "make_metric", "runsite.integrations.evaluation"),
        ("runsite.models", "evaluate", "runsite"),
        ("runsite.types", "DataType", "runsite.models"),
        ("runsite.types.schema", "ColSpec", "runsite.models"),
        ("runsite.types.schema", "Schema", "runsite.models"),
        ("runsite.types.schema", "ParamSpec", "runsite.models"),
        ("runsite.tracking.client", "ViewType", "runsite.entities"),
        ("runsite.tracking.fluent", "log_metric", "runsite"),
        ("runsite.entities.run", "Run", "runsite.entities"),
        ("runsite.entities.model_registry.model_version", "ModelVersion", "runsite.entities"),
        ("runsite.pyfunc.model", "PythonModel", "runsite.pyfunc"),
        ("runsite.models.model", "Model", "runsite.models"),
    ],
)
def test_a_name_is_found_where_mlflow_has_it(module, name, home):
    """`from mlflow.X import Y` works after renaming the package, and means the same object."""
    found = getattr(importlib.import_module(module), name)
    assert found is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("path", sorted(PATHS))
def test_each_of_mlflow_s_paths_leads_to_names(path):
    """A path of the table can be imported, and all that it promises is there."""
    module = importlib.import_module(f"runsite.{path}")
    assert module.__all__
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_a_dataset_has_one_class_whatever_mlflow_calls_it():
    """An annotation such as PandasDataset names the class that from_pandas returns."""
    from runsite.data.numpy_dataset import NumpyDataset
    from runsite.data.pandas_dataset import PandasDataset

    assert PandasDataset is NumpyDataset is runsite.data.Dataset


def test_the_names_of_tags_are_where_mlflow_has_them():
    """A filter built from MLflow's constants finds the tags that runs have here."""
    from runsite.utils import mlflow_tags
    from runsite.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

    assert mlflow_tags.MLFLOW_RUN_NAME == "mlflow.runName"
    assert MLFLOW_PARENT_RUN_ID == "mlflow.parentRunId"
    assert mlflow_tags.__all__ == sorted(TAGS)


def test_the_version_is_where_scripts_print_it_from():
    """Many notebooks begin by printing mlflow.version.VERSION, without importing it."""
    command = "import runsite as mlflow; print(mlflow.version.VERSION)"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == runsite.__version__


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("import runsite.pytorch", f"no module or name 'runsite.pytorch': {_NO_FLAVOR}"),
        ("from runsite import keras", f"no module or name 'runsite.keras': {_NO_FLAVOR}"),
        (
            "from runsite.entities import SpanType",
            f"no module or name 'runsite.entities.SpanType': {_NO_TRACES}",
        ),
        (
            "from runsite.utils.file_utils import TempDir",
            f"no module or name 'runsite.utils.file_utils': {_INTERNAL}",
        ),
        ("import runsite.quux", "No module named 'runsite.quux'"),
    ],
)
def test_an_import_of_what_is_not_here_says_what_to_do(statement, problem):
    """The sentence is the same by whichever form of import a script asks."""
    with pytest.raises(ModuleNotFoundError) as caught:
        exec(statement, {})
    assert str(caught.value) == problem


@pytest.mark.parametrize("name", ["MlflowException", "RestException"])
def test_mlflow_s_exceptions_catch_ours(name):
    """An `except MlflowException` around a look-up goes on working."""
    from runsite import exceptions

    with pytest.raises(getattr(exceptions, name), match="no run 'abc'"):
        runsite.get_run("abc")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "pytorch",
            f": {_NO_FLAVOR}",
        ),
        ("trace", ": runsite keeps runs and models; it has no traces and no prompts"),
        ("Image", ": log_image takes the array or the Pillow image itself"),
        (
            "last_logged_model",
            ": a logged model is found by its run, as runs:/<run_id>/<name>",
        ),
        ("log_metrik", "; did you mean log_metric or log_metrics or log_stream?"),
        ("quux", ""),
    ],
)
def test_what_is_not_here_is_answered_by_what_to_do(name, answer):
    """A script that needs more of MLflow than there is hears it where it fails."""
    with pytest.raises(AttributeError) as caught:
        getattr(runsite, name)
    assert str(caught.value) == f"module 'runsite' has no attribute '{name}'{answer}"


def test_nothing_that_is_here_is_said_to_be_elsewhere():
    """A name that is added one day must leave the list of what is missing."""
    missing = {name for names in ANSWERS.values() for name in names.split()}
    assert missing & set(runsite.__all__) == set()


def test_an_unknown_name_of_the_signature_module_is_an_attribute_error():
    """The module that also answers for infer_signature answers for nothing else."""
    from runsite.models import signature

    with pytest.raises(AttributeError) as caught:
        signature.infer_schema  # noqa: B018 - looking it up is the test
    expected = "module 'runsite.models.signature' has no attribute 'infer_schema'"
    assert str(caught.value) == expected
