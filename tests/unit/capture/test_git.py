"""Git facts come from the repository's files, and the tree's state from Git itself."""

from __future__ import annotations

import subprocess

import pytest

from runsite.capture.git import (
    Git,
    Head,
    clean_remote,
    cut_diff,
    find_repository,
    read_head,
)
from support.repository import git


@pytest.fixture
def repository(git_repo):
    (git_repo / "train.py").write_text("print(1)\n")
    git(git_repo, "add", "train.py")
    git(git_repo, "commit", "-q", "-m", "First")
    return git_repo


def revision(folder):
    return git(folder, "rev-parse", "HEAD").strip()


def test_the_head_is_read_from_the_files(repository):
    """Commit, branch and remote are what Git says, without starting it."""
    git(repository, "remote", "add", "upstream", "https://example.org/up.git")
    git(repository, "remote", "add", "origin", "git@example.org:team/project.git")
    branch = git(repository, "branch", "--show-current").strip()
    assert read_head(repository) == Head(
        commit=revision(repository), branch=branch, remote="git@example.org:team/project.git"
    )


def test_a_detached_head_has_a_commit_and_no_branch(repository):
    """CI checks out commits, not branches."""
    git(repository, "checkout", "-q", "--detach")
    assert read_head(repository) == Head(commit=revision(repository))


def test_packed_refs_are_understood(repository):
    """After `git gc` a branch's commit stands in packed-refs."""
    expected = read_head(repository)
    git(repository, "pack-refs", "--all", "--prune")
    assert read_head(repository) == expected
    assert expected.commit


def test_a_linked_work_tree_finds_its_own_head_and_the_shared_remote(repository, tmp_path):
    """In a `git worktree` the .git entry is a file that points elsewhere."""
    git(repository, "remote", "add", "origin", "https://example.org/p.git")
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "linked"))
    assert read_head(tmp_path / "linked") == Head(
        commit=revision(repository), branch="other", remote="https://example.org/p.git"
    )


def test_a_repository_without_a_commit_has_only_a_branch(git_repo):
    """A run in a fresh repository must not fail."""
    head = read_head(git_repo)
    assert (head.commit, bool(head.branch)) == ("", True)


def test_the_repository_is_found_from_a_folder_inside(repository, tmp_path):
    """Scripts live in folders below the root; outside of a repository there is none."""
    inner = repository / "a" / "b"
    inner.mkdir(parents=True)
    assert find_repository(inner) == repository
    assert find_repository(tmp_path) is None


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://ada:secret@example.org/p.git", "https://example.org/p.git"),
        ("https://token@example.org:8443/p.git", "https://example.org:8443/p.git"),
        ("ssh://git:secret@example.org/p.git", "ssh://git@example.org/p.git"),
        ("git@example.org:p.git", "git@example.org:p.git"),
        ("https://example.org/p.git", "https://example.org/p.git"),
        ("/srv/git/p.git", "/srv/git/p.git"),
        ("https://[broken", ""),
    ],
)
def test_a_remote_is_published_without_its_credentials(url, clean):
    """Tokens in a remote's URL never reach a run."""
    assert clean_remote(url) == clean


def test_a_tree_is_dirty_when_tracked_files_changed(repository):
    """A commit names the code only while the tracked files are as committed."""
    assert Git(repository).is_dirty() is False
    (repository / "notes.txt").write_text("untracked\n")
    assert Git(repository).is_dirty() is False
    (repository / "train.py").write_text("print(2)\n")
    assert Git(repository).is_dirty() is True


def test_a_source_that_is_not_tracked_makes_the_tree_dirty(repository):
    """The commit does not hold the script that ran."""
    script = repository / "new script.py"
    script.write_text("print(3)\n")
    assert Git(repository).is_dirty(source=script) is True
    assert Git(repository).is_dirty(source=repository / "train.py") is False


def test_the_store_inside_the_repository_does_not_count(repository):
    """Logging runs must not make the next run dirty."""
    store = repository / "runs"
    store.mkdir()
    (store / "part").write_text("1\n")
    git(repository, "add", "runs")
    assert Git(repository).is_dirty() is True
    assert Git(repository, exclude=[store]).is_dirty() is False
    assert Git(repository, exclude=[store]).read_diff() == b""


def test_the_diff_can_be_applied_to_the_commit(repository):
    """What is kept is enough to get the code of the run back."""
    (repository / "train.py").write_text("print(2)\n")
    diff = Git(repository).read_diff()
    git(repository, "checkout", "-q", "train.py")
    subprocess.run(["git", "apply"], input=diff, cwd=repository, check=True)
    assert (repository / "train.py").read_text() == "print(2)\n"


def test_a_long_diff_is_cut_between_files_and_says_so(repository):
    """The part that is kept still applies."""
    (repository / "train.py").write_text("print(2)\n")
    (repository / "zz.txt").write_text("x" * 5000)
    git(repository, "add", "zz.txt")
    diff = Git(repository).read_diff(limit=1000)
    assert diff.endswith(b"# cut by runsite: the whole diff is longer than 1000 bytes\n")
    assert b"print(2)" in diff
    assert b"xxx" not in diff
    git(repository, "rm", "-q", "-f", "zz.txt")
    git(repository, "checkout", "-q", "train.py")
    subprocess.run(["git", "apply"], input=diff, cwd=repository, check=True)


def test_one_long_file_is_cut_at_a_line():
    """Where the first file alone is too long, whole lines of it are kept."""
    diff = b"diff --git a/a b/a\n" + b"+line\n" * 100
    cut = cut_diff(diff, limit=100)
    assert cut.startswith(b"diff --git a/a b/a\n+line\n")
    assert len(cut) < 200
    assert cut.splitlines()[-2] == b"+line"


def test_a_folder_that_is_no_repository_gives_no_answer(tmp_path):
    """Git's failure is None, not an exception."""
    assert Git(tmp_path).is_dirty() is None
    assert Git(tmp_path).read_diff() == b""


def test_a_hook_s_variables_do_not_mislead_git(repository, tmp_path, monkeypatch):
    """Training started from a Git hook inherits GIT_DIR of that hook's repository."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert Git(repository).is_dirty() is False
