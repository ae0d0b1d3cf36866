"""Every place where a store can stand keeps the same promises."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

import runsite
from runsite.errors import ForeignStoreError, StoreError
from runsite.records import ArtifactRecord
from runsite.store import Store
from runsite.store.doctor import examine, hash_file
from runsite.store.gc import find_removals, remove
from runsite.store.locations import find_mirror_folder
from runsite.tracking import MlflowClient
from support.runs import BEGAN, a_run
from support.s3 import S3_ENVIRONMENT, s3_server

__all__ = ["s3_server"]


@pytest.fixture
def mirrors(tmp_path, monkeypatch):
    """Put the local halves of remote stores where a test may empty them."""
    monkeypatch.setenv("RUNSITE_MIRRORS", str(tmp_path / "mirrors"))
    for name, value in S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "mirrors"


# The server refuses the marks that Arrow leaves for folders, and Arrow asks it again and again.
@pytest.fixture(params=["path", "file", pytest.param("s3", marks=pytest.mark.slow), "memory"])
def location(request, tmp_path, mirrors):
    """Give a location of each kind, where nothing is yet."""
    name = f"store-{uuid.uuid4().hex}"
    match request.param:
        case "path":
            return str(tmp_path / name)
        case "file":
            return (tmp_path / f"a store of {name}").as_uri()
        case "memory":
            if find_spec("fsspec") is None:
                pytest.skip("fsspec is not installed")
            return f"memory://{name}/runs"
    server = request.getfixturevalue("s3_server")
    options = f"endpoint_override={server}&scheme=http&region=us-east-1&allow_bucket_creation=true"
    from pyarrow.fs import FileSystem

    FileSystem.from_uri(f"s3://bucket?{options}")[0].create_dir("bucket")
    return f"s3://bucket/team/{name}?{options}"


def forget(location, mirrors):
    """Make this machine another one: what it had read of a remote store is gone."""
    if mirrors.exists():
        shutil.rmtree(mirrors)
    return Store.open(location)


def log_run(store, number=1, *, text="hello", **fields):
    writer = store.start_run(a_run(number))
    writer.set_params({"depth": str(number)})
    writer.log_metrics([("rmse", 7.0 - number, step, None) for step in range(3)])
    writer.artifacts_dir.joinpath("plots").mkdir(parents=True)
    path = writer.artifacts_dir / "plots" / "über note.txt"
    path.write_text(text)
    record = ArtifactRecord("plots/über note.txt", len(text), hash_file(path))
    writer.add_artifacts([record])
    if fields:
        writer.set_fields(**fields)
    writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))
    return writer.run_id


class TestEveryLocation:
    """The contract of a store, wherever it stands."""

    def test_what_one_machine_logged_another_reads(self, location, mirrors):
        """Rows, points and artifacts come back whole, also on a machine that has nothing yet."""
        run_id = log_run(Store.create(location))
        store = forget(location, mirrors)
        assert store.read_run(run_id).params == {"depth": "1"}
        assert store.scan_metrics().collect()["value"].to_list() == [6.0, 6.0, 6.0]
        note = store.artifacts_dir(run_id) / "plots" / "über note.txt"
        assert note.read_text() == "hello"
        assert list(examine(store)) == []

    def test_two_writers_add_to_one_store(self, location, mirrors):
        """Each sees the other's runs without being opened anew."""
        one, two = Store.create(location), Store.create(location)
        first = log_run(one, 1)
        second = log_run(two, 2)
        assert one.read_runs()["run_id"].to_list() == [first, second]
        assert two.read_runs()["run_id"].to_list() == [first, second]

    def test_a_change_of_a_run_is_a_new_revision(self, location, mirrors):
        """A tag set by another machine is there, and nothing is doubled."""
        run_id = log_run(Store.create(location))
        forget(location, mirrors).update_run(run_id, tags={"seen": "yes"})
        store = forget(location, mirrors)
        assert store.read_run(run_id).tags == {"seen": "yes"}
        assert store.scan_metrics().collect().height == 3

    def test_compaction_is_seen_by_who_had_read_before(self, location, mirrors):
        """The small parts go, here and there; every answer stays."""
        store = Store.create(location)
        for number in (1, 2, 3):
            log_run(store, number)
        before = store.read_runs().to_dicts()
        assert len(list(Store.open(location).compact(everything=True))) == 2
        assert store.read_runs().to_dicts() == before
        fresh = forget(location, mirrors)
        assert fresh.read_runs().to_dicts() == before
        assert fresh.scan_metrics().collect().height == 9
        assert len(list(fresh.layout.runs.iterdir())) == 1

    def test_gc_removes_for_everybody(self, location, mirrors):
        """A deleted run is gone after gc, its artifacts too; the others are untouched."""
        store = Store.create(location)
        kept, gone = log_run(store, 1), log_run(store, 2, lifecycle_stage="deleted")
        for removal in find_removals(store):
            remove(store.layout, removal)
        fresh = forget(location, mirrors)
        assert fresh.read_runs()["run_id"].to_list() == [kept]
        assert fresh.artifacts_dir(kept).is_dir()
        assert not fresh.artifacts_dir(gone).exists()

    def test_a_run_left_behind_is_sealed_later(self, location, mirrors):
        """The journal stays on the machine that wrote it until `seal` brings it up."""
        store = Store.create(location)
        writer = store.start_run(a_run(7))
        writer.log_metrics([("rmse", 1.0, 0, None)])
        writer._journal.close()
        (record,) = Store.open(location).seal()
        assert record.status == "KILLED"
        assert forget(location, mirrors).read_run(writer.run_id).metrics["rmse"].last == 1.0

    def test_a_damaged_part_is_named_and_the_rest_read(self, location, mirrors):
        """A part that was cut short in the store itself is passed over, and named."""
        store = Store.create(location)
        good, bad = log_run(store, 1), log_run(store, 2)
        (part,) = [p for p in store.layout.runs.iterdir() if p.name.startswith(bad)]
        part.write_bytes(part.read_bytes()[:-20])
        if store.layout.mirror:
            with store.layout.mirror._reach() as (system, base):
                store.layout.mirror._upload(system, part, f"{base}/runs/{part.name}")
        fresh = forget(location, mirrors)
        assert fresh.read_runs()["run_id"].to_list() == [good]
        assert [path.name for path, _ in fresh.problems] == [part.name]

    def test_experiments_have_tags_everywhere(self, location, mirrors):
        """What is known of an experiment beside its runs travels too."""
        runsite.set_tracking_uri(location)
        runsite.set_experiment("taxi")
        runsite.set_experiment_tags({"team": "blue"})
        fresh = forget(location, mirrors)
        (record,) = [r for r in fresh.read_experiments() if r.name == "taxi"]
        assert record.tags == {"team": "blue"}

    def test_a_store_of_a_newer_format_is_refused(self, location, mirrors):
        """Whoever opens it is told to upgrade."""
        store = Store.create(location)
        store.layout.marker.write_text(json.dumps({"format": 99}))
        if store.layout.mirror:
            with store.layout.mirror._reach() as (system, base):
                store.layout.mirror._upload(system, store.layout.marker, f"{base}/runsite.json")
        with pytest.raises(StoreError, match="newer than this runsite reads"):
            Store.open(location)

    def test_nothing_there_is_said(self, location, mirrors):
        """No store is made by looking for one."""
        with pytest.raises(StoreError, match="there is no runsite store at"):
            Store.open(location)
        assert Store.open(location, missing_ok=True).read_runs().is_empty()

    def test_the_verbs_work_as_on_a_folder(self, location, mirrors, monkeypatch):
        """Log, search, artifacts and the client, by MLflow's names."""
        monkeypatch.setenv("RUNSITE_CAPTURE", "off")
        runsite.set_tracking_uri(location)
        uri = location if "://" in location else Path(location).as_uri()
        assert runsite.get_tracking_uri() == uri
        with runsite.start_run() as run:
            runsite.log_params({"a": 1})
            runsite.log_metric("loss", 0.5, step=3)
            runsite.log_text("words", "notes/a.txt")
        found = runsite.search_runs(filter_string="metrics.loss < 1", output_format="list")
        assert [r.info.run_id for r in found] == [run.info.run_id]
        assert found[0].info.artifact_uri.startswith(uri.split("?")[0])
        forget(location, mirrors)
        uri = found[0].info.artifact_uri + "/notes/a.txt"
        assert runsite.artifacts.load_text(uri) == "words"
        client = MlflowClient()
        assert client.tracking_uri == runsite.get_tracking_uri()
        assert [f.path for f in client.list_artifacts(run.info.run_id)] == ["notes"]
        with runsite.start_run(run_id=run.info.run_id):
            runsite.log_text("other words", "notes/a.txt")
        forget(location, mirrors)
        assert runsite.artifacts.load_text(uri) == "other words"


def test_training_goes_on_when_the_bucket_is_out_of_reach(mirrors, monkeypatch):
    """The run is kept on this machine with one warning, and goes up when `seal` can reach it."""
    pytest.importorskip("fsspec")
    monkeypatch.setenv("RUNSITE_CAPTURE", "off")
    code = """
import sys, fsspec, runsite
from fsspec.implementations.memory import MemoryFileSystem
def refuse(*args, **kwargs): raise OSError("no route to host")
if sys.argv[1] == "off":
    MemoryFileSystem.ls = MemoryFileSystem.info = MemoryFileSystem._open = refuse
runsite.set_tracking_uri("memory://bucket/runs")
if sys.argv[1] == "off":
    with runsite.start_run():
        runsite.log_metric("m", 1.0)
else:
    from runsite.store import Store
    store = Store.create("memory://bucket/runs")
    store.seal()
    print(sorted(p.rsplit("/", 1)[0] for p in fsspec.filesystem("memory").find("/bucket/runs")))
"""
    command = [sys.executable, "-c", code]
    off = subprocess.run([*command, "off"], capture_output=True, text=True, check=False)
    assert off.returncode == 0, off.stderr
    assert off.stderr.count("not uploaded yet, and kept in") == 1
    on = subprocess.run([*command, "on"], capture_output=True, text=True, check=False)
    assert on.returncode == 0, on.stderr
    folders = json.loads(on.stdout.replace("'", '"'))
    assert folders == ["/bucket/runs", "/bucket/runs/metrics", "/bucket/runs/runs"]


def test_a_bucket_with_an_mlflow_store_is_not_taken(mirrors):
    """A file store of MLflow in a bucket is named as such."""
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.pipe("/foreign/0/meta.yaml", b"name: Default")
    with pytest.raises(ForeignStoreError, match="is an MLflow file store, not a runsite store"):
        Store.create("memory://foreign")


def test_the_folder_of_a_mirror_is_told_by_the_whole_url(mirrors):
    """Two buckets never share one, whatever their names look like."""
    folders = {
        find_mirror_folder(uri) for uri in ("s3://a/b", "s3://a-b", "gs://a/b", "s3://a/b?region=x")
    }
    assert len(folders) == 4
    assert all(folder.parent == mirrors for folder in folders)
