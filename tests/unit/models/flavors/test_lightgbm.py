"""LightGBM models on disk: a Booster as its own text, estimators as scikit-learn's."""

from __future__ import annotations

import warnings
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from runsite.errors import InvalidValueError, ModelError
from runsite.models import UnsafeModelWarning
from runsite.models.flavors.lightgbm import load_lightgbm, write_lightgbm
from runsite.models.folder import ModelOptions, save_folder
from runsite.models.mlmodel import MLModel
from runsite.models.scoring import load_folder

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.normal(size=60)})
Y = X["a"] * 2 + X["b"]


def save(model, folder: Path, **choices) -> MLModel:
    return save_folder(
        folder,
        write=lambda path: write_lightgbm(model, folder=path, **choices),
        options=ModelOptions(),
    )


def train() -> lgb.Booster:
    return lgb.train({"verbose": -1}, lgb.Dataset(X, Y), 3)


@pytest.mark.parametrize("with_signature", [True, False])
def test_a_booster_is_text_and_the_same_after_loading(with_signature, tmp_path: Path):
    """A Booster's predictions survive, for every kind of table, and nothing warns."""
    booster = train()
    saved = save(booster, tmp_path / "m", example=X if with_signature else None)
    assert (tmp_path / "m" / "model.lgb").read_text().startswith("tree\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(load_lightgbm(tmp_path / "m", model=saved), lgb.Booster)
        loaded = load_folder(tmp_path / "m")
    expected = booster.predict(X)
    for data in (X, pl.from_pandas(X), X.to_numpy(), X.to_dict("list")):
        assert np.allclose(loaded.predict(data), expected), type(data)


@pytest.mark.parametrize("kind", [lgb.LGBMRegressor, lgb.LGBMClassifier])
@pytest.mark.parametrize("form", ["skops", "cloudpickle"])
@pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")
def test_an_estimator_comes_back_as_its_class(kind, form, tmp_path: Path):
    """What was an estimator is one after loading, in either format."""
    y = Y > 0 if kind is lgb.LGBMClassifier else Y
    model = kind(n_estimators=3, verbose=-1).fit(X, y)
    saved = save(model, tmp_path / "m", serialization_format=form)
    loaded = load_lightgbm(tmp_path / "m", model=saved)
    assert type(loaded) is kind
    assert np.array_equal(loaded.predict(X), model.predict(X))


def test_skops_is_taken_where_nothing_is_said(tmp_path: Path):
    """By default an estimator is kept in the format that runs no code: loading does not warn."""
    saved = save(lgb.LGBMRegressor(n_estimators=2, verbose=-1).fit(X, Y), tmp_path / "m")
    assert saved.flavors["lightgbm"]["serialization_format"] == "skops"
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnsafeModelWarning)
        load_lightgbm(tmp_path / "m", model=saved)


def test_wrong_models_are_refused_and_damage_is_named(tmp_path: Path):
    """Only LightGBM's models are saved; a broken or missing file is one line about it."""
    with pytest.raises(InvalidValueError, match="'int' is not a model of LightGBM"):
        save(3, tmp_path / "m")
    saved = save(train(), tmp_path / "m")
    (tmp_path / "m" / "model.lgb").write_bytes(b"no")
    with pytest.raises(ModelError, match="cannot load the LightGBM model"):
        load_lightgbm(tmp_path / "m", model=saved)
    (tmp_path / "m" / "model.lgb").unlink()
    with pytest.raises(ModelError, match=r"the model's file 'model\.lgb' is missing"):
        load_lightgbm(tmp_path / "m", model=saved)
