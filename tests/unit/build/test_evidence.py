"""What a version's page shows of its facts, and what Git tells of a model."""

from __future__ import annotations

import dataclasses

import pytest

from runsite.build.evidence import make_evidence
from runsite.build.options import BuildOptions
from runsite.build.site import build
from runsite.cards.changes import MetricChange
from runsite.cards.facts import MetricFact
from runsite.config import load_config
from runsite.registry import promote_version
from runsite.registry.gates import MetricGate
from support.cards import MODEL, make_facts, make_model, write_project
from support.html import parse_elements
from support.repository import git


@pytest.fixture
def evidence():
    return make_evidence(make_facts(), model=make_model())


def test_metrics_stand_with_interval_and_rows(evidence):
    """An evaluation's numbers are told with how sure they are and on how much they rest."""
    row = next(row for row in evidence.metrics if row.interval)
    assert row.interval.count(" to ") == 1
    assert row.interval.endswith("%)")


@pytest.mark.parametrize(
    ("gated", "first"), [("", ["rmse", "accuracy"]), ("accuracy", ["accuracy", "rmse"])]
)
def test_the_metrics_that_decide_come_first(gated, first):
    """What a gate names leads, then the usual headlines, in both tables; sets stay together."""
    facts = make_facts()
    gates = {"Production": (MetricGate(gated),)} if gated else {}
    more = [MetricFact(f"test_{key}", key, 1.0, "a") for key in ("accuracy", "rmse")]
    whole = [dataclasses.replace(fact, key=fact.name, split="") for fact in more]
    change = dataclasses.replace(
        facts.changes[0],
        metrics=tuple(MetricChange(key, 1.0, 2.0, "changed") for key in ("accuracy", "rmse")),
    )
    facts = dataclasses.replace(facts, metrics=(*whole, *more), changes=(change,))
    found = make_evidence(facts, model=dataclasses.replace(make_model(), gates=gates))
    assert [row.name for row in found.metrics if not row.split] == first
    assert [row.split for row in found.metrics] == ["", "", "a", "a"]
    assert [delta.key for delta in found.changes[0].metrics] == first


def test_parts_of_the_data_stand_side_by_side(evidence):
    """Each part is a row, each metric a column, and a part without a metric has a dash."""
    for table in evidence.slices:
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
    assert [row.slice for table in evidence.slices for row in table.rows]


def test_a_change_names_the_other_version_and_why(evidence):
    """One comparison serves where the version before is the one in Production."""
    assert [(c.other.version, c.reason) for c in evidence.changes] == [
        (1, "the version before, in Production")
    ]
    assert {delta.verdict for delta in evidence.changes[0].metrics} <= {
        "better",
        "worse",
        "same",
        "changed",
        "",
    }


def build_site(project):
    config = load_config(project)
    options = BuildOptions(
        store=str(project / "runs"),
        registry=project / "registry.yaml",
        output=project / "site",
        config=config,
    )
    return build(options)


def test_the_timeline_comes_from_git_and_follows_it(tmp_path):
    """A promotion is told once it is committed, and committing alone brings the site up to date."""
    project = write_project(tmp_path)
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "registry.yaml")
    git(project, "commit", "--quiet", "-m", "Begin")
    promote_version(project / "registry.yaml", name=MODEL, version=1, stage="Production")
    build_site(project)
    page = project / "site" / "models" / MODEL / "index.html"
    assert "not committed yet" in page.read_text()
    git(project, "commit", "--quiet", "-am", "Go back to 1 (#12)")
    assert build_site(project).changed
    text = page.read_text()
    assert "not committed yet" not in text
    row = next(e for e in parse_elements(text) if e.tag == "li" and "Go back to 1" in e.text)
    assert "Ada Tester" in row.text
    assert "#12" in row.text
    assert build_site(project).changed == ()
