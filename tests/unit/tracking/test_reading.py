"""Runs and experiments as they are read back, and as they are searched."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

import runsite
from runsite.entities import ViewType
from runsite.errors import (
    AlreadyExistsError,
    InvalidValueError,
    NotFoundError,
    RunStateError,
)
from runsite.pages.paths import make_run_path
from runsite.store import Store
from runsite.tracking import RunsiteClient


def log(name, **metrics):
    with runsite.start_run(run_name=name) as run:
        runsite.log_metrics(metrics)
        runsite.log_param("model", name)
    return run.info.run_id


def names(runs):
    return [run.info.run_name for run in runs]


def test_a_run_is_found_by_the_beginning_of_its_id():
    """Ids are long; what is unique is enough."""
    run_id = log("a")
    assert runsite.get_run(run_id[:20]).info.run_id == run_id
    with pytest.raises(NotFoundError, match="no run 'ffff'"):
        runsite.get_run("ffff")


def test_a_run_has_what_tutorials_read():
    """The attributes and tags that code written for MLflow looks at."""
    run = runsite.get_run(log("a", rmse=1.5))
    assert run.info.experiment_id == "0"
    assert run.info.artifact_uri.endswith(f"/artifacts/{run.info.run_id}")
    assert run.info.lifecycle_stage == "active"
    assert run.info.start_time <= run.info.end_time
    assert (run.data.metrics, run.data.params) == ({"rmse": 1.5}, {"model": "a"})
    assert run.data.tags["mlflow.runName"] == "a"
    assert run.data.tags["mlflow.user"] == run.info.user_id
    assert run.data.tags["mlflow.source.type"] in ("LOCAL", "JOB")
    assert run.to_dictionary()["data"]["metrics"] == {"rmse": 1.5}


def test_a_search_gives_a_frame_with_mlflow_s_columns():
    """Facts first, then metrics, params and tags by name."""
    log("a", rmse=1.0)
    log("b", mae=2.0)
    frame = runsite.search_runs(order_by=["params.model"])
    assert list(frame.columns)[:10] == [
        "run_id",
        "experiment_id",
        "status",
        "artifact_uri",
        "start_time",
        "end_time",
        "metrics.mae",
        "metrics.rmse",
        "params.model",
        "tags.mlflow.runName",
    ]
    assert frame["metrics.rmse"][0] == 1.0
    assert math.isnan(frame["metrics.rmse"][1])
    assert list(frame["params.model"]) == ["a", "b"]
    assert str(frame["start_time"].dtype.tz) == "UTC"


def test_a_search_gives_polars_or_a_list_where_that_is_asked_for():
    """The same runs in the form that the caller works with."""
    log("a", rmse=1.0)
    assert isinstance(runsite.search_runs(output_format="polars"), pl.DataFrame)
    assert names(runsite.search_runs(output_format="list")) == ["a"]
    with pytest.raises(InvalidValueError) as caught:
        runsite.search_runs(output_format="dict")
    assert str(caught.value) == (
        "unknown output_format 'dict'\n  hint:  use pandas, polars or list"
    )


def test_one_experiment_may_be_given_without_a_list():
    """An id or a name as plain text means that experiment, as in the client's search."""
    with runsite.start_run(run_name="a") as run:
        pass
    experiment_id = run.info.experiment_id
    assert names(runsite.search_runs(experiment_id, output_format="list")) == ["a"]
    assert names(runsite.search_runs(experiment_names="Default", output_format="list")) == ["a"]
    assert names(runsite.MlflowClient().search_runs(experiment_id)) == ["a"]


def test_a_search_without_runs_is_an_empty_frame():
    """An empty store is no error."""
    assert len(runsite.search_runs()) == 0
    assert next(iter(runsite.search_runs().columns)) == "run_id"


def test_a_search_filters_orders_and_limits():
    """The grammar is tested beside its module; here it meets real runs."""
    for name, rmse in [("a", 3.0), ("b", 1.0), ("c", 2.0)]:
        log(name, rmse=rmse)
    found = runsite.search_runs(
        filter_string="metrics.rmse < 3",
        order_by=["metrics.rmse DESC"],
        max_results=1,
        output_format="list",
    )
    assert names(found) == ["c"]


def test_a_search_looks_in_the_active_experiment_unless_it_is_told_otherwise():
    """Ids, names, several, or all."""
    log("a")
    other = runsite.set_experiment("other").experiment_id
    log("b")

    def search(**where):
        return sorted(names(runsite.search_runs(output_format="list", **where)))

    assert search() == ["b"]
    assert search(experiment_ids=["0"]) == ["a"]
    assert search(experiment_ids=["0", other]) == ["a", "b"]
    assert search(experiment_names=["Default"]) == ["a"]
    assert search(experiment_names=["missing"]) == []
    assert search(search_all_experiments=True) == ["a", "b"]
    with pytest.raises(InvalidValueError, match="not both"):
        search(experiment_ids=["0"], experiment_names=["other"])


def test_the_client_pages():
    """Tokens lead through all runs, each once."""
    for number in range(5):
        log(str(number))
    client = RunsiteClient()
    seen, token = [], None
    for _ in range(3):
        page = client.search_runs(["0"], max_results=2, page_token=token)
        seen += names(page)
        token = page.token
    assert (sorted(seen), token) == (list("01234"), None)


def test_deleted_runs_are_hidden_until_restored():
    """Deleting hides; the view says what is looked at."""
    client = RunsiteClient()
    gone, _ = log("gone"), log("there")
    runsite.delete_run(gone)

    def search(view):
        return sorted(names(client.search_runs(["0"], run_view_type=view)))

    assert search(ViewType.ACTIVE_ONLY) == ["there"]
    assert search(ViewType.DELETED_ONLY) == ["gone"]
    assert search(ViewType.ALL) == ["gone", "there"]
    assert runsite.get_run(gone).info.lifecycle_stage == "deleted"
    client.restore_run(gone)
    assert search(ViewType.ACTIVE_ONLY) == ["gone", "there"]


def test_deleting_an_experiment_hides_its_runs_and_no_more():
    """Restoring it shows the runs that had not been deleted themselves."""
    client = RunsiteClient()
    experiment = runsite.set_experiment("e").experiment_id
    gone, _ = log("gone"), log("there")
    client.delete_run(gone)
    runsite.delete_experiment(experiment)
    assert client.search_runs([experiment]) == []
    assert len(client.search_runs([experiment], run_view_type=ViewType.DELETED_ONLY)) == 2
    with pytest.raises(RunStateError) as caught:
        runsite.start_run()
    assert str(caught.value) == (
        "experiment 'e' is deleted\n"
        "  hint:  restore_experiment(id) brings it back, or choose another name"
    )
    client.restore_experiment(experiment)
    assert names(client.search_runs([experiment])) == ["there"]


def test_an_experiment_is_made_by_its_first_mention():
    """set_experiment makes it, a second time finds it; ids follow from names."""
    first = runsite.set_experiment("taxi")
    assert runsite.set_experiment("taxi") == first
    assert runsite.get_experiment(first.experiment_id).name == "taxi"
    assert runsite.get_experiment("taxi").experiment_id == first.experiment_id
    assert runsite.get_experiment_by_name("taxi") == first
    assert runsite.get_experiment_by_name(first.experiment_id) is None
    assert runsite.get_experiment_by_name("missing") is None
    assert first.creation_time is not None
    with runsite.start_run() as run:
        assert run.info.experiment_id == first.experiment_id


def test_an_experiment_can_be_chosen_by_its_id():
    """The id must be known; a name does as well."""
    made = runsite.create_experiment("a", tags={"team": "x"})
    assert runsite.set_experiment(experiment_id=made).name == "a"
    assert runsite.set_experiment(experiment_id="a").experiment_id == made
    with pytest.raises(NotFoundError) as caught:
        runsite.set_experiment(experiment_id="77")
    assert "hint:  the experiments there are 'a'" in str(caught.value)
    with pytest.raises(InvalidValueError, match="not both and not neither"):
        runsite.set_experiment("a", "77")


def test_an_experiment_may_be_named_like_another_one_s_id():
    """A name is looked up among names: '0' is not the default experiment, whose id it is."""
    first = runsite.set_experiment("first")
    for name in ("0", first.experiment_id):
        chosen = runsite.set_experiment(name)
        assert chosen.name == name
        with runsite.start_run() as run:
            pass
        assert run.info.experiment_id == chosen.experiment_id
        assert runsite.get_experiment_by_name(name).experiment_id == chosen.experiment_id
    assert runsite.get_experiment("0").name == "Default"
    assert runsite.get_experiment(first.experiment_id).name == "first"


def test_an_experiment_is_created_once():
    """Two experiments of one name could not be told apart."""
    runsite.create_experiment("a")
    with pytest.raises(AlreadyExistsError) as caught:
        runsite.create_experiment("a")
    assert str(caught.value) == (
        "an experiment 'a' exists already\n  hint:  set_experiment(name) uses it"
    )
    with pytest.raises(InvalidValueError, match="artifact_location cannot be chosen"):
        runsite.create_experiment("b", artifact_location="s3://x")
    with pytest.raises(InvalidValueError, match="an experiment's name must be text"):
        runsite.create_experiment("  ")


def test_an_experiment_that_only_runs_name_exists():
    """On a branch where nobody ran set_experiment the runs still say where they belong."""
    with runsite.start_run():
        pass
    assert runsite.get_experiment("0").name == "Default"
    assert [e.name for e in runsite.search_experiments()] == ["Default"]


def test_experiments_have_tags():
    """Tags are added, not replaced."""
    runsite.set_experiment("taxi")
    runsite.set_experiment_tag("a", 1)
    runsite.set_experiment_tags({"b": 2})
    assert runsite.get_experiment_by_name("taxi").tags == {"a": "1", "b": "2"}


def test_renaming_keeps_the_id_and_the_runs():
    """The new name leads to the same experiment, also for new runs."""
    client = RunsiteClient()
    old = runsite.set_experiment("old").experiment_id
    log("a")
    client.create_experiment("taken")
    client.rename_experiment(old, "new")
    with pytest.raises(AlreadyExistsError):
        client.rename_experiment(old, "taken")
    assert client.get_experiment(old).name == "new"
    assert runsite.set_experiment("new").experiment_id == old
    log("b")
    assert sorted(names(client.search_runs([old]))) == ["a", "b"]


def test_the_active_experiment_stays_active_under_its_new_name():
    """Runs go where they went before; rows of both times show the name of today."""
    client = RunsiteClient()
    old = runsite.set_experiment("old").experiment_id
    log("a")
    client.rename_experiment(old, "new")
    log("b")
    rows = runsite.read_runs().select("run_name", "experiment_id", "experiment").collect().rows()
    assert rows == [("a", old, "new"), ("b", old, "new")]


def test_a_name_that_is_free_again_makes_an_experiment_of_its_own():
    """The renamed one keeps its runs and gets no more of them."""
    client = RunsiteClient()
    first = client.create_experiment("taxi")
    client.rename_experiment(first, "cabs")
    second = runsite.set_experiment("taxi").experiment_id
    log("a")
    client.rename_experiment(second, "fares")
    third = client.create_experiment("taxi")
    log("b")
    assert len({first, second, third}) == 3
    assert sorted(names(client.search_runs([second]))) == ["a", "b"]
    assert client.search_runs([first]) == client.search_runs([third]) == []
    assert [client.get_experiment(key).name for key in (first, second, third)] == [
        "cabs",
        "fares",
        "taxi",
    ]


def test_the_default_experiment_can_have_another_name():
    """Runs without an experiment go to it; `Default` is then a name like any other."""
    client = RunsiteClient()
    client.rename_experiment("0", "notes")
    log("a")
    assert client.get_experiment_by_name("notes").experiment_id == "0"
    assert client.get_experiment_by_name("Default") is None
    assert names(client.search_runs(["notes"])) == ["a"]
    assert runsite.set_experiment("Default").experiment_id != "0"


def test_experiments_are_searched_like_runs():
    """By name, tags and time, with an order, in pages."""
    client = RunsiteClient()
    for name, team in [("a1", "x"), ("a2", "y"), ("b1", "x")]:
        client.create_experiment(name, tags={"team": team})
    client.delete_experiment("b1")

    def search(**query):
        return [e.name for e in runsite.search_experiments(**query)]

    assert search(order_by=["name DESC"]) == ["a2", "a1", "Default"]
    assert search(filter_string="name LIKE 'a%' AND tags.team = 'x'") == ["a1"]
    assert search(view_type=ViewType.DELETED_ONLY) == ["b1"]
    assert search(max_results=1, order_by=["name ASC"]) == ["Default"]
    page = client.search_experiments(max_results=2, order_by=["name"])
    assert [e.name for e in page] == ["Default", "a1"]
    rest = client.search_experiments(max_results=2, order_by=["name"], page_token=page.token)
    assert ([e.name for e in rest], rest.token) == (["a2"], None)
    with pytest.raises(InvalidValueError, match="is no page token of this search"):
        client.search_experiments(page_token="x")


def test_the_environment_names_the_experiment(monkeypatch):
    """RUNSITE_EXPERIMENT_NAME first, then MLflow's; set_experiment beats both."""
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "theirs")
    with runsite.start_run() as run:
        assert runsite.get_experiment(run.info.experiment_id).name == "theirs"
    monkeypatch.setenv("RUNSITE_EXPERIMENT_NAME", "ours")
    with runsite.start_run() as run:
        assert runsite.get_experiment(run.info.experiment_id).name == "ours"


def test_the_tables_are_there_for_questions_of_ones_own():
    """read_runs and read_metrics are lazy frames over all that was logged."""
    run_id = log("a", rmse=1.5)
    runs = runsite.read_runs().collect()
    assert runs["run_id"].to_list() == [run_id]
    points = runsite.read_metrics().collect()
    assert points.select("run_id", "key", "step", "value").rows() == [(run_id, "rmse", 0, 1.5)]


def test_a_run_in_a_notebook_leads_to_its_page():
    """With a site built beside it, the run's name is a link; curves come from the store."""
    with runsite.start_run() as run:
        for step in range(3):
            runsite.log_metric("loss", 3.0 - step, step=step)
    read = runsite.get_run(run.info.run_id)
    assert "<a href" not in read._repr_html_()
    page = Path("site", make_run_path(run.info.run_id))
    page.parent.mkdir(parents=True)
    page.write_text("<!DOCTYPE html>")
    html = read._repr_html_()
    assert f'<a href="{page.absolute().as_uri()}">' in html
    assert 'aria-label="from 3 to 1"' in html


def test_a_frame_of_points_is_good_until_the_store_is_compacted():
    """Its files went: it says so and returns no part of the points; a new one has all of them."""
    for value in (1.0, 2.0):
        log("a", rmse=value)
    points, runs = runsite.read_metrics(), runsite.read_runs()
    assert len(list(Store.open("runs").compact(everything=True))) == 2
    with pytest.raises(FileNotFoundError):
        points.collect()
    assert runs.collect().height == 2
    assert sorted(runsite.read_metrics().collect()["value"]) == [1.0, 2.0]
