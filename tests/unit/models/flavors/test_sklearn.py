"""Scikit-learn models on disk: skops where it is safe, cloudpickle where it must be."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from runsite.errors import InvalidValueError, ModelError
from runsite.models import trust
from runsite.models.flavors.sklearn import load_sklearn, write_sklearn
from runsite.models.folder import ModelOptions, save_folder
from runsite.models.mlmodel import MLModel, read_mlmodel, write_mlmodel
from runsite.models.scoring import load_folder
from runsite.models.trust import UnsafeModelWarning

X = np.arange(30, dtype=float).reshape(10, 3)
Y = X @ [1.0, 2.0, 3.0]


def save(model, folder: Path, **choices) -> MLModel:
    return save_folder(
        folder,
        write=lambda path: write_sklearn(model, folder=path, **choices),
        options=ModelOptions(),
    )


@pytest.fixture(autouse=True)
def fresh_warnings(monkeypatch):
    """Each test is a process that has loaded nothing yet."""
    monkeypatch.setattr(trust, "_warned", set())


@pytest.mark.parametrize(
    "model",
    [
        LinearRegression(),
        RandomForestClassifier(3, random_state=0),
        GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
        make_pipeline(FunctionTransformer(np.log1p), LinearRegression()),
    ],
)
def test_known_types_go_into_skops_and_load_without_a_word(model, tmp_path: Path):
    """A model of known classes needs no pickle, predicts the same, and loading warns of nothing."""
    y = (Y.mean() < Y).astype(int)
    model.fit(X, y)
    saved = save(model, tmp_path / "m")
    assert saved.flavors["sklearn"]["serialization_format"] == "skops"
    assert not list((tmp_path / "m").glob("*.pkl"))
    loaded = load_sklearn(tmp_path / "m", model=saved)
    assert np.array_equal(loaded.predict(X), model.predict(X))


def test_own_functions_go_into_cloudpickle_and_warn_once(tmp_path: Path):
    """What skops cannot hold is pickled, and loading it says once a process that code may run."""
    model = make_pipeline(FunctionTransformer(lambda x: x * 2), LinearRegression()).fit(X, Y)
    saved = save(model, tmp_path / "m")
    assert saved.flavors["sklearn"]["serialization_format"] == "cloudpickle"
    with pytest.warns(UnsafeModelWarning) as caught:
        loaded = load_sklearn(tmp_path / "m", model=saved)
    assert str(caught[0].message) == (
        f"the model in {tmp_path / 'm'} is stored as cloudpickle, and loading it can run any code "
        "that its author put there: load such models only from people you trust (docs/models.md)"
    )
    assert np.allclose(loaded.predict(X), Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_sklearn(tmp_path / "m", model=saved)


def test_skops_by_wish_refuses_what_it_cannot_trust(tmp_path: Path):
    """Asked for skops, a model with foreign types is refused by their names, and nothing is left."""
    model = make_pipeline(FunctionTransformer(parse_nothing), LinearRegression()).fit(X, Y)
    with pytest.raises(ModelError, match=r"types that skops does not trust: .*parse_nothing"):
        save(model, tmp_path / "m", serialization_format="skops")
    assert list(tmp_path.iterdir()) == []


def parse_nothing(x):
    return x


def test_types_that_a_model_trusts_by_itself_are_announced(tmp_path: Path):
    """The list of trusted types comes from the model, so types of no known library warn."""
    model = LinearRegression().fit(X, Y)
    saved = save(model, tmp_path / "m", serialization_format="skops")
    settings = {**saved.flavors["sklearn"], "skops_trusted_types": ["os.system"]}
    write_mlmodel(MLModel({"sklearn": settings}), folder=tmp_path / "m")
    with pytest.warns(UnsafeModelWarning, match="skops with types of its author's own"):
        load_sklearn(tmp_path / "m", model=read_mlmodel(tmp_path / "m"))


def test_a_crafted_skops_file_builds_nothing_unknown(tmp_path: Path):
    """A skops file with a type that its MLmodel does not list is refused by skops."""
    model = make_pipeline(FunctionTransformer(parse_nothing), LinearRegression()).fit(X, Y)
    saved = save(
        model,
        tmp_path / "m",
        serialization_format="skops",
        trusted_types=[f"{__name__}.parse_nothing", f"{parse_nothing.__module__}.parse_nothing"],
    )
    settings = {**saved.flavors["sklearn"], "skops_trusted_types": None}
    with pytest.raises(ModelError, match="cannot load the scikit-learn model"):
        load_sklearn(tmp_path / "m", model=MLModel({"sklearn": settings}))


def test_a_file_outside_the_folder_is_never_opened(tmp_path: Path):
    """An MLmodel that points at another folder's file finds nothing."""
    (tmp_path / "secret.pkl").write_bytes(b"x")
    (tmp_path / "m").mkdir()
    model = MLModel({"sklearn": {"pickled_model": "../secret.pkl"}})
    with pytest.raises(ModelError, match=r"the model's file 'secret\.pkl' is missing"):
        load_sklearn(tmp_path / "m", model=model)


def test_unknown_formats_are_refused_by_name(tmp_path: Path):
    """A format that does not exist is answered by those that do, when saving and when loading."""
    with pytest.raises(InvalidValueError) as caught:
        save(LinearRegression(), tmp_path / "m", serialization_format="joblib")
    assert str(caught.value) == (
        "unknown serialization format 'joblib'\n  hint:  use one of: skops, cloudpickle, pickle"
    )
    saved = save(LinearRegression().fit(X, Y), tmp_path / "m")
    odd = MLModel({"sklearn": {**saved.flavors["sklearn"], "serialization_format": "joblib"}})
    with pytest.raises(ModelError, match="unknown serialization format 'joblib'"):
        load_sklearn(tmp_path / "m", model=odd)


def test_a_damaged_file_is_a_model_error(tmp_path: Path):
    """A file that is not what it says is a message with its path."""
    saved = save(LinearRegression().fit(X, Y), tmp_path / "m")
    (tmp_path / "m" / "model.skops").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(ModelError, match="cannot load the scikit-learn model") as caught:
        load_sklearn(tmp_path / "m", model=saved)
    assert caught.value.where == str(tmp_path / "m" / "model.skops")


def test_another_method_can_be_the_prediction(tmp_path: Path):
    """``pyfunc`` calls the method that was chosen when saving."""
    model = LogisticRegression().fit(X, Y.mean() < Y)
    save(model, tmp_path / "m", predict_fn="predict_proba")
    assert np.array_equal(load_folder(tmp_path / "m").predict(X), model.predict_proba(X))


def test_a_pipeline_that_eats_records_takes_a_table(tmp_path: Path):
    """A DictVectorizer in front gets rows as mappings, however the caller has them."""
    rows = [{"zone": "a", "miles": 1.0}, {"zone": "b", "miles": 2.0}]
    model = make_pipeline(DictVectorizer(), LinearRegression()).fit(rows, [1.0, 2.0])
    save_folder(
        tmp_path / "m",
        write=partial(write, model, rows),
        options=ModelOptions(input_example=rows),
    )
    loaded = load_folder(tmp_path / "m")
    assert loaded.signature is not None
    import pandas as pd
    import polars as pl

    for data in (rows, pd.DataFrame(rows), pl.DataFrame(rows)):
        assert np.allclose(loaded.predict(data), [1.0, 2.0])


def write(model, rows, folder: Path):
    return write_sklearn(model, folder=folder, example=rows)
