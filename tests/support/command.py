"""Running the command line: in this process for speed, in one of its own where that matters."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["CommandResult", "cli", "cli_process", "run_cli"]

PROCESS_TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str


def run_cli(*args: str, cwd: str | os.PathLike[str] | None = None) -> CommandResult:
    """Run the real ``main`` with these arguments in this process, in `cwd` where given.

    An exception that ``main`` lets through is a bug in runsite and reaches the test as it is.
    """
    from runsite.cli import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    here = contextlib.chdir(cwd) if cwd is not None else contextlib.nullcontext()
    with here, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        with pytest.raises(SystemExit) as exit_info:
            main([str(arg) for arg in args])
        out.flush()
        err.flush()
    code = exit_info.value.code
    texts = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    return CommandResult(code if isinstance(code, int) else 1, *texts)


def run_cli_process(
    *args: str, cwd: str | os.PathLike[str] | None = None, **env: str
) -> CommandResult:
    """Run ``python -m runsite`` in a process of its own, with `env` on top of this one's."""
    done = subprocess.run(
        [sys.executable, "-m", "runsite", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PROCESS_TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def cli(tmp_path: Path) -> Callable[..., CommandResult]:
    """Return ``cli(*args, cwd=tmp_path)``: the command line in this process."""

    def run(*args: str, cwd: str | os.PathLike[str] | None = None) -> CommandResult:
        return run_cli(*args, cwd=tmp_path if cwd is None else cwd)

    return run


@pytest.fixture
def cli_process(tmp_path: Path) -> Callable[..., CommandResult]:
    """Return ``cli_process(*args, cwd=tmp_path, **env)``: the command line as a process."""

    def run(*args: str, cwd: str | os.PathLike[str] | None = None, **env: str) -> CommandResult:
        return run_cli_process(*args, cwd=tmp_path if cwd is None else cwd, **env)

    return run
