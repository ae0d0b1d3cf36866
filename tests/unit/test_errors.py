import inspect
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite import errors
from runsite.errors import RunsiteError, quote

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, RunsiteError)
]


def test_the_tree_in_the_docstring_is_the_tree():
    """The drawing at the top of the module names every class, under its parent."""
    parents: list[str] = []
    drawn = {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"(?P<branch> {4}[│├└─ ]*)(?P<name>\w+Error)\b", line)
        if match:
            depth = len(match["branch"]) // 4 - 1
            parents[depth:] = [match["name"]]
            drawn[match["name"]] = parents[depth - 1] if depth else None
    real = {
        kind.__name__: next(
            (base.__name__ for base in kind.__bases__ if issubclass(base, RunsiteError)), None
        )
        for kind in CLASSES
    }
    assert drawn == real


@pytest.mark.parametrize("kind", [c for c in CLASSES if c is not RunsiteError])
def test_each_class_is_also_a_built_in_one(kind):
    """A caller who knows only Python catches it as the error that Python would raise."""
    built_in = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    assert built_in is not Exception


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_survives_pickling(kind):
    """A worker process hands its error over whole."""
    error = pickle.loads(pickle.dumps(kind("no run 'a'", where="x.yaml:1:2", hint="use b")))
    assert type(error) is kind
    assert str(error) == "no run 'a'\n  where: x.yaml:1:2\n  hint:  use b"


def test_where_and_hint_may_be_missing():
    """A message is its problem alone where there is no more to say."""
    assert str(RunsiteError("lost")) == "lost"
    assert str(RunsiteError("lost", hint="look")) == "lost\n  hint:  look"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "'plain'"),
        ("tab\tbell\x07", r"'tab\tbell\x07'"),
        ("\x1b[31mred", r"'\x1b[31mred'"),
        ("right\u202eleft", r"'right\u202eleft'"),
        (3, "'3'"),
        (None, "'None'"),
        ("x" * 200, "'" + "x" * 119 + "…'"),
    ],
)
def test_quote_shows_what_is_there(value, shown):
    """A value is shown on one line, with its control characters as escapes, and cut."""
    assert quote(value) == shown


@given(st.text())
def test_quote_never_steers_a_terminal(text):
    """Whatever the value, what is printed is printable and of bounded length."""
    shown = quote(text)
    assert shown.isprintable()
    assert len(shown) <= 122


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.NotFoundError, "RESOURCE_DOES_NOT_EXIST"),
        (errors.AlreadyExistsError, "RESOURCE_ALREADY_EXISTS"),
        (errors.InvalidValueError, "INVALID_PARAMETER_VALUE"),
        (errors.RunStateError, "INVALID_STATE"),
        (errors.StoreError, "INTERNAL_ERROR"),
    ],
)
def test_an_error_has_mlflow_s_code(kind, code):
    """Code that creates a thing unless it exists asks an error for its code."""
    from runsite.protos.databricks_pb2 import ErrorCode

    error = kind("taken", where="a.yaml:1", hint="take another")
    assert error.error_code == ErrorCode.Name(getattr(ErrorCode, code)) == code
    assert error.message == "taken"
