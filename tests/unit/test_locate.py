from pathlib import Path

import pytest

from runsite.config import parse_config
from runsite.locate import find_registry_path, find_store_uri


@pytest.fixture
def config():
    """Return the settings of a project in ``project/``."""
    return lambda text: parse_config(text, folder=Path("project"))


def test_what_the_caller_says_comes_first(config, monkeypatch):
    """A flag beats file and environment."""
    monkeypatch.setenv("RUNSITE_TRACKING_URI", "env")
    monkeypatch.setenv("RUNSITE_REGISTRY", "env.yaml")
    settings = config("store: a\nregistry: a.yaml\n")
    assert find_store_uri("said", config=settings) == "said"
    assert find_registry_path("said.yaml", config=settings) == Path("said.yaml")


def test_the_file_comes_before_the_environment(config, monkeypatch):
    """A project's own setting holds for all who work on it, relative to the file."""
    monkeypatch.setenv("RUNSITE_TRACKING_URI", "env")
    monkeypatch.setenv("RUNSITE_REGISTRY", "env.yaml")
    settings = config("store: a\nregistry: a.yaml\n")
    assert find_store_uri(config=settings) == str(Path("project/a"))
    assert find_registry_path(config=settings) == Path("project/a.yaml")


def test_an_address_in_the_file_is_left_as_it_is(config):
    """A URI is not a path below the project."""
    assert find_store_uri(config=config("store: s3://bucket/runs\n")) == "s3://bucket/runs"


def test_the_environment_comes_before_the_default(config, monkeypatch):
    """Where the file is silent the environment speaks."""
    monkeypatch.setenv("RUNSITE_TRACKING_URI", "env")
    monkeypatch.setenv("RUNSITE_REGISTRY", "env.yaml")
    assert find_store_uri(config=config("")) == "env"
    assert find_registry_path(config=config("")) == Path("env.yaml")


def test_the_default_is_the_current_folder(tmp_path, monkeypatch):
    """With nothing said at all a project is the folder one stands in."""
    monkeypatch.chdir(tmp_path)
    assert find_store_uri() == "runs"
    assert find_registry_path() == Path("registry.yaml")
