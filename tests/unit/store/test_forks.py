"""Forked processes: those that would wait for Polars' threads say so, all others go on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from runsite.store import Store

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

CHILD = """
import os, sys
import runsite
from runsite.errors import StoreError

def in_child(work):
    pid = os.fork()
    if pid == 0:
        try:
            print(work())
        except StoreError as error:
            print(error)
        finally:
            sys.stdout.flush()
            runsite.end_run()
            os._exit(0)
    os.waitpid(pid, 0)

def log():
    with runsite.start_run(run_name="forked") as run:
        runsite.log_metric("loss", 0.5)
        runsite.log_text("kept", "note.txt")
    return "logged"

with runsite.start_run() as run:
    runsite.log_metric("loss", 1.0)
run_id = run.info.run_id
"""

REFUSED = (
    "a process that was forked while Polars was in use cannot {task}\n"
    "  where: {store}\n"
    '  hint:  start it by multiprocessing.get_context("spawn"), or read before the fork; '
    "logging all but tables works here\n"
)


def format_refusal(folder: Path, task: str = "read the store") -> str:
    return REFUSED.format(task=task, store=folder / "runs")


def run_script(script: str, *, folder: Path) -> str:
    """Run it in a process of its own; one that waits for ever fails the test."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD + script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "question",
    [
        "runsite.search_runs(output_format='list')",
        "runsite.get_run(run_id)",
        "runsite.start_run(run_id=run_id)",
        "runsite.read_metrics().collect()",
        "runsite.create_experiment('another')",
    ],
)
def test_a_question_that_would_never_be_answered_is_refused(question: str, tmp_path: Path):
    """The parent asked before the fork: its child gets one clear error at once, and can log."""
    script = f"runsite.search_runs()\nin_child(lambda: {question})\nin_child(log)\n"
    printed = run_script(script, folder=tmp_path)
    assert printed == format_refusal(tmp_path) + "logged\n"
    assert sorted(Store.open(tmp_path / "runs").read_runs()["status"]) == ["FINISHED"] * 2


@pytest.mark.parametrize("name", ["t.json", "t.parquet"])
def test_a_table_is_refused_where_it_would_never_be_written(name: str, tmp_path: Path):
    """Rows are put together by Polars: where its threads are gone there is an error, and no wait."""
    script = f"""
def log_table():
    with runsite.start_run():
        runsite.log_table({{"a": [2]}}, "{name}")

with runsite.start_run():
    runsite.log_table({{"a": [1]}}, "{name}")
runsite.search_runs()
in_child(log_table)
in_child(log)
"""
    printed = run_script(script, folder=tmp_path)
    assert printed == format_refusal(tmp_path, "log a table") + "logged\n"


def test_polars_of_the_caller_s_own_counts_too(tmp_path: Path):
    """A parent that used Polars for its data alone leaves its children as deaf."""
    use = "import polars as pl\npl.DataFrame({'a': [1, 2]}).lazy().filter(pl.col('a') > 1).collect()\n"
    printed = run_script(f"{use}in_child(runsite.search_runs)\n", folder=tmp_path)
    assert printed == format_refusal(tmp_path)


def test_a_child_of_a_parent_that_asked_nothing_can_read(tmp_path: Path):
    """Polars that was only imported, or not at all, has no threads to leave behind."""
    ask = "lambda: len(runsite.search_runs())"
    printed = run_script(f"in_child({ask})\nimport polars\nin_child({ask})\n", folder=tmp_path)
    assert printed == "1\n1\n"


def test_the_grandchild_is_refused_as_well(tmp_path: Path):
    """What was left behind once stays behind."""
    script = "runsite.search_runs()\nin_child(lambda: in_child(runsite.search_runs) or 'child')\n"
    printed = run_script(script, folder=tmp_path)
    assert printed == format_refusal(tmp_path) + "child\n"


def test_a_journal_that_was_removed_does_not_keep_a_forked_child_waiting(tmp_path: Path):
    """Whether somebody sealed it cannot be asked there: the run ends, and what it logged is kept."""
    script = """
from pathlib import Path

def log_without_journal():
    with runsite.start_run(run_name="forked") as run:
        runsite.log_metric("loss", 0.5)
        for path in Path("runs/live").glob(f"{run.info.run_id}*"):
            path.unlink()
        runsite.log_metric("loss", 0.25)
    return "ended"

runsite.search_runs()
in_child(log_without_journal)
"""
    assert run_script(script, folder=tmp_path) == "ended\n"
    store = Store.open(tmp_path / "runs")
    rows = store.read_runs().filter(pl.col("run_name") == "forked")
    assert (rows["status"].item(), rows["incomplete"].item()) == ("FINISHED", True)
    assert store.scan_metrics([rows["run_id"].item()]).collect()["value"].to_list() == [0.5, 0.25]
