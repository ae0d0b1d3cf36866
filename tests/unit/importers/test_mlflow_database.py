"""A database of any age is read by plain SQL."""

from __future__ import annotations

import math
import sqlite3

import pytest

from runsite.errors import ForeignStoreError
from runsite.importers.mlflow_database import DatabaseSource, is_database

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def old(tmp_path):
    """Make a database with the columns that MLflow 1.0 had."""
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as db:
        db.executescript(f"""
            CREATE TABLE experiments (experiment_id INTEGER, name TEXT, artifact_location TEXT,
                lifecycle_stage TEXT);
            CREATE TABLE runs (run_uuid TEXT, name TEXT, user_id TEXT, status TEXT,
                start_time INTEGER, end_time INTEGER, lifecycle_stage TEXT, artifact_uri TEXT,
                experiment_id INTEGER);
            CREATE TABLE metrics (key TEXT, value REAL, timestamp INTEGER, run_uuid TEXT);
            CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
            CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
            INSERT INTO experiments VALUES (1, 'taxi', '', 'active');
            INSERT INTO runs VALUES ('{RUN}', 'a', 'ada', 'FINISHED', 1, 2, 'active',
                'file:///elsewhere/mlruns/1/{RUN}/artifacts', 1);
            INSERT INTO runs VALUES ('{"f" * 32}', '', '', 'FINISHED', 3, 4, 'active', '', 9);
            INSERT INTO metrics VALUES ('m', 1.7976931348623157e308, 1, '{RUN}');
            INSERT INTO params VALUES ('p', '1', '{RUN}');
        """)
    db.close()
    return path


def test_missing_columns_and_tables_are_empty(old):
    """No steps, no marks of NaN, no datasets, no models."""
    source = DatabaseSource(old)
    (run,) = source.read_runs()
    assert run.metrics == {"m": ((1, 0, math.inf),)}
    assert (run.params, run.tags, run.inputs) == ({"p": "1"}, {}, ())
    assert source.list_models() == []
    assert source.problems == [("f" * 32, "its experiment 9 is gone")]


def test_files_are_found_by_the_end_of_their_address(old, tmp_path):
    """Other people's absolute paths mean nothing; what follows `mlruns` does."""
    assert next(DatabaseSource(old).read_runs()).artifacts is None
    folder = tmp_path / "copy" / "1" / RUN / "artifacts"
    folder.mkdir(parents=True)
    run = next(DatabaseSource(old, artifacts=tmp_path / "copy").read_runs())
    assert run.artifacts == folder


def test_a_database_of_something_else_is_refused(tmp_path):
    """It is named, with what it lacks."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    db.close()
    assert is_database(path)
    with pytest.raises(ForeignStoreError) as caught:
        DatabaseSource(path)
    assert str(caught.value) == (
        f"'{path}' is a database, but not one of MLflow\n"
        "  hint:  it has no tables runs, experiments and metrics"
    )


def test_a_file_that_is_no_database_is_none(tmp_path):
    """Neither is a missing one."""
    (tmp_path / "a.db").write_text("SQLite? no")
    assert not is_database(tmp_path / "a.db")
    assert not is_database(tmp_path / "b.db")


def test_a_metric_of_no_number_is_told_and_passed_over(old):
    """SQLite keeps any kind of value in any column; the other points are read."""
    with sqlite3.connect(old) as db:
        db.execute(f"INSERT INTO metrics VALUES ('m', 'high', 2, '{RUN}')")
        db.execute(f"INSERT INTO metrics VALUES ('m', 1.0, 'soon', '{RUN}')")
    db.close()
    source = DatabaseSource(old)
    [run] = [run for run in source.read_runs() if run.run_id == RUN]
    assert [value for *_, value in run.metrics["m"]] == [math.inf]
    assert source.problems[:2] == [(RUN, "metric 'm' has a row of no numbers")] * 2


@pytest.mark.parametrize("uri", ["file://[x", "x" * 5_000, "a\0b"])
def test_a_run_with_a_strange_address_has_no_files(old, uri):
    """What is no address, or too long for one, names no folder."""
    with sqlite3.connect(old) as db:
        db.execute("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", (uri, RUN))
    db.close()
    [run] = [run for run in DatabaseSource(old).read_runs() if run.run_id == RUN]
    assert run.artifacts is None


def test_times_that_are_no_numbers_are_not_known(old):
    """SQLite keeps any kind of value in any column."""
    with sqlite3.connect(old) as db:
        db.execute("UPDATE runs SET start_time = 'soon', end_time = 2.5")
    db.close()
    [run] = [run for run in DatabaseSource(old).read_runs() if run.run_id == RUN]
    assert (run.start_ms, run.end_ms) == (None, 2)


def test_a_database_that_is_damaged_inside_is_told(old):
    """Its first page tells the tables; what cannot be read is found while reading."""
    with sqlite3.connect(old) as db:
        db.executemany("INSERT INTO params VALUES (?, ?, ?)", [("p", "x" * 900, RUN)] * 50)
    db.close()
    data = old.read_bytes()
    old.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))
    with pytest.raises(ForeignStoreError) as caught:
        list(DatabaseSource(old).read_runs())
    assert str(caught.value) == f"'{old}' cannot be read: database disk image is malformed"


def test_params_of_any_kind_are_text(old):
    """SQLite keeps any kind of value in any column; a store takes text."""
    with sqlite3.connect(old) as db:
        rows = [(None, "x", RUN), ("b", b"\xffb", RUN), ("n", None, RUN)]
        db.executemany("INSERT INTO params VALUES (?, ?, ?)", rows)
    db.close()
    [run] = [run for run in DatabaseSource(old).read_runs() if run.run_id == RUN]
    assert run.params == {"p": "1", "": "x", "b": "\ufffdb", "n": ""}
