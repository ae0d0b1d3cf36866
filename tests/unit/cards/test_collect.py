from __future__ import annotations

import hashlib
import json

import pytest

from runsite.cards.collect import choose_version, collect_facts
from runsite.errors import InvalidValueError, NotFoundError
from runsite.records import ArtifactRecord
from runsite.registry import Model, Registry, load_registry
from runsite.store import Store
from support.cards import EXAMPLE, MODEL, RUN_IDS, make_model, write_project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("project"))


def collect(project, *, version: int = 2):
    model = load_registry(project / "registry.yaml").get_model(MODEL)
    return collect_facts(Store.open(project / "runs"), model, version=version)


def test_facts_are_read_from_store_registry_and_example(project):
    """What was logged and registered comes back as the card's facts."""
    facts = collect(project)
    assert facts.identity.stage == "Production"
    assert {m.key: m.value for m in facts.metrics}["rmse"] == pytest.approx(6.51)
    assert [c.version for c in facts.changes] == [1]
    assert json.loads(facts.example) == EXAMPLE
    assert [i.name for i in facts.data] == ["green-2021-01", "green-2021-02"]


def test_a_run_that_is_gone_leaves_the_registrys_facts(project, tmp_path):
    """Another machine may not have the runs; the version is still known."""
    model = load_registry(project / "registry.yaml").get_model(MODEL)
    facts = collect_facts(Store.open(tmp_path / "none", missing_ok=True), model, version=2)
    assert (facts.run, facts.identity.run_id) == (None, RUN_IDS[1])


def test_an_example_that_leads_out_of_the_model_is_not_read(tmp_path):
    """A file named in MLmodel is only read inside the model's folder."""
    project = write_project(tmp_path)
    folder = Store.open(project / "runs").artifacts_dir(RUN_IDS[1]) / "models"
    (tmp_path / "secret.json").write_text('{"token": 1}')
    path = "../" * 4 + "secret.json"
    mlmodel = (folder / "MLmodel").read_text().replace("input_example.json", path)
    (folder / "MLmodel").write_text(mlmodel)
    assert (folder / path).resolve() == (tmp_path / "secret.json").resolve()
    assert collect(project).example == ""


@pytest.mark.parametrize(
    ("written", "number"), [(None, 1), ("2", 2), ("Staging", 2), ("@champion", 2), ("latest", 2)]
)
def test_a_version_is_a_number_a_stage_or_an_alias(written, number):
    """Without one, Production is meant."""
    registry = Registry({MODEL: make_model()})
    assert choose_version(registry, model=MODEL, version=written) == number


def test_a_version_that_is_not_there_is_an_error():
    """Unknown numbers, stages and models are told with what there is."""
    registry = Registry({MODEL: make_model(), "empty": Model("empty")})
    with pytest.raises(NotFoundError, match="has no version 9"):
        choose_version(registry, model=MODEL, version="9")
    with pytest.raises(InvalidValueError, match="unknown stage 'Prod'"):
        choose_version(registry, model=MODEL, version="Prod")
    with pytest.raises(NotFoundError) as caught:
        choose_version(registry, model="empty", version=None)
    assert str(caught.value) == (
        "model 'empty' has no versions yet\n  hint:  runsite register adds one"
    )


def add_artifact(project, path: str, text: str) -> None:
    """Log a text file into the run of version 2, as a writer that goes on with it."""
    store = Store.open(project / "runs")
    writer = store.resume_run(RUN_IDS[1])
    target = writer.artifacts_dir / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    writer.add_artifacts(
        [ArtifactRecord(path, len(text), hashlib.sha256(text.encode()).hexdigest())]
    )
    writer.close()


def test_evaluations_of_the_run_are_facts(tmp_path):
    """Metrics that were measured with intervals and slices stand in the card, each once."""
    project = write_project(tmp_path)
    rmse = {"value": 6.51, "low": 6.4, "high": 6.6}
    part = {"column": "borough", "value": "Queens", "rows": 10, "metrics": {"rmse": 7.5}}
    content = {
        "kind": "evaluation",
        "dataset": "green-2021-02",
        "rows": 100,
        "confidence": 0.9,
        "metrics": {"rmse": rmse},
        "slices": [part],
    }
    add_artifact(project, "evaluation/evaluation.json", json.dumps(content))
    found = [m for m in collect(project).metrics if m.name == "rmse"]
    assert [(m.split, m.slice, m.value, m.low, m.level, m.rows) for m in found] == [
        ("green-2021-02", "", 6.51, 6.4, 0.9, 100),
        ("green-2021-02", "borough=Queens", 7.5, None, None, 10),
    ]


def test_an_evaluation_that_is_too_large_or_gone_is_passed_over(tmp_path):
    """A card is made of what can be read."""
    project = write_project(tmp_path)
    add_artifact(project, "evaluation/evaluation.json", "x" * (4 * 1024 * 1024 + 1))
    add_artifact(project, "b_evaluation/evaluation.json", "{}")
    (
        Store.open(project / "runs").artifacts_dir(RUN_IDS[1]) / "b_evaluation/evaluation.json"
    ).unlink()
    assert [m.slice for m in collect(project).metrics if m.slice] == []
