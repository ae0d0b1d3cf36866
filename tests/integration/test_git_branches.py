"""Two Git branches that both add runs merge without a conflict, and every run is there after."""

from __future__ import annotations

from pathlib import Path

import runsite
from runsite.store import Store
from support.repository import git


def log_runs(store: Path, names: list[str]) -> None:
    runsite.set_tracking_uri(store)
    runsite.set_experiment("taxi")
    for number, name in enumerate(names):
        with runsite.start_run(run_name=name):
            runsite.log_param("who", name)
            for step in range(3):
                runsite.log_metric("rmse", 7.0 - number - step, step=step)


def commit_all(repository: Path, message: str) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", message)


def test_branches_that_both_add_runs_merge(git_repo):
    """Main and a branch log, tag and compact runs; the merge is clean and loses nothing."""
    store = git_repo / "runs"
    log_runs(store, ["before"])
    commit_all(git_repo, "First runs")
    git(git_repo, "switch", "--quiet", "--create", "search")
    log_runs(store, ["search-1", "search-2"])
    [before] = Store.open(store).read_runs().filter(run_name="before")["run_id"]
    Store.open(store).update_run(before, tags={"seen_by": "search"})
    list(Store.open(store).compact(everything=True))
    commit_all(git_repo, "Search")
    git(git_repo, "switch", "--quiet", "main")
    log_runs(store, ["main-1"])
    Store.open(store).update_run(before, tags={"kept_by": "main"})
    commit_all(git_repo, "More runs")

    git(git_repo, "merge", "--quiet", "--no-edit", "search")

    merged = Store.open(store)
    assert sorted(merged.read_runs()["run_name"]) == ["before", "main-1", "search-1", "search-2"]
    assert merged.scan_metrics().collect().height == 4 * 3
    tags = merged.read_run(before).tags
    assert (tags["seen_by"], tags["kept_by"]) == ("search", "main")
    assert merged.read_run(before).metrics["rmse"].count == 3
    assert merged.problems == ()


def test_what_is_in_progress_is_not_committed(git_repo):
    """A run's journal is ignored by Git: the store brings its own ignore file."""
    runsite.set_tracking_uri(git_repo / "runs")
    with runsite.start_run():
        runsite.log_metric("rmse", 1.0)
        assert list((git_repo / "runs" / "live").iterdir())
        git(git_repo, "add", "--all")
        assert "live/" not in git(git_repo, "status", "--porcelain")
