"""What a site is made of is read with the names of today."""

from __future__ import annotations

import dataclasses

from runsite.tracking import MlflowClient
from support.sites import build_site, make_taxi_runs, read_site, write_store


def test_a_renamed_experiment_has_its_new_name(tmp_path):
    """Every page, table and search index of the next build follows, and the old page is gone."""
    store, site = tmp_path / "runs", tmp_path / "site"
    write_store(store, make_taxi_runs(3))
    build_site(store, site)
    client = MlflowClient(tracking_uri=str(store))
    experiment = client.get_experiment_by_name("nyc-taxi")
    client.rename_experiment(experiment.experiment_id, "yellow-cabs")
    build_site(store, site)
    files = read_site(site)
    assert "experiments/yellow-cabs/index.html" in files
    assert [path for path, text in files.items() if b"nyc-taxi" in text] == []


def test_runs_before_and_after_a_new_name_stand_together(tmp_path):
    """An experiment is one, whatever name its runs were logged under."""
    store = tmp_path / "runs"
    write_store(store, make_taxi_runs(2))
    client = MlflowClient(tracking_uri=str(store))
    experiment = client.get_experiment_by_name("nyc-taxi")
    client.rename_experiment(experiment.experiment_id, "yellow-cabs")
    later = make_taxi_runs(3)[2:]
    write_store(
        store, [(dataclasses.replace(run, experiment="yellow-cabs"), h) for run, h in later]
    )
    build_site(store, tmp_path / "site")
    page = (tmp_path / "site" / "experiments" / "yellow-cabs" / "index.html").read_text()
    assert "3 runs" in page
    assert not (tmp_path / "site" / "experiments" / "nyc-taxi").exists()
