"""A long run's journal is sealed piece by piece, and nothing of the run shows it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from runsite.errors import StoreError
from runsite.store import Store
from runsite.store import writer as module
from runsite.store.seal import find_journals
from support.runs import BEGAN, a_run

END = BEGAN + timedelta(minutes=5)


def read_steps(store):
    return sorted(store.scan_metrics().collect()["step"])


def test_a_rolled_run_is_the_run_that_it_would_be(tmp_store):
    """Params, tags, name, summaries and points are those of a run in one journal, at any moment."""
    store = Store.create(tmp_store)
    plain, rolled = (store.start_run(a_run(number)) for number in (1, 2))
    for number in range(4):
        for writer in (plain, rolled):
            writer.set_params({f"p{number}": "x"})
            writer.set_tags({"t": str(number)})
            writer.set_fields(run_name=f"name {number}")
            for step in range(3):
                writer.log_metrics([("loss", float(step * number), 10 * number + step, 0)])
            if number == 2:
                writer.delete_tag("t")
        rolled.roll()
        assert len(find_journals(store.layout, rolled.run_id)) == 1
        one, two = (store.read_run(writer.run_id) for writer in (plain, rolled))
        assert (one.params, one.tags, one.metrics) == (two.params, two.tags, two.metrics)
        assert (one.run_name, one.status) == (two.run_name, two.status)
    for writer in (plain, rolled):
        writer.close(status="FINISHED", end_time=END)
    one, two = (store.read_run(writer.run_id) for writer in (plain, rolled))
    assert (one.params, one.tags, one.metrics) == (two.params, two.tags, two.metrics)
    assert (two.status, two.end_time, two.interrupted, two.incomplete) == (
        "FINISHED",
        END,
        False,
        False,
    )
    assert len(two.parts) == 4
    assert read_steps(store) == sorted([10 * n + s for n in range(4) for s in range(3)] * 2)
    assert find_journals(store.layout) == []


def test_points_stay_in_order_over_rolls_and_clocks_that_jump(tmp_store, monkeypatch):
    """Sessions of a run sort in the order in which they were opened, whatever the clock says."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    for number in range(12):
        writer.log_metrics([("m", float(number), 0, None)])
        writer.roll()
        monkeypatch.setattr(time, "time_ns", lambda number=number: 10**18 - number * 10**12)
    writer.close(status="FINISHED", end_time=END)
    assert store.scan_metrics().collect()["value"].to_list() == [float(n) for n in range(12)]


def test_threads_log_while_it_rolls(tmp_store):
    """No point is lost or doubled between the old journal and the new one."""
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))

    def log(first):
        for step in range(first, first + 4000):
            try:
                writer.log_point("m", 1.0, step)
            except Exception:  # noqa: BLE001  # as log_metric does it
                writer.log_metrics([("m", 1.0, step, None)])
            if step % 500 == 0:
                writer.set_tags({str(step): "logged"})

    threads = [threading.Thread(target=log, args=(4000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        writer.roll()
    writer.close(status="FINISHED", end_time=END)
    record = store.read_run(writer.run_id)
    assert read_steps(store) == list(range(16_000))
    assert record.metrics["m"].count == 16_000
    assert len(record.tags) == 32
    assert not record.incomplete


def test_a_large_journal_rolls_by_itself(tmp_store, monkeypatch):
    """What a run has logged is in parts while it goes on, and its journal is small again."""
    monkeypatch.setattr(module, "ROLL_BYTES", 200_000)
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    for step in range(30_000):
        writer.log_metrics([("m", 1.0, step, None)])
    deadline = time.monotonic() + 30
    while not list(store.layout.metrics.iterdir()):
        writer.log_metrics([("m", 1.0, -1, None)])
        assert time.monotonic() < deadline
    assert store.read_run(writer.run_id).status == "RUNNING"
    writer.close(status="FINISHED", end_time=END)
    steps = read_steps(store)
    assert steps[steps.index(0) :] == list(range(30_000))


@pytest.mark.parametrize("strict", ["", "1"])
def test_a_roll_that_fails_is_told_and_done_later(tmp_store, monkeypatch, caplog, strict):
    """The old journal stays until it can be sealed; the warning, or the error, comes once."""
    monkeypatch.setenv("RUNSITE_STRICT", strict)
    store = Store.create(tmp_store)
    writer = store.start_run(a_run(1))
    writer.log_metrics([("m", 1.0, 0, None)])

    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", refuse)
        writer.roll()
    if strict:
        with pytest.raises(StoreError, match="No space left on device"):
            writer.log_metrics([("m", 1.0, 1, None)])
    else:
        writer.log_metrics([("m", 1.0, 1, None)])
        assert "is incomplete: cannot write to the store" in caplog.text
    assert len(find_journals(store.layout)) == 2
    assert read_steps(store) == [0, 1]
    writer.log_metrics([("m", 1.0, 2, None)])
    writer.close(status="FINISHED", end_time=END)
    assert read_steps(store) == [0, 1, 2]
    assert store.read_run(writer.run_id).metrics["m"].count == 3
    assert store.read_run(writer.run_id).status == "FINISHED"
    assert find_journals(store.layout) == []
