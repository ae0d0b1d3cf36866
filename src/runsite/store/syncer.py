"""The thread that makes journals durable: what power loss takes is at most the last second."""

from __future__ import annotations

import os
import threading
import time
from typing import Final, Protocol

__all__ = ["SYNC_INTERVAL_S", "syncer"]

SYNC_INTERVAL_S: Final = 1.0


class _Syncs(Protocol):
    def sync(self) -> None: ...


class _Syncer:
    """Syncs every open journal of this process each second, from one daemon thread."""

    def __init__(self) -> None:
        self._journals: set[_Syncs] = set()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()

    def add(self, journal: _Syncs) -> None:
        """Sync a journal from now on."""
        self._journals.add(journal)
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="runsite-sync", daemon=True)
            self._thread.start()

    def remove(self, journal: _Syncs) -> None:
        """Leave a journal to its sealing."""
        self._journals.discard(journal)

    def forget(self) -> None:
        """Start anew in a forked child, which has no thread and no open journal."""
        self.__init__()  # type: ignore[misc]

    def _work(self) -> None:
        while True:
            self._wake.clear()
            if not self._journals:
                self._wake.wait()
            time.sleep(SYNC_INTERVAL_S)
            for journal in tuple(self._journals):
                journal.sync()


syncer = _Syncer()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=syncer.forget)
