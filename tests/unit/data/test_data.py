"""Datasets: the same content has the same digest, whatever holds it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from runsite import data
from runsite.errors import InvalidValueError, NotFoundError

FRAME = pl.DataFrame(
    {
        "id": [1, 2, 3],
        "x": [0.5, None, -1.0],
        "name": ["a", None, "ö"],
        "when": pl.Series(["2026-11-23", None, "1969-07-20"]).str.to_datetime(),
        "yes": [True, False, True],
    }
)


def test_pandas_polars_and_arrow_agree():
    """Changing the library is not changing the data."""
    digest = data.from_polars(FRAME).digest
    assert data.from_arrow(FRAME.to_arrow()).digest == digest
    assert data.from_pandas(FRAME.to_pandas()).digest == digest
    assert len(digest) == 16


def test_the_layout_in_memory_does_not_matter():
    """Slices, chunks, categories and an index are no content."""
    digest = data.from_polars(FRAME).digest
    chunked = pl.concat([FRAME, FRAME], rechunk=False)[3:]
    assert data.from_polars(chunked).digest == digest
    pandas = FRAME.to_pandas()
    assert data.from_pandas(pandas.set_index(pd.Index([7, 8, 9]))).digest == digest
    assert data.from_pandas(pandas.astype({"name": "category"})).digest == digest


@pytest.mark.parametrize(
    "other",
    [
        FRAME.head(2),
        FRAME.rename({"id": "key"}),
        FRAME.with_columns(id=pl.Series([1, 2, 4])),
        FRAME.with_columns(x=pl.Series([0.5, 0.0, -1.0])),
        FRAME.with_columns(name=pl.Series(["a", "", "ö"])),
        FRAME.with_columns(name=pl.Series(["aö", None, ""])),
        FRAME.with_columns(yes=pl.Series([True, None, True])),
        FRAME.select("x", "id", "name", "when", "yes"),
        FRAME.sort("id", descending=True),
    ],
)
def test_other_data_has_another_digest(other):
    """A value, a name, a gap, an order: each is content."""
    assert data.from_polars(other).digest != data.from_polars(FRAME).digest


@settings(max_examples=50, deadline=None)
@given(
    texts=st.lists(st.none() | st.text(max_size=5), max_size=8),
    cut=st.integers(0, 8),
)
def test_cutting_a_text_column_anywhere_keeps_its_digest(texts, cut):
    """Offsets and chunk borders never reach the digest."""
    whole = pa.table({"t": pa.array(texts, pa.string())})
    pieces = pa.concat_tables([whole.slice(0, cut), whole.slice(cut)])
    assert data.from_arrow(pieces).digest == data.from_arrow(whole).digest
    large = whole.cast(pa.schema([("t", pa.large_string())]))
    assert data.from_arrow(large).digest == data.from_arrow(whole).digest


def test_a_dataset_says_what_it_is():
    """Name from the source, schema in MLflow's words, rows, source."""
    made = data.from_polars(FRAME, source="s3://bucket/trips.parquet", targets="x")
    assert (made.name, made.rows, made.targets) == ("trips.parquet", 3, "x")
    assert (made.source.uri, made.source.kind) == ("s3://bucket/trips.parquet", "s3")
    columns = json.loads(made.schema)["mlflow_colspec"]
    assert [column["type"] for column in columns] == [
        "long",
        "double",
        "string",
        "datetime",
        "boolean",
    ]
    assert made.df is FRAME
    assert made.profile == {"num_rows": 3}
    assert json.loads(made.to_dict()["profile"]) == {"num_rows": 3}


def test_name_and_digest_can_be_given():
    """Who versions data elsewhere has an identity for it already."""
    made = data.from_polars(FRAME, name="trips", digest="v7")
    assert (made.name, made.digest) == ("trips", "v7")


def test_a_column_that_is_not_there_is_refused():
    """A wrong target is a mistake worth stopping for."""
    with pytest.raises(InvalidValueError) as caught:
        data.from_pandas(FRAME.to_pandas(), targets="y")
    assert str(caught.value) == (
        "the data has no column 'y'\n  hint:  the columns are id, x, name, when, yes"
    )


def test_mixed_objects_still_have_a_digest():
    """A column of mixed Python objects is described by its text."""
    frame = pd.DataFrame({"mixed": [1, "a", None], "n": [1, 2, 3]})
    assert data.from_pandas(frame).digest == data.from_pandas(frame.copy()).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.DataFrame({"z": [1 + 2j, 3j]}), pd.DataFrame({"z": [1 + 2j, 4j]})),
        (pd.DataFrame({"z": [2**70, 1]}), pd.DataFrame({"z": [2**70, 2]})),
        (pd.DataFrame({"z": pd.Categorical([1, "b"])}), pd.DataFrame({"z": ["1", "c"]})),
        (pd.DataFrame([[1, 2]], columns=["z", "z"]), pd.DataFrame([[1, 3]], columns=["z", "z"])),
        (pl.DataFrame({"z": [Ellipsis]}), pl.DataFrame({"z": [NotImplemented]})),
    ],
    ids=["complex", "huge", "mixed categories", "one name twice", "objects"],
)
def test_what_arrow_has_no_type_for_is_content_too(one, other):
    """Logging what a training reads never stops it, whatever that is."""
    found = data.as_dataset(one)
    assert found.rows == len(one)
    assert found.digest == data.as_dataset(one.__copy__()).digest != data.as_dataset(other).digest


def test_sparse_columns_are_what_they_stand_for():
    """One-hot columns have the digest of the plain numbers."""
    plain = pd.DataFrame({"a": [0, 0, 1], "b": ["x", "y", "z"]})
    sparse = plain.assign(a=pd.arrays.SparseArray([0, 0, 1]))
    assert data.from_pandas(sparse).digest == data.from_pandas(plain).digest


def test_arrays_are_described_by_dtype_shape_and_content():
    """Features and targets, one array or several, C or Fortran order."""
    features = np.arange(6.0).reshape(3, 2)
    made = data.from_numpy(features, targets=np.ones(3))
    assert made.rows == 3
    assert json.loads(json.loads(made.schema)["mlflow_tensorspec"]["features"]) == [
        {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 2]}}
    ]
    assert data.from_numpy(np.asfortranarray(features), targets=np.ones(3)).digest == made.digest
    for other in (
        data.from_numpy(features),
        data.from_numpy(features.astype(np.float32), targets=np.ones(3)),
        data.from_numpy(features.reshape(2, 3), targets=np.ones(3)),
        data.from_numpy({"a": features}, targets=np.ones(3)),
    ):
        assert other.digest != made.digest


def test_sparse_arrays_are_arrays():
    """What a DictVectorizer gives is described without being filled up."""
    dense = np.array([[0, 2.0], [1, 0]])
    csr = data.from_numpy(scipy.sparse.csr_array(dense))
    assert csr.digest == data.from_numpy(scipy.sparse.coo_array(dense)).digest
    assert csr.digest != data.from_numpy(scipy.sparse.csr_array(dense.T)).digest
    assert csr.rows == 2


def test_files_are_described_by_their_bytes(tmp_path):
    """A file, or all files of a folder with their names."""
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n")
    one = data.from_file(folder / "a.csv")
    assert (one.name, one.source.kind, one.rows) == ("a.csv", "local", None)
    whole = data.from_file(folder)
    (folder / "b.csv").write_text("x\n1\n")
    assert data.from_file(folder).digest != whole.digest
    assert data.from_file(folder / "b.csv").digest == one.digest
    FRAME.write_parquet(tmp_path / "f.parquet")
    assert data.from_file(tmp_path / "f.parquet").rows == 3
    with pytest.raises(NotFoundError, match="no file"):
        data.from_file(tmp_path / "missing")


@pytest.mark.parametrize(
    "value",
    [FRAME, FRAME.to_pandas(), FRAME.to_arrow(), np.zeros(2), scipy.sparse.csr_array((2, 2))],
)
def test_whatever_holds_data_can_be_described(value):
    """log_input takes data as it is."""
    assert data.as_dataset(value, name="n").name == "n"


def test_what_is_no_data_is_refused():
    """The message lists what would do."""
    with pytest.raises(InvalidValueError) as caught:
        data.as_dataset(3)
    assert str(caught.value) == (
        "int is no dataset\n  hint:  use one of runsite.data.from_pandas, from_polars, "
        "from_arrow, from_numpy, from_file"
    )


def test_a_local_source_can_be_read_again(tmp_path):
    """A source elsewhere says that it must be fetched."""
    path = tmp_path / "a.csv"
    path.write_text("x\n")
    assert data.get_source(data.from_file(path)).load() == str(path)
    with pytest.raises(NotFoundError) as caught:
        data.get_source(data.from_polars(FRAME, source="https://example.org/a.csv")).load()
    assert str(caught.value) == (
        "the source 'https://example.org/a.csv' cannot be read from here\n"
        "  hint:  fetch it by its URL yourself"
    )


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_days_beyond_the_calendar_have_a_digest(kind):
    """Files of other tools hold days after the year 9999, which Python has no date for."""
    far = pa.array([10_000_000 if kind == pa.date32() else 10**15], pa.int64())
    number = pa.int32() if kind == pa.date32() else pa.int64()
    one, other = (
        pa.table({"d": values.cast(number).cast(kind)})
        for values in (far, pc.add(far, 86_400_000 if kind == pa.date64() else 1))
    )
    assert data.from_arrow(one).digest == data.from_arrow(one).digest
    assert data.from_arrow(one).digest != data.from_arrow(other).digest


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_file_whose_name_is_no_text_has_a_digest(tmp_path):
    """A folder is described whatever its files are called."""
    (tmp_path / "d").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/d/\xff.csv")).write_text("a")
    before = data.from_file(tmp_path / "d").digest
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/d/\xfe.csv")).write_text("a")
    assert data.from_file(tmp_path / "d").digest != before
