"""A model on a machine without its framework: told what is missing, and by one error."""

from __future__ import annotations

import sys

import pytest

from runsite.errors import ModelError
from runsite.models.mlmodel import PYFUNC, MLModel, write_mlmodel
from runsite.models.scoring import load_folder


@pytest.mark.parametrize("name", ["xgboost", "lightgbm", "catboost"])
def test_a_framework_that_is_not_there_is_named(tmp_path, monkeypatch, name):
    """Whoever serves a model reads what to install, and catches what other loaders raise."""
    monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "model.bin").write_bytes(b"x")
    settings = {"data": "model.bin", "model_type": "CatBoost"}
    python = {"loader_module": f"mlflow.{name}"}
    write_mlmodel(MLModel(flavors={name: settings, PYFUNC: python}), folder=tmp_path)
    with pytest.raises(ModelError) as caught:
        load_folder(tmp_path)
    assert str(caught.value) == (
        f"{name} is not installed, and the model needs it\n"
        f"  where: {tmp_path}\n"
        f"  hint:  pip install {name}; requirements.txt beside it has the versions"
    )
