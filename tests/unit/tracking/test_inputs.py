"""Inputs: what a run read."""

from __future__ import annotations

import json

import polars as pl
import pytest

import runsite
from runsite.errors import InvalidValueError

FRAME = pl.DataFrame({"a": [1, 2]})


def inputs_of(run):
    return runsite.get_run(run.info.run_id).inputs.dataset_inputs


def test_an_input_has_name_digest_context_and_rows():
    """What is read back is what identifies the data, in MLflow's entities."""
    dataset = runsite.data.from_polars(FRAME, source="trips.csv")
    with runsite.start_run() as run:
        runsite.log_input(dataset, context="training")
    (found,) = inputs_of(run)
    assert (found.dataset.name, found.dataset.digest) == ("trips.csv", dataset.digest)
    assert (found.dataset.source, found.dataset.source_type) == ("trips.csv", "local")
    assert json.loads(found.dataset.profile) == {"num_rows": 2}
    assert [(tag.key, tag.value) for tag in found.tags] == [("mlflow.data.context", "training")]


def test_the_same_input_is_recorded_once_for_each_use():
    """Logging again adds nothing; another context is another use."""
    with runsite.start_run() as run:
        for context in ("train", "train", "eval", None):
            runsite.log_input(FRAME, context=context)
        runsite.log_input(FRAME, tags={"mlflow.data.context": "train"})
        runsite.log_input()
    assert len(inputs_of(run)) == 3


def test_tags_of_an_input_that_are_not_kept_are_named(caplog):
    """Nothing that was logged goes without a word; the context is kept, and no reason to warn."""
    with runsite.start_run() as run:
        runsite.log_input(FRAME, tags={"mlflow.data.context": "train"})
        assert caplog.messages == []
        runsite.log_input(FRAME, context="eval", tags={"owner": "ann", "fold": "2"})
    assert caplog.messages == [
        "inputs have no tags of their own, not kept: 'fold' 'owner' (set_tag does)"
    ]
    assert len(inputs_of(run)) == 2


def test_several_inputs_come_with_their_contexts():
    """The lists belong together item by item."""
    other = FRAME.with_columns(b=1)
    with runsite.start_run() as run:
        runsite.log_inputs([FRAME, other], contexts=["train", "eval"])
        with pytest.raises(InvalidValueError) as caught:
            runsite.log_inputs([FRAME, other], contexts=["train"])
        assert str(caught.value) == "2 datasets, 1 contexts and 2 tags do not belong together"
    assert [item.tags[0].value for item in inputs_of(run)] == ["train", "eval"]


def test_runs_are_found_by_their_inputs():
    """The digest leads from data to the runs that saw it."""
    with runsite.start_run() as run:
        runsite.log_input(runsite.data.from_polars(FRAME, name="trips"), context="train")
    with runsite.start_run():
        pass
    digest = runsite.data.from_polars(FRAME).digest
    found = runsite.search_runs(
        filter_string=f"dataset.digest = '{digest}' and dataset.name LIKE 'tri%'",
        output_format="list",
    )
    assert [item.info.run_id for item in found] == [run.info.run_id]
