"""Active runs: how they start, nest, go on and end."""

from __future__ import annotations

import threading
import time

import pytest

import runsite
from runsite.errors import (
    InvalidValueError,
    NotFoundError,
    RunStateError,
    StoreError,
)
from runsite.tracking import RunsiteClient, sessions


def status_of(run):
    return runsite.get_run(run.info.run_id).info.status


def test_a_run_ends_with_its_block():
    """Leaving the block ends the run as FINISHED."""
    with runsite.start_run() as run:
        assert runsite.active_run() is run
        assert run.info.status == "RUNNING"
        assert run.info.end_time is None
    assert runsite.active_run() is None
    assert status_of(run) == "FINISHED"
    assert runsite.get_run(run.info.run_id).info.end_time >= run.info.start_time


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_makes_the_run_failed(error):
    """Whatever leaves the block by an exception did not finish."""
    with pytest.raises(error), runsite.start_run() as run:
        raise error
    assert status_of(run) == "FAILED"


def test_end_run_takes_a_status():
    """A run can be ended as what it was."""
    run = runsite.start_run()
    runsite.end_run("KILLED")
    assert status_of(run) == "KILLED"
    runsite.end_run()  # without an active run nothing happens


def test_an_unknown_status_is_refused_and_the_run_goes_on():
    """A typing error must not leave a run in a state that nobody knows."""
    with runsite.start_run() as run:
        with pytest.raises(InvalidValueError) as caught:
            runsite.end_run("DONE")
        assert str(caught.value) == (
            "unknown status 'DONE'\n  hint:  use one of: RUNNING, FINISHED, FAILED, KILLED"
        )
        assert runsite.active_run() is run


def test_a_second_run_needs_nested():
    """A forgotten end_run must not swallow the next run's values."""
    with runsite.start_run() as run:
        with pytest.raises(RunStateError) as caught:
            runsite.start_run()
        assert str(caught.value) == (
            f"run '{run.info.run_id}' is active already\n"
            "  hint:  end it by end_run(), or start this one under it by start_run(nested=True)"
        )


def test_nested_runs_know_their_parent():
    """The parent is a fact of the child, and the tag that MLflow has for it."""
    with runsite.start_run() as parent:
        with runsite.start_run(nested=True) as child:
            assert runsite.active_run() is child
        assert runsite.active_run() is parent
    data = runsite.get_run(child.info.run_id).data
    assert data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert runsite.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    assert runsite.get_parent_run(parent.info.run_id) is None


def test_a_parent_can_be_named():
    """A trial in another process says under which run it belongs."""
    with runsite.start_run() as parent:
        pass
    with runsite.start_run(parent_run_id=parent.info.run_id) as child:
        pass
    assert runsite.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    with pytest.raises(NotFoundError, match="no run 'ffff' to nest a run under"):
        runsite.start_run(parent_run_id="ffff")


def test_nested_without_an_outer_run_is_a_run_of_its_own():
    """The same training function works alone and inside of a search."""
    with runsite.start_run(nested=True) as run:
        pass
    assert runsite.get_parent_run(run.info.run_id) is None


def test_ending_an_outer_run_ends_those_inside():
    """No run stays open behind one that has ended."""
    outer = runsite.start_run()
    inner = runsite.start_run(nested=True)
    with outer:
        pass
    assert runsite.active_run() is None
    assert (status_of(inner), status_of(outer)) == ("FINISHED", "FINISHED")


def test_a_run_starts_with_name_tags_and_description():
    """What start_run is given is there when it returns."""
    with runsite.start_run(
        run_name="calm-otter-1", tags={"team": "taxi", "n": 3}, description="*why*"
    ) as run:
        data = runsite.get_run(run.info.run_id).data
    assert run.info.run_name == "calm-otter-1"
    assert data.tags["team"] == "taxi"
    assert data.tags["n"] == "3"
    assert data.tags["mlflow.note.content"] == "*why*"
    assert data.tags["mlflow.runName"] == "calm-otter-1"


def test_a_description_is_given_once():
    """Two descriptions cannot both be right."""
    with pytest.raises(InvalidValueError, match="the description is given twice"):
        runsite.start_run(description="a", tags={"mlflow.note.content": "b"})


def test_tags_that_are_columns_set_them():
    """mlflow.runName as a tag is the run's name."""
    with runsite.start_run(tags={"mlflow.runName": "named"}) as run:
        assert run.info.run_name == "named"
        runsite.set_tag("mlflow.runName", "renamed")
        assert run.info.run_name == "renamed"
    assert runsite.get_run(run.info.run_id).info.run_name == "renamed"


def test_a_run_goes_on_by_its_id():
    """Resuming keeps everything, and the run is in progress until it ends again."""
    with runsite.start_run() as first:
        runsite.log_metric("loss", 2.0, step=1)
        runsite.log_param("a", 1)
    with runsite.start_run(run_id=first.info.run_id, run_name="again") as second:
        assert second.info.run_id == first.info.run_id
        assert runsite.get_run(first.info.run_id).info.status == "RUNNING"
        runsite.log_metric("loss", 1.0, step=2)
        runsite.log_param("a", 1)
    run = runsite.get_run(first.info.run_id)
    assert (run.info.status, run.info.run_name) == ("FINISHED", "again")
    history = RunsiteClient().get_metric_history(first.info.run_id, "loss")
    assert [(m.step, m.value) for m in history] == [(1, 2.0), (2, 1.0)]


def test_going_on_needs_the_right_experiment():
    """A run cannot move to another experiment by being resumed."""
    with runsite.start_run() as run:
        pass
    other = runsite.create_experiment("other")
    with pytest.raises(InvalidValueError, match="belongs to experiment 'Default', not to"):
        runsite.start_run(run_id=run.info.run_id, experiment_id=other)


def test_a_deleted_run_does_not_go_on():
    """Restoring it is a decision of its own."""
    with runsite.start_run() as run:
        pass
    runsite.delete_run(run.info.run_id)
    with pytest.raises(RunStateError) as caught:
        runsite.start_run(run_id=run.info.run_id)
    assert str(caught.value) == (
        f"run '{run.info.run_id}' is deleted\n"
        "  hint:  RunsiteClient().restore_run(run_id) brings it back"
    )


def test_an_unknown_run_is_said_to_be_unknown():
    """A typing error does not start a new run."""
    with runsite.start_run():
        pass
    with pytest.raises(NotFoundError, match="no run '0123456789abcdef0123456789abcdef'"):
        runsite.start_run(run_id="0123456789abcdef0123456789abcdef")


def test_the_environment_hands_a_run_on_once(monkeypatch):
    """RUNSITE_RUN_ID is for the process's first run; those after it are new."""
    with runsite.start_run() as first:
        pass
    monkeypatch.setenv("RUNSITE_RUN_ID", first.info.run_id)
    with runsite.start_run() as second:
        assert second.info.run_id == first.info.run_id
        with runsite.start_run(nested=True) as third:
            assert third.info.run_id != first.info.run_id
    with runsite.start_run() as fourth:
        assert fourth.info.run_id != first.info.run_id


def test_the_first_value_starts_a_run():
    """A script without start_run is tracked all the same."""
    runsite.log_metric("loss", 1.0)
    run = runsite.active_run()
    assert run is not None
    runsite.end_run()
    assert runsite.get_run(run.info.run_id).data.metrics == {"loss": 1.0}
    assert runsite.last_active_run().info.run_id == run.info.run_id


def test_each_thread_has_its_own_active_run():
    """Runs of two threads do not get into each other's way."""
    seen = {}

    def train(name):
        with runsite.start_run(run_name=name) as run:
            runsite.log_param("thread", name)
            seen[name] = run.info.run_id

    with runsite.start_run() as outer:
        threads = [threading.Thread(target=train, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert runsite.active_run() is outer
    for name, run_id in seen.items():
        assert runsite.get_run(run_id).data.params == {"thread": name}
        assert runsite.get_parent_run(run_id) is None


def test_threads_share_a_run_by_its_id():
    """A run is open until the last of its holders has ended it; a failure weighs more."""

    def work(number):
        try:
            with runsite.start_run(run_id=run.info.run_id):
                for step in range(50):
                    runsite.log_metric(f"m{number}", step, step=step)
                assert number != 3
        except AssertionError:
            pass

    with runsite.start_run() as run:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert runsite.get_run(run.info.run_id).info.status == "RUNNING"
    done = runsite.get_run(run.info.run_id)
    assert done.info.status == "FAILED"
    assert done.data.metrics == {f"m{number}": 49.0 for number in range(8)}


def test_an_active_run_shows_what_was_logged_so_far():
    """The data of a run in progress is not a picture of its start."""
    with runsite.start_run() as run:
        runsite.log_metric("loss", 1.5)
        runsite.log_param("a", 1)
        assert run.data.metrics == {"loss": 1.5}
        assert run.data.params == {"a": "1"}
        assert repr(run).startswith(f"<ActiveRun: {run.info.run_id}")
        assert "loss" in run._repr_html_()
        assert run.to_dictionary()["info"]["run_id"] == run.info.run_id
        assert run.inputs.dataset_inputs == []
    assert run.info.status == "FINISHED"


def test_a_run_that_the_client_ended_can_be_ended_again():
    """Ending twice is harmless, whoever was first."""
    with runsite.start_run() as run:
        RunsiteClient().set_terminated(run.info.run_id, "KILLED")
    assert status_of(run) == "KILLED"


def test_a_store_that_is_a_file_is_refused_at_the_start(tracked):
    """The error comes before hours of training, and names the path."""
    tracked.write_text("x")
    with pytest.raises(StoreError, match="is a file, not a folder"):
        runsite.start_run()
    assert runsite.active_run() is None


def test_a_place_that_cannot_be_written_costs_a_warning_not_the_training(caplog, monkeypatch):
    """Training goes on; RUNSITE_STRICT=1 makes it an error."""
    runsite.set_tracking_uri("/proc/runs")  # nobody, not even root, makes a folder there
    with runsite.start_run() as run:
        runsite.log_metric("loss", 1.0)
        runsite.log_metric("loss", 2.0)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"run {run.info.run_id} is incomplete" in caplog.text
    monkeypatch.setenv("RUNSITE_STRICT", "1")
    with pytest.raises(StoreError, match="cannot create a store at '/proc/runs'"):
        runsite.start_run()


def test_what_is_only_attached_is_sealed_by_itself(tracked, monkeypatch):
    """A tag set on a run that had ended reaches the files without anybody closing anything."""
    monkeypatch.setattr(sessions, "_IDLE_S", 0.05)
    with runsite.start_run() as run:
        pass
    RunsiteClient().set_tag(run.info.run_id, "late", "yes")
    live = tracked / "live"
    deadline = time.monotonic() + 10
    while list(live.glob("*.journal")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(live.glob("*.journal")) == []
    assert runsite.get_run(run.info.run_id).data.tags["late"] == "yes"


def test_an_experiment_that_cannot_be_written_does_not_stop_the_training(
    tracked, monkeypatch, caplog
):
    """Its runs carry its name; RUNSITE_STRICT=1, and whoever asks to create it, get an error."""
    with runsite.start_run():
        pass
    (tracked / "experiments").write_text("in the way")
    told = f"cannot write the experiment 'taxi' to the store '{tracked}': File exists"
    runsite.set_experiment("taxi")
    assert [record.getMessage() for record in caplog.records] == [
        told + ". Training goes on; RUNSITE_STRICT=1 makes this an error."
    ]
    with runsite.start_run() as run:
        runsite.log_metric("rmse", 1.0)
    [found] = runsite.search_runs(experiment_names=["taxi"], output_format="list")
    assert found.info.run_id == run.info.run_id
    with pytest.raises(StoreError) as caught:
        runsite.set_experiment_tag("team", "taxi")
    assert str(caught.value) == told
    monkeypatch.setenv("RUNSITE_STRICT", "1")
    with pytest.raises(StoreError, match="cannot write the experiment 'other'"):
        runsite.set_experiment("other")
