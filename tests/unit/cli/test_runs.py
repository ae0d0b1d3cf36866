"""``runsite runs`` and ``show``: for people in a table, for programs in JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from runsite.cli.output import fit_columns
from runsite.records import InputRecord
from runsite.store import Store
from support.runs import BEGAN, a_run

ID = "0193a5c0e9b97c5f8d3f6f0c8a7b6e{:02x}"


@pytest.fixture
def store(tmp_store):
    store = Store.create(tmp_store)
    for number in (1, 2, 3):
        experiment = {"experiment": "taxi", "experiment_id": "7"} if number == 3 else {}
        run = a_run(
            number,
            run_id=ID.format(number),
            run_name=f"run \x1b[31m{number}",
            start_time=BEGAN + timedelta(minutes=number),
            **experiment,
        )
        writer = store.start_run(run)
        writer.set_params({"depth": str(number), "kind": "ridge"})
        writer.set_tags({"team": "x"})
        writer.log_metrics([("rmse", 7.0 - number, step, None) for step in range(number)])
        if number == 2:
            writer.set_fields(lifecycle_stage="deleted")
        writer.add_input(InputRecord("trips", "abc", "train"))
        end = BEGAN + timedelta(minutes=number, seconds=200)
        writer.close(status="FINISHED", end_time=end)
    return tmp_store


def test_runs_stand_in_a_table_newest_first(cli, store):
    """Ids are cut to what tells them apart; control characters stay out of the terminal."""
    result = cli("runs", "--store", store)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "id Run rmse depth Started (UTC) Duration",
        rf"{ID.format(3)} run \x1b[31m3 4 3 2026-11-23 03:15:00 3 min 20 s",
        rf"{ID.format(1)} run \x1b[31m1 6 1 2026-11-23 03:13:00 3 min 20 s",
    ]
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (200, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (80, [0, 1, 2, 3, 5, 6, 7, 8]),
        (70, [0, 1, 2, 3, 5, 7, 8]),
        (60, [0, 1, 2, 3, 5, 7]),
        (50, [0, 1, 2, 3, 5]),
        (30, [0, 1, 2]),
        (5, [0, 1]),
    ],
)
def test_a_narrow_terminal_gets_the_columns_that_say_most(room, kept):
    """Three values are worth more than the duration; the id and the name never go."""
    groups = ["run", "run", "metrics", "metrics", "metrics", "params", "params", "run", "run"]
    assert fit_columns([8] * 9, groups=groups, room=room) == kept


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_is_not_overrun(store):
    """No line is longer than the terminal, and what is left out is said; a pipe gets all columns."""
    import pty

    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "runsite", "runs", "--store", str(store)]
    env = {**os.environ, "COLUMNS": "65"}
    done = subprocess.run(
        command, stdout=secondary, stderr=subprocess.PIPE, env=env, timeout=60, check=True
    )
    os.close(secondary)
    shown = os.read(primary, 65_536).decode()
    os.close(primary)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert lines[0].split() == ["id", "Run", "rmse", "depth"]
    assert max(map(len, lines)) <= 65
    assert done.stderr == b"left out 2 columns that do not fit: --format csv has all\n"


def test_runs_are_filtered_ordered_and_limited(cli, store):
    """The grammar is that of search_runs."""
    result = cli("runs", "--store", store, "--filter", "metrics.rmse > 4", "--format", "csv")
    assert [row["params.depth"] for row in csv.DictReader(io.StringIO(result.stdout))] == ["1"]
    result = cli("runs", "--store", store, "--order-by", "metrics.rmse desc", "--limit", "1")
    assert result.stdout.splitlines()[1].startswith(ID.format(1))
    assert result.stderr == "there are more: --limit N shows them\n"
    result = cli("runs", "--store", store, "--experiment", "taxi", "--format", "json")
    assert [run["run_id"] for run in json.loads(result.stdout)] == [ID.format(3)]
    result = cli("runs", "--store", store, "--deleted", "--format", "json")
    assert [run["run_id"] for run in json.loads(result.stdout)] == [ID.format(2)]


def test_ids_stand_alone_one_a_line(cli, store):
    """A command takes the best or the newest run's id from them without cutting text apart."""
    result = cli("runs", "--store", store, "--format", "id")
    assert (result.stdout, result.stderr) == (f"{ID.format(3)}\n{ID.format(1)}\n", "")
    best = ("--order-by", "metrics.rmse", "--limit", "1")
    assert cli("runs", "--store", store, *best, "--format", "id").stdout == f"{ID.format(3)}\n"
    none = cli("runs", "--store", store, "--filter", "metrics.rmse > 100", "--format", "id")
    assert (none.exit_code, none.stdout) == (0, "")


def test_json_has_params_metrics_and_tags_as_objects(cli, store):
    """Times are text in UTC; nothing has to be parsed twice."""
    (first, _) = json.loads(cli("runs", "--store", store, "--format", "json").stdout)
    assert (first["params"], first["metrics"]) == ({"depth": "3", "kind": "ridge"}, {"rmse": 4.0})
    assert first["start_time"] == "2026-11-23T03:15:00.000000Z"
    assert first["tags"] == {"team": "x"}


def test_no_runs_are_said_to_be_none(cli, store):
    """An empty answer is no error, and a program reads nothing."""
    result = cli("runs", "--store", store, "--filter", "metrics.rmse > 100")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no runs\n")
    result = cli("runs", "--store", store, "--filter", "metrics.rmse > 100", "--format", "json")
    assert json.loads(result.stdout) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--experiment", "x"], "error: no experiment 'x' in the store"),
        (["--filter", "rmse <"], "error: filter 'rmse <': unknown attribute 'rmse'"),
        (["--order-by", "x y z"], "error: order_by 'x y z': unknown attribute 'x'"),
        (["--store", "missing"], "error: there is no runsite store at 'missing'"),
    ],
)
def test_a_mistake_is_answered_without_a_traceback(cli, store, arguments, message):
    """Exit code 1, the problem first."""
    result = cli("runs", "--store", store, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(message)


def test_show_says_everything_of_a_run(cli, store):
    """Facts, params, metrics with their summary, tags, inputs; by the beginning of the id."""
    result = cli("show", ID.format(3)[:32], "--store", store)
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        rf"run run \x1b[31m3 {ID.format(3)}",
        "experiment taxi",
        "status FINISHED",
        "started 2026-11-23 03:15:00 UTC",
        "duration 3 min 20 s",
        "",
        "params",
        "depth 3",
        "kind ridge",
        "",
        "metrics",
        "last step min max points",
        "rmse 4 2 4 4 3",
        "",
        "tags",
        "team x",
        "",
        "inputs",
        "trips abc train",
    ]


def test_show_gives_json_to_programs(cli, store):
    """The whole record, times as text."""
    record = json.loads(cli("show", ID.format(1), "--store", store, "--format", "json").stdout)
    assert record["metrics"]["rmse"]["count"] == 1
    assert record["end_time"] == "2026-11-23T03:16:20.000000Z"
    assert record["inputs"][0]["context"] == "train"


def test_show_asks_for_more_where_several_runs_are_meant(cli, store):
    """A beginning that several ids have names none of them."""
    result = cli("show", "0193", "--store", store)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: 3 runs begin with '0193'")


def test_a_damaged_file_is_named_and_the_rest_shown(cli, store):
    """The exit code tells a program that something is missing."""
    part = min((store / "runs").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-100])
    result = cli("runs", "--store", store)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.startswith("warning: ")
    assert part.name in result.stderr
