"""Asking Git about the checkout that a registry lies in.

Git is run as a program, with arguments that cannot be taken for options, without a prompt, a
pager or the user's colours. Where there is no Git or no checkout, the answers are None.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import RegistryError, quote

__all__ = ["Checkout", "find_author", "find_checkout"]

_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Checkout:
    """A Git working tree. Holds no process and no handle."""

    root: Path

    def run(self, *args: str) -> bytes:
        """Run a Git command in the tree's root and return its standard output.

        Raises:
            RegistryError: Git fails; the message holds the first line of its answer.
        """
        return self.run_with_input(b"", *args)

    def run_with_input(self, data: bytes, *args: str) -> bytes:
        """Run a Git command on some input and return its standard output.

        Raises:
            RegistryError: As in `run`.
        """
        done = _run(self.root, *args, data=data)
        if done is None or done.returncode:
            answer = done.stderr.decode("utf-8", "replace").strip() if done else "git did not run"
            first = answer.splitlines()[0] if answer else "no answer"
            raise RegistryError(f"git {args[0]} failed: {quote(first)}", where=str(self.root))
        return done.stdout

    def ask(self, *args: str) -> str | None:
        """Run a Git command that may fail, such as a question; None where it does."""
        found = self.ask_bytes(*args)
        return None if found is None else found.decode("utf-8", "surrogateescape").rstrip("\n")

    def ask_bytes(self, *args: str) -> bytes | None:
        """Run a Git command that may fail and return its output as it is; None where it does."""
        done = _run(self.root, *args)
        return None if done is None or done.returncode else done.stdout

    def read_file(self, rev: str, path: str) -> bytes | None:
        """Return a file of a revision, or None where it has none. `rev` is a full commit id."""
        return self.ask_bytes("cat-file", "blob", f"{rev}:{path}")

    def find_commit(self, rev: str) -> str | None:
        """Return the full id of the commit that a revision names, or None."""
        if not rev or rev.startswith("-"):
            return None
        return self.ask("rev-parse", "--quiet", "--verify", "--end-of-options", f"{rev}^{{commit}}")

    def merge_texts(self, ours: bytes, base: bytes, theirs: bytes) -> bytes | None:
        """Merge two descendants of a text as ``git merge`` does; None where they conflict."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
            for path, data in zip(paths, (ours, base, theirs), strict=True):
                path.write_bytes(data)
            done = _run(self.root, "merge-file", "--stdout", *map(str, paths))
        return done.stdout if done is not None and done.returncode == 0 else None

    def branch(self) -> str | None:
        """Return the branch that is checked out, or None on a detached head."""
        return self.ask("symbolic-ref", "--quiet", "--short", "HEAD")

    def remote(self) -> str | None:
        """Return the name of the remote to push to: the branch's own, origin, or the only one."""
        names = (self.ask("remote") or "").split()
        branch = self.branch()
        own = self.ask("config", f"branch.{branch}.remote") if branch else None
        for name in (own, "origin"):
            if name in names:
                return name
        return names[0] if len(names) == 1 else None

    def relative(self, path: Path) -> str | None:
        """Return a path as Git writes it, or None where it lies outside the tree."""
        try:
            return Path(os.path.realpath(path)).relative_to(self.root).as_posix()
        except ValueError:
            return None


def find_checkout(path: str | os.PathLike[str]) -> Checkout | None:
    """Return the checkout that a file lies, or would lie, in; None outside of one."""
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        return None
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done is None or done.returncode:
        return None
    top = done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
    return Checkout(Path(os.path.realpath(top))) if top else None


def find_author(path: str | os.PathLike[str]) -> str | None:
    """Return the name that a commit of a file would carry; None where Git knows none."""
    if name := os.environ.get("GIT_AUTHOR_NAME", "").strip():
        return name
    folder = Path(os.path.realpath(path)).parent
    done = _run(folder, "config", "--get", "user.name") if folder.is_dir() else None
    if done is None or done.returncode:
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None


def _run(folder: Path, *args: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes] | None:
    # A hook names its repository, which then begins wherever it is asked from.
    hook = "GIT_DIR" in os.environ and "GIT_WORK_TREE" not in os.environ
    environment = {
        **{name: value for name, value in os.environ.items() if not hook or name != "GIT_DIR"},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    command = ["git", "--no-pager", "-c", "color.ui=false", "-c", "core.quotePath=false", *args]
    try:
        return subprocess.run(  # noqa: S603 - the user's own Git on the user's own tree
            command,
            cwd=folder,
            env=environment,
            input=data,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
