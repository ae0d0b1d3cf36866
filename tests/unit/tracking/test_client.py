"""The client: runs by their ids, whoever began them."""

from __future__ import annotations

import functools
import math
import time

import pytest

import runsite
from runsite.entities import Metric, Param, RunTag
from runsite.errors import AlreadyExistsError, InvalidValueError, NotFoundError, RunStateError
from runsite.tracking import MlflowClient, RunsiteClient


@pytest.fixture
def client():
    return RunsiteClient()


@pytest.fixture
def run_id(client):
    return client.create_run("0").info.run_id


def test_the_client_has_mlflow_s_name_too():
    """A tutorial's import works after renaming the package."""
    assert MlflowClient is RunsiteClient


def test_a_run_is_open_until_it_is_terminated(client, run_id):
    """Everything is logged by id, and nothing is active."""
    assert client.get_run(run_id).info.status == "RUNNING"
    assert runsite.active_run() is None
    client.log_metric(run_id, "m", 1.0, step=1)
    client.log_metric(run_id, "m", math.nan, timestamp=5, step=2)
    client.log_param(run_id, "p", 3)
    client.set_tag(run_id, "t", 4)
    client.set_terminated(run_id)
    run = client.get_run(run_id)
    assert (run.info.status, run.info.end_time >= run.info.start_time) == ("FINISHED", True)
    assert (run.data.params, run.data.tags["t"]) == ({"p": "3"}, "4")
    history = client.get_metric_history(run_id, "m")
    assert [(m.step, m.timestamp if m.step == 2 else None) for m in history] == [(1, None), (2, 5)]


def test_a_run_begins_as_it_is_told(client):
    """Name, tags and start are the caller's; the experiment is named by id or name."""
    client.create_experiment("taxi")
    run = client.create_run(
        "taxi", start_time=1_600_000_000_000, tags={"a": 1}, run_name="calm-otter-1"
    )
    assert run.info.start_time == 1_600_000_000_000
    assert (run.info.run_name, run.data.tags["a"]) == ("calm-otter-1", "1")
    assert client.get_run(run.info.run_id).info == run.info
    with pytest.raises(NotFoundError, match="no experiment 'missing'"):
        client.create_run("missing")


def test_a_parent_is_a_tag(client, run_id):
    """The tag that MLflow's users set makes a nested run."""
    child = client.create_run("0", tags={"mlflow.parentRunId": run_id}).info.run_id
    assert client.get_parent_run(child).info.run_id == run_id
    assert client.get_parent_run(run_id) is None
    found = client.search_runs(["0"], f"tags.mlflow.parentRunId = '{run_id}'")
    assert [run.info.run_id for run in found] == [child]


def test_a_batch_is_one_write_or_none(client, run_id):
    """A refused param stops the whole batch."""
    now = int(time.time() * 1000)
    metrics = [Metric("loss", 1.0 / step, now + step, step) for step in range(1, 1001)]
    client.log_batch(run_id, metrics, [Param("a", "1")], [RunTag("t", "x")])
    assert len(client.get_metric_history(run_id, "loss")) == 1000
    with pytest.raises(AlreadyExistsError):
        client.log_batch(run_id, [Metric("late", 1.0, now)], [Param("a", "2")], [RunTag("u", "x")])
    data = client.get_run(run_id).data
    assert ("late" in data.metrics, "u" in data.tags) == (False, False)


def test_a_run_that_ended_takes_corrections(client, run_id):
    """Tags, values and files come later than the training; the status stays."""
    client.set_terminated(run_id, "FAILED", end_time=1_900_000_000_000)
    client.set_tag(run_id, "reviewed", "yes")
    client.log_metric(run_id, "late", 1.0)
    client.log_text(run_id, "x", "note.txt")
    client.delete_tag(run_id, "reviewed")
    runsite.flush_async_logging()
    run = client.get_run(run_id)
    assert (run.info.status, run.info.end_time) == ("FAILED", 1_900_000_000_000)
    assert (run.data.metrics, "reviewed" in run.data.tags) == ({"late": 1.0}, False)
    assert [item.path for item in client.list_artifacts(run_id)] == ["note.txt"]


def test_a_run_can_get_another_status_and_name(client, run_id):
    """update_run and set_terminated work on open and on ended runs."""
    client.update_run(run_id, name="named")
    client.update_run(run_id, status="KILLED")
    client.set_terminated(run_id, "FINISHED")
    info = client.get_run(run_id).info
    assert (info.status, info.run_name) == ("FINISHED", "named")
    with pytest.raises(RunStateError, match="has ended"):
        client.update_run(run_id, status="RUNNING")
    with pytest.raises(InvalidValueError, match="a run cannot end as RUNNING"):
        client.set_terminated(run_id, "RUNNING")


def test_the_client_and_the_active_run_write_to_one_run(client):
    """Values by id and values of the block are in one history."""
    with runsite.start_run() as run:
        runsite.log_metric("m", 1.0, step=1)
        client.log_metric(run.info.run_id, "m", 2.0, step=2)
        runsite.log_param("p", 1)
        with pytest.raises(AlreadyExistsError):
            client.log_param(run.info.run_id, "p", 2)
    assert [m.value for m in client.get_metric_history(run.info.run_id, "m")] == [1.0, 2.0]


def test_inputs_are_copied_from_run_to_run(client, run_id):
    """What one run's inputs say can be recorded for another."""
    with runsite.start_run() as run:
        runsite.log_input(__file__, context="training")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    client.log_inputs(run_id, list(inputs))
    assert client.get_run(run_id).inputs.dataset_inputs == inputs


def test_another_store_is_another_client(client, run_id, tmp_path):
    """A client can look into a store that is not the process's own."""
    other = RunsiteClient(tmp_path / "other")
    assert other.tracking_uri == (tmp_path / "other").as_uri()
    made = other.create_run("0").info.run_id
    other.set_terminated(made)
    assert [run.info.run_id for run in other.search_runs(["0"])] == [made]
    with pytest.raises(NotFoundError):
        client.get_run(made)
    with pytest.raises(NotFoundError):
        other.log_metric(run_id, "m", 1.0)


@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_a_run_beyond_the_calendar_is_told_as_a_run_s(client, field):
    """Nanoseconds where milliseconds are asked for: the message names the field, and no metric."""
    run_id = client.create_run("0").info.run_id
    begin = functools.partial(client.create_run, "0", start_time=2**62)
    end = functools.partial(client.set_terminated, run_id, end_time=2**62)
    with pytest.raises(InvalidValueError) as caught:
        (begin if field == "start_time" else end)()
    assert str(caught.value) == (
        f"field '{field}': the timestamp '{2**62}' is beyond the year 2262\n"
        "  hint:  write milliseconds since 1970, not microseconds or nanoseconds"
    )


def test_a_batch_with_two_values_of_a_param_is_refused(client):
    """The first of the two was lost without a word."""
    run_id = client.create_run("0").info.run_id
    client.log_batch(run_id, params=[Param("depth", "1"), Param("depth", 1)])
    with pytest.raises(AlreadyExistsError) as caught:
        client.log_batch(run_id, params=[Param("c", "1"), Param("c", "2"), Param("d", "1")])
    assert str(caught.value) == (
        f"param 'c' of run '{run_id}' is '1' and cannot become '2'\n"
        "  hint:  a param is logged once; log what changes with log_metric or set_tag"
    )
    assert client.get_run(run_id).data.params == {"depth": "1"}
