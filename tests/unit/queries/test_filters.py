"""The grammar of filters and orderings: what is read, and how a mistake is answered."""

from __future__ import annotations

import pytest

from runsite.errors import InvalidValueError
from runsite.queries.filters import parse_filter, parse_order
from runsite.queries.syntax import (
    EXPERIMENTS,
    And,
    Clause,
    Entity,
    Field,
    Kind,
    Not,
    Or,
    Order,
)


def metric(key):
    return Field(Entity.METRIC, key, Kind.NUMBER)


def param(key):
    return Field(Entity.PARAM, key, Kind.LOOSE)


def tag(key):
    return Field(Entity.TAG, key, Kind.LOOSE)


def attribute(key, kind=Kind.TEXT):
    return Field(Entity.ATTRIBUTE, key, kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.rmse < 7", Clause(metric("rmse"), "<", 7.0)),
        ("metric.rmse>=-1.5e3", Clause(metric("rmse"), ">=", -1500.0)),
        ("metrics.val/rmse != inf", Clause(metric("val/rmse"), "!=", float("inf"))),
        ("metrics.`val rmse` = .5", Clause(metric("val rmse"), "=", 0.5)),
        ("params.alpha = '0.1'", Clause(param("alpha"), "=", "0.1")),
        ('parameters."a ""b""" = "x"', Clause(param('a "b"'), "=", "x")),
        ("params.depth > 3", Clause(param("depth"), ">", 3.0)),
        ("tags.mlflow.runName LIKE 'a%'", Clause(tag("mlflow.runName"), "LIKE", "a%")),
        ("tag.`x y` not ilike '_b'", Clause(tag("x y"), "NOT ILIKE", "_b")),
        ("tags.who IS NOT NULL", Clause(tag("who"), "IS NOT NULL")),
        ("status = 'it''s'", Clause(attribute("status"), "=", "it's")),
        ("run.run_id NOT IN ('a', 'b')", Clause(attribute("run_id"), "NOT IN", ("a", "b"))),
        ("attributes.`Run name` = ''", Clause(attribute("run_name"), "=", "")),
        ("run_id IN ()", Clause(attribute("run_id"), "IN", ())),
        (
            "start_time > '1970-01-02'",
            Clause(attribute("start_time", Kind.TIME), ">", 86_400_000.0),
        ),
        (
            "created <= '1970-01-01T01:00:00+01:00'",
            Clause(attribute("start_time", Kind.TIME), "<=", 0.0),
        ),
        (
            "dataset.name = 'd'",
            Clause(Field(Entity.DATASET, "name", Kind.TEXT), "=", "d"),
        ),
    ],
)
def test_a_clause_is_read_with_its_field_operator_and_value(text, expected):
    """Every spelling of fields, operators and values that the grammar lists is understood."""
    assert parse_filter(text) == expected


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_blank_filter_is_always_true(text):
    """No filter means every run."""
    assert parse_filter(text) == And(())


def test_and_binds_closer_than_or_and_not_closest():
    """Precedence is that of SQL, and parentheses change it."""
    a, b, c = (Clause(metric(key), "<", 1.0) for key in "abc")
    assert parse_filter("metrics.a<1 OR metrics.b<1 and NOT metrics.c<1") == Or(
        (a, And((b, Not(c))))
    )
    assert parse_filter("(metrics.a<1 OR metrics.b<1) AND metrics.c<1") == And((Or((a, b)), c))
    assert parse_filter("NOT NOT metrics.a<1") == a


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "rmse < 7",
            (
                """filter 'rmse < 7': unknown attribute 'rmse'
  where: filter, column 1
  hint:  the attributes of runs are run_id, run_name, status, user_id, artifact_uri, """
                """start_time, end_time, duration_s, experiment, experiment_id, parent_run_id, """
                """lifecycle_stage, source_name, host, git_commit, git_branch; """
                """or is it metrics.rmse, params.rmse or tags.rmse?"""
            ),
        ),
        (
            "metricz.a < 1",
            """filter 'metricz.a < 1': unknown entity 'metricz'
  where: filter, column 1
  hint:  use one of: attributes, datasets, metrics, params, tags""",
        ),
        (
            "metrics.a < '1'",
            """filter 'metrics.a < '1'': metrics.a is a number, not the text '1'
  where: filter, column 13
  hint:  write the number without quotes""",
        ),
        (
            "params.a = ridge",
            """filter 'params.a = ridge': 'ridge' is neither a number nor text in quotes
  where: filter, column 12
  hint:  write 'ridge' for text""",
        ),
        (
            "params.a < '3'",
            """filter 'params.a < '3'': params.a cannot be compared by < with text
  where: filter, column 12
  hint:  text has = and !=; write a number without quotes to compare numbers""",
        ),
        (
            "status = 3",
            """filter 'status = 3': attributes.status is text: '3' must be in quotes
  where: filter, column 10""",
        ),
        (
            "start_time > 'soon'",
            """filter 'start_time > 'soon'': 'soon' is no time
  where: filter, column 14
  hint:  write milliseconds since 1970, or a date such as '2026-11-23' (UTC)""",
        ),
        (
            "metrics.a LIKE '1'",
            """filter 'metrics.a LIKE '1'': metrics.a is a number: LIKE is for text
  where: filter, column 16""",
        ),
        (
            "params.a LIKE 3",
            """filter 'params.a LIKE 3': LIKE needs a pattern in quotes
  where: filter, column 15""",
        ),
        (
            "metrics.a < 1 metrics.b < 2",
            """filter 'metrics.a < 1 metrics.b < 2': expected AND, OR or the end, found 'metrics.b'
  where: filter, column 15""",
        ),
        (
            "metrics.a <",
            """filter 'metrics.a <': expected a value, found the end
  where: filter, column 12""",
        ),
        (
            "metrics.a == 1",
            """filter 'metrics.a == 1': expected a value, found '='
  where: filter, column 12""",
        ),
        (
            "metrics. < 1",
            """filter 'metrics. < 1': 'metrics.' names no key
  where: filter, column 1""",
        ),
        (
            "dataset.rows = 'x'",
            """filter 'dataset.rows = 'x'': unknown dataset field 'rows'
  where: filter, column 1
  hint:  use one of: name, digest, context""",
        ),
        (
            "params.a = 'x",
            """filter 'params.a = 'x': a quote or an operator is incomplete
  where: filter, column 12""",
        ),
        (
            "(metrics.a < 1",
            """filter '(metrics.a < 1': expected ')', found the end
  where: filter, column 15""",
        ),
        (
            "params.a IS 3",
            """filter 'params.a IS 3': expected NULL, found '3'
  where: filter, column 13""",
        ),
        (
            "params.a IN 'x'",
            """filter 'params.a IN 'x'': expected '(', found ''x''
  where: filter, column 13""",
        ),
        (
            "params.a NOT 3",
            (
                """filter 'params.a NOT 3': expected a comparison (= != < <= > >= LIKE ILIKE IN, """
                """IS NULL), found '3'
  where: filter, column 14"""
            ),
        ),
    ],
)
def test_a_mistake_is_answered_by_its_column_and_what_would_do(text, message):
    """A wrong filter says what is wrong, where, and what to write instead."""
    with pytest.raises(InvalidValueError) as caught:
        parse_filter(text)
    assert str(caught.value) == message


def test_endless_nesting_is_refused_before_it_exhausts_the_stack():
    """A hostile filter gets an error, not a crash."""
    with pytest.raises(InvalidValueError, match="nested deeper than 50 levels"):
        parse_filter("(" * 100_000 + "metrics.a < 1")


def test_an_ordering_is_a_field_and_a_direction():
    """Ascending is what is meant where nothing is said."""
    assert parse_order("metrics.rmse DESC") == Order(metric("rmse"), descending=True)
    assert parse_order("params.`a b` asc") == Order(param("a b"))
    assert parse_order("start_time") == Order(attribute("start_time", Kind.TIME))


def test_datasets_order_nothing():
    """A run may have several datasets, so there is no order by them."""
    with pytest.raises(InvalidValueError) as caught:
        parse_order("dataset.name")
    assert str(caught.value) == (
        "cannot order by 'dataset.name': a run may have several datasets\n  where: order_by"
    )


def test_experiments_have_their_own_fields():
    """What is searched decides which fields exist, and messages say so."""
    clause = parse_filter("name LIKE 'taxi%'", vocabulary=EXPERIMENTS)
    assert clause == Clause(attribute("name"), "LIKE", "taxi%")
    with pytest.raises(InvalidValueError) as caught:
        parse_filter("status = 'x'", vocabulary=EXPERIMENTS)
    assert str(caught.value) == (
        "filter 'status = 'x'': unknown attribute 'status'\n  where: filter, column 1\n  hint:  "
        "the attributes of experiments are name, experiment_id, creation_time, last_update_time"
    )
