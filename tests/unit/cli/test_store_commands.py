"""The commands on the store say what they do, do it, and do nothing on --dry-run."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from runsite.records import ArtifactRecord
from runsite.store import Store
from runsite.store.doctor import hash_file
from support.runs import BEGAN, a_run


@pytest.fixture
def store(tmp_store) -> Store:
    """Three runs: one sealed with an artifact, one deleted, one left behind by a dead process."""
    store = Store.create(tmp_store)
    for number in (1, 2, 3):
        writer = store.start_run(a_run(number))
        writer.set_params({"depth": str(number)})
        writer.log_metrics([("rmse", 7.0 - number, 0, None), ("rmse", float("nan"), 1, None)])
        if number == 1:
            writer.artifacts_dir.mkdir(parents=True)
            path = writer.artifacts_dir / "note.txt"
            path.write_text("hello")
            writer.add_artifacts([ArtifactRecord("note.txt", 5, hash_file(path))])
        if number == 2:
            writer.set_fields(lifecycle_stage="deleted")
        if number == 3:
            writer._journal.close()
        else:
            writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))
    return store


def test_seal_makes_the_interrupted_run_a_row(store, cli):
    """`seal --dry-run` names the run, `seal` seals it, a second `seal` has nothing to do."""
    run_id = f"{3:032x}"
    assert cli("seal", "--dry-run").stdout == f"would seal {run_id} run-3\n"
    assert cli("seal").stdout == f"sealed {run_id} run-3: KILLED\n"
    for args in ((), ("--dry-run",)):
        again = cli("seal", *args)
        assert (again.stdout, again.stderr) == ("", "nothing to seal\n")
    assert list(store.layout.live.iterdir()) == []


def test_seal_force_warns_of_a_run_in_progress(store, cli):
    """A run whose process lives is named with process and host; plain `seal` leaves it alone."""
    writer = store.start_run(a_run(4))
    cli("seal")
    assert cli("seal").stdout == ""
    result = cli("seal", "--force")
    assert result.stderr == (
        f"warning: run {4:032x} seems to be in progress (process {os.getpid()} on "
        f"{socket.gethostname()})\n"
    )
    assert result.stdout == f"sealed {4:032x} run-4: KILLED\n"
    writer.log_metrics([("rmse", 1.0, 0, None)])
    writer.close(status="FINISHED", end_time=BEGAN)
    assert store.read_run(f"{4:032x}").status == "FINISHED"
    assert store.read_run(f"{4:032x}").metrics["rmse"].count == 1


def test_doctor_finds_nothing_wrong_with_a_sound_store(store, cli):
    """A run left behind is a warning, not an error; after sealing all is well."""
    result = cli("doctor")
    assert result.exit_code == 0
    assert "the process that wrote this run is gone" in result.stdout
    cli("seal")
    assert cli("doctor").stdout.endswith("all is well\n")


def test_doctor_names_each_damage(store, cli):
    """A flipped bit, a missing part and an unfinished file are each named."""
    cli("seal")
    rows = sorted(store.layout.runs.iterdir())
    data = bytearray(rows[0].read_bytes())
    data[60] ^= 0x10
    rows[0].write_bytes(data)
    max(store.layout.metrics.iterdir()).unlink()
    (store.layout.metrics / ".tmp-abc").write_text("")
    result = cli("doctor", "--format", "json")
    assert result.exit_code == 1
    findings = json.loads(result.stdout)["findings"]
    found = {(f["severity"], f["path"].split("/")[0], f["problem"].split(":")[0]) for f in findings}
    assert found == {
        ("error", "runs", "is damaged"),
        ("error", "metrics", "a run lists this part, and it is not there"),
        ("note", "metrics", "a file that was never finished"),
    }


def test_gc_spares_what_a_damaged_row_belongs_to(store, cli):
    """The points and artifacts of a run whose row cannot be read are not taken for leftovers."""
    cli("seal")
    row = min(store.layout.runs.iterdir())
    row.write_bytes(row.read_bytes()[:100])
    removed = cli("gc").stdout
    assert f"{1:032x}" not in removed
    assert (store.artifacts_dir(f"{1:032x}") / "note.txt").exists()


def test_doctor_compares_digests(store, cli):
    """An artifact of the right size with other content is found, unless --quick."""
    cli("seal")
    (store.artifacts_dir(f"{1:032x}") / "note.txt").write_text("HELLO")
    result = cli("doctor")
    assert result.exit_code == 1
    assert "is not what was logged: the digest differs" in result.stdout
    assert cli("doctor", "--quick").exit_code == 0


def test_gc_removes_deleted_runs_and_nothing_else(store, cli):
    """After gc the deleted run is gone from the tables, also from merged parts; the rest stays."""
    cli("seal")
    cli("compact", "--all")
    before = Store.open(store.root).scan_metrics().collect().height
    dry = cli("gc", "--dry-run").stdout
    assert "holds 1 deleted run(s): written anew without them" in dry
    assert Store.open(store.root).read_runs().height == 3
    cli("gc")
    after = Store.open(store.root)
    assert after.read_runs()["run_id"].to_list() == [f"{n:032x}" for n in (1, 3)]
    assert after.scan_metrics().collect().height == before - 2
    assert cli("doctor").exit_code == 0
    assert cli("gc").stderr == "nothing to remove\n"


def test_compact_says_what_it_merged(store, cli):
    """`compact` prints a line for each merge, and none when there is nothing left to do."""
    cli("seal")
    assert "would merge 3 files" in cli("compact", "--all", "--dry-run").stdout
    assert cli("compact", "--all").stdout.count("merged 3 files") == 2
    assert cli("compact", "--all").stderr == "nothing to merge\n"


def test_export_gives_flat_csv(store, cli):
    """One row a run, one column a key; a reader of CSV gets the values back."""
    rows = list(csv.DictReader(io.StringIO(cli("export").stdout)))
    assert [row["params.depth"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["start_time"] == "2026-11-23T03:12:00.000000Z"


def test_export_gives_json_that_any_parser_takes(store, cli):
    """NaN, for which JSON has no number, is text."""

    def refuse(name):
        raise AssertionError(name)

    rows = json.loads(
        cli("export", "--what", "metrics", "--format", "json").stdout, parse_constant=refuse
    )
    assert len(rows) == 6
    assert {row["value"] for row in rows if row["step"] == 1} == {"nan"}


def test_export_writes_parquet_to_a_file(store, cli, tmp_path):
    """`--output` writes a whole file and says how many rows."""
    result = cli("export", "--format", "parquet", "--output", "all.parquet")
    assert result.stderr == "wrote 3 rows to all.parquet\n"
    assert pq.read_table(tmp_path / "all.parquet").num_rows == 3


def test_a_store_that_is_not_there_is_one_clear_error(cli):
    """No traceback: what, and what to do."""
    for command in ("seal", "compact", "gc", "doctor", "export"):
        result = cli(command, "--store", "nowhere")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == (
            "error: there is no runsite store at 'nowhere'\n"
            "  hint:  log a run first, or name the store with --store or RUNSITE_TRACKING_URI\n"
        )


def test_gc_does_not_follow_links_to_what_is_no_run(store, cli, tmp_path):
    """A hostile checkout whose `artifacts` leads elsewhere costs no file there."""
    cli("seal")
    shutil.rmtree(store.layout.artifacts)
    (tmp_path / "home" / "letters").mkdir(parents=True)
    (tmp_path / "home" / "letters" / "a.txt").write_text("dear")
    store.layout.artifacts.symlink_to(tmp_path / "home")
    result = cli("gc")
    assert "letters" not in result.stdout
    assert (tmp_path / "home" / "letters" / "a.txt").read_text() == "dear"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
@pytest.mark.usefixtures("store")
def test_export_writes_to_a_pipe_and_leaves_it_one(cli, tmp_path):
    """What is no plain file is written to, never replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert cli("export", "--output", str(pipe)).exit_code == 0
    reader.join(timeout=20)
    assert got[0].startswith(b"run_id,")
    assert pipe.is_fifo()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_in_a_circle_and_a_file_for_a_folder_are_one_line(store, tmp_path):
    """No traceback: what the file system refuses, and where."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    command = [sys.executable, "-m", "runsite"]
    loop = subprocess.run(
        [*command, "build", "--store", str(tmp_path / "loop")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (loop.returncode, loop.stderr.startswith("error: ")) == (1, True)
    assert "Traceback" not in loop.stderr
    shutil.rmtree(store.layout.metrics)
    store.layout.metrics.write_text("")
    seal = subprocess.run(
        [*command, "seal", "--store", str(store.root)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (seal.returncode, seal.stderr.splitlines()[0]) == (1, "error: File exists")
    assert seal.stderr.splitlines()[1].startswith("  where: ")
