"""A long run's journal does not grow without end: what it holds is sealed while the run goes on.

The run begins another session of its own: a new journal takes the next points, and the old one is
sealed beside the training. Each step leaves the files in a state that readers know from elsewhere:

1. the new journal begins with the run as it was, the old one's points left out: two sessions of
   one run, neither of which supersedes the other, as after a fork;
2. the old one's part and then its row are written: the row hides the journal;
3. the new journal is told (``follows``) that it goes on from that row: it supersedes it;
4. the old journal is removed.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Final

from runsite.records import RunRecord
from runsite.store.fold import fold_events, format_record
from runsite.store.journal import Journal
from runsite.store.layout import Layout
from runsite.store.seal import find_rest, write_parts
from runsite.store.slots import Event

__all__ = ["ROLL_BYTES", "Rolling"]

ROLL_BYTES: Final = 16 * 1024 * 1024
"""Half a million points: sealing so many takes some 150 MB for a moment."""


class Rolling:
    """What a run has logged, for its next journal, and the old one that is being sealed.

    Lives with the run's writer. `note` and `begin_next` are called under the writer's lock; one
    thread at a time seals.
    """

    def __init__(self, layout: Layout, record: RunRecord) -> None:
        self._layout = layout
        self._base = record
        self._events: list[Event] = []
        self._old: Journal | None = None
        self._thread: threading.Thread | None = None
        self.lock = threading.Lock()

    @property
    def is_behind(self) -> bool:
        """Whether an old journal waits to be sealed."""
        return self._old is not None

    def note(self, kind: str, values: dict[str, object]) -> None:
        """Remember what the journal was told besides points: the next one begins with it."""
        self._events.append(Event(kind, 0, values))

    def begin_next(self, old: Journal, open_journal: Callable[[RunRecord], Journal]) -> Journal:
        """Open the journal that takes over; the old one takes no more.

        Raises:
            OSError: It cannot be opened; the old one then goes on.
        """
        begun = fold_events(self._base, self._events, metrics={})
        new = open_journal(begun)
        self._events = []
        self._old = old
        old.finish()
        return new

    def seal_old(self, tell: Callable[[str, dict[str, object]], None]) -> None:
        """Seal the old journal, if there is one. `tell` appends an event to the new one.

        Raises:
            OSError: The parts cannot be written; the old journal is then still there.
        """
        if self._old is None:
            return
        contents = self._old.read()
        if self._old.vanished:
            contents = find_rest(self._layout, contents) or contents
        record = write_parts(self._layout, contents, alive=True)
        self._base = record
        tell("follows", {"record": format_record(record)})
        with contextlib.suppress(FileNotFoundError):
            self._old.path.unlink()
        self.let_go()

    def start(self, work: Callable[[], None]) -> None:
        """Do the work in a thread, unless one is at it."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(target=work, name="runsite-roll", daemon=True)
        with contextlib.suppress(RuntimeError):  # no more threads, or the interpreter is ending
            self._thread.start()

    def let_go(self) -> None:
        """Close the old journal; whoever finds it may seal it."""
        if self._old is not None:
            self._old.close()
            self._old = None

    def forget(self, record: RunRecord) -> None:
        """Begin anew in a forked child, whose parent seals what is its own."""
        if self._old is not None:
            self._old.abandon()
        self.__init__(self._layout, record)  # type: ignore[misc]
