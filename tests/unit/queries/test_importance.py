"""What the importance of params is measured over: runs that say something, bounded work."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from runsite.queries.columns import make_runs_table
from runsite.queries.importance import (
    FEWEST_RUNS,
    MOST_RUNS,
    choose_importance_input,
)
from support.searches import make_search
from support.sites import make_run, write_store


@pytest.fixture(scope="module")
def search_table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    return make_runs_table(write_store(folder / "runs", make_search(80, points=2)).read_runs())


def test_the_input_of_a_search(search_table):
    """Params that vary and metrics that are measured; failed runs and constants are left out."""
    chosen = choose_importance_input(search_table)
    assert set(chosen.params) == {
        "params.learning_rate",
        "params.max_depth",
        "params.subsample",
        "params.booster",
        "params.reg_lambda",
        "params.min_child_weight",
    }
    assert set(chosen.metrics) == {"metrics.rmse", "metrics.mae", "metrics.r2"}
    assert chosen.n_finished == chosen.frame.height == 79
    assert set(chosen.frame.dtypes) == {pl.Float64}
    assert sorted(chosen.frame["params.booster"].drop_nulls().unique()) == [0, 1, 2]


def test_too_few_runs(search_table):
    """With few finished runs nothing is claimed, and a sentence says why."""
    small = dataclasses.replace(search_table, frame=search_table.frame.head(12))
    chosen = choose_importance_input(small)
    assert chosen.metrics == ()
    assert chosen.problem == (
        f"Too few runs to say which params matter: 12 finished, and a forest needs at least "
        f"{FEWEST_RUNS}."
    )


def test_params_that_do_not_vary(tmp_path):
    """A sentence says that there is nothing to compare."""
    runs = [(make_run(n, params={"depth": "3"}), {"rmse": [float(n)]}) for n in range(30)]
    table = make_runs_table(write_store(tmp_path / "runs", runs).read_runs())
    assert choose_importance_input(table).problem == (
        "No param varies over the finished runs, so none can matter."
    )


def repeat(table, count):
    """Make a table of many runs from one of few."""
    times = -(-count // table.frame.height)
    frame = pl.concat([table.frame] * times).head(count)
    return dataclasses.replace(
        table, frame=frame.with_columns(pl.lit("FINISHED").alias("run.status"))
    )


def test_one_run_more_changes_nothing_in_a_large_experiment(search_table):
    """So the next build need not measure again; ten percent more are looked at."""
    before, after, later = (
        choose_importance_input(repeat(search_table, count)) for count in (10_050, 10_051, 11_000)
    )
    assert before.frame.equals(after.frame)
    assert before.n_finished == 10_000
    assert later.n_finished == 11_000
    assert before.frame.height <= MOST_RUNS
