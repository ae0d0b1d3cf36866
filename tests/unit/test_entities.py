"""Entities: plain frozen values with MLflow's names."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from runsite import entities
from runsite.entities import (
    Dataset,
    DatasetInput,
    InputTag,
    Metric,
    ModelVersion,
    ModelVersionStatus,
    PagedList,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunStatus,
    ViewType,
)

INFO = RunInfo("ab", "0", "ada", "FINISHED", 1, 2, run_name="calm-otter-1")


def test_entities_do_not_change():
    """What was read is what it was when it was read."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        INFO.status = "FAILED"
    for name in entities.__all__:
        value = getattr(entities, name)
        if dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen, name


def test_view_types_have_mlflow_s_numbers_and_names():
    """Code passes the number or the name."""
    assert [int(view) for view in ViewType] == [1, 2, 3]
    assert ViewType.from_string("deleted_only") is ViewType.DELETED_ONLY
    assert ViewType.to_string(3) == "all"


def test_a_status_is_its_name():
    """``run.info.status == "FINISHED"`` holds for the text and the constant."""
    assert RunStatus.FINISHED == "FINISHED"
    assert RunStatus.to_string(RunStatus.FAILED) == "FAILED"
    assert RunStatus.from_string("KILLED") is RunStatus.KILLED
    assert [status for status in RunStatus if not RunStatus.is_terminated(status)] == ["RUNNING"]


def test_runs_travel_between_processes():
    """A worker can return what it read."""
    run = Run(INFO, RunData({"m": 1.0}, {"p": "1"}, {"t": "x"}))
    assert pickle.loads(pickle.dumps(run)) == run
    page = pickle.loads(pickle.dumps(PagedList([run], "token")))
    assert (list(page), page.token) == ([run], "token")


def test_a_run_as_a_dictionary_is_ready_for_json():
    """Plain values all the way down."""
    values = Run(INFO, RunData({"m": 1.0}, {"p": "1"}, {"t": "x"})).to_dictionary()
    assert values["info"]["run_name"] == "calm-otter-1"
    assert values["data"] == {"metrics": {"m": 1.0}, "params": {"p": "1"}, "tags": {"t": "x"}}
    assert values["inputs"] == {"dataset_inputs": []}


def test_an_entity_becomes_a_dictionary_of_its_fields():
    """Tutorials print ``dict(version)`` and make tables of ``[dict(m) for m in history]``."""
    metric = Metric("rmse", 7.0, 1234, 3)
    assert dict(metric) == dataclasses.asdict(metric)
    assert (dict(metric)["value"], dict(metric)["step"]) == (7.0, 3)
    assert dict(INFO)["run_name"] == "calm-otter-1"
    assert dict(Run(INFO, RunData({}, {}, {})))["info"] is INFO


def test_what_a_run_holds_becomes_dictionaries():
    """Notebooks end a cell with ``run.data.to_dictionary()`` and loop over inputs the same way."""
    data = RunData({"m": 1.0}, {"p": "1"}, {"t": "x"})
    assert data.to_dictionary() == {"metrics": {"m": 1.0}, "params": {"p": "1"}, "tags": {"t": "x"}}
    used = DatasetInput(Dataset("trips", "d1"), [InputTag("mlflow.data.context", "train")])
    assert RunInputs([used]).to_dictionary() == {"dataset_inputs": [used.to_dictionary()]}
    assert used.to_dictionary()["dataset"] == used.dataset.to_dictionary()
    assert Metric("rmse", 7.0, 12).to_dictionary()["timestamp"] == 12


def test_a_version_is_ready_at_once():
    """Code that waits until a version is ready goes on after its first look."""
    version = ModelVersion("taxi", "1")
    assert ModelVersionStatus.from_string(version.status) is ModelVersionStatus.READY
    assert ModelVersionStatus.to_string(ModelVersionStatus.READY) == version.status
    assert (version.status_message, version.aliases) == (None, [])


def test_an_entity_has_no_protocol_buffer():
    """Notebooks that print one read what to write instead; any other name is plainly missing."""
    with pytest.raises(AttributeError) as caught:
        INFO.to_proto()
    assert str(caught.value) == (
        "'RunInfo' object has no attribute 'to_proto': "
        "runsite has no protocol buffers; dict() of it gives names and values"
    )
    with pytest.raises(AttributeError) as plain:
        INFO.nothing  # noqa: B018 - looking it up is the test
    assert str(plain.value) == "'RunInfo' object has no attribute 'nothing'"
