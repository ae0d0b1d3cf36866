"""Registered models through MLflow's calls: edits of registry.yaml, entities back."""

from __future__ import annotations

from pathlib import Path

import pytest

import runsite
from runsite.errors import (
    AlreadyExistsError,
    DigestMismatchError,
    InvalidValueError,
    NotFoundError,
)
from runsite.store import Store
from runsite.tracking import RunsiteClient
from support.models import log_model_run


@pytest.fixture
def store(tracked):
    return Store.create(tracked)


@pytest.fixture
def client():
    return RunsiteClient()


@pytest.fixture
def two(store, client):
    """Two versions of taxi; returns the ids of their runs."""
    runs = [log_model_run(store, number) for number in (1, 2)]
    for run_id in runs:
        runsite.register_model(f"runs:/{run_id}/model", "taxi", tags={"n": 1})
    return runs


def test_a_model_is_registered_from_its_run(store, client):
    """The version pins the run, the folder and the digest of its files."""
    run_id = log_model_run(store, 1)
    version = runsite.register_model(f"runs:/{run_id}/model", "taxi", tags={"team": "x"})
    assert (version.name, version.version, version.run_id) == ("taxi", "1", run_id)
    assert (version.current_stage, version.tags, version.status) == ("None", {"team": "x"}, "READY")
    assert version.source == (store.artifacts_dir(run_id) / "model").as_uri()
    text = Path("registry.yaml").read_text()
    assert f'run: "{run_id}"' in text
    assert store.read_run(run_id).models[0].digest in text
    assert client.get_model_version("taxi", "1") == version


def test_a_version_is_created_from_where_its_files_are(store, client):
    """Tutorials hand over the artifact URI and the run, or the path and the run."""
    run_id = log_model_run(store, 1, "model", "other/deep")
    uri = f"{store.artifacts_dir(run_id).as_uri()}/other/deep"
    assert client.create_model_version("taxi", uri, run_id).source == uri
    assert client.create_model_version("taxi", "model", run_id, description="d").description == "d"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/tmp/somewhere", "'/tmp/somewhere' lies in no run of the store"),
        ("models:/taxi/1", "a version is registered from a run, not from 'models:/taxi/1'"),
    ],
)
def test_a_model_outside_of_every_run_is_refused(store, client, source, message):
    """A version without a run could not be explained later."""
    with pytest.raises(InvalidValueError) as caught:
        client.create_model_version("taxi", source)
    assert str(caught.value).startswith(message)
    assert not Path("registry.yaml").exists()


def test_a_changed_or_missing_model_is_not_registered(store):
    """What is registered is what the run logged."""
    run_id = log_model_run(store, 1)
    with pytest.raises(NotFoundError) as caught:
        runsite.register_model(f"runs:/{run_id}/models", "taxi")
    assert str(caught.value).endswith("hint:  the run's models are 'model'")
    (store.artifacts_dir(run_id) / "model" / "weights.txt").write_text("changed")
    with pytest.raises(DigestMismatchError, match="are not those that the run logged"):
        runsite.register_model(f"runs:/{run_id}/model", "taxi")


def test_stages_move_between_versions(client, two):
    """One version a stage; with archive_existing the one before is retired."""
    client.transition_model_version_stage("taxi", "1", "Production")
    moved = client.transition_model_version_stage(
        "taxi", "2", "production", archive_existing_versions=True
    )
    assert moved.current_stage == "Production"
    assert client.get_model_version("taxi", "1").current_stage == "Archived"
    assert [v.version for v in client.get_latest_versions("taxi", ["Production"])] == ["2"]
    assert {v.version for v in client.get_latest_versions("taxi")} == {"1", "2"}
    assert client.transition_model_version_stage("taxi", "1", "None").current_stage == "None"
    assert (
        client.transition_model_version_stage("taxi", "1", "archived").current_stage == "Archived"
    )
    assert client.get_model_version_stages("taxi", "1") == [
        "None",
        "Staging",
        "Production",
        "Archived",
    ]
    with pytest.raises(InvalidValueError, match="Prod"):
        client.transition_model_version_stage("taxi", "1", "Prod")


def test_a_version_tells_who_registered_it(client, two, monkeypatch):
    """The name that the commit will have; the account's where Git knows none."""
    assert client.get_model_version("taxi", "1").user_id == "Ada Tester"
    monkeypatch.delenv("GIT_AUTHOR_NAME")
    monkeypatch.setenv("LOGNAME", "ada")
    source = client.get_model_version("taxi", "1").source
    assert client.create_model_version("taxi", source).user_id == "ada"


def test_aliases_name_versions(client, two):
    """An alias is a second name that can be moved and removed."""
    client.set_registered_model_alias("taxi", "champion", "2")
    found = client.get_model_version_by_alias("taxi", "champion")
    assert (found.version, found.aliases) == ("2", ["champion"])
    assert client.get_registered_model("taxi").aliases == {"champion": "2"}
    client.delete_registered_model_alias("taxi", "champion")
    with pytest.raises(NotFoundError, match="has no alias 'champion'"):
        client.get_model_version_by_alias("taxi", "champion")


def test_models_and_versions_have_descriptions_and_tags(client, two):
    """Words and tags are edits like others."""
    client.update_registered_model("taxi", "Minutes of a trip")
    client.update_model_version("taxi", "2", "Deeper")
    client.set_registered_model_tag("taxi", "owner", "ada")
    client.set_model_version_tag("taxi", "2", "checked", "yes")
    client.transition_model_version_stage("taxi", "1", "Staging")
    client.set_model_version_tag("taxi", stage="Staging", key="via", value="stage")
    runsite.set_model_version_tag("taxi", "1", "k", "v")
    model = client.get_registered_model("taxi")
    assert (model.description, model.tags) == ("Minutes of a trip", {"owner": "ada"})
    second = client.get_model_version("taxi", "2")
    assert (second.description, second.tags) == ("Deeper", {"n": "1", "checked": "yes"})
    assert client.get_model_version("taxi", "1").tags == {"n": "1", "via": "stage", "k": "v"}
    client.delete_registered_model_tag("taxi", "owner")
    client.delete_model_version_tag("taxi", "2", "checked")
    assert client.get_registered_model("taxi").tags == {}
    assert client.get_model_version("taxi", "2").tags == {"n": "1"}


def test_models_are_made_renamed_and_removed(client, two):
    """A model needs no version to exist."""
    made = client.create_registered_model("ride", tags={"a": 1}, description="d")
    assert (made.name, made.description, made.latest_versions) == ("ride", "d", [])
    with pytest.raises(AlreadyExistsError):
        client.create_registered_model("taxi")
    assert client.rename_registered_model("ride", "trip").name == "trip"
    client.delete_registered_model("trip")
    with pytest.raises(NotFoundError):
        client.get_registered_model("trip")
    client.delete_model_version("taxi", "2")
    assert [v.version for v in client.search_model_versions()] == ["1"]


def test_models_and_versions_are_searched(client, two):
    """In the grammar of run searches."""
    client.create_registered_model("ride")
    client.transition_model_version_stage("taxi", "1", "Staging")
    assert [m.name for m in runsite.search_registered_models()] == ["ride", "taxi"]
    found = runsite.search_registered_models(filter_string="name ILIKE 'TAX%'")
    assert [m.name for m in found] == ["taxi"]
    assert [v.version for v in runsite.search_model_versions()] == ["2", "1"]
    query = f"name = 'taxi' AND run_id = '{two[1]}' AND version_number > 1 AND tags.n = '1'"
    assert [v.version for v in client.search_model_versions(query)] == ["2"]
    assert [v.version for v in client.search_model_versions("stage = 'Staging'")] == ["1"]
    page = client.search_model_versions(max_results=1, order_by=["version_number ASC"])
    rest = client.search_model_versions(
        max_results=1, order_by=["version_number ASC"], page_token=page.token
    )
    assert [v.version for v in (*page, *rest)] == ["1", "2"]
    with pytest.raises(InvalidValueError, match="the attributes of model versions are name"):
        client.search_model_versions("owner = 'x'")


@pytest.mark.parametrize("version", ["latest", "1.0", "", "²"])
def test_a_version_is_a_number(client, two, version):
    """Text that is no number is a mistake that is named."""
    with pytest.raises(InvalidValueError) as caught:
        client.get_model_version("taxi", version)
    assert str(caught.value) == f"a version is a number, not '{version}'"


def test_the_registry_can_be_another_file(client, store, tmp_path):
    """set_registry_uri and the client's argument choose it."""
    run_id = log_model_run(store, 1)
    other = tmp_path / "other.yaml"
    runsite.set_registry_uri(str(other))
    try:
        assert runsite.get_registry_uri() == str(other)
        runsite.register_model(f"runs:/{run_id}/model", "taxi")
    finally:
        runsite.set_registry_uri("")
    assert RunsiteClient(registry_uri=other).get_registered_model("taxi").name == "taxi"
    with pytest.raises(NotFoundError):
        client.get_registered_model("taxi")


def test_a_version_is_copied_to_another_model(client, two):
    """The copy pins the same run and files, whatever the first is called by."""
    client.transition_model_version_stage("taxi", "1", "Production")
    copied = client.copy_model_version("models:/taxi/Production", "taxi-prod")
    assert (copied.name, copied.version, copied.run_id) == ("taxi-prod", "1", two[0])
    assert client.copy_model_version("models:/taxi/2", "taxi-prod").run_id == two[1]
    with pytest.raises(InvalidValueError, match="names no registered model"):
        client.copy_model_version(f"runs:/{two[0]}/model", "taxi-prod")
