"""A run reads the same before and after it is sealed, and no history of a store doubles or loses."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from runsite.errors import CorruptFileError, ForeignStoreError, FormatVersionError, StoreError
from runsite.records import ArtifactRecord, ExperimentRecord, InputRecord, ModelRecord, SourceRecord
from runsite.store import Store
from runsite.store.journal_reading import read_journal
from runsite.store.mounts import can_map
from runsite.store.rows import record_from_row
from runsite.store.seal import find_journals, seal_contents
from support.runs import BEGAN, a_run

END = BEGAN + timedelta(minutes=1)


def log_something(writer) -> None:
    writer.set_params({"depth": "30"})
    writer.set_tags({"team": "µ"})
    writer.log_metrics([("rmse", 7.0, 0, None), ("rmse", 6.5, 1, None)])
    writer.log_point("rmse", 6.7, 2)
    writer.add_artifacts([ArtifactRecord("a.txt", 1, "00")])
    writer.add_input(InputRecord(name="taxi", digest="d"))
    writer.add_model(ModelRecord("model", flavors=("sklearn",)))
    writer.set_source(SourceRecord(user="ada", packages={"polars": "2"}))


def points(store: Store) -> list[tuple]:
    frame = store.scan_metrics().select("run_id", "key", "step", "value").collect()
    return sorted(frame.rows())


def without_end(record):
    return dataclasses.replace(record, status="", end_time=None)


def test_a_run_reads_the_same_before_and_after_sealing(tmp_store):
    """The live view and the sealed row differ in status and end time only, points in nothing."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    live, live_points = store.read_run(writer.run_id), points(store)
    assert live.status == "RUNNING"
    assert live.metrics["rmse"].count == 3
    writer.close(status="FINISHED", end_time=END)
    sealed = store.read_run(writer.run_id)
    assert (sealed.status, sealed.end_time) == ("FINISHED", END)
    assert without_end(sealed) == without_end(live)
    assert points(store) == live_points
    assert find_journals(store.layout) == []


def test_another_reader_sees_a_run_in_progress(tmp_store):
    """A store opened elsewhere shows each point as soon as its call has returned."""
    writer = Store.create(tmp_store).start_run(a_run(1))
    reader = Store.open(tmp_store)
    for step in range(3):
        writer.log_metrics([("loss", float(step), step, None)])
        assert reader.read_run(writer.run_id).metrics["loss"].count == step + 1
    writer.close(status="FINISHED", end_time=END)


def test_a_crash_between_the_steps_of_sealing_neither_loses_nor_doubles(tmp_store):
    """Parts without their row do not count; a row hides the journal that it came from."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    [path] = find_journals(store.layout)
    journal = path.read_bytes()
    before = points(store)
    seal_contents(store.layout, read_journal(path))
    row = next(store.layout.runs.iterdir())
    kept = row.read_bytes()

    path.write_bytes(journal)  # as if the unlink had not happened
    assert points(Store.open(tmp_store)) == before
    assert Store.open(tmp_store).read_run(writer.run_id).metrics["rmse"].count == 3

    row.unlink()  # as if the row had not been written yet either
    assert points(Store.open(tmp_store)) == before
    assert Store.open(tmp_store).read_runs().height == 1

    seal_contents(store.layout, read_journal(path))
    assert row.read_bytes() == kept  # sealing again writes the same bytes
    assert points(Store.open(tmp_store)) == before


def test_a_resumed_run_keeps_what_it_had(tmp_store):
    """A second session adds to params, tags and points, and its revision wins whole."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    writer.close(status="FINISHED", end_time=END)
    again = store.resume_run(writer.run_id)
    again.set_params({"alpha": "1"})
    again.log_metrics([("rmse", 6.1, 3, None)])
    assert store.read_run(writer.run_id).metrics["rmse"].count == 4
    again.close(status="FAILED", end_time=END)
    record = store.read_run(writer.run_id)
    assert (record.revision, record.status) == (2, "FAILED")
    assert record.params == {"depth": "30", "alpha": "1"}
    assert record.metrics["rmse"].count == len(points(store)) == 4


def test_a_run_resumed_on_two_branches_keeps_both(tmp_path):
    """Two copies of a store that resume the same run merge file by file into one whole run."""
    store = Store.create(tmp_path / "a")
    writer = store.start_run(a_run(1))
    log_something(writer)
    writer.close(status="FINISHED", end_time=END)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    for name, value in (("a", 1.0), ("b", 2.0)):
        branch = Store.open(tmp_path / name).resume_run(writer.run_id)
        branch.set_tags({name: "yes"})
        branch.log_metrics([("rmse", value, 10, None), (name, value, 0, None)])
        branch.close(status="FINISHED", end_time=END + timedelta(minutes=int(value)))
    shutil.copytree(tmp_path / "b", tmp_path / "a", dirs_exist_ok=True)
    merged = Store.open(tmp_path / "a")
    record = merged.read_run(writer.run_id)
    assert merged.read_runs().height == 1
    assert record.tags == {"team": "µ", "a": "yes", "b": "yes"}
    assert record.metrics["rmse"].count == 5
    assert (record.metrics["rmse"].min, record.metrics["rmse"].last) == (1.0, 2.0)
    assert len(points(merged)) == 7
    merged.update_run(writer.run_id, tags={"joined": "yes"})
    assert Store.open(tmp_path / "a").read_run(writer.run_id).metrics["rmse"].count == 5


def test_an_abandoned_run_is_shown_and_sealed_as_interrupted(tmp_store):
    """A journal whose writer is gone reads as KILLED and interrupted, and seal makes it so."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    writer._journal.close()  # what the end of the process does
    for check in (store.read_run(writer.run_id), *store.seal(), store.read_run(writer.run_id)):
        assert (check.status, check.interrupted) == ("KILLED", True)
        assert check.end_time is not None
        assert check.metrics["rmse"].count == 3


def test_a_run_in_progress_is_not_sealed_by_another(tmp_store):
    """`seal` leaves the journal of a living process alone."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    assert store.seal() == []
    assert len(find_journals(store.layout)) == 1
    writer.close(status="FINISHED", end_time=END)


def test_a_change_from_outside_keeps_status_and_end(tmp_store):
    """Tagging a finished run changes its tags and nothing else."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    writer.close(status="FINISHED", end_time=END)
    before = store.read_run(writer.run_id)
    store.update_run(writer.run_id, tags={"reviewed": "yes"}, deleted_tags=("team",))
    after = store.read_run(writer.run_id)
    assert after.tags == {"reviewed": "yes"}
    same = {"tags": {}, "revision": 0, "session": "", "sessions": ()}
    assert dataclasses.replace(after, **same) == dataclasses.replace(before, **same)


def test_a_broken_part_is_named_and_the_rest_is_read(tmp_store):
    """A truncated part is passed over and listed; every other run and point is there."""
    store = Store.create(tmp_store)
    for number in (1, 2, 3):
        writer = store.start_run(a_run(number))
        log_something(writer)
        writer.close(status="FINISHED", end_time=END)
    rows, parts = sorted(store.layout.runs.iterdir()), sorted(store.layout.metrics.iterdir())
    for path in (rows[0], parts[1]):
        path.write_bytes(path.read_bytes()[:-20])
    reader = Store.open(tmp_store)
    assert reader.read_runs().height == 2
    assert set(reader.scan_metrics().collect()["run_id"]) == {f"{3:032x}"}
    assert [path for path, _ in reader.problems] == sorted([rows[0], parts[1]])


def test_a_damaged_journal_is_shown_but_not_sealed_unasked(tmp_store):
    """Damage in the middle of a journal is reported with its offset; salvage keeps the rest."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    writer._journal.close()
    [path] = find_journals(store.layout)
    data = bytearray(path.read_bytes())
    data[-32 * 20] ^= 0xFF
    path.write_bytes(data)
    assert store.read_runs().height == 1
    [(bad, reason)] = store.problems
    assert bad == path
    assert reason.startswith("damaged at offset ")
    with pytest.raises(CorruptFileError, match="is damaged"):
        store.seal()
    assert path.exists()
    [record] = store.seal(salvage=True)
    assert record.incomplete


def test_reading_notices_new_and_vanished_files(tmp_store):
    """A store that is kept open follows what other processes add and remove."""
    store = Store.create(tmp_store)
    reader = Store.open(tmp_store)
    for number in (1, 2):
        store.start_run(a_run(number)).close(status="FINISHED", end_time=END)
        assert reader.read_runs().height == number
    min(store.layout.runs.iterdir()).unlink()
    assert reader.read_runs()["run_id"].to_list() == [f"{2:032x}"]


def test_experiments_need_no_record_but_may_have_one(tmp_store):
    """Runs name their experiment; tags and an empty experiment come from its own file."""
    store = Store.create(tmp_store)
    store.start_run(a_run(1, experiment="taxi", experiment_id="17")).close()
    store.write_experiment(ExperimentRecord("18", "empty", tags={"a": "b"}))
    assert [(r.name, r.tags) for r in store.read_experiments()] == [
        ("empty", {"a": "b"}),
        ("taxi", {}),
    ]


@pytest.mark.parametrize(
    ("location", "kind", "message"),
    [
        ("sqlite:///mlflow.db", ForeignStoreError, "'sqlite:///mlflow.db' names a database; a runsite store is a folder"),
        ("http://localhost:5000", ForeignStoreError, "'http://localhost:5000' names a tracking server; a runsite store is a folder"),
        ("ftp://x/y", ForeignStoreError, "no store can be opened at 'ftp://x/y': the scheme 'ftp' is not known"),
    ],
)  # fmt: skip
def test_what_is_no_folder_is_refused_with_what_to_write(location, kind, message):
    """A URI of another kind of tracker is answered by what to write instead."""
    with pytest.raises(kind) as caught:
        Store.open(location)
    assert caught.value.problem == message
    assert caught.value.hint


def test_foreign_and_newer_folders_are_refused(tmp_path):
    """A file, an MLflow store, a newer format and nothing at all are told apart."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").write_text("name: Default")
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "runsite.json").write_text('{"format": 99}')
    for name, kind, words in (
        ("file", StoreError, "is a file, not a folder"),
        ("mlruns", ForeignStoreError, "is an MLflow file store"),
        (
            "newer",
            FormatVersionError,
            "the store has format '99', newer than this runsite reads (1)",
        ),
        ("nothing", StoreError, "there is no runsite store at"),
    ):
        with pytest.raises(kind, match=words.replace("(", r"\(").replace(")", r"\)")):
            Store.open(tmp_path / name)
    assert Store.open(tmp_path / "nothing", missing_ok=True).read_runs().height == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on the size of files")
@pytest.mark.parametrize("way", ["map", "write"])
def test_a_full_disk_is_one_warning(tmp_store, caplog, monkeypatch, way):
    """When the journal cannot grow, logging goes on, one warning says so, strict raises.

    What was logged before and after is there. The size of files is limited: a disk that is full.
    """
    monkeypatch.setenv("RUNSITE_JOURNAL", way)
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    writer.log_metrics([("a", 1.0, 0, None)])
    [journal] = find_journals(store.layout)
    logged = 1
    with size_limit(journal.stat().st_size):
        while not caplog.records:
            writer.log_metrics([("a", 2.0, logged, None)])
            logged += 1
        logged -= 1
        for _ in range(3):
            writer.log_metrics([("a", 3.0, 0, None)])
        assert len(caplog.records) == 1
        assert "is incomplete: cannot write to the store" in caplog.text
        monkeypatch.setenv("RUNSITE_STRICT", "1")
        with pytest.raises(StoreError, match="cannot write to the store: File too large"):
            writer.log_metrics([("a", 3.0, 0, None)])
    writer.log_metrics([("a", 4.0, -1, None)])
    writer.close(status="FINISHED", end_time=END)
    record = store.read_run(writer.run_id)
    assert record.incomplete
    steps = store.scan_metrics().select("step").collect()["step"].to_list()
    assert sorted(steps) == list(range(-1, logged))


def test_a_folder_that_vanished_is_made_anew(tmp_store, caplog):
    """A store removed under a run costs one warning; what the run logged is there at its end."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    shutil.rmtree(tmp_store)
    writer.log_metrics([("late", 1.0, 0, None)])
    writer._journal.sync()
    for step in range(3):
        writer.log_metrics([("late", 1.0, step + 1, None)])
    writer.close(status="FINISHED", end_time=END)
    assert len(caplog.records) == 1
    assert "the journal was removed; what it holds is kept until the run ends" in caplog.text
    record = Store.open(tmp_store).read_run(writer.run_id)
    assert (record.status, record.incomplete) == ("FINISHED", True)
    assert {key: summary.count for key, summary in record.metrics.items()} == {
        "rmse": 3,
        "late": 4,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_store_that_does_not_answer_costs_one_warning(tmp_store, caplog):
    """Neither the thread that syncs nor the end of the run dies of a folder that cannot be read."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    [journal] = find_journals(store.layout)
    journal.unlink()
    store.layout.runs.rmdir()
    store.layout.runs.symlink_to("runs")  # to itself: whoever lists it gets an error
    writer._journal.sync()
    for step in range(3):
        writer.log_metrics([("late", 1.0, step, None)])
    writer.close(status="FINISHED", end_time=END)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the journal was removed; what it holds is kept until the run ends" in caplog.text


def test_a_journal_that_is_closed_is_not_read(tmp_store):
    """The thread that syncs may come a moment too late: that is an error that it knows."""
    writer = Store.create(tmp_store).start_run(a_run(1))
    journal = writer._journal
    writer.close(status="FINISHED", end_time=END)
    with pytest.raises(OSError, match="Bad file descriptor"):
        journal.read()


def test_a_run_whose_store_was_moved_is_found_in_both_places(tmp_store, caplog):
    """At its end the parts went into a folder that no command took for a store."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_something(writer)
    moved = tmp_store.with_name("moved")
    tmp_store.rename(moved)
    writer.log_metrics([("late", 1.0, 0, None)])
    writer.close(status="FINISHED", end_time=END)
    [told] = caplog.records
    assert told.getMessage() == (
        f"run {writer.run_id}: the store '{tmp_store}' was moved while the run went on. The run is "
        "in a new store there; files that it logged before are where the old one went."
    )
    there = Store.open(moved)
    there.seal()
    record = Store.open(tmp_store).read_run(writer.run_id)
    assert record == there.read_run(writer.run_id)
    assert (record.status, record.incomplete) == ("FINISHED", False)
    assert record.metrics["late"].count == 1


@pytest.mark.skipif(not can_map(Path(tempfile.gettempdir())), reason="nothing is mapped here")
def test_a_run_ends_on_a_full_disk(tmp_store):
    """Its end and that it is incomplete have a page kept; the seal waits for room."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    writer.log_metrics([("a", 1.0, 0, None)])
    [journal] = find_journals(store.layout)
    with size_limit(journal.stat().st_size):
        for step in range(3000):
            writer.log_metrics([("a", 1.0, step, None)])
        writer.close(status="FINISHED", end_time=END)
    [record] = store.seal() or [store.read_run(writer.run_id)]
    assert (record.status, record.end_time, record.incomplete) == ("FINISHED", END, True)


@contextlib.contextmanager
def size_limit(size_bytes):
    """Let no file grow beyond a size."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("folder", ["runs", "metrics"])
def test_a_flipped_bit_anywhere_in_a_part_is_noticed(tmp_store, folder):
    """Of 200 single flipped bits, in pages, headers and footer, none goes into an answer."""
    store = Store.create(tmp_store)
    for number in (1, 2):
        writer = store.start_run(a_run(number))
        log_something(writer)
        writer.close(status="FINISHED", end_time=END)
    path = min((tmp_store / folder).iterdir())
    whole = path.read_bytes()
    for position in range(0, len(whole), len(whole) // 200):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        path.write_bytes(flipped)
        reader = Store.open(tmp_store)
        rows, count = reader.read_runs().height, reader.scan_metrics().collect().height
        assert (rows, count) == ((1, 3) if folder == "runs" else (2, 3)), position
        assert [bad for bad, _ in reader.problems] == [path]


@pytest.mark.parametrize("compacted", [False, True])
def test_points_of_some_runs(tmp_store, compacted):
    """Asked for a few runs, the store gives their points and no other's, in progress included."""
    store = Store.create(tmp_store)
    for number in range(1, 6):
        writer = store.start_run(a_run(number))
        writer.log_metrics([("rmse", float(number), 0, None)])
        writer.close(status="FINISHED")
    if compacted:
        list(store.compact(everything=True))
    live = store.start_run(a_run(6))
    live.log_metrics([("rmse", 6.0, 0, None)])
    wanted = {f"{number:032x}" for number in (2, 5, 6)}
    found = store.scan_metrics(wanted).select("run_id", "value").collect()
    assert sorted(found.rows()) == [(f"{number:032x}", float(number)) for number in (2, 5, 6)]
    assert store.scan_metrics(["f" * 32]).collect().is_empty()
    assert store.scan_metrics([]).collect().is_empty()
    assert store.scan_metrics().collect().height == 6
    live.close(status="FINISHED")


def test_a_run_read_alone_is_the_run_among_all(tmp_store):
    """Sealed, in progress, by two sessions at once, compacted: both ways of reading agree."""
    store = Store.create(tmp_store)
    writers = [store.start_run(a_run(number)) for number in range(1, 5)]
    for writer in writers:
        log_something(writer)
    ended, both, *_ = writers
    ended.close(status="FINISHED", end_time=END)
    other = Store.open(tmp_store).resume_run(both.run_id, owner=False)
    other.log_metrics([("late", 1.0, 7, None)])
    both.set_tags({"seen": "yes"})

    def compare():
        reader = Store.open(tmp_store)
        alone = [reader.read_run(writer.run_id) for writer in writers]
        rows = {row["run_id"]: row for row in reader.read_runs().iter_rows(named=True)}
        assert alone == [record_from_row(rows[writer.run_id]) for writer in writers]
        assert alone == [store.read_run(writer.run_id) for writer in writers]
        return alone

    assert [record.status for record in compare()] == ["FINISHED", *["RUNNING"] * 3]
    other.close()
    both.close(status="FAILED", end_time=END)
    assert compare()[1].metrics["late"].count == 1
    assert list(store.compact(everything=True))
    assert compare()[1].tags["seen"] == "yes"
    for writer in writers[2:]:
        writer.close(status="FINISHED", end_time=END)
    compare()


def test_what_one_run_s_reading_finds_is_among_all_runs_after_it(tmp_store):
    """A row that came meanwhile is not taken for one that all runs have already."""
    store = Store.create(tmp_store)
    store.start_run(a_run(1)).close(status="FINISHED", end_time=END)
    reader = Store.open(tmp_store)
    assert reader.read_runs().height == 1
    second = store.start_run(a_run(2))
    second.close(status="FAILED", end_time=END)
    assert reader.read_run(second.run_id).status == "FAILED"
    assert set(reader.read_runs()["status"]) == {"FINISHED", "FAILED"}
