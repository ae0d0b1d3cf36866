"""The folder that the demo writes: what a team's Git repository with runsite in it looks like.

::

    demo/
      runsite.yaml     settings
      runs/            the store: every run, as Parquet files and artifacts
      registry.yaml    models, versions and stages; changed by pull requests
      cards/           what people say about each model
      site/            the site, built from all of these
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from data import Trips

MARKER = ".runsite-demo"
MADE = (".git", ".gitignore", "cards", "registry.yaml", "runs", "runsite.yaml", "site", MARKER)
CARDS = Path(__file__).parent / "cards"

SETTINGS = """\
format: 1
store: runs
registry: registry.yaml
site:
  title: New York trip times
  description: How long does a trip take, given where it starts, where it ends and how far that is?
  output: site
cards:
  folder: cards
"""

REGISTRY = """\
format: 1
models:
  {name}:
    description: {description}
    gates: # what a version must show before it may hold a stage
      Production:
        - metric: rmse
          no_worse_than: Production
        - signature: present
        - card: complete
"""


class FolderError(Exception):
    """The output folder holds something else; the message says what to do."""


def prepare_project(folder: Path, *, trips: Trips) -> None:
    """Make the folder, or make it anew where an earlier demo made it.

    Raises:
        FolderError: There is something in it that no demo made.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise FolderError(
            f"{folder} is not empty and not made by this demo; name another by --output"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    for name in MADE[:-1]:
        _remove(folder / name)
    name = trips.model_name
    (folder / "cards").mkdir()
    shutil.copy(CARDS / f"{name}.md", folder / "cards")
    _write(folder / "runsite.yaml", SETTINGS)
    _write(folder / ".gitignore", f"/site/\n/runs/live/\n{MARKER}\n")
    _write(folder / "registry.yaml", REGISTRY.format(name=name, description=trips.question))
    _git(folder, "init", "--quiet", "--initial-branch=main")


def commit(folder: Path, message: str) -> None:
    """Commit all that changed, so that the registry has a history; nothing without Git."""
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _git(folder: Path, *arguments: str) -> None:
    git = shutil.which("git")
    if git is None:
        return
    identity = ["-c", "user.name=runsite demo", "-c", "user.email=demo@example.org"]
    plain = ["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]
    # Inside a Git hook, these variables would point at another repository.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(  # noqa: S603 - the arguments are this module's own
        [git, *identity, *plain, *arguments], cwd=folder, env=environment, check=True
    )
