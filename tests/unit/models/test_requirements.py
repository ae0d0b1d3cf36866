"""What a model needs, found from what it names."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
import yaml

from runsite.errors import ModelError
from runsite.models.requirements import (
    find_requirements,
    merge_requirements,
    write_environment,
)


def installed(name: str) -> str:
    return f"{name}=={importlib.metadata.version(name)}"


def test_modules_become_pinned_distributions():
    """A module's distribution is found by name, alias or what it provides; the rest adds nothing."""
    found = find_requirements(["sklearn.linear_model", "numpy", "yaml", "json", "__main__", "nope"])
    assert found == sorted(
        [
            installed("numpy"),
            installed("pyyaml").replace("pyyaml", "PyYAML"),
            installed("scikit-learn"),
        ],
        key=str.lower,
    )


def test_the_callers_requirements_win():
    """Given lines take the inferred ones' place; extra ones come on top and replace their own."""
    inferred = ["numpy==2.0", "scikit-learn==1.9"]
    assert merge_requirements(inferred, given=["x"], extra=None) == ["x"]
    assert merge_requirements(inferred, given=None, extra=["Scikit_Learn>=1.5", "y"]) == [
        "numpy==2.0",
        "Scikit_Learn>=1.5",
        "y",
    ]
    with pytest.raises(ModelError, match="exclude each other"):
        merge_requirements(inferred, given=["x"], extra=["y"])


def test_a_requirements_file_is_read(tmp_path: Path):
    """A path in place of lines is a file in pip's format."""
    (tmp_path / "r.txt").write_text("# why\nnumpy\n\n pandas \n")
    lines = merge_requirements([], given=str(tmp_path / "r.txt"), extra=None)
    assert lines == ["numpy", "pandas"]


def test_three_files_say_the_same(tmp_path: Path):
    """pip, conda and virtualenv readers each find the Python version and the packages."""
    write_environment(tmp_path, requirements=["numpy==2.0"])
    conda = yaml.safe_load((tmp_path / "conda.yaml").read_text())
    env = yaml.safe_load((tmp_path / "python_env.yaml").read_text())
    assert (tmp_path / "requirements.txt").read_text() == "numpy==2.0\n"
    assert conda["dependencies"] == [f"python={env['python']}", "pip", {"pip": ["numpy==2.0"]}]
    assert env["dependencies"] == ["-r requirements.txt"]
