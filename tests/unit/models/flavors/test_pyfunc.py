"""Models of one's own."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from runsite.errors import InvalidValueError, ModelError
from runsite.models import infer_signature, trust
from runsite.models.flavors.pyfunc import PythonModel
from runsite.models.mlmodel import MLModel, read_mlmodel, write_mlmodel
from runsite.pyfunc import load_model, save_model

pytestmark = pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")


class Scaled(PythonModel):
    """Multiplies by a factor from a file, and by a setting."""

    def load_context(self, context):
        self.factor = json.loads(Path(context.artifacts["factor"]).read_text())

    def predict(self, context, model_input, params=None):
        more = (params or {}).get("more", 0.0)
        return model_input["a"].to_numpy() * self.factor * context.model_config["times"] + more


class Short(PythonModel):
    """Has no use for a context."""

    def predict(self, model_input, params=None):
        return len(model_input)


def test_a_model_finds_its_files_settings_and_params(tmp_path: Path):
    """Artifacts, model_config and inference params reach a PythonModel after loading."""
    (tmp_path / "factor.json").write_text("3")
    signature = infer_signature(pd.DataFrame({"a": [1.0]}), params={"more": 0.5})
    save_model(
        tmp_path / "m",
        python_model=Scaled(),
        artifacts={"factor": str(tmp_path / "factor.json")},
        model_config={"times": 2},
        signature=signature,
    )
    (tmp_path / "factor.json").unlink()
    loaded = load_model(str(tmp_path / "m"))
    assert loaded.predict({"a": [1.0]}).tolist() == [6.5]
    assert loaded.predict({"a": [1.0]}, params={"more": 1}).tolist() == [7.0]
    again = load_model(str(tmp_path / "m"), model_config={"times": 10})
    assert again.predict({"a": [1.0]}).tolist() == [30.5]
    assert isinstance(loaded.unwrap_python_model(), Scaled)


def test_settings_under_their_first_name_are_read(tmp_path: Path):
    """MLflow calls settings ``config``; models of runsite that say ``model_config`` stay readable."""
    save_model(tmp_path / "m", python_model=Short(), model_config={"times": 2})
    described = tmp_path / "m" / "MLmodel"
    text = described.read_text()
    assert "    config:\n      times: 2\n" in text

    described.write_text(text.replace("    config:\n", "    model_config:\n"))

    assert load_model(str(tmp_path / "m")).model_config == {"times": 2}


def test_functions_and_short_methods_are_models_too(tmp_path: Path):
    """A plain function of the input, and a predict without context, can be saved."""
    save_model(tmp_path / "f", python_model=lambda data: np.asarray(data) * 2)
    save_model(tmp_path / "s", python_model=Short())
    assert load_model(str(tmp_path / "f")).predict(np.array([1, 2])).tolist() == [2, 4]
    assert load_model(str(tmp_path / "s")).predict([1, 2, 3]) == 3


def test_a_loader_module_with_its_code(tmp_path: Path, monkeypatch):
    """A module among the code paths loads the model from its data, also where it is not installed."""
    (tmp_path / "mine_loader.py").write_text(
        "from pathlib import Path\n"
        "class M:\n"
        "    def __init__(self, path): self.n = int(Path(path).read_text())\n"
        "    def predict(self, data): return self.n\n"
        "def _load_pyfunc(path): return M(path)\n"
    )
    (tmp_path / "n.txt").write_text("41")
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    save_model(
        tmp_path / "m",
        loader_module="mine_loader",
        data_path=str(tmp_path / "n.txt"),
        code_paths=[str(tmp_path / "mine_loader.py")],
    )
    assert load_model(str(tmp_path / "m")).predict([]) == 41


def test_an_artifact_outside_the_model_is_refused(tmp_path: Path):
    """A crafted MLmodel cannot hand a model files from elsewhere."""
    save_model(tmp_path / "m", python_model=Short())
    model = read_mlmodel(tmp_path / "m")
    settings = {**model.flavors["python_function"], "artifacts": {"x": {"path": "../../etc"}}}
    write_mlmodel(MLModel({"python_function": settings}), folder=tmp_path / "m")
    with pytest.raises(ModelError, match="artifact 'x' lies outside the model"):
        load_model(str(tmp_path / "m"))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({}, "give either python_model or loader_module"),
        ({"python_model": 3}, "'3' cannot predict"),
        ({"python_model": Scaled}, "cannot predict"),
        ({"python_model": Short(), "artifacts": {"a": "/nowhere"}}, "no such file or folder"),
        ({"python_model": Short(), "code_paths": ["/nowhere"]}, "no such file or folder"),
    ],
)
def test_wrong_calls_are_refused_and_leave_nothing(choices, message, tmp_path: Path):
    """A model that cannot be saved is a message, and no half folder stays behind."""
    with pytest.raises(InvalidValueError, match=message):
        save_model(tmp_path / "m", **choices)
    assert list(tmp_path.iterdir()) == []


class Times(PythonModel):
    """Multiplies by a parameter."""

    def predict(self, context, model_input, params=None):
        return model_input["a"] * (params or {}).get("k", 1)


def test_an_example_gives_a_model_of_one_s_own_its_signature(tmp_path: Path):
    """Inputs and outputs are inferred by asking the model; of a pair the parameters too."""
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    save_model(tmp_path / "m", python_model=Times(), input_example=(frame, {"k": 3}))
    model = load_model(str(tmp_path / "m"))
    assert model.signature == infer_signature(frame, frame["a"], {"k": 3})
    assert model.predict(frame).tolist() == [3.0, 6.0]
    assert model.predict(frame, {"k": 5}).tolist() == [5.0, 10.0]
    with pytest.raises(ModelError, match="parameter 'k' wants long"):
        model.predict(frame, {"k": "x"})
    assert model.input_example.equals(frame)
    request = json.loads((tmp_path / "m" / "serving_input_example.json").read_text())
    assert request["params"] == {"k": 3}


def test_a_list_of_plain_values_gives_no_signature(tmp_path: Path):
    """Such a model goes on getting the list that its caller hands over."""
    save_model(
        tmp_path / "m", python_model=lambda texts: [len(t) for t in texts], input_example=["a"]
    )
    model = load_model(str(tmp_path / "m"))
    assert model.signature is None
    assert model.predict(["ab", "c"]) == [2, 1]


def test_a_signature_that_is_given_or_refused_is_not_inferred(tmp_path: Path):
    """The model is not asked at all."""

    def fail(_rows):
        raise ValueError("asked")

    frame = pd.DataFrame({"a": [1.0]})
    given = infer_signature(frame)
    save_model(tmp_path / "g", python_model=fail, input_example=frame, signature=given)
    save_model(tmp_path / "n", python_model=fail, input_example=frame, signature=False)
    assert read_mlmodel(tmp_path / "g").signature == given
    assert read_mlmodel(tmp_path / "n").signature is None


def test_asking_one_s_own_model_uses_up_no_warning(tmp_path: Path, monkeypatch):
    """Inferring a signature loads what was just written; the next model is still announced."""
    monkeypatch.setattr(trust, "_warned", set())
    frame = pd.DataFrame({"a": [1.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_model(tmp_path / "m", python_model=Times(), input_example=frame)
    with pytest.warns(trust.UnsafeModelWarning):
        load_model(str(tmp_path / "m"))
