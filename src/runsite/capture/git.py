"""What Git knows of the code that runs: commit, branch, remote, dirty, and the uncommitted diff.

Commit, branch and remote are read from the files of the repository, which takes less than a
millisecond and needs no Git; whether the tree is dirty, and the diff, only Git can tell.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

__all__ = [
    "DIFF_LIMIT_BYTES",
    "Git",
    "Head",
    "clean_remote",
    "cut_diff",
    "find_repository",
    "read_head",
]

DIFF_LIMIT_BYTES = 1 << 20
_TIMEOUT_S = 20.0
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Head:
    """Where a repository stands; texts are empty where the files do not say."""

    commit: str = ""
    branch: str = ""
    remote: str = ""


def find_repository(start: Path) -> Path | None:
    """Find the work tree that a folder belongs to, or None."""
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder
    return None


def read_head(root: Path) -> Head:
    """Read commit, branch and remote of a work tree from its files.

    Raises:
        OSError: They cannot be read.
    """
    git_dir = _find_git_dir(root)
    common = _read_text(git_dir / "commondir").strip()
    shared = (git_dir / common).resolve() if common else git_dir
    head = (git_dir / "HEAD").read_text(encoding="utf-8").strip()
    remote = clean_remote(_find_remote(_read_text(shared / "config")))
    if not head.startswith("ref: "):
        return Head(commit=head if _COMMIT.fullmatch(head) else "", remote=remote)
    ref = head.removeprefix("ref: ").strip()
    commit = _read_ref(git_dir, shared, ref)
    return Head(commit=commit, branch=ref.removeprefix("refs/heads/"), remote=remote)


def clean_remote(url: str) -> str:
    """Take passwords and tokens out of a remote's URL: it is published with the run."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if not parts.scheme or "@" not in parts.netloc:
        return url
    user, _, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0] if parts.scheme == "ssh" else ""
    return urlunsplit(parts._replace(netloc=f"{name}@{host}" if name else host))


def cut_diff(diff: bytes, *, limit: int = DIFF_LIMIT_BYTES) -> bytes:
    """Cut a diff to `limit` bytes, between two files where possible so that it still applies."""
    if len(diff) <= limit:
        return diff
    end = diff.rfind(b"\ndiff --git ", 0, limit)
    head = diff[: end + 1] if end > 0 else diff[: diff.rfind(b"\n", 0, limit) + 1]
    return head + b"# cut by runsite: the whole diff is longer than %d bytes\n" % limit


class Git:
    """The ``git`` program on one work tree. Holds no process between calls.

    Args:
        root: The work tree.
        exclude: Folders whose changes do not count, such as the store that runs are logged to.
    """

    def __init__(self, root: Path, *, exclude: Sequence[Path] = ()) -> None:
        self._root = root
        self._exclude = [
            f":(exclude,top,literal){folder.relative_to(root).as_posix()}"
            for folder in exclude
            if folder != root and folder.is_relative_to(root)
        ]

    def is_dirty(self, *, source: Path | None = None) -> bool | None:
        """Tell whether a tracked file differs from the commit, or `source` is not tracked.

        Other untracked files do not count: looking for them means walking through every data
        folder. None where Git cannot say.
        """
        changes = self._run("status", "--porcelain", "--untracked-files=no", "--", *self._specs())
        if changes is None:
            return None
        if changes:
            return True
        if source is None or not source.is_file() or not source.is_relative_to(self._root):
            return False
        name = source.relative_to(self._root).as_posix()
        untracked = self._run("status", "--porcelain", "--", f":(top,literal){name}")
        return bool(untracked)

    def read_diff(self, *, limit: int = DIFF_LIMIT_BYTES) -> bytes:
        """Read the changes of tracked files against the commit, cut to `limit` bytes."""
        options = ("--no-color", "--no-ext-diff", "--no-textconv", "HEAD")
        diff = self._run("diff", *options, "--", *self._specs(), limit=limit + 1)
        return cut_diff(diff or b"", limit=limit)

    def _specs(self) -> list[str]:
        return [":(top)", *self._exclude]

    def _run(self, *arguments: str, limit: int = 1 << 24) -> bytes | None:
        """Run Git and return what it prints, None if it fails or takes too long."""
        import subprocess
        import threading

        # Optional locks would make the user's own `git add` fail now and then; fsmonitor would
        # start a daemon.
        command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C"]
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own Git on the user's own tree
                [*command, os.fspath(self._root), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_clean_environment(),
            )
        except OSError:
            return None
        timer = threading.Timer(_TIMEOUT_S, process.kill)
        timer.daemon = True
        timer.start()
        try:
            with process:
                output = process.stdout.read(limit) if process.stdout else b""
                cut = len(output) == limit
                if cut:
                    process.kill()
        finally:
            timer.cancel()
        return output if cut or process.returncode == 0 else None


def _clean_environment() -> dict[str, str]:
    """Leave out what a Git hook sets: it names another repository than the one asked about."""
    kept = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in kept
    }


def _find_git_dir(root: Path) -> Path:
    entry = root / ".git"
    if entry.is_dir():
        return entry
    # A linked work tree or a submodule has a file that names the place.
    text = entry.read_text(encoding="utf-8").strip()
    return (root / text.removeprefix("gitdir:").strip()).resolve()


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _read_ref(git_dir: Path, shared: Path, ref: str) -> str:
    for folder in (git_dir, shared):
        commit = _read_text(folder / ref).strip()
        if _COMMIT.fullmatch(commit):
            return commit
    for line in _read_text(shared / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref and _COMMIT.fullmatch(commit):
            return commit
    return ""


def _find_remote(config: str) -> str:
    """Find the URL of ``origin``, or of the first remote there is."""
    urls: dict[str, str] = {}
    section = ""
    for line in map(str.strip, config.splitlines()):
        if line.startswith("["):
            match = re.fullmatch(r'\[remote "(.+)"\]', line)
            section = match.group(1) if match else ""
        elif section and (match := re.fullmatch(r"url\s*=\s*(.+)", line)):
            urls.setdefault(section, match.group(1).strip('"'))
    return urls.get("origin") or next(iter(urls.values()), "")
