"""Searches give what a plain loop over Python values gives."""

from __future__ import annotations

import math
import operator
import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runsite.errors import InvalidValueError
from runsite.queries.search import Query, search_runs
from runsite.records import InputRecord, MetricSummary, RunRecord, SourceRecord
from runsite.store.schema import runs_table

START = datetime(2026, 11, 23, tzinfo=UTC)
KEYS = ("a", "b/c", "d e")
NUMBERS = (0.0, 1.0, -2.5, 7.25, math.inf, -math.inf, math.nan)
TEXTS = ("", "1", "10", "9", "Ridge", "ridge", "a%b", "a_b", "x.y", "it's", "ä\nö", "nan")
PATTERNS = ("%", "_", "r%", "%idge", "a%b", "1_", "x.y", "%ä%", "")


def make_run(number, *, metrics=(), params=(), tags=(), inputs=(), **fields):
    return RunRecord(
        run_id=f"{number:032x}",
        revision=1,
        session="s",
        experiment_id=fields.pop("experiment_id", "0"),
        experiment="Default",
        run_name=fields.pop("run_name", f"run {number}"),
        status=fields.pop("status", "FINISHED"),
        lifecycle_stage=fields.pop("lifecycle_stage", "active"),
        start_time=fields.pop("start_time", START),
        metrics={
            key: MetricSummary(value, 0, 0, None, None, None, None, 1)
            for key, value in dict(metrics).items()
        },
        params=dict(params),
        tags=dict(tags),
        inputs=tuple(inputs),
        **fields,
    )


def make_frame(runs):
    return pl.DataFrame(pl.from_arrow(runs_table(runs)))


def find(runs, text="", **query):
    page = search_runs(make_frame(runs), query=Query(filter=text, **query))
    return [int(run_id, 16) for run_id in page.frame["run_id"]]


def field_text(entity, key):
    return f"{entity}.`{key}`" if entity in ("metrics", "params", "tags") else f"{entity}.{key}"


def quote_text(value):
    return "'" + value.replace("'", "''") + "'"


# --- the oracle: what a clause means, in plain Python ------------------------------------------


def like(value, pattern, *, ignore_case):
    parts = {"%": ".*", "_": "."}
    regex = "".join(parts.get(ch, re.escape(ch)) for ch in pattern)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.fullmatch(regex, value, flags) is not None


COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "IN": lambda value, wanted: value in wanted,
    "NOT IN": lambda value, wanted: value not in wanted,
}


def compare(value, op, wanted):
    """Compare one value that is there."""
    if op in COMPARE:
        return COMPARE[op](value, wanted)
    found = like(value, wanted, ignore_case="ILIKE" in op)
    return not found if op.startswith("NOT") else found


def values_of(run, entity, key):
    """Return a run's values of a field: none, one, or for datasets several."""
    if entity == "datasets":
        return [getattr(item, key) for item in run.inputs]
    if entity == "attributes":
        return [getattr(run, key)]
    held = getattr(run, entity)
    if key not in held:
        return []
    return [held[key].last if entity == "metrics" else held[key]]


def holds(tree, run):
    match tree[0]:
        case "and":
            return all(holds(part, run) for part in tree[1])
        case "or":
            return any(holds(part, run) for part in tree[1])
        case "not":
            return not holds(tree[1], run)
    _, entity, key, op, wanted = tree
    values = values_of(run, entity, key)
    if op == "IS NULL":
        return not values
    if op == "IS NOT NULL":
        return bool(values)
    if isinstance(wanted, float) and entity in ("params", "tags"):
        values = [float(value) for value in values if is_number(value)]
    return any(compare(value, op, wanted) for value in values)


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def write(tree):
    """Write a tree in the filter grammar."""
    match tree[0]:
        case "and" | "or":
            return "(" + f" {tree[0].upper()} ".join(write(part) for part in tree[1]) + ")"
        case "not":
            return f"NOT ({write(tree[1])})"
    _, entity, key, op, wanted = tree
    name = field_text(entity, key)
    if wanted is None:
        return f"{name} {op}"
    if isinstance(wanted, tuple):
        return f"{name} {op} ({', '.join(quote_text(item) for item in wanted)})"
    return f"{name} {op} {quote_text(wanted) if isinstance(wanted, str) else repr(wanted)}"


finite = st.sampled_from([number for number in NUMBERS if not math.isnan(number)])
texts = st.sampled_from(TEXTS)
numeric_ops = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
pattern_ops = st.sampled_from(["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"])
some_texts = st.lists(texts, max_size=3).map(tuple)
text_fields = st.one_of(
    st.tuples(st.sampled_from(["params", "tags"]), st.sampled_from(KEYS)),
    st.tuples(st.just("datasets"), st.sampled_from(["name", "digest", "context"])),
    st.tuples(st.just("attributes"), st.sampled_from(["run_name", "status", "run_id"])),
)


def clause(fields, ops, values):
    return st.builds(lambda f, op, value: ("is", *f, op, value), fields, ops, values)


clauses = st.one_of(
    clause(st.tuples(st.just("metrics"), st.sampled_from(KEYS)), numeric_ops, finite),
    clause(
        st.tuples(st.sampled_from(["params", "tags"]), st.sampled_from(KEYS)), numeric_ops, finite
    ),
    clause(text_fields, st.sampled_from(["=", "!="]), texts),
    clause(text_fields, pattern_ops, st.sampled_from(PATTERNS)),
    clause(text_fields, st.sampled_from(["IN", "NOT IN"]), some_texts),
    clause(
        st.tuples(st.sampled_from(["metrics", "params", "tags"]), st.sampled_from(KEYS)),
        st.sampled_from(["IS NULL", "IS NOT NULL"]),
        st.none(),
    ),
)
trees = st.recursive(
    clauses,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=5,
)
runs_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "metrics": st.dictionaries(st.sampled_from(KEYS), st.sampled_from(NUMBERS)),
            "params": st.dictionaries(st.sampled_from(KEYS), texts),
            "tags": st.dictionaries(st.sampled_from(KEYS), texts),
            "inputs": st.lists(st.builds(InputRecord, texts, texts, texts), max_size=2),
            "run_name": texts,
            "status": st.sampled_from(["FINISHED", "FAILED"]),
            "start_time": st.integers(0, 2).map(lambda hours: START + timedelta(hours=hours)),
        }
    ),
    max_size=6,
).map(lambda many: [make_run(number, **fields) for number, fields in enumerate(many)])


@settings(max_examples=300, deadline=None)
@given(runs=runs_strategy, tree=trees)
def test_a_filter_finds_exactly_what_a_plain_loop_finds(runs, tree):
    """Every clause, alone and combined, agrees with its meaning written in plain Python."""
    expected = {int(run.run_id, 16) for run in runs if holds(tree, run)}
    assert set(find(runs, write(tree))) == expected


def order_key(run, entity, key, *, descending, numeric):
    values = values_of(run, entity, key)
    if not values:
        return (2, 0)
    value = float(values[0]) if numeric else values[0]
    if isinstance(value, float) and math.isnan(value):
        return (1, 0)
    if numeric:
        return (0, -value if descending else value)
    return (0, [(-ord(ch) if descending else ord(ch)) for ch in value] + [math.inf] * descending)


@settings(max_examples=200, deadline=None)
@given(
    runs=runs_strategy,
    field=st.sampled_from([(entity, key) for entity in ("metrics", "params") for key in KEYS]),
    descending=st.booleans(),
)
def test_an_ordering_agrees_with_sorted(runs, field, descending):
    """Numbers, then NaN, then missing, in both directions; ties by newest start, then run id."""
    entity, key = field
    held = [value for run in runs for value in values_of(run, entity, key)]
    numeric = entity == "metrics" or all(is_number(value) for value in held)
    expected = sorted(
        runs,
        key=lambda run: (
            order_key(run, entity, key, descending=descending, numeric=numeric),
            -run.start_time.timestamp(),
            run.run_id,
        ),
    )
    direction = "DESC" if descending else "ASC"
    found = find(runs, order_by=(f"{field_text(entity, key)} {direction}",))
    assert found == [int(run.run_id, 16) for run in expected]


def test_runs_come_newest_first_without_an_ordering():
    """The default order is by start, the newest first, then by run id."""
    starts = [START, START + timedelta(hours=1), START]
    runs = [make_run(number, start_time=start) for number, start in enumerate(starts)]
    assert find(runs) == [1, 0, 2]


def test_pages_join_to_the_whole_and_the_last_has_no_token():
    """Following the tokens gives every run once, in order."""
    runs = [make_run(number, metrics={"m": number % 3}) for number in range(10)]
    query = Query(order_by=("metrics.m",), max_results=4)
    seen, token = [], None
    for _ in range(3):
        page = search_runs(
            make_frame(runs),
            query=Query(order_by=query.order_by, max_results=4, page_token=token),
        )
        seen += [int(run_id, 16) for run_id in page.frame["run_id"]]
        token = page.token
    assert token is None
    assert seen == find(runs, order_by=query.order_by)
    assert len(seen) == 10


@pytest.mark.parametrize("token", ["nonsense", "MTAuYWJj", "ÿ"])
def test_a_token_of_another_search_is_refused(token):
    """A token only continues the search that it came from."""
    with pytest.raises(InvalidValueError) as caught:
        find([make_run(1)], page_token=token)
    assert str(caught.value) == (
        f"the page token '{token}' does not belong to this search\n"
        "  hint:  pass the token of the page before, with the same filter, order and experiments"
    )


def test_max_results_must_be_positive():
    """An empty page would never end."""
    for number in (0, "5", 1.5, None):
        with pytest.raises(InvalidValueError) as caught:
            find([make_run(1)], max_results=number)
        expected = f"max_results must be a whole number, at least 1, not '{number}'"
        assert str(caught.value) == expected


def test_tags_that_mlflow_keeps_are_found_in_their_columns():
    """mlflow.runName, mlflow.parentRunId and their kin work in filters without being stored."""
    source = SourceRecord(user="ada", source_name="train.py", git_commit="abc")
    runs = [
        make_run(1, run_name="wise-otter", source=source),
        make_run(2, parent_run_id="p", tags={"mlflow.source.name": "imported.py"}),
    ]
    assert find(runs, "tags.mlflow.runName = 'wise-otter'") == [1]
    assert find(runs, "tags.`mlflow.user` LIKE 'a%' AND user_id = 'ada'") == [1]
    assert find(runs, "tags.mlflow.parentRunId = 'p'") == [2]
    assert find(runs, "tags.mlflow.source.name = 'imported.py'") == [2]
    assert find(runs, "tags.mlflow.source.git.commit IS NULL") == [2]


def test_times_compare_in_milliseconds_and_as_dates():
    """start_time takes what run.info.start_time gives, and dates in quotes."""
    runs = [
        make_run(1, start_time=START, end_time=START + timedelta(seconds=90)),
        make_run(2, start_time=START + timedelta(days=2)),
    ]
    start_ms = int(START.timestamp() * 1000)
    assert find(runs, f"start_time = {start_ms}") == [1]
    assert find(runs, "start_time >= '2026-11-24'") == [2]
    assert find(runs, "end_time IS NULL") == [2]
    assert find(runs, "duration_s = 90") == [1]


def test_the_artifact_uri_is_the_store_and_the_run():
    """artifact_uri is not stored, and yet it is an attribute that filters understand."""
    found = find(
        [make_run(5)],
        "artifact_uri LIKE 'file:///s/artifacts/%5'",
        artifact_root="file:///s/artifacts",
    )
    assert found == [5]


def test_stages_and_experiments_restrict_the_search():
    """Deleted runs and other experiments stay out unless they are asked for."""
    runs = [
        make_run(1),
        make_run(2, lifecycle_stage="deleted"),
        make_run(3, experiment_id="7"),
    ]
    assert find(runs) == [1, 3]
    assert find(runs, stages=("active", "deleted")) == [1, 2, 3]
    assert find(runs, experiment_ids=("7",)) == [3]
    assert find(runs, experiment_ids=()) == []
