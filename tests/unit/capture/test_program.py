"""What is running is told from the interpreter, for scripts, modules, prompts and notebooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import ModuleType

import pytest

from runsite.capture.program import find_notebook, read_program

SHOW = (
    "from runsite.capture.program import read_program; import json; p = read_program(); "
    "print(json.dumps([p.kind, p.name, p.entry_point, p.command]))"
)


def run(*arguments, cwd, text=None):
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return json.loads(done.stdout)


def test_a_script_in_a_repository_is_named_from_its_root(git_repo):
    """The same script has the same name on every machine."""
    folder = git_repo / "jobs"
    folder.mkdir()
    (folder / "train.py").write_text(SHOW)
    kind, name, entry_point, command = run("train.py", "--lr", "0.1 x", cwd=folder)
    assert (kind, name, entry_point) == ("LOCAL", "jobs/train.py", "")
    assert command.endswith("train.py --lr '0.1 x'")


def test_a_script_elsewhere_is_named_as_it_was_started(tmp_path):
    """Without a repository there is nothing to be relative to."""
    (tmp_path / "train.py").write_text(SHOW)
    assert run("train.py", cwd=tmp_path)[1] == "train.py"


def test_a_module_has_an_entry_point(tmp_path):
    """`python -m package.train` is not the same as running the file."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "train.py").write_text(SHOW)
    assert run("-m", "package.train", cwd=tmp_path)[2] == "package.train"


@pytest.mark.parametrize(
    ("arguments", "text", "name"), [(("-c", SHOW), None, "-c"), (("-",), SHOW, "-")]
)
def test_code_without_a_file_is_named_by_what_stands_for_it(tmp_path, arguments, text, name):
    """A one-liner and a pipe have no file, and no run fails for it."""
    assert run(*arguments, cwd=tmp_path, text=text)[1] == name


def test_a_notebook_is_known_by_its_kernel(monkeypatch, tmp_path):
    """Jupyter names the notebook in the environment, VS Code in the main module."""
    assert find_notebook() is None
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert find_notebook() == ""
    assert read_program().name == "<notebook>"
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "explore.ipynb"))
    program = read_program()
    assert (program.kind, program.name) == ("NOTEBOOK", str(tmp_path / "explore.ipynb"))


def test_a_scheduler_s_process_is_a_job(monkeypatch):
    """CI and batch systems say who they are by the environment."""
    monkeypatch.setenv("SLURM_JOB_ID", "42")
    assert read_program().kind == "JOB"
