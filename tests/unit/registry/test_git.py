"""Whom Git takes for the author, and what it takes for the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runsite.registry.git import find_author, find_checkout
from support.repository import git


@pytest.fixture(autouse=True)
def nobody(monkeypatch) -> None:
    """Begin each test without the name that all tests have."""
    monkeypatch.delenv("GIT_AUTHOR_NAME")


def test_the_author_is_the_one_that_a_commit_would_name(git_repo: Path, monkeypatch):
    """The environment goes before the repository's own name, as in Git."""
    path = git_repo / "registry.yaml"
    git(git_repo, "config", "user.name", "Grace Hopper")
    assert find_author(path) == "Grace Hopper"
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada: Lovelace # 1")
    assert find_author(path) == "Ada: Lovelace # 1"


def test_the_name_of_all_repositories_counts_outside_of_one(tmp_path: Path, monkeypatch):
    """A registry that lies in no repository has the person's name too."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\n\tname = Grace Hopper\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert find_author(tmp_path / "registry.yaml") == "Grace Hopper"


def test_without_a_name_or_git_there_is_no_author(tmp_path: Path, monkeypatch):
    """Neither is an error: another name is taken."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    assert find_author(tmp_path / "registry.yaml") is None
    assert find_author(tmp_path / "missing" / "registry.yaml") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_author(tmp_path / "registry.yaml") is None


def test_a_hook_of_git_finds_the_whole_repository(git_repo: Path, monkeypatch):
    """Git tells a hook where its data lies, and then takes any folder for the top of the tree."""
    folder = git_repo / "models"
    folder.mkdir()
    monkeypatch.setenv("GIT_DIR", str(git_repo / ".git"))

    checkout = find_checkout(folder / "registry.yaml")

    assert checkout is not None
    assert checkout.relative(folder / "registry.yaml") == "models/registry.yaml"
