from __future__ import annotations

from pathlib import Path

import pytest

from runsite.registry.git import find_checkout
from runsite.registry.merges import read_merged_changes
from support.repository import git

NAME = "registry.yaml"


@pytest.fixture
def write(git_repo: Path, monkeypatch):
    """Return a function that commits a line to a file; time goes on by a minute each."""
    clock = iter(range(100))

    def commit(text: str, *, name: str = NAME) -> None:
        moment = f"2026-11-01T10:{next(clock):02}:00Z"
        monkeypatch.setenv("GIT_COMMITTER_DATE", moment)
        with (git_repo / name).open("a") as file:
            file.write(f"{text}\n")
        git(git_repo, "add", "-A")
        git(git_repo, "commit", "-qm", text)

    return commit


def subjects(folder: Path) -> dict[str, str]:
    """Return the subject of each merge with that of what it brought in."""
    checkout = find_checkout(folder / NAME)
    assert checkout is not None
    found = read_merged_changes(checkout, NAME, "HEAD")
    return {git(folder, "log", "-1", "--format=%s", m): c.subject for m, c in found.items()}


def merge(folder: Path, branch: str, subject: str) -> None:
    git(folder, "merge", "-q", "--no-ff", "-X", "theirs", "-m", subject, branch)


def test_each_merge_is_told_by_its_own_last_commit(git_repo, write):
    """What an earlier merge brought in does not count again, and other files do not count."""
    write("begin")
    for number in (1, 2):
        git(git_repo, "switch", "-qc", f"b{number}")
        write(f"first of {number}")
        write(f"last of {number}")
        write("words", name="README.md")
        git(git_repo, "switch", "-q", "main")
        merge(git_repo, f"b{number}", f"merge {number}")
        write(f"after {number}")
    assert subjects(git_repo) == {"merge 1": "last of 1", "merge 2": "last of 2"}


def test_a_branch_that_took_the_main_line_in_brings_only_its_own(git_repo, write):
    """Merging main into a branch makes nothing of main the branch's work."""
    write("begin")
    git(git_repo, "switch", "-qc", "work")
    write("work")
    git(git_repo, "switch", "-q", "main")
    write("meanwhile", name="other.txt")
    git(git_repo, "switch", "-q", "work")
    merge(git_repo, "main", "take main in")
    git(git_repo, "switch", "-q", "main")
    merge(git_repo, "work", "merge work")
    assert subjects(git_repo) == {"merge work": "work"}


def test_a_merge_of_something_else_is_left_out(git_repo, write):
    """A merge that did not touch the file has nothing to tell of it."""
    write("begin")
    git(git_repo, "switch", "-qc", "docs")
    write("words", name="README.md")
    git(git_repo, "switch", "-q", "main")
    merge(git_repo, "docs", "merge docs")
    assert subjects(git_repo) == {}
