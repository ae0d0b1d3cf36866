"""Git repositories made in tests, and facts of this repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

__all__ = ["ROOT", "git", "git_repo", "tracked_files"]

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 60


def git(folder: Path, *args: str, check: bool = True) -> str:
    """Run git in a folder and return its standard output, stripped.

    Raises:
        AssertionError: Git fails and `check` is set; the message holds its standard error.
    """
    done = subprocess.run(
        ["git", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )
    if check:
        assert done.returncode == 0, f"git {' '.join(args)}: {done.stderr}"
    return done.stdout.strip()


@pytest.fixture
def git_repo(tmp_path: Path) -> Path:
    """Return an empty repository on branch ``main``, in ``tmp_path / "repo"``."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def tracked_files() -> list[Path]:
    """List the files of this repository that Git tracks; empty outside a checkout."""
    if not (ROOT / ".git").exists():
        return []
    names = git(ROOT, "ls-files", "-z").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]
