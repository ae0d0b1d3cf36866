"""Stores that were damaged, that change while they are read, or that hold what does not belong."""

from __future__ import annotations

import threading
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from runsite.store import Store
from runsite.store.gc import find_removals, remove
from runsite.store.names import leaf_name
from runsite.store.seal import find_journals
from support.runs import BEGAN, a_run

COMMANDS = [
    ("runs",),
    ("runs", "--format", "json"),
    ("show", f"{2:032x}"),
    ("seal", "--dry-run"),
    ("seal",),
    ("doctor",),
    ("compact", "--all"),
    ("gc", "--dry-run"),
    ("build", "--output", "site"),
]


@pytest.fixture
def store(tmp_store, monkeypatch):
    """Two runs that ended and one whose process died."""
    monkeypatch.chdir(tmp_store.parent)
    store = Store.create(tmp_store)
    for number in (1, 2, 3):
        writer = store.start_run(a_run(number))
        writer.log_metrics([("m", float(step), step, None) for step in range(5)])
        if number == 3:
            writer._journal.close()
        else:
            writer.close(status="FINISHED", end_time=BEGAN + timedelta(minutes=1))
    return store


def damage_journal(store, *, cut=0, flip=0):
    [path] = find_journals(store.layout)
    data = bytearray(path.read_bytes())
    if cut:
        data = data[:-cut]
    if flip:
        data[-flip] ^= 0xFF
    path.write_bytes(data)
    return path


def steps_of(store, number):
    return sorted(store.scan_metrics([f"{number:032x}"]).collect()["step"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_torn_journal_is_normal(store, cli, command):
    """A record that a crash cut short costs that record: no command makes more of it."""
    damage_journal(store, cut=7)
    result = cli(*command)
    assert result.exit_code == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert steps_of(Store.open(store.root), 3) == [0, 1, 2, 3]


def test_doctor_counts_the_bytes_of_a_torn_record(store, cli):
    """What is left of the last record is counted, and what to do is said."""
    damage_journal(store, cut=7)
    out = cli("doctor").stdout
    assert "the process that wrote this run is gone; its last 25 bytes are no whole record" in out
    assert "runsite seal makes it an interrupted run" in out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_journal_damaged_in_the_middle_keeps_nothing_else_away(store, cli, command):
    """The other runs are shown, the damaged journal is named and stays until it is salvaged."""
    path = damage_journal(store, flip=80)
    result = cli(*command)
    assert "Traceback" not in result.stderr
    assert path.exists()
    assert steps_of(Store.open(store.root), 3) == [0, 1, 3, 4]
    if command[0] in {"runs", "show"}:
        assert (result.exit_code, "damaged at offset" in result.stderr) == (1, True)
        assert path.name in result.stderr
    elif command in {("seal",), ("doctor",)}:
        assert result.exit_code == 1
        assert path.name in result.stdout + result.stderr
        assert "runsite seal --salvage keeps all that is readable" in result.stdout + result.stderr
    else:
        assert result.exit_code == 0, result.stderr


def test_salvage_keeps_what_is_readable(store, cli):
    """`seal --salvage` makes a row of the good slots and marks the run incomplete."""
    path = damage_journal(store, flip=80)
    assert cli("seal", "--salvage").exit_code == 0
    assert not path.exists()
    assert steps_of(store, 3) == [0, 1, 3, 4]
    assert store.read_run(f"{3:032x}").incomplete


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_dangling_link_is_passed_over(store, cli, command):
    """Links to nothing in any folder of a store are no reason to fail."""
    name = f"{9:032x}.{9:020x}"
    (store.layout.runs / f"{name}.00000000.parquet").symlink_to("nowhere")
    (store.layout.metrics / f"{name}.00000000.parquet").symlink_to("nowhere")
    (store.layout.live / f"{name}.journal").symlink_to("nowhere")
    store.layout.artifacts.mkdir(exist_ok=True)
    (store.layout.artifacts / f"{1:032x}").symlink_to("nowhere")
    result = cli(*command)
    assert result.exit_code == 0, result.stderr
    assert Store.open(store.root).read_runs().height == 3


def rewrite_newer(path):
    """Write a part as a later runsite might."""
    table = pq.read_table(path)
    temporary = path.with_name(".tmp-newer")
    pq.write_table(table.replace_schema_metadata({"runsite.format": "2"}), temporary)
    data = temporary.read_bytes()
    temporary.unlink()
    path.unlink()
    newer = path.with_name(leaf_name(path.name.rsplit(".", 2)[0], data))
    newer.write_bytes(data)
    return newer


@pytest.mark.parametrize("table", ["runs", "metrics"])
def test_a_single_part_of_a_newer_format_is_named(store, cli, table):
    """One file of a later version is told and left out, and not the end of the others."""
    folder = getattr(store.layout, table)
    newer = rewrite_newer(min(folder.iterdir()))
    result = cli("doctor")
    assert result.exit_code == 1
    assert f"{table}/{newer.name}" in result.stdout
    assert "has format '2', newer than this runsite reads (1)" in result.stdout
    listed = cli("runs")
    assert listed.exit_code == (1 if table == "runs" else 0)
    assert ("upgrade runsite" in listed.stderr) == (table == "runs")
    assert Store.open(store.root).read_runs().height == (2 if table == "runs" else 3)


@pytest.mark.parametrize("table", ["runs", "metrics"])
def test_a_strict_build_names_a_damaged_part(store, cli, table):
    """`build` goes on with the rest; `--strict` makes that exit code 3."""
    folder = getattr(store.layout, table)
    [path] = [p for p in folder.iterdir() if p.name.startswith(f"{1:032x}")]
    data = bytearray(path.read_bytes())
    data[100] ^= 0x10
    path.write_bytes(data)
    for strict, code in (((), 0), (("--strict",), 3)):
        result = cli("build", "--output", "site", *strict)
        assert result.exit_code == code
        assert path.name in result.stderr
        assert "is damaged: its content does not have the checksum in its name" in result.stderr


def test_a_strict_build_fails_for_a_site_that_is_too_large(store, cli):
    """What would not be published is told by the exit code, not by words alone."""
    store.root.parent.joinpath("runsite.yaml").write_text(
        "format: 1\nsite:\n  max_size_mb: 1\n", encoding="utf-8"
    )
    assert cli("build", "--output", "site").exit_code == 0
    result = cli("build", "--output", "site", "--strict")
    assert result.exit_code == 3
    assert "the site is larger than 1.0 MB (site.max_size_mb)" in result.stderr


def read_again(folder, stop, failures):
    """Read until told to stop, by a store that remembers and by new ones."""
    kept = {f"{number:032x}" for number in range(6)}
    own = Store.open(folder)
    while not stop.is_set():
        try:
            for reader in (own, Store.open(folder)):
                assert kept <= set(reader.read_runs()["run_id"])
                assert kept <= set(reader.ask_metrics(lambda every: every.collect())["run_id"])
                assert reader.problems == ()
        except BaseException as error:  # noqa: BLE001  # told by the main thread
            failures.append(error)
            return


def test_readers_never_miss_a_run_while_files_go(tmp_store):
    """While runs are added, compacted, deleted and removed, each answer has all that must be."""
    store = Store.create(tmp_store)
    for number in range(6):
        writer = store.start_run(a_run(number))
        writer.log_metrics([("m", float(number), 0, None)])
        writer.close(status="FINISHED", end_time=BEGAN)
    stop = threading.Event()
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=read_again, args=(tmp_store, stop, failures)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for number in range(10, 22):
        writer = store.start_run(a_run(number))
        writer.log_metrics([("m", 1.0, 0, None)])
        writer.set_fields(lifecycle_stage="deleted")
        writer.close(status="FINISHED", end_time=BEGAN)
        if number % 2:
            list(store.compact(everything=True))
        for removal in find_removals(Store.open(tmp_store)):
            remove(store.layout, removal)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
