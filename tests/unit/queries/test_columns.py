"""The runs table has a column for each key, of the kind that its values have."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest

from runsite.queries import columns as module
from runsite.queries.columns import make_runs_table
from runsite.records import SourceRecord, summarise_points
from runsite.store.schema import runs_table
from support.sites import make_run


def make_frame(*runs):
    return pl.DataFrame(runs_table(runs))


def run(number, *, metrics=(), **fields):
    summaries = {key: summarise_points([(0, 0, value)]) for key, value in dict(metrics).items()}
    return make_run(number, metrics=summaries, **fields)


def find(table, name):
    return next(column for column in table.columns if column.id == name)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "2.5", "-3e-4"), "number"),
        (("1", None, ".5"), "number"),
        (("1", "two"), "text"),
        (("007", "1"), "text"),
        (("", "1"), "text"),
        ((".", "1"), "text"),
        (("nan", "1"), "text"),
        (("True", "False"), "text"),
        (("1_000", "1"), "text"),
    ],
)
def test_params_that_read_as_numbers_are_numbers(values, kind):
    """One value that is no number, or an id with leading zeros, makes the column text."""
    runs = [run(i, params={} if v is None else {"x": v}) for i, v in enumerate(values)]
    table = make_runs_table(make_frame(*runs))
    assert find(table, "params.x").kind == kind
    if kind == "number":
        told = table.frame["params.x"].to_list()
        assert told == [None if v is None else float(v) for v in values]
    else:
        assert table.frame["params.x"].to_list() == list(values)


def test_rows_are_oldest_first():
    """A new run is a new last row, so that older data shards stay as they are."""
    table = make_runs_table(make_frame(run(3), run(1), run(2)))
    assert table.frame["run.name"].to_list() == ["run-1", "run-2", "run-3"]


def test_what_says_most_is_shown_first():
    """Metrics with a direction, then what varies, then when it was; no column of one word."""
    runs = [
        run(
            i,
            metrics={"epoch": 1.0, "loss": 0.5, "val_rmse": 7.0},
            params={"a": str(i), "seed": "4"},
        )
        for i in range(3)
    ]
    table = make_runs_table(make_frame(*runs))
    shown = [column.id for column in table.columns if column.visible]
    assert shown == [
        "run.name",
        "metrics.val_rmse",
        "metrics.loss",
        "metrics.epoch",
        "params.a",
        "run.started",
        "run.duration",
    ]
    assert find(table, "metrics.loss").direction == "min"


def test_the_status_is_shown_where_it_tells_runs_apart():
    """A column that says finished in every row takes the room of one that says something."""
    dead = dataclasses.replace(run(1), status="KILLED", interrupted=True)
    assert find(make_runs_table(make_frame(dead, run(2))), "run.status").visible
    assert not find(make_runs_table(make_frame(run(1), run(2))), "run.status").visible


def test_a_single_run_shows_its_params():
    """Nothing varies in one run: its params are shown, rather than none."""
    table = make_runs_table(make_frame(run(1, params={"lr": "0.1"})))
    assert find(table, "params.lr").visible


def test_params_stand_in_the_order_of_their_numbers():
    """Layer 2 stands before layer 10."""
    params = {f"layer{n}": "1" for n in (10, 2, 1)}
    table = make_runs_table(make_frame(run(1, params=params)))
    shown = [column.label for column in table.columns if column.group == "params"]
    assert shown == ["layer1", "layer2", "layer10"]


def test_what_gates_demand_comes_first():
    """The table begins with the metric that the team decides by, as the best runs do."""
    table = make_runs_table(make_frame(run(1, metrics={"rmse": 1, "mae": 2})), gated={"mae"})
    shown = [column.label for column in table.columns if column.group == "metrics"]
    assert shown == ["mae", "rmse"]


def test_the_load_of_the_machine_is_shown_to_whoever_asks():
    """A run of one metric shows that one, and not five of the processor and the disk."""
    logged = {"loss": 1.0, **{f"system/disk_{n}_megabytes": 1.0 for n in range(5)}}
    table = make_runs_table(make_frame(run(1, metrics=logged)))
    metrics = [column for column in table.columns if column.group == "metrics"]
    assert len(metrics) == 6
    assert [column.label for column in metrics if column.visible] == ["loss"]


def test_any_key_has_its_column():
    """Dots, quotes and names of other columns do not mix columns up."""
    keys = ["a.b", 'q"q', "run.id", "__proto__", "", "日本"]
    table = make_runs_table(make_frame(run(1, params=dict.fromkeys(keys, "v"))))
    found = {c.label: table.frame[c.id].to_list() for c in table.columns if c.group == "params"}
    assert found == {key: ["v"] for key in keys}


def test_tags_of_the_machinery_stay_out():
    """Only tags that people set become columns."""
    table = make_runs_table(make_frame(run(1, tags={"mlflow.user": "x", "team": "a"})))
    assert [column.label for column in table.columns if column.group == "tags"] == ["team"]


def test_too_many_keys_are_counted(monkeypatch):
    """Keys that find no place are counted, the least used first."""
    monkeypatch.setattr(module, "MAX_COLUMNS", 2)
    table = make_runs_table(
        make_frame(run(1, params={"a": "1", "b": "1"}), run(2, params={"b": "2", "c": "1"}))
    )
    assert [column.label for column in table.columns if column.group == "params"] == ["b", "a"]
    assert table.left_out == 1


def test_a_dead_run_is_interrupted():
    """A run whose process died shows as interrupted, not as killed by somebody."""
    dead = dataclasses.replace(run(1), status="KILLED", interrupted=True)
    assert make_runs_table(make_frame(dead)).frame["run.status"].to_list() == ["INTERRUPTED"]


def test_no_runs():
    """An experiment without runs has the columns of every run, empty."""
    table = make_runs_table(make_frame(run(1)).clear())
    assert table.frame.is_empty()
    assert {column.group for column in table.columns} == {"run"}


def test_texts_that_a_number_does_not_tell_are_kept():
    """0.10, 1e-05 and 3.0 are numbers here; what was logged is not lost. 3 and 0.25 need no text."""
    values = ["0.10", "1e-05", "3.0", "3", "0.25", "-0", "0.00000025", "12345678901234567890"]
    runs = [run(i, params={"x": value, "y": str(i)}) for i, value in enumerate(values)]
    table = make_runs_table(make_frame(*runs))
    assert table.texts.columns == ["params.x"]
    kept = ["0.10", "1e-05", "3.0", None, None, "-0", "0.00000025", "12345678901234567890"]
    assert table.texts["params.x"].to_list() == kept


def test_runs_of_one_instant_stand_by_their_ids():
    """Read backwards, the rows are in the order of a search: newest first, then by id."""
    runs = [run(i, start_time=run(0).start_time) for i in range(3)]
    table = make_runs_table(make_frame(*runs))
    assert table.frame["run.name"].to_list() == ["run-2", "run-1", "run-0"]


def test_facts_that_no_run_has_are_no_columns():
    """A column of nothing is not offered; what every run has stays, filled or not."""
    plain = {column.id for column in make_runs_table(make_frame(run(1))).columns}
    assert "run.branch" not in plain
    assert "run.ended" in plain
    source = SourceRecord(git_branch="main", git_dirty=True)
    table = make_runs_table(make_frame(run(1, source=source), run(2)))
    assert table.frame["run.branch"].to_list() == ["main", None]
    assert table.frame["run.dirty"].to_list() == ["yes", None]
