"""What the page of an experiment says."""

from __future__ import annotations

import polars as pl

from runsite.pages.context import Site
from runsite.pages.experiment import assemble_experiment_page
from runsite.pages.plain import ExperimentShards
from runsite.queries.columns import make_runs_table
from runsite.queries.overview import summarise_experiment
from runsite.store import Store
from runsite.store.layout import open_layout
from support.sites import make_taxi_runs, write_store

SITE = Site("Taxi lab", description="", version="1", repository_url="", base_url="", n_models=0)


def assemble(runs):
    data = ExperimentShards("taxi", "0", "experiments/taxi/index.html", runs.height, "", (), 0, "")
    return assemble_experiment_page(
        summarise_experiment("taxi", runs=runs),
        site=SITE,
        table=make_runs_table(runs),
        data=data,
    )


def test_a_run_that_failed_is_not_in_the_picture(tmp_path):
    """The picture shows what counts for the best: runs that finished or are in progress."""
    write_store(tmp_path, make_taxi_runs(6))
    runs = Store(open_layout(tmp_path)).read_runs().sort("start_time")
    assert assemble(runs).picture.count == "6"
    failed = runs.with_columns(
        pl.when(pl.int_range(pl.len()) == 2)
        .then(pl.lit("FAILED"))
        .otherwise("status")
        .alias("status")
    )
    assert assemble(failed).picture.count == "5"


def test_runs_without_a_metric_have_no_picture(tmp_path):
    """A page without anything to draw says nothing about it."""
    write_store(tmp_path, make_taxi_runs(1))
    assert assemble(Store(open_layout(tmp_path)).read_runs()).picture is None
