"""Promises that the tests themselves keep."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.repository import ROOT

TESTS = ROOT / "tests"


def find_tests(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every test function of a module, those in classes included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node


def test_every_test_states_the_fact_that_it_protects():
    """A failing test tells its reader what was promised, not only what was compared."""
    silent = [
        f"{path.relative_to(ROOT)}:{test.lineno} {test.name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        for test in find_tests(path)
        if not ast.get_docstring(test)
    ]
    assert silent == []


def test_every_unit_test_file_stands_where_its_module_stands():
    """``tests/unit/<layer>/test_<module>.py`` mirrors ``src/runsite/<layer>/<module>.py``."""
    unit = TESTS / "unit"
    folders = {path.parent.relative_to(unit).parts[0] for path in unit.rglob("*/test_*.py")}
    layers = {path.name.removesuffix(".py") for path in (ROOT / "src" / "runsite").iterdir()}
    assert folders - layers - {"support", "examples"} == set()
