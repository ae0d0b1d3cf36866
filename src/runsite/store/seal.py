"""From a journal to parts: the metrics part, then the runs row, then the journal goes.

Sealing is a function of the journal alone: the run that it began with stands in its first event.
A crash between two steps loses nothing and doubles nothing, because a part counts only when a
row lists it, a row that lists a session hides that session's journal, and sealing again writes
the same bytes under the same names.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from runsite.errors import CorruptFileError, quote
from runsite.records import MetricSummary, RunRecord, RunStatus
from runsite.store import locks
from runsite.store.fold import check_record, fold_events, time_from_us
from runsite.store.forks import can_read
from runsite.store.journal import SUFFIX
from runsite.store.journal_reading import JournalContents, read_journal
from runsite.store.layout import Layout
from runsite.store.slots import SLOT

__all__ = [
    "find_journals",
    "find_rest",
    "is_alive",
    "make_row",
    "seal_contents",
    "seal_journal",
    "write_parts",
]

FOREIGN_HOST_GRACE_S = 3600
"""How long a journal of another host may be silent before it counts as left behind."""


def find_journals(layout: Layout, run_id: str = "") -> list[Path]:
    """List the journals of a store, or of one run, in the order of their names."""
    try:
        names = os.listdir(layout.live)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [
        layout.live / name
        for name in sorted(names)
        if name.endswith(SUFFIX) and name.startswith(run_id) and not name.startswith(".")
    ]


def is_alive(contents: JournalContents) -> bool:
    """Tell whether the process that writes the journal is still there.

    On the same host the lock that it holds decides. From another host a lock may not be visible,
    so a journal that was written to within the last hour counts as alive too.
    """
    try:
        descriptor = os.open(contents.path, os.O_RDWR)
    except OSError:
        return False
    try:
        held = locks.try_hold(descriptor)
        if held is False:
            return True
        if contents.host == socket.gethostname():
            return _is_process(contents.pid) if held is None else False
        return time.time() - os.fstat(descriptor).st_mtime < FOREIGN_HOST_GRACE_S
    finally:
        os.close(descriptor)


def make_row(
    contents: JournalContents, *, metrics: Mapping[str, MetricSummary], alive: bool
) -> RunRecord:
    """Make the run's row as the journal has it. Pure.

    Args:
        contents: The journal.
        metrics: Summaries of the journal's own points.
        alive: False makes a run that nobody ended an interrupted one.

    Raises:
        CorruptFileError: An event, or the record that the journal begins with, is nothing that a
            run logs, though its checksum fits.
    """
    base = contents.record
    try:
        check_record(base)
        record = fold_events(base, contents.events, metrics=metrics)
        check_record(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptFileError(
            f"the journal {quote(contents.path.name)} holds what no run logs: "
            f"{type(error).__name__}: {quote(error.args[0] if error.args else '')}",
            where=str(contents.path),
        ) from error
    changes: dict[str, object] = {
        "revision": base.revision + 1,
        "session": contents.session,
        "sessions": (*base.sessions, contents.session),
        "incomplete": record.incomplete or bool(contents.damage or contents.gaps),
    }
    if contents.points:
        changes["parts"] = (*base.parts, contents.session)
    if not alive and contents.owner and record.status == RunStatus.RUNNING:
        changes["status"] = RunStatus.KILLED.value
        changes["interrupted"] = True
        changes["end_time"] = time_from_us(contents.last_time_ns // 1000)
    return dataclasses.replace(record, **changes)  # type: ignore[arg-type]  # names stand above


def seal_contents(layout: Layout, contents: JournalContents) -> RunRecord:
    """Write what a journal holds as parts, and remove it. Returns the row that was written.

    Raises:
        OSError: The parts cannot be written; the journal is then still there.
    """
    record = write_parts(layout, contents, alive=False)
    with contextlib.suppress(FileNotFoundError):
        contents.path.unlink()
    return record


def write_parts(layout: Layout, contents: JournalContents, *, alive: bool) -> RunRecord:
    """Write what a journal holds as parts, points first. Returns the row that was written.

    Args:
        layout: The store.
        contents: The journal.
        alive: The run goes on, in another journal of the same process.

    Raises:
        OSError: The parts cannot be written.
    """
    # Imported here, not above: a run that only logs never waits for Arrow.
    from runsite.store.parts import points_columns, summarise_columns, write_metrics, write_run

    run_id, session = contents.record.run_id, contents.session
    columns = points_columns(contents.points, contents.keys)
    record = make_row(contents, metrics=summarise_columns(columns), alive=alive)
    if contents.points:
        write_metrics(layout.metrics, columns, run_id=run_id, part=session)
    write_run(layout.runs, record)
    return record


def find_rest(layout: Layout, contents: JournalContents) -> JournalContents | None:
    """Find what a journal holds beyond what somebody else sealed of it; None if nobody did.

    That is how a run that lives goes on after ``runsite seal --force``: the rest is a session of
    its own, which builds on the row that was written. The same rest has the same name.
    """
    from runsite.store.tables import Tables

    if not can_read():
        return None  # as if nobody had: of two parts of a session, readers take one
    run_id, session = contents.record.run_id, contents.session
    sealed = Tables(layout, lambda _run_id: ([], [])).find_sealed(run_id, session)
    if sealed is None:
        return None
    row, count = sealed
    record = dataclasses.replace(
        contents.record,
        metrics=row.metrics,
        parts=row.parts,
        sessions=row.sessions,
        revision=row.revision,
    )
    return dataclasses.replace(
        contents,
        session=session[:12] + hashlib.sha256(session.encode()).hexdigest()[:8],
        record=record,
        points=contents.points[count * SLOT :],
    )


def seal_journal(
    layout: Layout, path: Path, *, salvage: bool = False, force: bool = False
) -> RunRecord | None:
    """Seal a journal that was left behind.

    Returns:
        The row that was written; None if the journal is alive (and not `force`) or gone.

    Raises:
        CorruptFileError: It is damaged before its end, and not `salvage`.
        OSError: The parts cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        # Holding the sign of life keeps a second sealer away until this one is done.
        if locks.try_hold(descriptor) is False and not force:
            return None
        contents = read_journal(path, salvage=salvage)
        if not force and _may_live_elsewhere(contents, descriptor):
            return None
        return seal_contents(layout, contents)
    except FileNotFoundError:
        return None
    finally:
        os.close(descriptor)


def _may_live_elsewhere(contents: JournalContents, descriptor: int) -> bool:
    if contents.host == socket.gethostname():
        return False
    return time.time() - os.fstat(descriptor).st_mtime < FOREIGN_HOST_GRACE_S


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
