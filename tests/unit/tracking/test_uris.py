"""Where runs go: what is chosen, what is inherited, what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import runsite
from runsite.errors import ForeignStoreError, StoreError
from runsite.tracking import RunsiteClient, uris

ASK = "import runsite; print(runsite.get_tracking_uri())"


def ask(**env):
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=env or None
    )
    return done.stdout.strip()


def test_the_store_is_told_as_a_url(tracked):
    """A relative path is taken from where it was said, whatever folder is current later."""
    assert runsite.get_tracking_uri() == tracked.as_uri()
    runsite.set_tracking_uri(Path("other"))
    assert runsite.get_tracking_uri() == tracked.with_name("other").as_uri()
    runsite.set_tracking_uri(tracked.as_uri())
    assert runsite.get_tracking_uri() == tracked.as_uri()
    assert runsite.is_tracking_uri_set() is True


def test_without_a_choice_the_configuration_decides(tracked, monkeypatch):
    """runsite.yaml, then the environment, then ./runs."""
    runsite.set_tracking_uri("")
    assert runsite.is_tracking_uri_set() is False
    assert runsite.get_tracking_uri() == tracked.as_uri()
    monkeypatch.setenv("RUNSITE_TRACKING_URI", "from-env")
    assert runsite.get_tracking_uri() == tracked.with_name("from-env").as_uri()
    Path("runsite.yaml").write_text("store: from-yaml\n")
    assert runsite.get_tracking_uri() == tracked.with_name("from-yaml").as_uri()


def test_a_process_that_is_started_inherits_the_choice(tracked, monkeypatch):
    """Also where runsite.yaml says something else; a variable set on purpose is another matter."""
    Path("runsite.yaml").write_text("store: from-yaml\n")
    runsite.set_tracking_uri("chosen")
    assert ask() == tracked.with_name("chosen").as_uri()
    monkeypatch.setenv("RUNSITE_TRACKING_URI", "by-hand")
    assert ask() == tracked.with_name("from-yaml").as_uri()


@pytest.mark.parametrize(
    "uri", ["sqlite:///mlflow.db", "http://localhost:5000", "databricks", "postgresql://h/db"]
)
def test_a_store_of_another_kind_is_answered_by_what_to_write(uri, tracked):
    """The tutorial's next line fails with advice, and the choice before stays."""
    with pytest.raises(ForeignStoreError) as caught:
        runsite.set_tracking_uri(uri)
    assert 'write a path instead, such as set_tracking_uri("runs")' in str(caught.value)
    assert runsite.get_tracking_uri() == tracked.as_uri()


def test_mlflow_s_folder_is_not_taken_for_ours(tracked):
    """A folder of MLflow's file store is refused, with the way to import it."""
    (tracked / "0").mkdir(parents=True)
    (tracked / "0" / "meta.yaml").write_text("experiment_id: 0\n")
    with pytest.raises(ForeignStoreError, match="MLflow"):
        runsite.start_run()


def test_a_store_is_opened_once(tracked):
    """What has been read is kept for the next question."""
    assert uris.open_store() is uris.open_store(tracked)
    assert uris.open_store(create=True) is uris.open_store()
    assert (tracked / "runsite.json").is_file()


def test_a_store_that_went_away_is_made_again(tracked):
    """Removing the folder between two runs of a notebook starts from nothing."""
    import shutil

    with runsite.start_run():
        pass
    shutil.rmtree(tracked)
    with runsite.start_run() as run:
        pass
    assert [r.info.run_id for r in runsite.search_runs(output_format="list")] == [run.info.run_id]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("a\0b", "'a\\x00b' can be no path of a folder"),
        ("file:///tmp/a%00b", "'/tmp/a\\x00b' can be no path of a folder"),
        ("a\ud800", "'a\\ud800' can be no path of a folder"),
        (5, "a store is named by a path or a URL, not by int '5'"),
    ],
)
@pytest.mark.usefixtures("tracked")
def test_what_names_no_store_is_refused_at_once(uri, message):
    """Not by whatever the file system makes of it at the next call."""
    with pytest.raises(StoreError) as caught:
        runsite.set_tracking_uri(uri)
    assert str(caught.value) == message


@pytest.mark.usefixtures("tracked")
def test_a_name_too_long_for_a_folder_is_an_error_of_the_store():
    """The run does not start, and the reason is the file system's."""
    runsite.set_tracking_uri("x" * 5000)
    with pytest.raises(StoreError, match="File name too long"):
        runsite.start_run()


def test_a_password_in_a_uri_is_not_told(tracked):
    """The message ends in logs that others read."""
    with pytest.raises(ForeignStoreError) as caught:
        runsite.set_tracking_uri("postgresql://me:s3/cr@t@db.example.org:5432/mlflow")
    assert str(caught.value) == (
        "'postgresql://me:…@db.example.org:5432/mlflow' names a database; a runsite store is a "
        'folder\n  hint:  write a path instead, such as set_tracking_uri("runs")'
    )


def test_a_working_folder_that_is_gone_is_told(tmp_path, monkeypatch):
    """A run in progress goes on; a new one needs a place."""
    runsite.set_tracking_uri("")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with runsite.start_run() as run:
        gone.joinpath("runs").rename(tmp_path / "kept")
        gone.rmdir()
        runsite.log_metric("loss", 1.0)
        with pytest.raises(StoreError) as caught:
            runsite.start_run(nested=True)
        monkeypatch.chdir(tmp_path)
    assert str(caught.value) == (
        "the folder that this process works in is gone, so 'runs' is nowhere\n"
        "  hint:  change to another folder, or name the store by a whole path"
    )
    runsite.set_tracking_uri("")
    assert RunsiteClient(str(gone / "runs")).get_run(run.info.run_id).data.metrics == {"loss": 1.0}
