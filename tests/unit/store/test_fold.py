"""A run survives its way through the journal's JSON, and events change it as they say."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from runsite.records import (
    ArtifactRecord,
    InputRecord,
    MetricSummary,
    ModelRecord,
    SourceRecord,
    summarise_points,
)
from runsite.store.fold import (
    fold_events,
    format_record,
    merge_summaries,
    parse_record,
    time_from_us,
    time_to_us,
)
from runsite.store.slots import Event
from support.runs import a_run


def full_run():
    return a_run(
        7,
        end_time=datetime(2026, 11, 23, 4, tzinfo=UTC),
        params={"depth": "30"},
        tags={"team": "µ"},
        metrics={"rmse": MetricSummary(6.6, 3, 5, 6.0, 1, 7.0, 0, 4)},
        inputs=(InputRecord(name="taxi", digest="d", rows=3),),
        artifacts=(ArtifactRecord("a/b.txt", 3, "00"),),
        models=(ModelRecord("model", flavors=("sklearn",)),),
        source=SourceRecord(user="ada", git_dirty=True, packages={"polars": "2.1.0"}),
        sessions=("s1",),
        parts=("s1",),
    )


def test_a_run_comes_back_from_json():
    """Every field of a run survives `format_record` and `parse_record`."""
    record = full_run()
    assert parse_record(format_record(record)) == record


def test_fields_of_a_newer_version_are_ignored():
    """A field that this version does not know does not stop it from reading the run."""
    assert parse_record({**format_record(full_run()), "invented_later": 1}) == full_run()


def test_events_change_what_they_name_and_nothing_else():
    """Params, tags, inputs, artifacts, models, source and fields arrive; the rest stays."""
    base = full_run()
    events = [
        Event("params", 0, {"v": {"alpha": "0.1"}}),
        Event("tags", 0, {"v": {"team": "x", "b": "c"}}),
        Event("untag", 0, {"key": "b"}),
        Event("input", 0, {"v": {"name": "taxi", "digest": "d", "rows": 3}}),
        Event("input", 0, {"v": {"name": "other", "digest": "e"}}),
        Event("artifacts", 0, {"v": [{"path": "a/b.txt", "size_bytes": 4, "sha256": "11"}]}),
        Event("model", 0, {"v": {"path": "m2", "flavors": ["xgboost"]}}),
        Event("source", 0, {"v": {"user": "bob"}}),
        Event("set", 0, {"status": "FINISHED", "end_time": 60_000_000, "run_name": "new"}),
        Event("of a later version", 0, {}),
    ]
    assert fold_events(base, events, metrics={}) == dataclasses.replace(
        base,
        params={"depth": "30", "alpha": "0.1"},
        tags={"team": "x"},
        inputs=(*base.inputs, InputRecord(name="other", digest="e")),
        artifacts=(ArtifactRecord("a/b.txt", 4, "11"),),
        models=(*base.models[:0], ModelRecord("m2", flavors=("xgboost",)), *base.models),
        source=SourceRecord(user="bob"),
        status="FINISHED",
        end_time=datetime(1970, 1, 1, 0, 1, tzinfo=UTC),
        run_name="new",
    )


rows = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(0, 9), st.floats(allow_nan=False)), min_size=1
)


@given(rows, rows)
def test_two_halves_summarise_like_the_whole(first, second):
    """Summaries of a resumed run's sessions combine to that of all its points."""
    merged = merge_summaries({"m": summarise_points(first)}, {"m": summarise_points(second)})
    assert merged["m"] == summarise_points(first + second)


@given(st.integers(-(2**62), 2**62))
def test_any_time_is_some_time(time_us):
    """A clock that is centuries off gives a time, not an error; an ordinary one comes back."""
    time = time_from_us(time_us)
    assert time.tzinfo is UTC
    if abs(time_us) < 10**16:
        assert time_to_us(time) == time_us
