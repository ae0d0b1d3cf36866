"""Versions of what is imported are found without importing or asking anything heavy."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from types import ModuleType

from runsite.capture.environment import (
    find_packages,
    format_requirements,
    read_platform,
    read_python,
    read_user,
)


def make_distribution(folder, name, version, *, files=(), top_level=None):
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    info.joinpath("RECORD").write_text("".join(f"{file},,\n" for file in files))
    if top_level is not None:
        info.joinpath("top_level.txt").write_text(top_level)


def make_module(name, folder):
    module = ModuleType(name)
    module.__file__ = str(folder / name / "__init__.py")
    return module


def test_versions_agree_with_importlib_metadata():
    """The quick scan finds what the slow one in the standard library finds."""
    import polars as pl  # noqa: F401
    import yaml  # noqa: F401

    found = find_packages(sys.modules, path=sys.path)
    assert found["polars"] == importlib.metadata.version("polars")
    assert found["pyyaml"] == importlib.metadata.version("pyyaml")
    assert "scikit-learn" in found or "sklearn" not in sys.modules


def test_a_module_is_matched_to_a_distribution_of_another_name(tmp_path):
    """The module sklearn comes from scikit-learn: the list of files says so."""
    site = tmp_path / "site-packages"
    make_distribution(site, "Foo_Bar", "1.2", files=["foo/__init__.py"])
    make_distribution(site, "other", "3", files=["other/__init__.py"])
    make_distribution(site, "old", "4", top_level="older\n")
    modules = {name: make_module(name, site) for name in ("foo", "older")}
    assert find_packages(modules, path=[str(site)]) == {"foo-bar": "1.2", "old": "4"}


def test_the_first_on_the_path_wins(tmp_path):
    """Python imports the first copy on the path, so its version is the one that ran."""
    for folder, version in (("a", "1"), ("b", "2")):
        make_distribution(tmp_path / folder, "pkg", version)
    path = [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "missing")]
    assert find_packages({"pkg": ModuleType("pkg")}, path=path) == {"pkg": "1"}


def test_the_standard_library_and_own_modules_are_left_out(tmp_path):
    """Only what was installed has a version."""
    modules = {"json": ModuleType("json"), "my_script": ModuleType("my_script")}
    assert find_packages(modules, path=[str(tmp_path)]) == {}


def test_requirements_pin_each_package():
    """The versions can be handed to pip."""
    assert format_requirements({"a": "1", "b-c": "2.0"}) == "a==1\nb-c==2.0\n"


def test_python_platform_and_user_are_short_texts(monkeypatch):
    """One line each, ready for a table."""
    monkeypatch.setenv("LOGNAME", "ada")
    assert read_user() == "ada"
    assert re.fullmatch(r"3\.\d+\.\d+", read_python())
    assert "\n" not in read_platform()
    assert read_platform()
