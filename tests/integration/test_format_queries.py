"""The queries that docs/format.md gives for other tools count each point once, whatever happened."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import polars as pl
import pytest

from runsite.store import Store
from support.repository import ROOT
from support.runs import a_run

PAGE = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")


@pytest.fixture
def branches(tmp_path, monkeypatch):
    """Make a store whose runs lie in two merged parts that overlap, and in leaf parts beside."""
    monkeypatch.chdir(tmp_path)
    store = Store.create("runs")
    for number in range(4):
        writer = store.start_run(a_run(number))
        writer.log_metrics([("m", float(step), step, None) for step in range(5)])
        writer.close(status="FINISHED")
        if number == 2:
            shutil.copytree("runs", "other")
    store.update_run(f"{1:032x}", tags={"a": "b"})
    for folder in ("runs", "other"):
        list(Store.open(folder).compact(everything=True))
    leaf = store.start_run(a_run(5))
    leaf.log_metrics([("m", 9.0, 0, None)])
    leaf.close(status="FINISHED")
    for table in ("runs", "metrics"):
        for path in (tmp_path / "other" / table).iterdir():
            shutil.copy(path, tmp_path / "runs" / table)
    assert len(list((tmp_path / "runs" / "metrics").iterdir())) == 3
    points = Store.open("runs").scan_metrics().collect()
    assert points.height == 21
    return sorted(points.select("run_id", "key", "step", "value").rows())


def find_block(words):
    """Find the code block of the page that has some words in it."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (found,) = [block for block in blocks if words in block]
    return found


def test_duckdb_counts_each_point_once(branches):
    """Parts that overlap double nothing."""
    duckdb = pytest.importorskip("duckdb")
    sql = re.search(r'"""(.*?)"""', find_block("WITH runs AS"), re.DOTALL)[1]
    rows = duckdb.sql(f"SELECT run_id, key, step, value FROM ({sql})").fetchall()
    assert sorted(rows) == branches


def test_polars_counts_each_point_once(branches):
    """The same, lazily."""
    code = find_block("include_file_paths").rpartition("assert")[0]
    names = {"pl": pl}
    exec(code, names)
    points = names["points"].select("run_id", "key", "step", "value").collect()
    assert sorted(points.rows()) == branches


def test_pandas_counts_each_point_once(branches):
    """The same in memory."""
    pd = pytest.importorskip("pandas")
    names = {"pd": pd}
    exec(find_block("drop_duplicates").rpartition("assert")[0], names)
    points = names["points"][["run_id", "key", "step", "value"]]
    assert sorted(points.itertuples(index=False, name=None)) == branches


@pytest.mark.slow
def test_spark_counts_each_point_once(branches):
    """The same where Spark and Java are at hand."""
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    # In a process of its own: a JVM that another test started has another current folder.
    code = find_block("input_file_name").rpartition("assert")[0]
    ask = "points.select('run_id', 'key', 'step', 'value').collect()"
    code += f"\nimport json\nprint(json.dumps([list(row) for row in {ask}]))\nspark.stop()\n"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(map(tuple, json.loads(done.stdout.splitlines()[-1]))) == branches
