"""Input held to a signature."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from runsite.errors import ModelError
from runsite.models.enforce import enforce_params, enforce_schema
from runsite.models.infer import infer_params, infer_schema
from runsite.models.schema import ColSpec, Schema

NOON = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - tables have times without a zone
TRAIN = pd.DataFrame({"a": [1.5, 2.5], "b": [1, 2], "s": ["x", "y"]})
SCHEMA = infer_schema(TRAIN)


@pytest.mark.parametrize(
    "data",
    [
        TRAIN,
        TRAIN[["s", "b", "a"]].assign(extra=0),
        pl.from_pandas(TRAIN),
        pl.from_pandas(TRAIN).lazy(),
        pl.from_pandas(TRAIN).to_arrow(),
        TRAIN.to_dict("list"),
        TRAIN.to_dict("records"),
        TRAIN.astype({"b": "int32"}),
    ],
)
def test_every_kind_of_table_becomes_the_frame_of_the_signature(data):
    """Columns come in the signature's order with its types; further ones are left out."""
    frame = enforce_schema(data, SCHEMA)
    assert list(frame.columns) == ["a", "b", "s"]
    assert [str(dtype) for dtype in frame.dtypes[:2]] == ["float64", "int64"]
    assert frame.to_dict("list") == TRAIN.to_dict("list")


def test_an_array_is_taken_by_place():
    """An array has no names, so its columns are the signature's, one for one."""
    schema = infer_schema(TRAIN[["a", "b"]])
    frame = enforce_schema(np.array([[1.5, 1.0], [2.5, 2.0]]), schema)
    assert frame.to_dict("list") == {"a": [1.5, 2.5], "b": [1, 2]}
    assert str(frame["b"].dtype) == "int64"
    sparse = enforce_schema(sp.csr_matrix([[1.5, 1.0]]), schema)
    assert sparse.to_dict("list") == {"a": [1.5], "b": [1]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (TRAIN.drop(columns="b"), "the input lacks 'b'\n  hint:  its columns are: a, s"),
        (
            TRAIN.assign(b="x"),
            (
                "column 'b' is str, and cannot become long without loss\n"
                "  hint:  cast it, or log the model with a signature inferred from such data"
            ),
        ),
        (
            TRAIN.assign(b=1.0),
            (
                "column 'b' is float64, and cannot become long without loss\n"
                "  hint:  cast it, or log the model with a signature inferred from such data"
            ),
        ),
        (
            TRAIN.assign(s=1),
            (
                "column 's' is int64, and cannot become string without loss\n"
                "  hint:  cast it, or log the model with a signature inferred from such data"
            ),
        ),
        (
            TRAIN.assign(a=True),
            (
                "column 'a' is bool, and cannot become double without loss\n"
                "  hint:  cast it, or log the model with a signature inferred from such data"
            ),
        ),
    ],
)
def test_what_does_not_fit_is_named(data, message):
    """An input that would be changed to fit is refused, with column, type and wish."""
    with pytest.raises(ModelError) as caught:
        enforce_schema(data, SCHEMA)
    assert str(caught.value) == message


def test_narrower_numbers_are_widened_and_wider_ones_kept_whole():
    """int8 fits long, long fits double up to 2**53, a double does not fit a float."""
    as_long, as_double, as_float, as_int = (
        Schema((ColSpec(kind, "x"),)) for kind in ("long", "double", "float", "integer")
    )
    small = pd.DataFrame({"x": np.array([1, 2], "int8")})
    assert str(enforce_schema(small, as_long)["x"].dtype) == "int64"
    big = pd.DataFrame({"x": [2**53, 2**53 + 1]})
    with pytest.raises(ModelError):
        enforce_schema(big, as_double)
    assert str(enforce_schema(big - 2, as_double)["x"].dtype) == "float64"
    with pytest.raises(ModelError):
        enforce_schema(pd.DataFrame({"x": [0.1]}), as_float)
    with pytest.raises(ModelError):
        enforce_schema(pd.DataFrame({"x": [2**31]}), as_int)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_no_conversion_changes_a_whole_number(values):
    """Whatever conversion is made, each number is afterwards what it was before."""
    frame = pd.DataFrame({"x": values}, dtype="int64")
    for kind in ("long", "integer", "double", "float"):
        try:
            done = enforce_schema(frame, Schema((ColSpec(kind, "x"),)))
        except ModelError:
            continue
        assert [int(v) for v in done["x"]] == values


def test_missing_numbers_stay_missing():
    """NaN is a value that models know: it goes through, required or not."""
    frame = enforce_schema(TRAIN.assign(a=[np.nan, 1.0]), SCHEMA)
    assert np.isnan(frame["a"][0])


def test_optional_columns_may_be_absent():
    """A column that had gaps in training need not be there at all."""
    schema = infer_schema(pd.DataFrame({"a": [1.0], "b": [None]}))
    assert list(enforce_schema(pd.DataFrame({"a": [1.0]}), schema).columns) == ["a"]


def test_times_may_come_as_text():
    """A time written as text is read; a number is not taken for one."""
    schema = infer_schema(pd.DataFrame({"t": pd.to_datetime(["2020-01-01"])}))
    frame = enforce_schema({"t": ["2021-02-03T04:05:06"]}, schema)
    assert frame["t"][0] == pd.Timestamp("2021-02-03T04:05:06")
    with pytest.raises(ModelError):
        enforce_schema(pd.DataFrame({"t": [5]}), schema)


def test_nested_values_are_checked_inside():
    """Lists and records are held to their element types; unknown fields are refused."""
    schema = infer_schema(pd.DataFrame({"l": [[1, 2]], "d": [{"x": 1}]}))
    good = pd.DataFrame({"l": [[3]], "d": [{"x": 2}]})
    assert enforce_schema(good, schema)["l"][0] == [3]
    for bad in ({"l": [["a"]], "d": [{"x": 1}]}, {"l": [[1]], "d": [{"x": 1, "z": 2}]}):
        with pytest.raises(ModelError, match="column"):
            enforce_schema(pd.DataFrame(bad), schema)


def test_arrays_are_held_to_dtype_and_shape():
    """A tensor's dtype is widened where that is safe; another shape is refused."""
    schema = infer_schema(np.zeros((2, 3), "float64"))
    assert enforce_schema(np.zeros((5, 3), "float32"), schema).dtype == np.float64
    assert enforce_schema(sp.csr_matrix((4, 3)), schema).shape == (4, 3)
    assert enforce_schema(pd.DataFrame(np.zeros((1, 3))), schema).shape == (1, 3)
    with pytest.raises(ModelError) as caught:
        enforce_schema(np.zeros((2, 4)), schema)
    assert str(caught.value) == (
        "the input has the shape (2, 4), and the model wants (-1, 3)\n"
        "  hint:  -1 stands for any number of rows"
    )
    with pytest.raises(ModelError, match="cannot become float64 without loss"):
        enforce_schema(np.zeros((2, 3), "complex128"), schema)


def test_named_arrays_are_found_by_name():
    """A dict of arrays is fitted array by array, and a missing one is named."""
    schema = infer_schema({"x": np.zeros((2, 3)), "y": np.zeros(2, "int64")})
    done = enforce_schema({"y": np.zeros(4, "int32"), "x": np.ones((4, 3))}, schema)
    assert list(done) == ["x", "y"]
    assert done["y"].dtype == np.int64
    with pytest.raises(ModelError, match="the input lacks 'y'"):
        enforce_schema({"x": np.ones((4, 3))}, schema)


def test_params_are_completed_and_checked():
    """Defaults fill in, whole numbers become doubles, another type is refused."""
    schema = infer_params({"k": 0.5, "names": ["a"], "since": NOON})
    done = enforce_params({"k": 2}, schema)
    assert done == {"k": 2.0, "names": ["a"], "since": NOON}
    assert enforce_params({"unknown": 1}, schema) == enforce_params(None, schema)
    with pytest.raises(ModelError, match="parameter 'k' wants double"):
        enforce_params({"k": "x"}, schema)
    with pytest.raises(ModelError, match="the model takes no parameters"):
        enforce_params({"k": 1}, None)
    for known in (schema, None):
        with pytest.raises(ModelError, match=r"parameters are names with values, not '\[1\]'"):
            enforce_params([1], known)


@pytest.mark.parametrize(
    "data",
    [[{"a": 1.0}, [1, 2]], [{"a": 1.0}, 5], {"a": [1.0, 2.0], "b": [1.0]}],
)
def test_rows_that_make_no_table_are_an_error_of_ours(data):
    """Records among lists, and columns of two lengths, are told before the model sees them."""
    with pytest.raises(ModelError, match=r"^the input is no table: "):
        enforce_schema(data, Schema([ColSpec("double", "a")]))


def test_two_columns_of_one_name_are_told_where_the_model_takes_it():
    """Which of them is meant cannot be known; further columns are left out as ever."""
    schema = infer_schema(pd.DataFrame({"a": [1.0]}))
    twice = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["a", "b", "b"])
    assert list(enforce_schema(twice, schema).columns) == ["a"]
    with pytest.raises(ModelError, match="the input has two columns called 'a'"):
        enforce_schema(twice.set_axis(["a", "a", "b"], axis="columns"), schema)
