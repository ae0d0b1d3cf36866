"""A run's facts become complete beside the training, and nothing there can break it."""

from __future__ import annotations

import sys
import time

import pytest

from runsite.capture import Capture, read_source
from runsite.capture.git import Git
from support.repository import git


@pytest.fixture
def script(git_repo, monkeypatch):
    path = git_repo / "train.py"
    path.write_text("print(1)\n")
    git(git_repo, "add", "train.py")
    git(git_repo, "commit", "-q", "-m", "First")
    path.write_text("print(2)\n")
    monkeypatch.setattr(sys, "argv", [str(path)])
    return path


def capture(store, *, save_diff=None):
    reports = []
    one = Capture(store=store, report=reports.append, save_diff=save_diff)
    one.start()
    one.finish(timeout_s=20)
    return one, reports


def test_the_quick_facts_are_there_before_anything_slow(script):
    """A run killed in its first second still says which commit it was."""
    source = read_source()
    assert source.source_name == "train.py"
    assert source.git_commit == git(script.parent, "rev-parse", "HEAD").strip()
    assert source.git_dirty is None


def test_dirty_and_packages_are_reported_and_the_diff_is_saved(script, tmp_store):
    """What takes long arrives from the thread."""
    diffs = []
    _, reports = capture(tmp_store, save_diff=diffs.append)
    assert reports[-1].git_dirty is True
    assert "pytest" in reports[-1].packages
    assert b"+print(2)" in diffs[0]


def test_nothing_is_reported_twice(script, tmp_store):
    """A report is a record in the journal: only what is new is worth one."""
    _, reports = capture(tmp_store)
    assert len(reports) == len(set(map(repr, reports))) == 1


def test_facts_leaves_out_the_diff_and_off_nearly_all(script, tmp_store, monkeypatch):
    """Who publishes runs decides what they say of the machine."""
    diffs = []
    monkeypatch.setenv("RUNSITE_CAPTURE", "facts")
    _, reports = capture(tmp_store, save_diff=diffs.append)
    assert (reports[-1].git_dirty, diffs) == (True, [])
    monkeypatch.setenv("RUNSITE_CAPTURE", "off")
    one, reports = capture(tmp_store, save_diff=diffs.append)
    assert (reports, diffs) == ([], [])
    assert (one.source.host, one.source.command, one.source.git_commit) == ("", "", "")
    assert one.source.source_name == "train.py"


def test_an_error_inside_stays_inside(script, tmp_store):
    """Training goes on whatever Git or the report does."""

    def explode(_):
        raise RuntimeError("boom")

    one = Capture(store=tmp_store, report=explode, save_diff=explode)
    one.start()
    one.finish(timeout_s=20)
    assert one.source.git_dirty is True


def test_a_slow_git_does_not_hold_up_the_end(script, tmp_path, monkeypatch):
    """The run ends without the answer rather than late."""
    slow = tmp_path / "bin"
    slow.mkdir()
    program = slow / "git"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow}:/usr/bin:/bin")
    monkeypatch.setattr("runsite.capture.git._TIMEOUT_S", 2.0)
    one = Capture(store=tmp_path / "elsewhere", report=lambda _: None)
    began = time.monotonic()
    one.start()
    assert time.monotonic() - began < 0.5
    one.finish(timeout_s=0.1)
    assert time.monotonic() - began < 1.5
    assert one.source.git_dirty is None


def test_a_machine_without_git_has_no_answer(script, monkeypatch):
    """The files still tell the commit."""
    monkeypatch.setenv("PATH", "")
    assert Git(script.parent).is_dirty() is None
    assert read_source().git_commit
