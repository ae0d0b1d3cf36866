"""The site's own tables say what the store says."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import sys

import polars as pl
import pytest

from runsite.build import tables
from runsite.cards import render_markdown
from support.html import parse_elements
from support.sites import build_site, make_run, make_run_id, make_taxi_runs, read_site, write_store


def build(tmp_path, **options):
    build_site(tmp_path / "runs", tmp_path / "site", **options)
    return read_site(tmp_path / "site")


def test_runs_and_points_can_be_queried(tmp_path):
    """One row a run with a column for each key, one row a point, and the same as JSON."""
    write_store(tmp_path / "runs", make_taxi_runs(3))
    site = build(tmp_path)
    runs = pl.read_parquet(io.BytesIO(site["data/runs.parquet"]))
    assert runs["run_name"].to_list() == ["run-0", "run-1", "run-2"]
    assert {"params.max_depth", "metrics.rmse"} <= set(runs.columns)
    points = pl.read_parquet(io.BytesIO(site["data/metrics.parquet"]))
    last = points.filter(key="rmse", run_id=make_run_id(1)).sort("step")["value"][-1]
    assert last == runs.filter(run_id=make_run_id(1))["metrics.rmse"][0]
    newest = json.loads(site["data/runs.json"])[0]
    assert (newest["run_name"], newest["start_time"]) == ("run-2", "2026-11-23T03:14:00Z")


def test_a_single_point_is_a_row_too(tmp_path):
    """A run that logged each metric once has its points in the table of all points."""
    write_store(tmp_path / "runs", [(make_run(1), {"a": [0.5]})])
    points = pl.read_parquet(io.BytesIO(build(tmp_path)["data/metrics.parquet"]))
    assert points.select("key", "value").rows() == [("a", 0.5)]


def test_what_json_has_no_number_for_is_text(tmp_path):
    """NaN and the infinities do not break a reader of JSON."""
    history = {"a": [math.nan], "b": [math.inf]}
    write_store(tmp_path / "runs", [(make_run(1), history)])
    (run,) = json.loads(build(tmp_path)["data/runs.json"])
    assert (run["metrics.a"], run["metrics.b"]) == ("nan", "inf")


def test_too_many_points_stay_in_the_store(tmp_path, monkeypatch):
    """The page lists only the tables that there are."""
    monkeypatch.setattr(tables, "MAX_POINTS", 10)
    write_store(tmp_path / "runs", make_taxi_runs(2))
    site = build(tmp_path)
    assert "data/metrics.parquet" not in site
    page = parse_elements(site["data/index.html"].decode())
    offered = [e.attrs["href"] for e in page if "download" in e.attrs]
    assert offered == ["../data/runs.parquet", "../data/runs.json", "../data/registry.json"]


def test_thousands_of_keys_are_cut(tmp_path, monkeypatch):
    """The most used keys have columns; the rarest are left out of the flat table."""
    monkeypatch.setattr(tables, "_MAX_KEYS", 2)
    runs = [(make_run(n, params={"all": "1", "most": "1", f"own{n}": "1"}), {}) for n in range(3)]
    write_store(tmp_path / "runs", runs)
    frame = pl.read_parquet(io.BytesIO(build(tmp_path)["data/runs.parquet"]))
    assert [name for name in frame.columns if name.startswith("params.")] == [
        "params.all",
        "params.most",
    ]


@pytest.mark.parametrize(("metric", "best"), [("rmse", "low"), ("r2", "high")])
def test_the_examples_answer_with_the_best_run(tmp_path, metric, best):
    """Each question runs as it is written, the best run comes first, one without a value last."""
    values = {"low": {metric: [1.0]}, "high": {metric: [2.0]}, "none": {"other": [1.0]}}
    runs = [(make_run(n, run_name=name), values[name]) for n, name in enumerate(values)]
    write_store(tmp_path / "runs", runs)
    page = parse_elements(build(tmp_path)["data/index.html"].decode())
    _, polars, pandas, _ = [e.text for e in page if e.tag == "code" and "https://" in e.text][:4]
    for code in (polars, pandas):
        local = code.replace("https://example.org/site/", f"{tmp_path}/site/")
        body, _, question = local.rpartition("\n")
        script = f"{body}\nprint(list(({question})['run_name']))"
        answer = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        worse = "high" if best == "low" else "low"
        assert answer.stdout.strip() == str([best, worse, "none"])


@pytest.mark.parametrize("base_url", ["", "https://example.org/taxi"])
def test_what_needs_absolute_addresses(tmp_path, base_url):
    """Feed and sitemap exist where the site's address is known, and list what was written."""
    write_store(tmp_path / "runs", make_taxi_runs(2))
    site = build(tmp_path, base_url=base_url)
    assert ("feed.xml" in site, "sitemap.xml" in site) == (bool(base_url), bool(base_url))
    assert "llms.txt" in site
    head = site["index.html"].decode()
    assert ('rel="canonical"' in head) == bool(base_url)
    if base_url:
        assert f"{base_url}/runs/{make_run_id(1)}.html" in site["sitemap.xml"].decode()
        assert f"{base_url}/404.html" not in site["sitemap.xml"].decode()


def test_a_model_has_a_markdown_twin(tmp_path):
    """The page of a model and each version links to the same as Markdown."""
    write_store(tmp_path / "runs", make_taxi_runs(2))
    (tmp_path / "registry.yaml").write_text(
        "format: 1\nmodels:\n  taxi:\n    stages: {Production: 1}\n    versions:\n"
        f'      - {{version: 1, run: "{make_run_id(1)}", artifact: model,'
        ' registered_at: "2026-11-23T03:12:00Z"}\n',
        encoding="utf-8",
    )
    site = build(tmp_path)
    runs = pl.read_parquet(io.BytesIO(site["data/runs.parquet"]))
    rmse = runs.filter(run_id=make_run_id(1))["metrics.rmse"][0]
    for page, twin in (("index", "index.md"), ("1", "1.md")):
        elements = parse_elements(site[f"models/taxi/{page}.html"].decode())
        links = [e.attrs["href"] for e in elements if e.attrs.get("type") == "text/markdown"]
        assert links == [f"../../models/taxi/{twin}"]
    text = site["models/taxi/index.md"].decode()
    assert "- Production: [version 1](1.md)" in text
    assert "rmse" in site["models/taxi/1.md"].decode()
    elements = parse_elements(render_markdown(text))
    assert [e.text for e in elements if e.tag == "th"][:4] == ["Version", "Stage", "rmse", "r2"]
    assert [e.text for e in elements if e.tag == "td"][1:3] == ["Production", str(rmse)]


def test_a_model_that_reads_finds_every_table(tmp_path):
    """`llms.txt` names each table of the site, and none that is not there."""
    write_store(tmp_path / "runs", make_taxi_runs(2))
    site = build(tmp_path)
    named = set(re.findall(r"\((data/[^)]*)\)", site["llms.txt"].decode()))
    assert named == {path for path in site if re.fullmatch(r"data/[^/]*\.(parquet|json)", path)}
