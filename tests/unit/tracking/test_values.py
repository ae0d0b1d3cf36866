"""Metrics, params and tags: what is taken, what is refused, what is kept."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import runsite
from runsite.entities import Metric
from runsite.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from runsite.tracking import RunsiteClient, uris

INT64 = 2**63


def history(run, key):
    points = RunsiteClient().get_metric_history(run.info.run_id, key)
    return [(point.step, point.value) for point in points]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (1.5, 1.5),
        (3, 3.0),
        (True, 1.0),
        (10**300, 1e300),
        (np.float32(0.5), 0.5),
        (np.int64(-4), -4.0),
        (np.array(2.5), 2.5),
        (np.array([7.0]), 7.0),
        (Decimal("1.25"), 1.25),
        ("0.5", 0.5),
        (math.inf, math.inf),
        (-math.inf, -math.inf),
    ],
)
def test_every_number_is_kept_as_a_float(value, kept):
    """Python's numbers, NumPy's, tensors of one value, text that is a number, as in MLflow."""
    with runsite.start_run() as run:
        runsite.log_metric("m", value, step=2)
    assert history(run, "m") == [(2, kept)]


def test_nan_is_a_value_like_another():
    """A loss that explodes is worth knowing."""
    with runsite.start_run() as run:
        runsite.log_metric("m", math.nan)
        runsite.log_metrics({"m": np.float64("nan")}, step=1)
    assert [math.isnan(value) for _, value in history(run, "m")] == [True, True]
    assert math.isnan(runsite.get_run(run.info.run_id).data.metrics["m"])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("high", "metric 'm' must be a number, not str 'high'"),
        (None, "metric 'm' must be a number, not NoneType 'None'"),
        ([1.0, 2.0], "metric 'm' must be a number, not list '[1.0, 2.0]'"),
        (1 + 2j, "metric 'm' must be a number, not complex '(1+2j)'"),
        (10**400, f"metric 'm' must be a number, not int '{'1' + '0' * 118}…'"),
    ],
)
def test_what_is_no_number_is_refused(value, message):
    """The message names the metric and the value, and where text belongs."""
    with runsite.start_run() as run:
        with pytest.raises(InvalidValueError) as caught:
            runsite.log_metric("m", value)
        assert str(caught.value) == f"{message}\n  hint:  log text with log_param or set_tag"
    assert history(run, "m") == []


@pytest.mark.parametrize("step", [0, -5, 7, INT64 - 1, -INT64, np.int32(9), 4.0, np.int64(2)])
def test_steps_are_any_whole_number_of_64_bits(step):
    """Also negative ones, huge ones, NumPy's, and floats that are whole."""
    with runsite.start_run() as run:
        runsite.log_metric("m", 1.0, step=step)
    assert history(run, "m") == [(int(step), 1.0)]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (INT64, f"metric 'm': the step '{INT64}' does not fit in 64 bits"),
        (1.5, "metric 'm': the step must be a whole number, not '1.5'"),
        ("3", "metric 'm': the step must be a whole number, not '3'"),
    ],
)
def test_other_steps_are_refused(step, message):
    """A step that cannot be stored is an error, not another step."""
    with runsite.start_run():
        with pytest.raises(InvalidValueError) as caught:
            runsite.log_metric("m", 1.0, step=step)
        assert str(caught.value) == message


def test_steps_may_come_in_any_order_and_twice():
    """The last value is that of the highest step; the history is as it was logged."""
    with runsite.start_run() as run:
        for step, value in [(3, 1.0), (1, 2.0), (3, 4.0), (2, 3.0)]:
            runsite.log_metric("m", value, step=step)
    assert history(run, "m") == [(3, 1.0), (1, 2.0), (3, 4.0), (2, 3.0)]
    assert runsite.get_run(run.info.run_id).data.metrics == {"m": 4.0}


def test_a_time_can_be_given_in_milliseconds():
    """A history from elsewhere keeps its times."""
    with runsite.start_run() as run:
        runsite.log_metric("m", 1.0, timestamp=1_600_000_000_123)
        runsite.log_metrics({"n": 1.0}, timestamp=np.int64(1))
    points = RunsiteClient().get_metric_history(run.info.run_id, "m")
    assert [point.timestamp for point in points] == [1_600_000_000_123]


@pytest.mark.parametrize("timestamp", [10**16, -(10**16), "now", 1.5])
def test_a_time_that_is_none_is_refused(timestamp):
    """Microseconds where milliseconds belong are the usual mistake."""
    with runsite.start_run(), pytest.raises(InvalidValueError, match="timestamp"):
        runsite.log_metric("m", 1.0, timestamp=timestamp)


@pytest.mark.parametrize("log", [runsite.log_metric, runsite.log_param, runsite.set_tag])
@pytest.mark.parametrize("key", [3, None, b"a", ""])
def test_names_must_be_text(log, key):
    """A name that is no text is a mistake in the calling code."""
    with runsite.start_run(), pytest.raises(InvalidValueError, match="name must"):
        log(key, 1.0)


def test_log_metrics_logs_all_or_nothing():
    """One wrong value among many does not leave half of them."""
    with runsite.start_run() as run:
        with pytest.raises(InvalidValueError):
            runsite.log_metrics({"a": 1.0, "b": "x"})
        runsite.log_metrics({"c": 1.0, "d": 2}, step=5)
    assert runsite.get_run(run.info.run_id).data.metrics == {"c": 1.0, "d": 2.0}


def test_values_go_to_another_run_by_its_id():
    """The run need not be active, nor in progress."""
    with runsite.start_run() as first:
        pass
    with runsite.start_run() as second:
        runsite.log_metric("m", 1.0, run_id=first.info.run_id)
        runsite.log_metrics({"n": 2.0}, run_id=first.info.run_id)
        runsite.log_params({"p": 3}, run_id=first.info.run_id)
    data = runsite.get_run(first.info.run_id).data
    assert (dict(data.metrics), dict(data.params)) == ({"m": 1.0, "n": 2.0}, {"p": "3"})
    assert runsite.get_run(first.info.run_id).info.status == "FINISHED"
    assert runsite.get_run(second.info.run_id).data.metrics == {}


def test_a_param_is_logged_once():
    """The same value again is fine, another one is an error that shows both."""
    with runsite.start_run() as run:
        assert runsite.log_param("alpha", 0.1) == 0.1
        runsite.log_param("alpha", "0.1")
        with pytest.raises(AlreadyExistsError) as caught:
            runsite.log_params({"beta": 1, "alpha": 0.2})
        assert str(caught.value) == (
            f"param 'alpha' of run '{run.info.run_id}' is '0.1' and cannot become '0.2'\n"
            "  hint:  a param is logged once; log what changes with log_metric or set_tag"
        )
    assert runsite.get_run(run.info.run_id).data.params == {"alpha": "0.1"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (True, "True"), ([1, "a"], "[1, 'a']"), ({"a": 1}, "{'a': 1}"), ("", "")],
)
def test_params_are_kept_as_their_text(value, text):
    """str() decides, as in MLflow."""
    with runsite.start_run() as run:
        runsite.log_param("p", value)
    assert runsite.get_run(run.info.run_id).data.params == {"p": text}


@pytest.mark.parametrize("values", [[("a", 1.0)], "abc", None])
def test_metrics_must_be_a_mapping(values):
    """Anything else is named, not met by an error from inside."""
    with runsite.start_run(), pytest.raises(InvalidValueError) as caught:
        runsite.log_metrics(values)
    kind = type(values).__name__
    assert str(caught.value) == f"metrics must be a mapping of names to values, not {kind}"


def test_params_must_be_a_mapping():
    """A list of pairs is a usual mistake."""
    with runsite.start_run(), pytest.raises(InvalidValueError) as caught:
        runsite.log_params([("a", 1)])
    assert str(caught.value) == "params must be a mapping of names to values, not list"


def test_tags_change_and_go():
    """A tag is the place for what changes."""
    with runsite.start_run() as run:
        runsite.set_tags({"a": 1, "b": None})
        runsite.set_tag("a", 2)
        runsite.delete_tag("b")
        with pytest.raises(NotFoundError) as caught:
            runsite.delete_tag("b")
        assert str(caught.value) == f"run '{run.info.run_id}' has no tag 'b'"
    tags = runsite.get_run(run.info.run_id).data.tags
    assert (tags["a"], "b" in tags) == ("2", False)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=5))
def test_any_text_is_a_name_and_a_value(texts):
    """What is logged is what is read, whatever characters it has."""
    with runsite.start_run() as run:
        runsite.log_params(texts)
        runsite.set_tags(texts)
        runsite.log_metrics(dict.fromkeys(texts, 1.0))
    data = runsite.get_run(run.info.run_id).data
    assert data.params == texts
    assert texts.items() <= data.tags.items()
    assert set(data.metrics) == set(texts)


def test_strings_that_break_things_break_nothing(shared_data):
    """The big list of naughty strings, as names, values and tags of one run."""
    strings = json.loads((shared_data / "naughty" / "blns.json").read_text(encoding="utf-8"))
    names = sorted({text for text in strings if text})
    texts = dict(zip(names, reversed(names), strict=True))
    with runsite.start_run(run_name=names[7]) as run:
        runsite.log_params(texts)
        runsite.set_tags(texts)
        for number, name in enumerate(names):
            runsite.log_metric(name, number)
    read = runsite.get_run(run.info.run_id)
    assert read.data.params == texts
    assert texts.items() <= read.data.tags.items()
    assert read.data.metrics == {name: float(number) for number, name in enumerate(names)}
    assert read.info.run_name == names[7]


def test_a_lone_surrogate_becomes_a_question_mark():
    """UTF-8 cannot hold it; the run must not fail for it."""
    with runsite.start_run() as run:
        runsite.log_param("p\ud800", "\udfff")
        runsite.log_param("p\ud800", "\udfff")
        runsite.log_metric("m\ud800", 1.0)
    data = runsite.get_run(run.info.run_id).data
    assert (dict(data.params), dict(data.metrics)) == ({"p?": "?"}, {"m?": 1.0})


def test_ten_kilobytes_are_a_value():
    """There is no limit to names and values."""
    long = "x" * 10_000
    with runsite.start_run() as run:
        runsite.log_param(long, long)
        runsite.set_tag(long, long)
    data = runsite.get_run(run.info.run_id).data
    assert data.params == {long: long}
    assert data.tags[long] == long


class Broken:
    """A foreign value whose every conversion fails."""

    def __float__(self):
        raise AttributeError("no number")

    def __str__(self):
        raise OSError("no text")

    __repr__ = __str__


def test_a_value_whose_conversions_fail_is_refused_by_one_error():
    """Not by what its class raises, nor while the message about it is made."""
    with runsite.start_run() as run:
        with pytest.raises(InvalidValueError) as caught:
            runsite.log_metric("m", Broken())
        assert str(caught.value) == (
            "metric 'm' must be a number, not Broken '<Broken>'\n"
            "  hint:  log text with log_param or set_tag"
        )
        for log in (runsite.log_param, runsite.set_tag):
            with pytest.raises(InvalidValueError) as caught:
                log("p", Broken())
            assert str(caught.value) == (
                "a value of Broken cannot be turned into text: 'OSError('no text')'\n"
                "  hint:  log the text that it shall have"
            )
            with pytest.raises(InvalidValueError) as caught:
                log(Broken(), 1)
            assert "name must be text, not Broken '<Broken>'" in str(caught.value)
    data = runsite.get_run(run.info.run_id).data
    assert (data.metrics, data.params) == ({}, {})


@pytest.mark.parametrize("log", [runsite.log_param, runsite.log_metric])
def test_a_number_too_long_for_text_is_refused(log):
    """Python refuses to write more than 4,300 digits; that is no traceback of ours."""
    with runsite.start_run(), pytest.raises(InvalidValueError):
        log("huge", 10**5000)


def test_a_batch_of_something_else_is_refused_whole():
    """What is no metric, param or tag is named, and the others are not logged."""
    client = RunsiteClient()
    with runsite.start_run() as run:
        with pytest.raises(InvalidValueError) as caught:
            client.log_batch(run.info.run_id, metrics=[Metric("m", 1.0, 0, 0)], params=["depth"])
        assert str(caught.value) == (
            "expected Param, not str 'depth'\n  hint:  runsite.entities.Param(key, value)"
        )
        with pytest.raises(InvalidValueError, match="expected a list of RunTag, not '5'"):
            client.log_batch(run.info.run_id, tags=5)
        client.log_batch(run.info.run_id, metrics=None, params=None, tags=None)
    assert history(run, "m") == []


@pytest.mark.parametrize("run_id", [None, 5, b"0193", ["0193"]])
def test_a_run_id_is_text(run_id):
    """Anything else is refused before it is looked for."""
    said = f"a run id is text, not '{run_id!r}'"
    client = RunsiteClient()
    with runsite.start_run():
        for ask in (
            lambda: runsite.get_run(run_id),
            lambda: client.log_metric(run_id, "a", 1.0),
            lambda: client.delete_run(run_id),
            lambda: client.set_terminated(run_id),
        ):
            with pytest.raises(InvalidValueError) as caught:
                ask()
            assert str(caught.value) == said


@pytest.mark.parametrize("ids", [5, b"0", runsite])
def test_experiments_are_a_list(ids):
    """Anything else is refused by what it is, from the client and from the module."""
    said = f"experiments are given as a list of ids or names, not as {type(ids).__name__} "
    for search in (RunsiteClient().search_runs, runsite.search_runs):
        with pytest.raises(InvalidValueError) as caught:
            search(ids)
        assert str(caught.value).startswith(said)


@pytest.mark.parametrize("search", [{"filter_string": 5}, {"order_by": [5]}])
def test_a_filter_is_text(search):
    """Anything else is refused by what is wrong with it."""
    place = {"filter_string": "filter"}.get(*search, "order_by")
    with runsite.start_run(), pytest.raises(InvalidValueError) as caught:
        runsite.search_runs(search_all_experiments=True, **search)
    assert str(caught.value) == f"{place} must be text, not int '5'"


def test_a_tag_that_says_what_a_run_came_from_weighs_more_than_what_was_captured():
    """CI sets user and commit by MLflow's tags: tables, filters and columns have them so."""
    given = {"mlflow.user": "ann", "mlflow.source.git.commit": "f" * 40, "x": "1"}
    client = RunsiteClient()
    with runsite.start_run(tags=given) as run:
        runsite.set_tag("mlflow.source.name", "job/train")
    other = client.create_run("0", tags={"mlflow.user": "ann"})
    client.set_tag(other.info.run_id, "mlflow.source.git.branch", "main")
    client.set_terminated(other.info.run_id)
    client.set_tag(other.info.run_id, "mlflow.source.name", "late")
    tags = client.get_run(run.info.run_id).data.tags
    assert given.items() <= tags.items()
    assert tags["mlflow.source.name"] == "job/train"
    assert client.get_run(run.info.run_id).info.user_id == "ann"
    assert client.get_run(other.info.run_id).data.tags["mlflow.source.git.branch"] == "main"
    assert client.get_run(other.info.run_id).data.tags["mlflow.source.name"] == "late"
    found = runsite.search_runs(filter_string="tags.mlflow.user = 'ann'")
    assert set(found["run_id"]) == {run.info.run_id, other.info.run_id}
    assert set(found["tags.mlflow.source.name"]) == {"job/train", "late"}
    source = uris.open_store().read_run(run.info.run_id).source
    assert (source.user, source.source_name) == ("ann", "job/train")
    assert source.packages  # captured at the end, beside what the tags say
