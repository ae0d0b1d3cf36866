"""What is running: a script, a module, a notebook or a prompt, and with which command line."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from runsite.capture.git import find_repository

__all__ = ["Program", "find_notebook", "read_program"]

_NOTEBOOK_ENV = "JPY_SESSION_NAME"


@dataclass(frozen=True, slots=True)
class Program:
    """What started the run.

    Attributes:
        kind: NOTEBOOK, LOCAL or JOB.
        name: The file, relative to its repository where it lies in one, else as it was given.
        entry_point: The module of ``python -m``; empty for a script.
        command: The command line, quoted for a shell.
        file: Where the source is, if it is a file.
        repository: The work tree that the source (or the working folder) belongs to.
    """

    kind: str
    name: str
    entry_point: str
    command: str
    file: Path | None
    repository: Path | None


def read_program() -> Program:
    """Look at this process. The command line is taken as it is: keep secrets out of it."""
    notebook = find_notebook()
    given = (
        notebook if notebook is not None else (sys.argv[0] if getattr(sys, "argv", None) else "")
    )
    file = Path(given).absolute() if given and given != "-c" else None
    if file is not None and not file.is_file():
        file = None
    repository = find_repository(file.parent if file else Path.cwd())
    name = given or ("<stdin>" if notebook is None else "<notebook>")
    if file is not None and repository is not None:
        name = file.relative_to(repository).as_posix()
    return Program(
        kind=_find_kind(is_notebook=notebook is not None),
        name=name,
        entry_point=_find_module(),
        command=shlex.join(sys.orig_argv),
        file=file,
        repository=repository,
    )


def find_notebook() -> str | None:
    """Return the notebook's path, empty where its name is unknown, None outside of notebooks."""
    if "ipykernel" not in sys.modules:
        return None
    named = os.environ.get(_NOTEBOOK_ENV, "")
    if named.endswith(".ipynb"):
        return named
    main = sys.modules.get("__main__")
    return str(getattr(main, "__vsc_ipynb_file__", ""))


def _find_kind(*, is_notebook: bool) -> str:
    if is_notebook:
        return "NOTEBOOK"
    # Schedulers and CI systems name the job that they run.
    jobs = ("CI", "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "KUBERNETES_SERVICE_HOST")
    return "JOB" if any(os.environ.get(name) for name in jobs) else "LOCAL"


def _find_module() -> str:
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    name = getattr(spec, "name", "") or ""
    return "" if name == "__main__" else str(name).removesuffix(".__main__")
