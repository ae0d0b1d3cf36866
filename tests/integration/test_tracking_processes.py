"""Tracking as scripts use it: whole processes, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import polars as pl
import pytest

from runsite.store import Store
from support.repository import git

TIMEOUT_S = 120


@pytest.fixture
def python(tmp_path):
    """Return a function that runs a script in a folder of its own."""
    folder = tmp_path / "work"
    folder.mkdir()

    def run(script, *, check=True, cwd=folder, **env):
        path = cwd / "train.py"
        path.write_text(textwrap.dedent(script))
        done = subprocess.run(
            [sys.executable, path.name],
            cwd=cwd,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stderr
        return done

    run.folder = folder
    return run


def read_runs(folder):
    return Store.open(folder / "runs").read_runs()


def test_a_script_that_forgets_to_end_its_run_has_finished(python):
    """The end of the process is the end of the run, and of those nested in it."""
    done = python("""
        import runsite
        runsite.start_run(run_name="outer")
        runsite.start_run(run_name="inner", nested=True)
        runsite.log_metric("loss", 1.0)
    """)
    runs = read_runs(python.folder)
    assert set(runs["status"]) == {"FINISHED"}
    assert set(runs["run_name"]) == {"outer", "inner"}
    assert list((python.folder / "runs" / "live").iterdir()) == []
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("line", ["raise ValueError('boom')", "1 / 0"])
def test_a_script_that_an_exception_ends_has_failed(python, line):
    """Also without a with block: nobody writes one around a whole script."""
    done = python(f"import runsite\nrunsite.log_metric('loss', 1.0)\n{line}\n", check=False)
    assert done.returncode == 1
    assert read_runs(python.folder)["status"].to_list() == ["FAILED"]


def test_a_killed_script_loses_nothing_and_is_shown_as_interrupted(python):
    """Every value whose call had returned is there; the run says that it was interrupted."""
    script = """
        import os, sys, time, runsite
        with runsite.start_run():
            for step in range(10_000):
                runsite.log_metric("loss", step / 2, step=step)
                if step == 5_000:
                    os.kill(os.getpid(), 9)
    """
    done = python(script, check=False)
    assert done.returncode == -signal.SIGKILL
    store = Store.open(python.folder / "runs")
    row = store.read_runs().row(0, named=True)
    assert (row["status"], row["interrupted"]) == ("KILLED", True)
    points = store.scan_metrics().collect()
    assert points["step"].to_list() == list(range(5_001))


def test_eight_processes_start_on_a_store_that_is_not_there(python):
    """Nobody waits for a lock, nobody overwrites the others."""
    path = python.folder / "train.py"
    path.write_text(
        textwrap.dedent("""
        import sys, runsite
        runsite.set_experiment("many")
        for number in range(5):
            with runsite.start_run(run_name=f"{sys.argv[1]}-{number}"):
                runsite.log_param("process", sys.argv[1])
                for step in range(20):
                    runsite.log_metric("loss", step, step=step)
    """)
    )
    processes = [
        subprocess.Popen([sys.executable, path.name, str(number)], cwd=python.folder)
        for number in range(8)
    ]
    assert [process.wait(TIMEOUT_S) for process in processes] == [0] * 8
    runs = read_runs(python.folder)
    assert sorted(runs["run_name"]) == sorted(f"{p}-{n}" for p in range(8) for n in range(5))
    assert set(runs["status"]) == {"FINISHED"}
    points = Store.open(python.folder / "runs").scan_metrics().collect()
    assert points.group_by("run_id").len()["len"].to_list() == [20] * 40
    names = [e.name for e in Store.open(python.folder / "runs").read_experiments()]
    assert names == ["many"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_logs_into_the_parent_s_run(python):
    """Workers that fork write to the same run; only the parent ends it."""
    python("""
        import os, runsite
        with runsite.start_run():
            runsite.log_metric("parent", 1.0)
            child = os.fork()
            if child == 0:
                runsite.log_metric("child", 2.0)
                runsite.log_param("who", "child")
                os._exit(0)
            os.waitpid(child, 0)
            runsite.log_metric("parent", 3.0, step=1)
    """)
    row = read_runs(python.folder).row(0, named=True)
    assert row["status"] == "FINISHED"
    assert dict(row["metrics"]) == {"parent": 3.0, "child": 2.0}
    assert dict(row["params"]) == {"who": "child"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_does_not_wait_for_a_thread_that_stayed_behind(python):
    """What a thread of the parent holds at the fork keeps nobody waiting in the child."""
    python("""
        import os, signal, threading, runsite
        from runsite.tracking import tables, values

        def hold():
            with values._params_lock, tables._lock:
                held.set()
                done.wait()

        held, done = threading.Event(), threading.Event()
        with runsite.start_run():
            runsite.log_param("parent", "x")
            thread = threading.Thread(target=hold)
            thread.start()
            held.wait()
            child = os.fork()
            if child == 0:
                signal.alarm(20)  # one that waits for ever is ended
                runsite.log_param("child", "x")
                runsite.log_table({"a": [1]}, "t.json")
                os._exit(0)
            code = os.waitpid(child, 0)[1]
            done.set()
            thread.join()
        assert code == 0, code
    """)
    row = read_runs(python.folder).row(0, named=True)
    assert dict(row["params"]) == {"parent": "x", "child": "x"}
    assert [file["path"] for file in row["artifacts"] if file["path"] == "t.json"] == ["t.json"]


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_workers_find_the_store_and_the_experiment(python, method):
    """What set_tracking_uri and set_experiment chose holds in the processes that are started."""
    python(f"""
        import multiprocessing, runsite

        def work(number):
            with runsite.start_run(run_name=str(number)):
                runsite.log_metric("m", number)

        if __name__ == "__main__":
            runsite.set_tracking_uri("elsewhere/runs")
            runsite.set_experiment("chosen")
            with multiprocessing.get_context("{method}").Pool(2) as pool:
                pool.map(work, range(4))
                pool.close()
                pool.join()
    """)
    runs = read_runs(python.folder / "elsewhere")
    assert sorted(runs["run_name"]) == list("0123")
    assert set(runs["experiment"]) == {"chosen"}
    assert set(runs["status"]) == {"FINISHED"}


def test_a_run_is_handed_to_another_process(python):
    """RUNSITE_RUN_ID makes a second script go on with the first one's run."""
    first = python("""
        import runsite
        with runsite.start_run() as run:
            runsite.log_metric("loss", 2.0, step=1)
        print(run.info.run_id)
    """)
    python(
        """
        import runsite
        with runsite.start_run():
            runsite.log_metric("loss", 1.0, step=2)
        """,
        RUNSITE_RUN_ID=first.stdout.strip(),
    )
    runs = read_runs(python.folder)
    assert runs["run_id"].to_list() == [first.stdout.strip()]
    points = Store.open(python.folder / "runs").scan_metrics().collect()
    assert points["value"].to_list() == [2.0, 1.0]


def test_logging_does_not_wait_for_parquet(python):
    """Until the run ends neither Arrow nor Polars is imported, nor anything that is not ours."""
    done = python("""
        import sys
        before = set(sys.modules)
        import runsite
        runsite.set_experiment("e")
        runsite.start_run(tags={"a": 1})
        runsite.log_params({"a": 1})
        runsite.log_metric("loss", 1.0)
        runsite.log_text("x", "a.txt")
        import threading, time
        for thread in threading.enumerate():
            if thread.name == "runsite-capture":
                thread.join()
        new = {name.partition(".")[0] for name in set(sys.modules) - before}
        print(sorted(new - sys.stdlib_module_names - {"runsite"}))
    """)
    assert done.stdout.strip() == "[]"


def test_a_run_knows_its_code(python, git_repo):
    """Commit, branch, script and diff; runs logged into the repository do not count as changes."""
    (git_repo / ".gitignore").write_text("__pycache__\n")
    script = "import runsite\nwith runsite.start_run():\n    pass\n"
    (git_repo / "train.py").write_text(script)
    git(git_repo, "add", ".")
    git(git_repo, "commit", "-q", "-m", "First")
    for _ in range(2):
        python(script, cwd=git_repo)
        git(git_repo, "add", "runs")
    python(script + "# changed\n", cwd=git_repo)
    runs = read_runs(git_repo).sort("start_time")
    assert runs["git_dirty"].to_list() == [False, False, True]
    assert set(runs["git_commit"]) == {git(git_repo, "rev-parse", "HEAD")}
    assert set(runs["git_branch"]) == {"main"}
    assert set(runs["source_name"]) == {"train.py"}
    store = Store.open(git_repo / "runs")
    last = store.read_run(runs["run_id"][-1])
    assert [item.path for item in last.artifacts] == ["source/uncommitted.diff"]
    diff = (store.artifacts_dir(last.run_id) / "source/uncommitted.diff").read_text()
    assert "+# changed" in diff
    assert "runs/" not in diff


def test_a_run_knows_what_it_imported(python):
    """The versions are those of the process at its end."""
    python("""
        import runsite
        with runsite.start_run():
            import yaml, polars
    """)
    packages = dict(read_runs(python.folder)["packages"][0])
    assert packages["polars"] == pl.__version__
    assert "pyyaml" in packages


def test_a_hanging_git_does_not_hold_up_a_run(python, git_repo, tmp_path):
    """Neither the start nor the end waits for it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (tools / "git").chmod(0o755)
    began = time.monotonic()
    done = python(
        """
        import time, runsite
        began = time.perf_counter()
        run = runsite.start_run()
        print(time.perf_counter() - began)
        """,
        cwd=git_repo,
        PATH=f"{tools}:{os.environ['PATH']}",
    )
    assert float(done.stdout) < 2
    assert time.monotonic() - began < 20
    row = read_runs(git_repo).row(0, named=True)
    assert (row["git_branch"], row["git_dirty"]) == ("main", None)
