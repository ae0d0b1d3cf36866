"""Register and promote: what a team does with its models, command by command.

Each command changes ``registry.yaml``, and each change is a commit. In a team it would be a pull
request, with `runsite check` and a reviewer in between.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from progress import say
from project import commit
from train import Trained


def release(trained: list[Trained], *, model: str, folder: Path) -> Trained:
    """Bring the first model to Production, then the best in its place, and try the next one.

    Args:
        trained: Every run that logged a model; the first of them is the one to begin with.
        model: Name to register under.
        folder: The team's repository.

    Returns:
        What is in Production at the end.
    """
    first, *others = trained
    best, second, *_ = sorted(others, key=lambda candidate: candidate.rmse)

    _register(first, "The simplest model that could work", model=model, folder=folder)
    _promote(1, "Staging", model=model, folder=folder)
    _promote(1, "Production", model=model, folder=folder)

    _register(best, "The best so far", model=model, folder=folder)
    _promote(2, "Staging", model=model, folder=folder)
    _promote(2, "Production", "--archive-existing", model=model, folder=folder)

    _register(second, "A challenger, nearly as good", model=model, folder=folder)
    _promote(3, "Staging", model=model, folder=folder)
    return best


def runsite_command(*arguments: str, folder: Path) -> None:
    """Show a command of the command line and run it in the folder."""
    say(f"  $ runsite {subprocess.list2cmdline(arguments)}")
    command = [sys.executable, "-m", "runsite", *arguments]
    done = subprocess.run(  # noqa: S603 - the arguments are this example's own
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode != 0:
        sys.exit(done.stderr)


def _register(candidate: Trained, text: str, *, model: str, folder: Path) -> None:
    text = f"{text}: {candidate.name}, RMSE {candidate.rmse:.2f} minutes"
    uri = f"runs:/{candidate.run_id}/model"
    runsite_command("register", uri, "--name", model, "--description", text, folder=folder)
    commit(folder, f"Register {model}: {candidate.name}")


def _promote(version: int, stage: str, *options: str, model: str, folder: Path) -> None:
    runsite_command("promote", model, str(version), stage, *options, folder=folder)
    commit(folder, f"Promote {model} {version} to {stage}")
