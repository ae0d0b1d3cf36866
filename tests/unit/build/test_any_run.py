"""Runs without a page of their own are on the site all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runsite.config import Config, SiteConfig
from support.html import parse_elements
from support.sites import build_site, make_run_id, make_taxi_runs, read_site, write_store

COUNT = 30
FEW = SiteConfig(title="Taxi lab", run_pages=8)


@pytest.fixture
def store(tmp_path) -> Path:
    write_store(tmp_path / "runs", make_taxi_runs(COUNT))
    return tmp_path / "runs"


def build(store, site, settings=FEW):
    return build_site(store, site, config=Config(site=settings, folder=store.parent))


def read_shard(text):
    return json.loads(text.partition(",")[2].rpartition(");")[0])


def read_runs(site):
    """Read run id → entry as a browser does, from the index on."""
    files = read_site(site)
    index = read_shard(files["data/runs/index.js"].decode())
    shards = [read_shard(files[a.partition("?")[0]].decode()) for a in index["shards"]]
    assert index["first"] == [shard["runs"][0][0] for shard in shards]
    return dict(run for shard in shards for run in shard["runs"])


def test_every_run_is_found_by_its_id(store, tmp_path):
    """A run is either data or sent on to a page that exists; the two together are all runs."""
    report = build(store, tmp_path / "site")
    runs = read_runs(tmp_path / "site")
    assert set(runs) == {make_run_id(n) for n in range(COUNT)}
    paths = [entry for entry in runs.values() if isinstance(entry, str)]
    assert 0 < len(paths) <= 8
    assert all((tmp_path / "site" / path).is_file() for path in paths)
    assert len(list((tmp_path / "site" / "runs").iterdir())) == len(paths)
    (note,) = report.notes
    others = COUNT - len(paths)
    assert note.startswith(f"{len(paths)} runs have a page of their own; one page shows each of")
    assert note.endswith(f"the other {others} (site.run_pages)")


def test_links_lead_to_the_page_that_there_is(store, tmp_path):
    """No page links to a run's page that was not written."""
    site = tmp_path / "site"
    build(store, site)
    found = 0
    for path, text in read_site(site).items():
        if not path.endswith(".html"):
            continue
        for element in parse_elements(text.decode()):
            target, _, run_id = element.attrs.get("href", "").partition("#")
            if target.rpartition("/")[2] == "run.html":
                assert run_id in {f"run={make_run_id(n)}" for n in range(COUNT)}
                found += 1
            elif target and "?" not in target:
                assert ((site / path).parent / target).resolve().is_file(), target
    assert found


def test_one_more_run_changes_few_files(store, tmp_path):
    """The shards of runs that the new one does not touch stay as they are."""
    site = tmp_path / "site"
    build(store, site)
    write_store(store, make_taxi_runs(COUNT + 1)[COUNT:])
    report = build(store, site)
    assert make_run_id(COUNT) in read_runs(site)
    shards = [path for path in report.changed if path.startswith("data/runs/")]
    assert len(shards) <= 2
    fresh = tmp_path / "fresh"
    build(store, fresh)
    assert read_site(site) == read_site(fresh)


def test_a_site_of_few_runs_has_no_such_page(store, tmp_path):
    """Where each run has its own page nothing is written twice; going back removes it all."""
    site = tmp_path / "site"
    build(store, site)
    build(store, site, SiteConfig(title="Taxi lab"))
    assert not (site / "run.html").exists()
    assert not (site / "data" / "runs").exists()
    assert len(list((site / "runs").iterdir())) == COUNT


def test_histories_can_be_left_out(store, tmp_path):
    """A site that may hardly hold anything has no histories, and its pages promise none."""
    site = tmp_path / "site"
    build(store, site, SiteConfig(max_size_mb=0.5))
    assert not (site / "data" / "curves").exists()
    page = (site / f"runs/{make_run_id(3)}.html").read_text(encoding="utf-8")
    assert "data-curves" not in page
    assert 'class="spark"' in page
