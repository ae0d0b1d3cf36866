"""A mark changes with every input, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from runsite.build.options import BuildOptions
from runsite.build.watching import find_marks
from runsite.config import CardConfig, Config, SiteConfig
from runsite.store import Store
from support.sites import make_run, make_taxi_runs, write_store


@pytest.fixture
def options(tmp_path) -> BuildOptions:
    write_store(tmp_path / "runs", make_taxi_runs(2))
    config = Config(
        site=SiteConfig(theme="theme"), cards=CardConfig(folder="cards"), folder=tmp_path
    )
    return BuildOptions(
        store=str(tmp_path / "runs"),
        registry=tmp_path / "registry.yaml",
        output=tmp_path / "site",
        config=config,
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_nothing_new_leaves_the_marks(options):
    """Two looks at the same inputs are equal, also where most of them do not exist."""
    assert find_marks(options) == find_marks(options)


@pytest.mark.parametrize(
    "path",
    ["registry.yaml", "runsite.yaml", "cards/taxi.md", "theme/run.html", "theme/static/custom.css"],
)
def test_a_new_or_changed_file_changes_the_marks(options, tmp_path, path):
    """Settings, registry, cards and theme are watched, down to a file in a folder."""
    before = find_marks(options)
    write(tmp_path / path, "a")
    made = find_marks(options)
    write(tmp_path / path, "bc")
    assert len({before, made, find_marks(options)}) == 3


def test_a_run_in_progress_is_live(options, tmp_path):
    """Each value that a run logs changes the marks; sealing it does, and ends being live."""
    store = Store.open(tmp_path / "runs")
    writer = store.start_run(make_run(7, status="RUNNING", end_time=None))
    begun = find_marks(options)
    writer.log_metrics([("loss", 0.5, 1, 1_700_000_000_000_000)])
    logged = find_marks(options)
    writer.close(status="FINISHED")
    ended = find_marks(options)
    assert len({begun, logged, ended}) == 3
    assert (begun.is_live, logged.is_live, ended.is_live) == (True, True, False)


def test_a_commit_changes_the_marks(options, tmp_path):
    """The timeline of models comes from Git, so a commit of the same text counts."""
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/main\n")
    before = find_marks(options)
    write(tmp_path / ".git" / "logs" / "HEAD", "one commit\n")
    assert find_marks(options) != before
