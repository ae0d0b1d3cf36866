from __future__ import annotations

import pytest

from support.examples import taxi_module
from support.repository import git

__all__ = ["taxi_module"]


@pytest.fixture
def project(taxi_module):
    return taxi_module("project")


@pytest.fixture
def trips(taxi_module):
    """Return what a project needs to know of its trips."""
    data = taxi_module("data")
    frame = data.pl.DataFrame({"route": ["1_2"], "miles": [1.0], "minutes": [5.0]})
    return data.Trips(
        name="green-taxi",
        question="Trip duration in minutes, NYC green taxis",
        origin="a test",
        sources=("", ""),
        model_name="nyc-taxi-regressor",
        experiment="nyc-taxi-duration",
        route="route",
        distance="miles",
        target="minutes",
        train=frame,
        validation=frame,
    )


def test_a_project_is_a_repository_with_settings_registry_and_card(project, trips, tmp_path):
    """The folder that is made is what `runsite` and a team's Git expect."""
    folder = tmp_path / "deep" / "demo"
    project.prepare_project(folder, trips=trips)
    project.commit(folder, "Begin")
    tracked = git(folder, "ls-files").splitlines()
    assert tracked == [".gitignore", "cards/nyc-taxi-regressor.md", "registry.yaml", "runsite.yaml"]
    assert git(folder, "log", "--format=%an %s") == "runsite demo Begin"


def test_a_folder_of_an_earlier_demo_is_made_anew_but_for_what_is_not_its_own(
    project, trips, tmp_path
):
    """Runs, site and history of the last time go; a file that somebody put there stays."""
    project.prepare_project(tmp_path, trips=trips)
    project.commit(tmp_path, "First")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "old.parquet").touch()
    (tmp_path / "notes.txt").write_text("mine")
    project.prepare_project(tmp_path, trips=trips)
    project.commit(tmp_path, "Second")
    assert git(tmp_path, "log", "--format=%s") == "Second"
    assert not (tmp_path / "runs").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_no_demo_made_is_left_alone(project, trips, tmp_path):
    """Nothing is written or deleted where something lies that the demo does not know."""
    (tmp_path / "runs").mkdir()
    with pytest.raises(project.FolderError) as caught:
        project.prepare_project(tmp_path, trips=trips)
    assert str(caught.value) == (
        f"{tmp_path} is not empty and not made by this demo; name another by --output"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_a_link_in_the_place_of_a_folder_is_unlinked_not_followed(project, trips, tmp_path):
    """What a link in an old demo folder points at is not the demo's to delete."""
    folder, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    project.prepare_project(folder, trips=trips)
    (folder / "runs").symlink_to(elsewhere)
    project.prepare_project(folder, trips=trips)
    assert not (folder / "runs").exists()
    assert (elsewhere / "precious").exists()


def test_git_variables_of_a_hook_do_not_lead_to_another_repository(
    project, trips, git_repo, tmp_path, monkeypatch
):
    """Run from inside a Git hook, the demo commits to its own repository."""
    monkeypatch.setenv("GIT_DIR", str(git_repo / ".git"))
    project.prepare_project(tmp_path / "demo", trips=trips)
    project.commit(tmp_path / "demo", "Begin")
    monkeypatch.delenv("GIT_DIR")
    assert git(tmp_path / "demo", "log", "--format=%s") == "Begin"
    assert git(git_repo, "log", "--all", "--format=%s") == ""
