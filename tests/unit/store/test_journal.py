"""A journal holds what was logged, whichever way it is written, and whoever reads it meanwhile."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from runsite.store import Store
from runsite.store.journal import JOURNAL_ENV, Journal, make_session
from runsite.store.journal_reading import read_journal
from runsite.store.mounts import can_map
from runsite.store.slots import iter_points
from support.runs import a_run


@pytest.fixture(params=["map", "write"])
def journal(request, tmp_path, monkeypatch):
    """Give a journal of each kind."""
    if request.param == "map" and not can_map(tmp_path):
        pytest.skip("nothing is mapped on this file system")
    monkeypatch.setenv(JOURNAL_ENV, request.param)
    opened = Journal(tmp_path, a_run(1), session=make_session(0), owner=True)
    yield opened
    opened.close()


def test_points_are_read_while_more_are_logged(journal):
    """A reader that comes at any moment sees whole points, in order, and no damage."""
    journal.log_points([("m", 0.0, 0, 0)])

    def log():
        for step in range(1, 10_000):
            try:
                journal.log_point("m", float(step), step)
            except Exception:  # noqa: BLE001  # the window is full
                journal.log_points([("m", float(step), step, 0)])

    thread = threading.Thread(target=log)
    thread.start()
    seen = 0
    going = True
    while going:
        going = thread.is_alive()  # one more look when it has ended
        contents = read_journal(journal.path)
        steps = [step for step, *_ in iter_points(contents.points)]
        assert steps == list(range(len(steps)))
        assert (contents.damage, contents.gaps) == ((), 0)
        assert len(steps) >= seen
        seen = len(steps)
    thread.join()
    assert seen == 10_000


def test_threads_share_it(journal):
    """Eight threads lose and double nothing, also over the ends of windows."""
    journal.log_points([("m", 0.0, -1, 0)])

    def log(first):
        for step in range(first, first + 5000):
            try:
                journal.log_point("m", 1.0, step)
            except Exception:  # noqa: BLE001  # the window is full
                journal.log_points([("m", 1.0, step, 0)])

    threads = [threading.Thread(target=log, args=(5000 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = sorted(step for step, *_ in iter_points(read_journal(journal.path).points))
    assert steps == list(range(-1, 40_000))


def test_the_file_ends_with_the_last_record_once_it_is_closed(journal):
    """What was reserved ahead is given back."""
    journal.log_points([("m", 1.0, 0, 0)])
    size = journal.size
    journal.close()
    journal.close()
    assert journal.path.stat().st_size == size


def test_a_closed_journal_takes_no_more(journal):
    """Neither way of logging reaches a file that another may have the number of."""
    journal.log_points([("m", 1.0, 0, 0)])
    log_point = journal.log_point
    journal.close()
    for call in (lambda: log_point("m", 2.0, 1), lambda: journal.log_event("tags", v={})):
        with pytest.raises((OSError, TypeError)):
            call()
    assert len(read_journal(journal.path).points) == 32


def test_readers_are_told_that_it_grew(journal):
    """The sync moves the file's time, which a map alone does not on every file system."""
    journal.log_points([("m", 1.0, 0, 0)])
    os.utime(journal.path, (1, 1))
    journal.sync()
    assert journal.path.stat().st_mtime > 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_child_does_not_write_to_its_parents_map(tmp_path):
    """The map is shared by a fork; the child lets go of it before it logs."""
    store = Store.create(tmp_path)
    writer = store.start_run(a_run(1))
    writer.log_metrics([("m", 1.0, 0, None)])
    pid = os.fork()
    if pid == 0:
        try:
            writer.log_metrics([("m", 2.0, 1, None)])
            writer.close()
        finally:
            os._exit(0)
    writer.log_metrics([("m", 3.0, 2, None)])
    os.waitpid(pid, 0)
    writer.close(status="FINISHED")
    assert sorted(Store.open(tmp_path).scan_metrics().collect()["step"]) == [0, 1, 2]


def test_a_fork_in_the_middle_of_closing_finds_nothing_to_close(journal, monkeypatch):
    """The number of a closed file belongs to somebody else: a child must not close it again."""
    closing, close = journal._descriptor, os.close

    def close_and_fork(descriptor):
        close(descriptor)
        if descriptor == closing:
            journal.abandon()  # what a child does that is forked now

    monkeypatch.setattr(os, "close", close_and_fork)
    journal.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(closing)
