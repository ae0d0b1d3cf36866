"""The shard that says which params matter: made once, kept, and honest where it cannot be."""

from __future__ import annotations

import json

import pytest

from runsite.build import importance
from support.searches import make_search
from support.sites import build_site, read_site, write_store


def read_shard(site):
    """Read the one importance shard of a site, and the page's address of it."""
    (path,) = [
        path for path in site if path.startswith("data/") and path.endswith("/importance.js")
    ]
    text = site[path].decode()
    return json.loads(text[text.index(",") + 1 :].rstrip().removesuffix(");"))


@pytest.fixture
def store(tmp_path):
    write_store(tmp_path / "runs", make_search(40, points=2))
    return tmp_path / "runs"


def test_a_build_measures_what_matters(store, tmp_path):
    """The learning rate, which decides most of the made metric, comes first for each metric."""
    build_site(store, tmp_path / "site")
    found = read_shard(read_site(tmp_path / "site"))
    assert found["problem"] == ""
    assert found["n_finished"] == 40
    assert {m["metric"]: m["params"][0]["param"] for m in found["metrics"]} == dict.fromkeys(
        ["mae", "rmse", "r2"], "learning_rate"
    )


def test_the_same_runs_are_measured_once(store, tmp_path, monkeypatch):
    """A build over the same runs keeps the shard, and starts no process."""
    build_site(store, tmp_path / "site")
    before = read_site(tmp_path / "site")

    def refuse(*_, **__):
        raise AssertionError("measured again")

    monkeypatch.setattr(importance.subprocess, "Popen", refuse)
    build_site(store, tmp_path / "site", force=True)
    assert read_site(tmp_path / "site") == before


def test_without_scikit_learn(store, tmp_path, monkeypatch):
    """The page says what is missing, and the build goes on."""
    monkeypatch.setattr(importance, "_find_version", lambda: "")
    build_site(store, tmp_path / "site")
    assert read_shard(read_site(tmp_path / "site")) == {
        "metrics": [],
        "n_finished": 40,
        "problem": "Which params matter was not measured: scikit-learn was not installed where "
        "this site was built (pip install scikit-learn).",
    }


def test_few_runs_need_no_process(tmp_path, monkeypatch):
    """Too few runs are said without loading scikit-learn."""
    write_store(tmp_path / "runs", make_search(12, points=2))
    monkeypatch.setattr(importance.subprocess, "Popen", None)
    build_site(tmp_path / "runs", tmp_path / "site")
    found = read_shard(read_site(tmp_path / "site"))
    assert found["problem"].startswith("Too few runs to say which params matter: 12 finished")
