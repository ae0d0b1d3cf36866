"""The MLmodel file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runsite.errors import ModelError, NotFoundError
from runsite.models import infer_signature
from runsite.models.mlmodel import (
    MLModel,
    format_mlmodel,
    parse_mlmodel,
    read_mlmodel,
    write_mlmodel,
)

MODEL = MLModel(
    flavors={"python_function": {"loader_module": "mlflow.sklearn", "env": {"conda": "c.yaml"}}},
    signature=infer_signature([{"a": 1.5}]),
    artifact_path="models",
    run_id="01" * 16,
    model_id="m-" + "0" * 32,
    metadata={"team": "réseau", "n": 3},
    extra={"runsite_version": "0.1.0"},
)


def test_survives_writing_and_reading():
    """Everything that is said of a model is there after a round through YAML."""
    assert parse_mlmodel(format_mlmodel(MODEL)) == MODEL


def test_numbers_of_numpy_are_plain_and_objects_are_told():
    """Metrics that NumPy computed can be metadata; what YAML cannot hold is a message."""
    given = {"rmse": np.float64(0.5), "per_fold": [np.int64(3), {"all": np.array([1.5, 2.0])}]}
    read = parse_mlmodel(format_mlmodel(replace(MODEL, metadata=given)))
    assert read.metadata == {"rmse": 0.5, "per_fold": [3, {"all": [1.5, 2.0]}]}

    with pytest.raises(ModelError, match="the model's description cannot hold '<object object"):
        format_mlmodel(replace(MODEL, metadata={"a": object()}))


def test_size_counts_the_files_beside_it(tmp_path: Path):
    """The recorded size is that of all other files of the folder."""
    (tmp_path / "a").write_bytes(b"x" * 10)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "b").write_bytes(b"x" * 5)
    write_mlmodel(MODEL, folder=tmp_path)
    assert read_mlmodel(tmp_path).model_size_bytes == 15


def test_keys_of_other_tools_are_kept():
    """A key that runsite does not know survives reading and writing."""
    text = "flavors:\n  fastai: {data: m}\nwidget: [1, 2]\nrun_id: abc\n"
    model = parse_mlmodel(text)
    assert model.extra == {"widget": [1, 2]}
    assert parse_mlmodel(format_mlmodel(model)) == model


def test_real_files_of_mlflow_are_read(shared_data: Path):
    """Every MLmodel file that people committed is read, with its flavors."""
    found = sorted(shared_data.glob("mlruns/**/MLmodel"))
    assert len(found) == 20
    for path in found:
        model = read_mlmodel(path.parent)
        assert "python_function" in model.flavors, path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "MLmodel is not valid YAML"),
        ("- 1", "MLmodel is a mapping, not"),
        ("run_id: x", "MLmodel lists no flavors"),
        ("flavors: [sklearn]", "MLmodel lists no flavors"),
        ("flavors: {a: 1}", "MLmodel lists no flavors"),
        ("flavors: {a: {}}\nsignature: 3", "the signature is a mapping"),
        ("flavors: {a: {}}\nsignature: {inputs: '{'}", "the signature's inputs are not JSON"),
        ("flavors: !!python/object/apply:os.system ['true']", "MLmodel is not valid YAML"),
        ("flavors: !!bool x", "MLmodel is not valid YAML"),
        ("flavors: !!timestamp x", "MLmodel is not valid YAML"),
        (f"flavors: 1{':00' * 200}.5", "MLmodel is not valid YAML"),
    ],
)
def test_broken_files_are_model_errors(text, message):
    """A broken or hostile MLmodel is a message with its place; YAML tags run nothing."""
    with pytest.raises(ModelError, match=message) as caught:
        parse_mlmodel(text)
    assert str(caught.value.where).startswith("MLmodel")


def test_an_unknown_flavor_names_the_known_ones():
    """Asking for a flavor that is not there tells which are."""
    with pytest.raises(ModelError) as caught:
        MODEL.get_flavor("xgboost")
    assert str(caught.value) == (
        "the model has no flavor 'xgboost'\n  hint:  its flavors are: python_function"
    )


def test_no_model_is_said_so(tmp_path: Path):
    """A folder without an MLmodel file is no model."""
    with pytest.raises(NotFoundError) as caught:
        read_mlmodel(tmp_path)
    assert str(caught.value) == (
        f"no model in '{tmp_path}'\n  hint:  a model folder holds a file called MLmodel"
    )
