"""A model folder that wants to do harm gets one clear error and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runsite.errors import ModelError
from runsite.models.scoring import load_folder

pytestmark = pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")

LOADER = "flavors:\n  python_function:\n    loader_module: {}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("flavors: " + "[" * 5000 + "]" * 5000, "MLmodel lists no flavors"),
        ("!!python/object/apply:os.system ['x']\n", "could not determine a constructor"),
        ("a: &a [1]\nb: &b [*a, *a]\nflavors: *b\n", "MLmodel lists no flavors"),
        (
            LOADER.format("mlflow.sklearn") + f"signature: {{inputs: '{'[' * 100_000}'}}\n",
            "the signature is nested too deeply",
        ),
        (LOADER.format("mlflow.sklearn") + "signature: {inputs: 3}\n", "a schema is a list"),
        (LOADER.format("mlflow.sklearn") + "    model_path: ../../x\n", "file 'x' is missing"),
        (LOADER.format("'os; import x'"), "'os; import x' is not the name of a module"),
        (LOADER.format("''"), "'' is not the name of a module"),
        (LOADER.format("shutil"), "'shutil' has no _load_pyfunc"),
        (LOADER.format("mine") + "    data: ../..\n", "its data lies outside the model"),
        ("flavors: {sklearn: {}}\n", "the model has no flavor 'python_function'"),
        ("<<<<<<< HEAD\nflavors: {}\n", "is not valid YAML"),
    ],
)
def test_a_hostile_file_is_one_error(text, problem, tmp_path: Path, monkeypatch):
    """Depth, tags, aliases, paths that leave the folder, names that are none: each is named."""
    (tmp_path / "MLmodel").write_text(text)
    (tmp_path / "mine.py").write_text("def _load_pyfunc(path): raise SystemExit(path)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError) as caught:
        load_folder(tmp_path)
    assert problem in caught.value.problem
    assert "\n" not in caught.value.problem


def test_a_file_without_end_is_not_read(tmp_path: Path):
    """A huge file is refused by its size, and a pipe is not waited for."""
    (tmp_path / "MLmodel").write_bytes(b"a" * (16 * 1024 * 1024 + 1))
    with pytest.raises(ModelError, match="MLmodel is larger than 16 MB"):
        load_folder(tmp_path)
    (tmp_path / "MLmodel").unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "MLmodel")
        with pytest.raises(ModelError, match="MLmodel is not a file"):
            load_folder(tmp_path)
