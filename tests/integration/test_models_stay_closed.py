"""Looking at models, registering and reviewing them never opens one: a pickle runs code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import runsite
import runsite.pyfunc
from runsite.errors import ModelError
from runsite.models import UnsafeModelWarning, trust
from support.command import CommandResult, cli
from support.repository import git, git_repo

__all__ = ["cli", "git_repo"]

NAME = "trap"


class Trap(runsite.pyfunc.PythonModel):
    """Leaves a file behind wherever it is unpickled."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path("sprung").absolute(),)


@pytest.fixture
def project(git_repo: Path, monkeypatch) -> Path:
    """Return a committed project whose registered model is a trap."""
    monkeypatch.chdir(git_repo)
    git(git_repo, "config", "user.email", "ada@example.org")
    git(git_repo, "config", "user.name", "Ada")
    runsite.set_tracking_uri("")
    with runsite.start_run(run_name="first"):
        runsite.log_metric("rmse", 1.0)
        runsite.pyfunc.log_model(name="model", python_model=Trap(), registered_model_name=NAME)
    git(git_repo, "add", "-A")
    git(git_repo, "commit", "-qm", "Log and register")
    return git_repo


def test_no_command_and_no_search_opens_a_model(project: Path, cli: Callable[..., CommandResult]):
    """Build, check, diff, promote, cards, listings and search leave a pickle closed."""
    run_id = runsite.last_active_run().info.run_id
    for args in (
        ("promote", NAME, "1", "Production"),
        ("check",),
        ("check", "--base", "HEAD"),
        ("diff", "HEAD"),
        ("models", "show", NAME),
        ("history", NAME),
        ("card", "show", NAME),
        ("card", "export", NAME, "--to", "cyclonedx"),
        ("runs",),
        ("show", run_id),
        ("register", f"runs:/{run_id}/model", "--name", "other"),
        ("doctor",),
        ("build", "--output", "site"),
    ):
        done = cli(*args, cwd=project)
        assert done.exit_code in (0, 1), (args, done.stderr)
        assert "Traceback" not in done.stderr
    runsite.search_runs()
    client = runsite.MlflowClient()
    client.search_model_versions(f"name='{NAME}'")
    client.list_artifacts(run_id, "model")
    runsite.models.read_mlmodel(project / "runs" / "artifacts" / run_id / "model")
    assert not (project / "sprung").exists()


def test_the_trap_is_one(project: Path, monkeypatch):
    """Loading the same model does run its code, after the warning: the test above can fail."""
    monkeypatch.setattr(trust, "_warned", set())  # once a process, and other tests load too
    run_id = runsite.last_active_run().info.run_id
    with (
        pytest.warns(UnsafeModelWarning, match="can run any code"),
        pytest.raises(ModelError, match="what the model holds cannot predict: NoneType"),
    ):
        runsite.pyfunc.load_model(f"runs:/{run_id}/model")
    assert (project / "sprung").exists()
