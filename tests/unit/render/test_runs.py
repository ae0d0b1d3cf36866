"""A run as data says what its page says."""

from __future__ import annotations

import json

from runsite.pages.context import Site
from runsite.pages.run import RunSurroundings, assemble_run_page
from runsite.records import MetricSummary
from runsite.render.runs import render_run_shard
from support.sites import make_run

SITE = Site("Lab", "", "1", "", base_url="", n_models=0)


def make_page(number, **fields):
    return assemble_run_page(
        make_run(number, **fields), site=SITE, around=RunSurroundings(), curves={}, directions={}
    )


def read(text):
    """Read a shard back: its name, and run id → path or the parts by field."""
    head, _, body = text.removeprefix("runsite.put(").rpartition(");")[0].partition(",")
    data = json.loads(body)
    runs = {
        run_id: value
        if isinstance(value, str)
        else {f: data["parts"][i] for f, i in zip(data["fields"], value, strict=True)}
        for run_id, value in data["runs"]
    }
    return json.loads(head), runs, data["parts"]


def test_the_fields_of_the_page_come_back():
    """Lists of things are columns, and a column without a word is left out."""
    page = make_page(1, params={"depth": "3", "lr": "0.1"})
    name, runs, _ = read(render_run_shard("data/runs/x.js", [page]))
    assert name == "data/runs/x.js"
    (run,) = runs.values()
    assert run["params"] == {"": 2, "key": ["depth", "lr"], "value": ["3", "0.1"]}
    assert run["run"]["name"] == "run-1"
    assert run["tags"] == []
    assert run["parent"] is None
    assert "url" not in run["facts"]
    assert "site" not in run


def test_a_run_with_a_page_is_its_path():
    """The page of any run sends a reader on to the run's own page."""
    _, runs, _ = read(render_run_shard("x", [("a", "runs/a.html")]))
    assert runs == {"a": "runs/a.html"}


def test_what_runs_share_is_written_once():
    """Runs that differ in a param only share all other parts."""
    one = read(render_run_shard("x", [make_page(1, params={"a": "1"})]))[2]
    pages = [make_page(1, params={"a": str(n)}) for n in range(5)]
    assert len(read(render_run_shard("x", pages))[2]) == len(one) + 4


def test_odd_values_are_valid_json():
    """NaN, infinities, lone surrogates and hostile names neither break the file nor end it."""
    evil = "</script>\udcff\u2028"
    metrics = {evil: MetricSummary(float("nan"), 0, 0, None, None, None, None, 2)}
    text = render_run_shard("x", [make_page(1, params={evil: evil}, metrics=metrics)])
    text.encode()
    (run,) = read(text)[1].values()
    assert run["params"]["key"] == ["</script>?\u2028"]
    assert run["metrics"]["last"] == ["NaN"]
