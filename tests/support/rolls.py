"""Rolls of a run's journal that stop half-way, and runs whose process dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from runsite.store import parts, rolling
from runsite.store.journal import Journal
from runsite.store.writer import RunWriter

__all__ = ["die", "failing"]


def die(writer: RunWriter) -> None:
    """Leave a run's journals as a process does that is killed."""
    writer._rolling.let_go()
    writer._journal.close()


@contextlib.contextmanager
def failing(step: str) -> Iterator[None]:
    """Let one step of a roll fail, as a full or a read-only disk does; "" lets it succeed."""
    log_event = Journal.log_event

    def refuse(*_args: object, **_values: object) -> None:
        raise OSError(28, "No space left on device")

    def refuse_to_follow(journal: Journal, kind: str, **values: object) -> None:
        (refuse if kind == "follows" else log_event)(journal, kind, **values)

    with pytest.MonkeyPatch.context() as patch:
        match step:
            case "open":
                patch.setattr(RunWriter, "_open_journal", refuse)
            case "part":
                patch.setattr(rolling, "write_parts", refuse)
            case "row":
                patch.setattr(parts, "write_run", refuse)
            case "follow":
                patch.setattr(Journal, "log_event", refuse_to_follow)
            case "remove":
                patch.setattr(Path, "unlink", refuse)
        yield
