"""`runsite import` says what it found, and what it cannot take."""

from __future__ import annotations

import sqlite3

from runsite.store import Store

RUN = "0123456789abcdef0123456789abcdef"


def make_file_store(root):
    folder = root / "1" / RUN
    (folder / "artifacts").mkdir(parents=True)
    (folder / "metrics").mkdir()
    (root / "1" / "meta.yaml").write_text("experiment_id: '1'\nname: taxi\n")
    (folder / "meta.yaml").write_text(f"run_id: {RUN}\nstatus: 3\nstart_time: 1000\n")
    (folder / "metrics" / "m").write_text("1 2.5 0\n")
    (folder / "artifacts" / "a.txt").write_text("hello")
    version = root / "models" / "net" / "version-2"
    version.mkdir(parents=True)
    (version.parent / "meta.yaml").write_text("name: net\n")
    (version / "meta.yaml").write_text(
        f"version: 2\nrun_id: {RUN}\ncurrent_stage: Staging\nsource: x/{RUN}/artifacts/m\n"
    )


def test_a_dry_run_counts_and_makes_nothing(tmp_path, cli):
    """Not even the store."""
    make_file_store(tmp_path / "mlruns")
    result = cli("import", "mlruns", "--store", "new", "--dry-run")
    assert result.stdout == (
        "would import 1 run(s), 1 point(s), 0 file(s), 1 experiment(s), 0 model(s), "
        "0 version(s) into new\n"
    )
    assert not (tmp_path / "new").exists()


def test_models_are_left_out_aloud(tmp_path, cli):
    """Without --registry their number is told; with it they are there."""
    make_file_store(tmp_path / "mlruns")
    result = cli("import", "mlruns", "--store", "new", "--no-artifacts")
    assert "1 registered model(s) left out: --registry registry.yaml imports them" in result.stderr
    assert Store.open(tmp_path / "new").read_run(RUN).artifacts == ()
    result = cli("import", "mlruns", "--store", "new", "--registry", "registry.yaml")
    assert "1 model(s), 1 version(s) into new" in result.stdout
    assert "Staging: 2" in (tmp_path / "registry.yaml").read_text()


def test_sources_that_hold_nothing_are_told_apart(tmp_path, cli):
    """Missing, empty, a server, another database: each is one error with a hint."""
    (tmp_path / "empty").mkdir()
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("CREATE TABLE t (a)")
    db.close()
    for source, problem in (
        ("nowhere", "'nowhere' is not there"),
        ("empty", "'empty' holds no runs of MLflow"),
        ("http://localhost:5000", "nothing can be imported from 'http://localhost:5000'"),
        ("sqlite:///other.db", "'other.db' is a database, but not one of MLflow"),
    ):
        result = cli("import", source)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"error: {problem}\n  hint:  ")
    assert not (tmp_path / "runs").exists()
