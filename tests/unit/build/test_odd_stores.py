"""Stores that no benchmark has: very wide, very long, one run, names that fight on a disk."""

from __future__ import annotations

import json
import sys

import pytest

from runsite.records import SourceRecord
from support.sites import build_site, make_run, make_run_id, read_site, write_store


def read_shard(text):
    return json.loads(text.partition(",")[2].rpartition(");")[0])


def test_thousands_of_different_params(tmp_path):
    """5,000 keys over 50 runs: the table says what it left out, and no file is mostly nulls."""
    runs = [
        (make_run(n, params={f"p{n}_{k}": str(k) for k in range(100)}), {"rmse": [1.0]})
        for n in range(50)
    ]
    write_store(tmp_path / "runs", runs)
    report = build_site(tmp_path / "runs", tmp_path / "site")
    assert report.n_runs == 50
    assert report.size_bytes < 8_000_000
    page = (tmp_path / "site" / f"runs/{make_run_id(49)}.html").read_text(encoding="utf-8")
    assert "p49_<wbr>99" in page  # a name may break where its words end


def test_columns_without_a_value_are_left_out_of_a_shard(tmp_path):
    """A reader takes a column that a shard lacks for one without values there."""
    runs = [(make_run(1, params={"depth": "3"}), {"rmse": [1.0]})]
    write_store(tmp_path / "runs", runs)
    build_site(tmp_path / "runs", tmp_path / "site")
    shard = read_shard(read_site(tmp_path / "site")["data/experiments/nyc-taxi/runs-0.js"].decode())
    names = [name for name, _ in shard["columns"]]
    assert {"run.id", "params.depth", "metrics.rmse"} <= set(names)
    assert "run.parent" not in names
    assert "run.curves" not in names


def test_a_run_of_a_thousand_metrics(tmp_path):
    """Each has its row on the run's page, and its series in the run's shard."""
    history = {f"m{n}": [1.0, float(n)] for n in range(1000)}
    write_store(tmp_path / "runs", [(make_run(1), history)])
    build_site(tmp_path / "runs", tmp_path / "site")
    files = read_site(tmp_path / "site")
    assert files[f"runs/{make_run_id(1)}.html"].count(b'class="spark"') == 1000
    (shard,) = (files[path] for path in files if path.startswith("data/curves/"))
    assert len(read_shard(shard.decode())) == 1000


def test_a_very_long_run(tmp_path):
    """A series of 200,000 points is thinned to 600, its spike among them."""
    values = [1.0] * 200_000
    values[123_456] = 99.0
    write_store(tmp_path / "runs", [(make_run(1), {"loss": values})])
    build_site(tmp_path / "runs", tmp_path / "site")
    files = read_site(tmp_path / "site")
    (shard,) = (files[path] for path in files if path.startswith("data/curves/"))
    ((_, key, logged, _, steps, times, drawn),) = read_shard(shard.decode())
    assert (key, logged) == ("loss", 200_000)
    assert len(steps) == len(times) == len(drawn) <= 600
    assert max(drawn) == 99
    assert sum(steps) == 199_999


def test_names_that_fight_on_a_disk(tmp_path):
    """Names that differ by case, or that Windows keeps for itself, are files of their own."""
    names = [
        "taxi",
        "Taxi",
        "TAXI",
        "täxi",
        "CON",
        "nul",
        "index",
        "a/b",
        "a\\b",
        "..",
        " ",
        "日本",
    ]
    write_store(
        tmp_path / "runs",
        [(make_run(n, experiment=name), {"rmse": [1.0]}) for n, name in enumerate(names)],
    )
    build_site(tmp_path / "runs", tmp_path / "site")
    folders = [path.name for path in (tmp_path / "site" / "experiments").iterdir() if path.is_dir()]
    assert len(folders) == len(names)
    assert len({name.casefold() for name in folders}) == len(names)
    assert not {"con", "nul", "index", "..", " "} & set(folders)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle_among_the_parts_stop_no_build(tmp_path):
    """They are no parts, and the second build still finds that nothing changed."""
    write_store(tmp_path / "runs", [(make_run(1), {"rmse": [1.0]})])
    (tmp_path / "runs" / "metrics" / "loop.parquet").symlink_to("loop.parquet")
    assert build_site(tmp_path / "runs", tmp_path / "site").n_runs == 1
    again = build_site(tmp_path / "runs", tmp_path / "site")
    assert (again.added, again.changed) == ((), ())


def test_one_library_is_one(tmp_path):
    """The page of a run counts as people do."""
    source = SourceRecord(python="3.13.1", packages={"polars": "2.1.0"})
    write_store(tmp_path / "runs", [(make_run(1, source=source), {})])
    build_site(tmp_path / "runs", tmp_path / "site")
    page = (tmp_path / "site" / f"runs/{make_run_id(1)}.html").read_text(encoding="utf-8")
    assert "<summary>1 library</summary>" in page
