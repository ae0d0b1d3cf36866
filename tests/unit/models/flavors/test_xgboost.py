"""XGBoost models on disk, in their own format."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
import xgboost as xgb

from runsite.errors import InvalidValueError, ModelError
from runsite.models.flavors.xgboost import load_xgboost, write_xgboost
from runsite.models.folder import ModelOptions, save_folder
from runsite.models.mlmodel import MLModel
from runsite.models.scoring import load_folder

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=40), "b": RNG.integers(1, 9, 40)})
Y = X["a"] * 2 + X["b"]


def save(model, folder: Path, **choices) -> MLModel:
    return save_folder(
        folder,
        write=lambda path: write_xgboost(model, folder=path, **choices),
        options=ModelOptions(),
    )


def train(data=X) -> xgb.Booster:
    return xgb.train({"max_depth": 2}, xgb.DMatrix(data, Y), 3)


@pytest.mark.parametrize("model_format", ["ubj", "json"])
def test_a_booster_is_the_same_after_loading(model_format, tmp_path: Path):
    """Predictions, names and scores of a Booster survive both formats; nothing warns."""
    booster = train()
    saved = save(booster, tmp_path / "m", model_format=model_format)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = load_xgboost(tmp_path / "m", model=saved)
    assert np.array_equal(loaded.predict(xgb.DMatrix(X)), booster.predict(xgb.DMatrix(X)))
    assert loaded.get_fscore() == booster.get_fscore()


@pytest.mark.parametrize("kind", [xgb.XGBRegressor, xgb.XGBClassifier, xgb.XGBRFRegressor])
def test_an_estimator_comes_back_as_its_class(kind, tmp_path: Path):
    """What was an estimator is one after loading, with the same predictions."""
    y = Y.mean() < Y if kind is xgb.XGBClassifier else Y
    model = kind(n_estimators=3).fit(X, y)
    saved = save(model, tmp_path / "m")
    loaded = load_xgboost(tmp_path / "m", model=saved)
    assert type(loaded) is kind
    assert np.array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize("with_signature", [True, False])
def test_pyfunc_takes_every_kind_of_table(with_signature, tmp_path: Path):
    """A Booster with column names predicts the same from each kind of input."""
    booster = train()
    save(booster, tmp_path / "m", example=X if with_signature else None)
    loaded = load_folder(tmp_path / "m")
    expected = booster.predict(xgb.DMatrix(X))
    for data in (
        X,
        pl.from_pandas(X),
        X.to_numpy(),
        sp.csr_matrix(X.to_numpy()),
        X.to_dict("list"),
    ):
        assert np.allclose(loaded.predict(data), expected), type(data)


def test_a_booster_without_names_takes_tables_by_place(tmp_path: Path):
    """Trained on an array, a Booster predicts from a frame as from the array in it."""
    booster = train(X.to_numpy())
    save(booster, tmp_path / "m")
    expected = booster.predict(xgb.DMatrix(X.to_numpy()))
    assert np.array_equal(load_folder(tmp_path / "m").predict(X), expected)


@pytest.mark.parametrize("name", ["os.system", "xgboost.core.os", "subprocess.Popen", "Booster"])
def test_a_model_class_is_one_of_xgboost(name, tmp_path: Path):
    """The name of a class in a model is never a licence to import something else."""
    saved = save(train(), tmp_path / "m")
    settings = {**saved.flavors["xgboost"], "model_class": name}
    with pytest.raises(ModelError, match="is not a model class of XGBoost"):
        load_xgboost(tmp_path / "m", model=MLModel({"xgboost": settings}))


def test_wrong_models_and_formats_are_refused(tmp_path: Path):
    """Only XGBoost's models are saved, in formats that exist."""
    with pytest.raises(InvalidValueError, match="'int' is not a model of XGBoost"):
        save(3, tmp_path / "m")
    with pytest.raises(InvalidValueError, match="unknown model format 'deprecated'"):
        save(train(), tmp_path / "m", model_format="deprecated")


def test_a_damaged_file_is_a_model_error(tmp_path: Path):
    """A broken model file is one line about it, not XGBoost's stack trace."""
    saved = save(train(), tmp_path / "m")
    (tmp_path / "m" / "model.ubj").write_bytes(b"no")
    with pytest.raises(ModelError, match="cannot load the XGBoost model") as caught:
        load_xgboost(tmp_path / "m", model=saved)
    assert "\n" not in caught.value.problem
