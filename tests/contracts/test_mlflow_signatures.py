"""Code written for MLflow calls us with its own words: names, order and defaults are the same."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import runsite
from runsite.tracking import RunsiteClient

TABLE = Path(__file__).with_name("mlflow_signatures.txt")
LINES = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]


def parse(line: str) -> tuple[str, list[tuple[str, object, bool]]]:
    """Read ``name(a, b=1, *, c=2)``: each parameter with its default and whether by name only."""
    name, _, rest = line.partition("(")
    arguments = ast.parse(f"def f({rest}: ...").body[0].args
    none = inspect.Parameter.empty
    missing = [none] * (len(arguments.args) - len(arguments.defaults))
    defaults = [*missing, *map(ast.literal_eval, arguments.defaults)]
    found = [(a.arg, d, False) for a, d in zip(arguments.args, defaults, strict=True)]
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        value = none if default is None else ast.literal_eval(default)
        found.append((argument.arg, value, True))
    return name, found


def find(name: str) -> object:
    place, _, rest = name.partition(".")
    value: object = runsite if place == "mlflow" else RunsiteClient
    for part in rest.split("."):
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition("(")[0])
def test_a_call_has_mlflow_s_parameters(line):
    """A call by position and a call by keyword mean here what they mean there."""
    name, expected = parse(line)
    parameters = inspect.signature(find(name)).parameters.values()
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    found = [(p.name, p.default, p.kind is keyword_only) for p in parameters if p.name != "self"]
    assert found == expected


def test_the_table_is_not_empty():
    """A file that was cut would let everything pass."""
    assert len(LINES) > 110
