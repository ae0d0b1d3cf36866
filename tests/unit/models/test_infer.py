"""Signatures inferred from data. The expected texts are what MLflow 3.17 wrote for the same data."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp

from runsite.errors import ModelError
from runsite.models import infer_signature
from runsite.models.infer import infer_from_example, infer_params, infer_schema

NOON = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - tables have times without a zone


def columns(data) -> list:
    return infer_schema(data).to_dict()


def test_pandas_columns_have_mlflows_types():
    """Each pandas dtype maps to the column type that MLflow gives it, gaps make it optional."""
    frame = pd.DataFrame(
        {
            "t": pd.to_datetime(["2020-01-01"] * 2),
            "s": ["a", None],
            "bo": [True, False],
            "i": [1, 2],
            "f": [1.0, np.nan],
            "l": [[1, 2], [3]],
            "d": [{"x": 1, "y": "a"}, {"x": 2}],
            "by": [b"a", b"b"],
            "cat": pd.Categorical(["u", "v"]),
            "i32": np.array([1, 2], "int32"),
            "u8": np.array([1, 2], "uint8"),
        }
    )
    assert columns(frame) == json.loads(
        '[{"type": "datetime", "name": "t", "required": true},'
        ' {"type": "string", "name": "s", "required": false},'
        ' {"type": "boolean", "name": "bo", "required": true},'
        ' {"type": "long", "name": "i", "required": true},'
        ' {"type": "double", "name": "f", "required": false},'
        ' {"type": "array", "items": {"type": "long"}, "name": "l", "required": true},'
        ' {"type": "object", "properties": {"x": {"type": "long", "required": true},'
        ' "y": {"type": "string", "required": false}}, "name": "d", "required": true},'
        ' {"type": "binary", "name": "by", "required": true},'
        ' {"type": "string", "name": "cat", "required": true},'
        ' {"type": "integer", "name": "i32", "required": true},'
        ' {"type": "integer", "name": "u8", "required": true}]'
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            np.zeros((2, 3)),
            [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}],
        ),
        (
            sp.csr_matrix(np.eye(3)),
            [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}],
        ),
        (
            {"a": np.ones((2, 3))},
            [
                {
                    "name": "a",
                    "type": "tensor",
                    "tensor-spec": {"dtype": "float64", "shape": [-1, 3]},
                }
            ],
        ),
        (
            np.array(["x", "yy"]),
            [{"type": "tensor", "tensor-spec": {"dtype": "str", "shape": [-1]}}],
        ),
        (
            {"x": 1, "y": [1, 2]},
            [
                {"type": "long", "name": "x", "required": True},
                {"type": "array", "items": {"type": "long"}, "name": "y", "required": True},
            ],
        ),
        (
            [{"x": 1}, {"y": "b"}],
            [
                {"type": "long", "name": "x", "required": False},
                {"type": "string", "name": "y", "required": False},
            ],
        ),
        (["a", "b"], [{"type": "string", "required": True}]),
        ("a", [{"type": "string", "required": True}]),
        (pd.Series([1.0], name="a"), [{"type": "double", "name": "a", "required": True}]),
        (
            pd.DataFrame(np.ones((2, 2))),
            [
                {"type": "double", "name": 0, "required": True},
                {"type": "double", "name": 1, "required": True},
            ],
        ),
    ],
)
def test_other_kinds_of_data_have_mlflows_schema(data, expected):
    """Arrays and sparse matrices are tensors with free rows; records and lists are columns."""
    assert columns(data) == expected


def test_polars_gives_what_pandas_gives():
    """The same table has the same schema whichever library holds it."""
    table = pl.DataFrame(
        {
            "a": [1, None],
            "b": ["x", "y"],
            "c": [1.5, 2.0],
            "d": [NOON] * 2,
            "e": [[1], [2, 3]],
        }
    )
    assert columns(table) == [
        {"type": "long", "name": "a", "required": False},
        {"type": "string", "name": "b", "required": True},
        {"type": "double", "name": "c", "required": True},
        {"type": "datetime", "name": "d", "required": True},
        {"type": "array", "items": {"type": "long"}, "name": "e", "required": True},
    ]


def test_params_have_defaults_and_shapes():
    """A list is a parameter of free length, a scalar one without shape."""
    assert infer_params({"t": 1, "q": [1.5], "s": "x"}).to_dict() == [
        {"name": "t", "default": 1, "shape": None, "type": "long"},
        {"name": "q", "default": [1.5], "shape": [-1], "type": "double"},
        {"name": "s", "default": "x", "shape": None, "type": "string"},
    ]


def test_whole_and_broken_numbers_in_one_list_are_doubles():
    """A list of 1 and 1.5 is a list of doubles, not an error."""
    assert columns([1, 1.5]) == [{"type": "double", "required": True}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame({"a": [1, "x"]}, dtype=object), "column 'a' mixes the types long and string"),
        (pd.DataFrame({"a": [1 + 2j]}), "column 'a' has the type 'complex128'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns are called 'a'"),
        (object(), "no signature can be inferred from"),
        ({1: 2}, "an input's name is text, not '1'"),
    ],
)
def test_what_no_signature_can_say_is_refused_by_name(data, message):
    """An error names the column or value that has no type."""
    with pytest.raises(ModelError, match=message.replace("(", r"\(")):
        infer_schema(data)


def test_signature_prints_for_people():
    """A signature's text names each input with its type."""
    signature = infer_signature(pd.DataFrame({"a": [1.0]}), np.zeros(1), params={"k": 3})
    assert str(signature) == (
        "inputs: \n  ['a': double (required)]\n"
        "outputs: \n  [Tensor('float64', (-1,))]\n"
        "params: \n  ['k': long (default: 3)]\n"
    )


def test_a_model_that_fails_on_its_example_has_no_signature():
    """A model that is not fitted yet is kept all the same, with a warning that says why."""

    def fail(_example, _params):
        raise ValueError("not fitted yet")

    with pytest.warns(UserWarning, match="gets no signature") as caught:
        assert infer_from_example(np.zeros((2, 2)), fail) is None
    assert str(caught[0].message) == (
        "the model gets no signature, as it fails on its input example: ValueError: not fitted yet"
    )
    found = infer_from_example(np.zeros((2, 2)), lambda example, _params: example.sum(axis=1))
    assert found == infer_signature(np.zeros((2, 2)), np.zeros(2))
