"""Which modules code needs, found without running it."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import polars as pl
import pytest

import runsite
import runsite.pyfunc
from runsite.models.dependencies import (
    list_imports,
    list_local_imports,
    list_modules,
    list_used_modules,
)

MODULE = """
import psutil
from yaml import safe_load
import runsite.pyfunc
import {other}

class Own(runsite.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        import duckdb
        return model_input
"""


@pytest.fixture
def own_modules(tmp_path: Path, monkeypatch):
    """Return a module of the user's that imports another one of his."""
    (tmp_path / "own_first_module.py").write_text(MODULE.format(other="own_second_module"))
    (tmp_path / "own_second_module.py").write_text("import altair\nimport own_first_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("own_first_module")
    for name in ("own_first_module", "own_second_module"):
        sys.modules.pop(name, None)


def test_a_pickle_tells_its_modules_without_being_run():
    """Modules are read from the opcodes: a pickle that would run code runs none."""

    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("it was unpickled",))

    modules = list_modules(pickle.dumps([Trap(), np.float64(1.0)]))
    assert any(name.startswith("numpy") for name in modules)


def test_modules_that_a_pickled_function_uses_are_found():
    """Of several modules used by functions in one pickle each is found, texts are not."""
    functions = [lambda x: pl.DataFrame(x + 1), lambda x: np.ones(x + 1), lambda: "yaml"]
    modules = {name.partition(".")[0] for name in list_modules(cloudpickle.dumps(functions))}
    assert {"polars", "numpy"} <= modules
    assert "yaml" not in modules


def test_imports_inside_methods_and_functions_count():
    """A method that imports when it is called, and a closure, name what they need."""
    used = subprocess  # a module in a closure

    def outer():
        def inner():
            import duckdb

            return duckdb, used

        return inner

    class Model(runsite.pyfunc.PythonModel):
        def __init__(self):
            self.function = outer()

        def predict(self, context, model_input, params=None):
            import psutil

            return psutil, self.function

    for thing in (Model, outer, outer()):
        thing.__module__ = "__main__"
    model = Model()
    model.function.__module__ = Model.predict.__module__ = "__main__"
    assert {"psutil", "duckdb", "subprocess", "runsite.pyfunc"} <= list_used_modules(model)


def test_the_users_own_modules_are_followed(own_modules):
    """What is his is read for its imports, also in a circle; libraries are not followed."""
    found = list_local_imports(list_used_modules(own_modules.Own()))
    assert found == {
        "psutil",
        "yaml",
        "runsite.pyfunc",
        "own_second_module",
        "altair",
        "own_first_module",
        "duckdb",
    }
    assert list_local_imports({"numpy", "json", "__main__"}) == set()


def test_own_modules_and_code_paths_are_in_the_requirements(own_modules, tmp_path: Path):
    """A model of the user's own module needs what the module imports, at once and later."""
    runsite.pyfunc.save_model(
        tmp_path / "m", python_model=own_modules.Own(), code_paths=[own_modules.__file__]
    )
    lines = (tmp_path / "m" / "requirements.txt").read_text().split()
    names = [line.partition("==")[0] for line in lines]
    assert names == ["altair", "cloudpickle", "duckdb", "psutil", "PyYAML", "runsite"]


@pytest.mark.parametrize("source", ["def (", "\0", "from . import x"])
def test_what_cannot_be_read_imports_nothing(source):
    """A file that is no Python, or that imports its neighbours, adds nothing."""
    assert list_imports(source) == set()
