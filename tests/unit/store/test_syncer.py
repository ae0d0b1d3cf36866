"""Journals are synced beside the training, and what the disk answers is told."""

from __future__ import annotations

import threading

from runsite.store import syncer as module
from runsite.store.journal import Journal, make_session
from runsite.store.syncer import syncer
from runsite.store.watching import Watcher
from support.runs import a_run


class Told(Watcher):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.failed = threading.Event()
        self.grown = threading.Event()

    def note_failure(self, error: OSError) -> None:
        assert error.errno == 5
        self.failed.set()

    def note_size(self, size_bytes: int) -> None:
        assert size_bytes > 0
        self.grown.set()


def test_journals_are_synced_and_a_failing_disk_is_reported(tmp_path, monkeypatch):
    """A write that went well says nothing about the disk; the sync does."""
    monkeypatch.setattr(module, "SYNC_INTERVAL_S", 0.01)
    told = Told()
    journal = Journal(tmp_path, a_run(1), session=make_session(0), owner=True, watcher=told)
    assert told.grown.wait(10)

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", fail)
    journal.log_points([("m", 1.0, 0, 0)])
    assert told.failed.wait(10)
    syncer.remove(journal)
    journal.close()


def test_a_journal_may_be_closed_while_it_is_synced(tmp_path):
    """Neither end notices the other: no error, and no other file's descriptor is touched."""
    failures: list[OSError] = []
    told = Watcher()
    told.note_failure = failures.append  # type: ignore[method-assign]
    for number in range(60):
        journal = Journal(tmp_path, a_run(number), session=f"{number:020x}", owner=True)
        journal._watcher = told
        closed = threading.Event()

        def sync(journal=journal, closed=closed):
            while not closed.is_set():
                journal._synced = 0
                try:
                    journal.sync()
                except Exception as error:  # noqa: BLE001  # whatever it is, it is one too many
                    failures.append(error)

        thread = threading.Thread(target=sync)
        thread.start()
        journal.close()
        closed.set()
        thread.join()
    assert failures == []
