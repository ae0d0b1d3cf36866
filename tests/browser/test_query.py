"""The filter of the runs table is the filter of `runsite.search_runs`.

Each query is asked in the browser, over the built site, and in Python, over the store: the same
runs, or an error with the same words.
"""

from __future__ import annotations

import json
import math

import pytest

from runsite.errors import InvalidValueError
from runsite.queries.search import Query, search_runs
from runsite.records import InputRecord, SourceRecord, make_experiment_id
from support.browser import wait_until
from support.sites import BEGAN, build_site, make_run, write_store

pytestmark = pytest.mark.browser

SCRIPTS = [
    "1e-05", "0.00001", "0.10", "3", "3.0", "+3", "-0", "1e3", ".5", "12345678901234567890", None,
]  # fmt: skip
LOOSE = ["gbtree", "dart", "3", " 4 ", "nan", "inf", "-Infinity", "1_0", "", "it's", None]
NAMES = ["run-1", "Run-2", "a%b", "a_b", "ÄRGER", "x\ny", "ß", "run-10", "", "(", "quo'te"]

FIELDS_TEXT = ["run_name", "tags.kind", "params.loose", "params.lr", "user_id", "git_branch", "host",
               "parent_run_id", "status", "source_name", "dataset.name", "dataset.digest",
               "dataset.context", "experiment", "lifecycle_stage", "tags.mlflow.user",
               "tags.mlflow.source.type", "run_id", "git_commit", "params.none"]  # fmt: skip
TEXTS = ["", "run-1", "3", "dart", "green", "train", "mara", "main", "KILLED", "FINISHED", "0.10",
         "nyc-taxi", "active", "LOCAL", "1e-05"]  # fmt: skip
FIELDS_NUMBER = ["metrics.rmse", "params.lr", "params.loose", "tags.kind", "duration_s",
                 "metrics.none", "metrics.`val rmse`", 'metrics."val rmse"']  # fmt: skip
NUMBERS = ["3", "0.1", "6.123456789", "1e-5", "inf", "-inf", "0", "1000", "+3", "95"]
PATTERNS = ["%", "", "RUN%", "run-_", "a%b", "a\\%b", "%ä%", "%\n%", "(", "_", "0.1%", "%'%", "ss",
            "r%n%1", "%n-%1%", "%n%n%", "_%1", "%1_", "%ä_g%R", "%r%u%n%-%_"]  # fmt: skip
ODD = [
    "", "   ", "not metrics.rmse < 7", "not not run_name = 'run-1'", "metrics.rmse IS NULL",
    "params.lr is not null and (run_name = 'run-1' or metrics.rmse > 5)", "dataset.name is null",
    "NOT (metrics.rmse < 7 OR params.loose IN ('dart', 3, 'inf'))", "params.lr in ()",
    "params.lr in (3, '0.10', 1e-5)", "params.lr not in (3, '3.0')", "run_name not in ('run-1')",
    "metrics.rmse in (6.123456789, 3)", "metrics.rmse not in (3)", "dataset.name not in ('green')",
    "start_time >= '2026-11-23'", "start_time > '2026-11-23T03:15:00Z'", "end_time IS NULL",
    "start_time < '2026-11-23 04:15:00.5+01:00'", "start_time = 1795403520000", "end_time > 0",
    "created > '20261123T0316'", "start_time > '2026-13-01'", "start_time > '2026-02-30'",
    "start_time >= '2026-W48-1'", "start_time < '2026W481T0330'", "start_time > '2026-W48'",
    "start_time > '2026-W54-1'", "start_time > '2026-W48-0'", "start_time > '2026-W48-1510:00'",
    "start_time > '2020-W53-7T10:00+01:00:30'", "start_time > '2025-W53-1'",
    "start_time > '2026-1123'", "start_time > '2026-11-23T1000:00'", "start_time > '2026-w48-1'",
    "start_time > '2026-11-23T10:00+24:00'", "start_time > '0000-01-01'",
    "start_time like '%'", "metrics.rmse = '3'", "run_name < 'x'", "run_name = 3", "nope = 'x'",
    "foo.bar = 1", "metrics. = 3", "metrics.rmse", "metrics.rmse <", "metrics.rmse < abc",
    "metrics.rmse < 7 metrics.rmse > 3", "(metrics.rmse < 7", "metrics.rmse < 7)", "and", "or",
    "run_name = 'open", "run_name ! 'x'", "tags.kind is", "tags.kind is nul", "tags.kind not 3",
    "params.lr in 3", "params.lr in (3 4)", "params.lr like 3", "dataset.rows > 3", "like like 'x'",
    "run_name = 'it''s' or params.loose = \"it's\"", "\"run_name\" = 'run-1'", "`run name` = 'run-1'",
    "attr.status != 'FINISHED'", "Params.lr > 1", "RUN.status = 'FAILED'", "run.run_name = 'ß'",
    "metrics.rmse != 3", "params.loose != 3", "params.loose != 'dart'", "tags.__proto__ = 'x'",
    "params.constructor is null", "tags.`a.b` = 'c'", "tags.a.b = 'c'", "metrics.rmse <= infinity",
    "(" * 60 + "metrics.rmse < 7" + ")" * 60, "run_id ilike '%F0C0000000_'",
]  # fmt: skip


def make_queries():
    for field in FIELDS_TEXT:
        yield from (f"{field} = '{text}'" for text in TEXTS)
        yield from (f'{field} != "{text}"' for text in TEXTS[:6])
        yield from (f"{field} {op} '{p.replace(chr(39), chr(39) * 2)}'"
                    for op in ("LIKE", "NOT ILIKE", "ilike") for p in PATTERNS)  # fmt: skip
        yield f"{field} IS NULL"
        yield f"not {field} is not null"
    for field in FIELDS_NUMBER:
        yield from (
            f"{field} {op} {n}" for op in ("=", "!=", "<", "<=", ">", ">=") for n in NUMBERS
        )
    yield from ODD


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store of runs that lack, repeat and disguise values."""
    runs = []
    numbers = [3.0, 6.123456789, 6.1234567891, math.nan, math.inf, -math.inf, 0.1, 0.0, 1e-5, 7.5]
    for i in range(33):
        params = {"lr": SCRIPTS[i % 11], "loose": LOOSE[i * 3 % 11], "__proto__": "x"}
        tags = {"kind": LOOSE[i * 7 % 11], "a.b": "c" if i % 2 else None}
        if i % 5 == 0:
            tags["mlflow.user"] = "logged"
        inputs = [InputRecord("green", "d1", "train"), InputRecord('y"el', "d2", "eval")][: i % 3]
        source = SourceRecord(user="mara" if i % 2 else "", host="box", git_branch="main" * (i % 3),
                              source_type="LOCAL" * (i % 2), git_commit=f"{i:040x}")  # fmt: skip
        run = make_run(
            i,
            run_name=NAMES[i % 11],
            status=("FINISHED", "FAILED", "KILLED")[i % 3],
            parent_run_id=None if i % 4 else f"{i:032x}",
            params={k: v for k, v in params.items() if v is not None},
            tags={k: v for k, v in tags.items() if v is not None},
            inputs=tuple(inputs),
            source=source,
        )
        history = {"val rmse": [float(i)]}
        if i % 6:
            history["rmse"] = [numbers[i % 10]]
        runs.append((run, history))
    folder = tmp_path_factory.mktemp("query")
    return folder, write_store(folder / "runs", runs)


def test_the_browser_answers_as_python_does(open_site, store):
    """Over a grid of fields, operators and odd values: the same runs, the same refusals."""
    folder, opened = store
    frame = opened.read_runs()
    build_site(folder / "runs", folder / "site")
    page = open_site(folder / "site", path="experiments/nyc-taxi/index.html")
    wait_until(page, "window.runsite && window.runsite.view")
    queries = list(dict.fromkeys(make_queries()))
    told = page.evaluate(
        """(queries) => queries.map((query) => {
            const { runs } = runsite.view;
            try {
                const mask = runsite.evaluate(runs, runsite.parseFilter(query));
                return [...mask.keys()].filter((row) => mask[row]).map((row) => runs.runId(row)).sort();
            } catch (error) {
                if (!(error instanceof runsite.QueryError)) throw error;
                return error.problem;
            }
        })""",
        queries,
    )
    different = []
    for query, answer in zip(queries, told, strict=True):
        try:
            page_of_runs = search_runs(frame, query=Query(filter=query, max_results=1000))
            wanted = sorted(page_of_runs.frame["run_id"].to_list())
        except InvalidValueError as error:
            wanted = str(error).splitlines()[0].removeprefix(f"filter {json.dumps(query)}: ")
            wanted = wanted.split(": ", 1)[1] if wanted.startswith("filter ") else wanted
            if isinstance(answer, str) and wanted.endswith(answer):
                continue
        if answer != wanted:
            different.append((query, answer, wanted))
    assert different[:8] == []
    assert len(queries) > 1500
    assert sum(isinstance(answer, list) and 0 < len(answer) < 33 for answer in told) > 300


def test_the_order_is_that_of_searches(open_site, store):
    """Sorting by columns puts numbers, then NaN, then runs without a value, as order_by does."""
    folder, opened = store
    frame = opened.read_runs()
    build_site(folder / "runs", folder / "site")
    page = open_site(folder / "site", path="experiments/nyc-taxi/index.html")
    wait_until(page, "window.runsite && window.runsite.view")
    for keys in (
        [],
        [("metrics.rmse", False)],
        [("metrics.rmse", True)],
        [("params.lr", True)],
        [("run.status", False), ("metrics.rmse", True)],
        [("run.started", False)],
    ):
        asked = [{"id": key, "descending": down} for key, down in keys]
        rows = page.evaluate(
            "(keys) => [...runsite.orderRows(runsite.view.runs, keys)].map((r) => runsite.view.runs.runId(r))",
            asked,
        )
        names = {"run.status": "status", "run.started": "start_time"}
        order = tuple(f"{names.get(key, key)} {'DESC' if down else 'ASC'}" for key, down in keys)
        found = search_runs(frame, query=Query(order_by=order)).frame
        assert rows == found["run_id"].to_list(), order


def test_the_times_are_those_of_the_test():
    """The dates in the queries lie around the runs."""
    assert BEGAN.isoformat() == "2026-11-23T03:12:00+00:00"
    assert make_experiment_id("nyc-taxi")
