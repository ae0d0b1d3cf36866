"""Where code written for MLflow looks for things, once its imports are renamed."""

from __future__ import annotations

import importlib

import pytest

import runsite


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
    ],
)
def test_a_name_is_found_where_mlflow_has_it(module, name, home):
    """`from mlflow.X import Y` works after renaming the package, and means the same object."""
    found = getattr(importlib.import_module(module), name)
    assert found is getattr(importlib.import_module(home), name)


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
            f": {runsite._NO_FLAVOR}",
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
    missing = {name for names in runsite._ELSEWHERE.values() for name in names.split()}
    assert missing & set(runsite.__all__) == set()


def test_an_unknown_name_of_the_signature_module_is_an_attribute_error():
    """The module that also answers for infer_signature answers for nothing else."""
    from runsite.models import signature

    with pytest.raises(AttributeError) as caught:
        signature.infer_schema  # noqa: B018 - looking it up is the test
    expected = "module 'runsite.models.signature' has no attribute 'infer_schema'"
    assert str(caught.value) == expected
