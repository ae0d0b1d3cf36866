"""What the registry's pages say."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from runsite.pages.context import Site
from runsite.pages.models import ModelEvidence, assemble_model_page
from runsite.pages.version_metrics import list_gated_metrics
from runsite.records import MetricSummary
from runsite.registry import Model, ModelVersion
from runsite.registry.gates import MetricGate
from support.sites import make_run, make_run_id

AT = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
SITE = Site("Taxi lab", description="", version="1", repository_url="", base_url="", n_models=1)


def make_metric(value):
    return MetricSummary(
        last=value,
        last_step=0,
        last_time_us=0,
        min=value,
        min_step=0,
        max=value,
        max_step=0,
        count=1,
    )


@pytest.fixture
def model():
    versions = tuple(ModelVersion(n, make_run_id(n), "model", "", AT) for n in (1, 2, 3, 4))
    return Model("taxi", stages={"Production": 3}, versions=versions)


@pytest.fixture
def runs():
    values = {1: {"rmse": 7.0, "mae": 5.0}, 2: {"rmse": 6.0, "mae": 5.5}, 3: {"mae": 4.0}}
    return {
        make_run_id(n): make_run(n, metrics={k: make_metric(v) for k, v in metrics.items()})
        for n, metrics in values.items()
    }


def test_versions_are_compared_with_the_one_before(model, runs):
    """Each metric has its change and verdict; a gap is jumped over; the best is marked."""
    page = assemble_model_page(model, site=SITE, evidence=ModelEvidence(runs=runs))
    assert page.metric_names == ("rmse", "mae")
    table = {
        row.ref.version: [(m.value, m.change, m.verdict, m.is_best) for m in row.metrics]
        for row in page.versions
    }
    assert table == {
        4: [("", "", "", False), ("", "", "", False)],
        3: [("", "", "", False), ("4", "-1.500", "better", True)],
        2: [("6", "-1", "better", True), ("5.500", "+0.5000", "worse", False)],
        1: [("7", "", "", False), ("5", "", "", False)],
    }


def test_what_gates_demand_comes_first(model, runs):
    """The metric that decides promotions is the headline, whatever it is called."""
    gated = dataclasses.replace(model, gates={"Production": (MetricGate("mae", max=5.0),)})
    page = assemble_model_page(gated, site=SITE, evidence=ModelEvidence(runs=runs))
    assert page.metric_names == ("mae", "rmse")
    assert list_gated_metrics([gated, model]) == {"mae"}


def test_a_stage_says_since_when(model, runs):
    """The card of a model and the row of each holder tell when it got there, where Git knows it."""
    known = ModelEvidence(runs=runs, since={3: AT, 2: AT + timedelta(days=1)})
    page = assemble_model_page(model, site=SITE, evidence=known)
    assert page.model.since == "2026-11-23 03:12"
    assert [row.since for row in page.versions] == ["", "2026-11-23 03:12", "2026-11-24 03:12", ""]
    unknown = assemble_model_page(model, site=SITE, evidence=ModelEvidence())
    assert (unknown.model.since, unknown.model.since_iso) == ("", "")


def test_versions_make_a_picture(model, runs):
    """The first metric of those that have it; a single value is none."""
    picture = assemble_model_page(model, site=SITE, evidence=ModelEvidence(runs=runs)).picture
    assert (picture.metric, picture.direction, picture.count) == ("rmse", "min", "2")
    assert (picture.low, picture.high) == ("6", "7")
    few = {make_run_id(1): runs[make_run_id(1)]}
    assert assemble_model_page(model, site=SITE, evidence=ModelEvidence(runs=few)).picture is None


def test_a_model_without_stages_says_how_one_is_given(model):
    """The command can be pasted, whatever the model is called."""
    hostile = dataclasses.replace(model, name="my $(model)", stages={})
    page = assemble_model_page(hostile, site=SITE, evidence=ModelEvidence())
    assert page.promote == "runsite promote 'my $(model)' 4 Staging"
