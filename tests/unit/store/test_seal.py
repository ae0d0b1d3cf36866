"""A journal becomes a row and a part once, also when somebody seals it under a run that lives."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from runsite.store import Store
from runsite.store.seal import find_journals
from support.runs import BEGAN, a_run

END = BEGAN + timedelta(minutes=5)


def log_one(writer, step):
    """Log a point as log_metric does it."""
    writer.log_metrics([("m", float(step), step, None)])


def read_steps(store):
    return sorted(store.scan_metrics().collect()["step"])


@pytest.mark.parametrize("compacted", [False, True])
@pytest.mark.parametrize("late", [0, 3])
def test_points_after_a_forced_seal_are_kept(tmp_store, compacted, late):
    """What a run logs after `seal --force` joins what was sealed when it ends; it is no less."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    writer.set_params({"early": "1"})
    for step in range(5):
        log_one(writer, step)
    [row] = store.seal(force=True)
    assert (row.status, row.interrupted) == ("KILLED", True)
    if compacted:
        other = store.start_run(a_run(2))
        other.close(status="FINISHED", end_time=END)
        list(store.compact(everything=True))
    for step in range(5, 5 + late):
        log_one(writer, step)
    writer.set_params({"late": "2"})
    writer.close(status="FINISHED", end_time=END)
    record = Store.open(tmp_store).read_run(writer.run_id)
    assert read_steps(Store.open(tmp_store)) == list(range(5 + late))
    assert record.metrics["m"].count == 5 + late
    assert record.params == {"early": "1", "late": "2"}
    assert (record.status, record.interrupted, record.incomplete) == ("FINISHED", False, False)


def test_a_run_that_was_sealed_goes_on_in_a_new_journal(tmp_store, caplog):
    """It notices at the next sync, says so once, and is in progress again with all its points."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    log_one(writer, 0)
    store.seal(force=True)
    log_one(writer, 1)
    writer._journal.sync()
    deadline = time.monotonic() + 30
    while not find_journals(store.layout) or writer._rolling.is_behind:
        time.sleep(0.01)
        assert time.monotonic() < deadline
    log_one(writer, 2)
    [warning] = caplog.records
    assert warning.getMessage() == (
        f"run {writer.run_id} was sealed by another process while it goes on; it goes on in a "
        "new journal, and nothing of it is lost."
    )
    assert store.read_run(writer.run_id).status == "RUNNING"
    assert read_steps(store) == [0, 1, 2]
    store.seal(force=True)
    log_one(writer, 3)
    writer.close(status="FINISHED", end_time=END)
    record = store.read_run(writer.run_id)
    assert (record.status, record.interrupted, record.incomplete) == ("FINISHED", False, False)
    assert read_steps(store) == [0, 1, 2, 3]
    assert record.metrics["m"].count == 4
