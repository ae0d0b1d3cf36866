"""Journals are synced beside the training, and what the disk answers is told."""

from __future__ import annotations

import threading

from runsite.store import syncer as module
from runsite.store.syncer import syncer


class Disk:
    """A journal whose disk fails, for one test."""

    def sync(self) -> None:
        raise OSError(5, "Input/output error")


def test_a_failing_disk_is_reported(monkeypatch):
    """A write that went well says nothing about the disk; the sync does."""
    monkeypatch.setattr(module, "SYNC_INTERVAL_S", 0.01)
    told = threading.Event()
    disk = Disk()
    syncer.add(disk, report=lambda error: error.errno == 5 and told.set())
    assert told.wait(10)
    syncer.remove(disk)
