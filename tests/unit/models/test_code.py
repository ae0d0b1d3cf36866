"""Models from code: a file that makes the model goes with it, and nothing is pickled."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

import runsite
from runsite.errors import InvalidValueError, ModelError
from runsite.models import read_mlmodel, set_model
from runsite.pyfunc import load_model, log_model, save_model

pytestmark = pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning")

CODE = """
import numpy as np
import runsite.models
from runsite.pyfunc import PythonModel

class Times(PythonModel):
    def load_context(self, context):
        with open(context.artifacts["factor"]) as file:
            self.factor = float(file.read())

    def predict(self, context, model_input, params=None):
        return np.asarray(model_input["a"]) * self.factor + context.model_config["more"]

runsite.models.set_model(Times())
"""


def save(folder: Path, code: str, **options: object) -> Path:
    """Save a model of that code into the folder ``m``."""
    (folder / "own.py").write_text(code, encoding="utf-8")
    save_model(folder / "m", python_model=str(folder / "own.py"), **options)
    return folder / "m"


def test_a_file_makes_the_model_with_its_files_and_settings(tmp_path: Path):
    """The file is copied, run at loading, and finds artifacts and model_config in its context."""
    (tmp_path / "factor.txt").write_text("3")
    (tmp_path / "settings.yaml").write_text("more: 1")
    folder = save(
        tmp_path,
        CODE,
        artifacts={"factor": str(tmp_path / "factor.txt")},
        model_config=str(tmp_path / "settings.yaml"),
    )
    (tmp_path / "own.py").unlink()
    loaded = load_model(str(folder))
    assert loaded.predict(pd.DataFrame({"a": [1, 2]})).tolist() == [4, 7]
    assert load_model(str(folder), model_config={"more": 0}).predict({"a": 2}) == 6
    assert type(loaded.unwrap_python_model()).__name__ == "Times"
    settings = read_mlmodel(folder).flavors["python_function"]
    assert settings["model_code_path"] == "own.py"
    assert settings["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert "numpy==" in (folder / "requirements.txt").read_text()


def test_loading_adds_no_file_to_a_registered_model(tmp_path: Path, monkeypatch):
    """A registered model from code can be loaded again and again: no cache changes its digest."""
    monkeypatch.chdir(tmp_path)
    runsite.set_tracking_uri("")
    Path("own.py").write_text("from runsite.models import set_model\nset_model(len)\n")
    with runsite.start_run():
        log_model(name="m", python_model=Path("own.py"), registered_model_name="own")
    for _ in range(2):
        assert load_model("models:/own/1").predict([1, 2, 3]) == 3


def test_functions_and_plain_objects_are_handed_over_too(tmp_path: Path):
    """What python_model= takes as an object a file may hand over."""
    (tmp_path / "f").mkdir()
    function = "from runsite.models import set_model\nset_model(lambda data: len(data))\n"
    assert load_model(str(save(tmp_path / "f", function))).predict([1, 2]) == 2
    plain = (
        "from runsite.models import set_model\n"
        "class Plain:\n"
        "    def predict(self, model_input): return sum(model_input)\n"
        "set_model(Plain())\n"
    )
    assert load_model(str(save(tmp_path, plain))).predict([1, 2]) == 3


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "the model's code fails: ZeroDivisionError: division by zero"),
        ("x = 1", "the model's code hands over no model"),
        ("import nothing_of_that_name", "the model's code fails: ModuleNotFoundError"),
        ("def broken(:", "the model's code fails: SyntaxError"),
        ("import runsite.models as m; m.set_model(3)", "'3' cannot predict"),
    ],
)
def test_a_file_that_makes_no_model_is_not_saved(code, message, tmp_path: Path):
    """A failing file is named at saving, and leaves no folder behind."""
    with pytest.raises(ModelError) as caught:
        save(tmp_path, code)
    assert message in str(caught.value)
    assert str(tmp_path / "own.py") in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["own.py"]


@pytest.mark.parametrize("path", ["missing.py", "own", "."])
def test_a_path_that_is_no_python_file_is_named(path, tmp_path: Path, monkeypatch):
    """A file that is missing, or no Python file, is a message."""
    monkeypatch.chdir(tmp_path)
    Path("own").write_text("")
    with pytest.raises(InvalidValueError, match="no such Python file"):
        save_model("m", python_model=path)


def test_settings_that_cannot_be_read_are_named(tmp_path: Path):
    """A model_config file that is missing or holds no mapping is a message."""
    (tmp_path / "list.yaml").write_text("- 1")
    with pytest.raises(InvalidValueError, match="the settings of a model are no mapping"):
        save(tmp_path, CODE, model_config=str(tmp_path / "list.yaml"))
    with pytest.raises(InvalidValueError, match="cannot read the settings of a model"):
        save(tmp_path, CODE, model_config=str(tmp_path / "missing.yaml"))


def test_what_a_file_hands_over_does_not_stay(tmp_path: Path):
    """A file that forgets to hand over a model does not get the one of the file before it."""
    set_model(len)
    with pytest.raises(ModelError, match="hands over no model"):
        save(tmp_path, "x = 1")


def test_a_model_code_path_outside_the_model_is_refused(tmp_path: Path):
    """A crafted MLmodel cannot have a file from elsewhere run: only the name of its path counts."""
    marker = tmp_path / "ran"
    folder = save(tmp_path, "from runsite.models import set_model\nset_model(len)\n")
    (tmp_path / "evil.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    described = (folder / "MLmodel").read_text()
    (folder / "MLmodel").write_text(described.replace("own.py", "../evil.py"))
    with pytest.raises(ModelError, match=r"the model's file 'evil\.py' is missing"):
        load_model(str(folder))
    assert not marker.exists()


def test_modules_of_a_registered_model_leave_no_cache(tmp_path: Path, monkeypatch):
    """Modules that came as code_paths are imported without caches, in packages below too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    runsite.set_tracking_uri("")
    Path("taximodel/deep").mkdir(parents=True)
    Path("taximodel/__init__.py").write_text("from taximodel.deep import count\n")
    Path("taximodel/deep/__init__.py").write_text("def count(data): return len(data)\n")
    code = "from runsite.models import set_model\nfrom taximodel import count\nset_model(count)\n"
    Path("own.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    with runsite.start_run():
        options = {"code_paths": ["taximodel"], "registered_model_name": "own"}
        log_model(name="m", python_model="own.py", **options)
    sys.path.remove(str(tmp_path))
    for _ in range(2):
        for name in [name for name in sys.modules if name.startswith("taximodel")]:
            del sys.modules[name]
        assert load_model("models:/own/1").predict([1, 2, 3]) == 3
        assert Path(sys.modules["taximodel.deep"].__file__).is_relative_to(tmp_path / "runs")


CONFIGURED = """
from runsite.models import ModelConfig, set_model

AT_LOAD = ModelConfig(development_config={"factor": 2, "kept": "yes"}).to_dict()

def predict(model_input):
    return [ModelConfig(development_config={"factor": 2}).get("factor"), AT_LOAD["factor"]]

set_model(predict)
"""


def test_a_file_finds_its_settings_by_model_config(tmp_path: Path):
    """ModelConfig tells what was saved, or given to load_model; while loading and predicting."""
    folder = save(tmp_path, CONFIGURED, model_config={"factor": 3})
    assert load_model(str(folder)).predict(["x"]) == [3, 3]
    assert load_model(str(folder), model_config={"factor": 5}).predict(["x"]) == [5, 5]
