"""Models both ways with MLflow 3: each loads what the other wrote, and predicts the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import runsite.pyfunc
import runsite.sklearn
import runsite.xgboost
from runsite.models import infer_signature, read_mlmodel
from support.mlflow_peer import MlflowPeer, mlflow_peer
from support.repository import ROOT

__all__ = ["mlflow_peer"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::runsite.models.UnsafeModelWarning"),
]

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=30), "b": RNG.integers(0, 9, 30)})
Y = X["a"] * 2 + X["b"]


def test_mlflow_loads_what_runsite_wrote(mlflow_peer: MlflowPeer, tmp_path: Path):
    """MLflow's pyfunc and native loaders take every kind of model, with signature and without."""
    models = {
        "sk_skops": LinearRegression().fit(X, Y),
        "sk_forest": RandomForestClassifier(3, random_state=0).fit(X, Y > 3),
        "sk_pickle": make_pipeline(FunctionTransformer(lambda x: x * 2), LinearRegression()).fit(
            X, Y
        ),
        "sk_plain": make_pipeline(StandardScaler(), LinearRegression()).fit(X, Y),
        "xgb_booster": xgb.train({"max_depth": 2}, xgb.DMatrix(X, Y), 3),
        "xgb_json": xgb.train({"max_depth": 2}, xgb.DMatrix(X, Y), 3),
        "xgb_regressor": xgb.XGBRegressor(n_estimators=3).fit(X, Y),
    }
    expected = {}
    for name, model in models.items():
        example = None if name in ("sk_plain", "xgb_json") else X.head(3)
        if name.startswith("sk"):
            runsite.sklearn.save_model(model, tmp_path / name, input_example=example)
        else:
            form = "json" if name == "xgb_json" else "ubj"
            runsite.xgboost.save_model(
                model, tmp_path / name, input_example=example, model_format=form
            )
        predicted = runsite.pyfunc.load_model(str(tmp_path / name)).predict(X)
        expected[name] = np.asarray(predicted, dtype=float).tolist()
    X.to_json(tmp_path / "x.json", orient="split")
    (tmp_path / "names.json").write_text(json.dumps(list(models)))
    out = mlflow_peer.run(
        """
        import json, io
        import mlflow, pandas as pd, numpy as np, xgboost as xgb
        x = pd.read_json(io.StringIO(open("x.json").read()), orient="split")
        found = {}
        for name in json.load(open("names.json")):
            model = mlflow.pyfunc.load_model(name)
            found[name] = np.asarray(model.predict(x), dtype=float).tolist()
            if name.startswith("sk"):
                native = mlflow.sklearn.load_model(name).predict(x)
            else:
                native = mlflow.xgboost.load_model(name)
                native = native.predict(xgb.DMatrix(x) if isinstance(native, xgb.Booster) else x)
            assert np.allclose(np.asarray(native, dtype=float), found[name]), name
            info = mlflow.models.get_model_info(name)
            assert (info.signature is None) == (name in ("sk_plain", "xgb_json")), name
        print("RESULT" + json.dumps(found))
        """,
        cwd=tmp_path,
    )
    found = json.loads(out.split("RESULT")[1])
    for name, values in expected.items():
        assert np.allclose(found[name], values), name


def test_runsite_loads_what_mlflow_wrote(mlflow_peer: MlflowPeer, tmp_path: Path):
    """Our pyfunc and native loaders take MLflow's models, signatures and examples."""
    X.to_json(tmp_path / "x.json", orient="split")
    out = mlflow_peer.run(
        """
        import json, io
        import mlflow, pandas as pd, numpy as np, xgboost as xgb
        from mlflow.models import infer_signature
        from sklearn.linear_model import LinearRegression
        x = pd.read_json(io.StringIO(open("x.json").read()), orient="split")
        y = x.a * 2 + x.b
        sk = LinearRegression().fit(x, y)
        booster = xgb.train({"max_depth": 2}, xgb.DMatrix(x, y), 3)
        regressor = xgb.XGBRegressor(n_estimators=3).fit(x, y)
        signature = infer_signature(x, sk.predict(x), params={"k": 1, "names": ["a"]})
        kw = {"pip_requirements": ["scikit-learn"]}
        mlflow.sklearn.save_model(sk, "sk_sig", signature=signature, input_example=x.head(2), **kw)
        mlflow.sklearn.save_model(sk, "sk_plain", **kw)
        mlflow.sklearn.save_model(sk, "sk_cloudpickle", serialization_format="cloudpickle", **kw)
        mlflow.xgboost.save_model(booster, "xgb_booster", **kw)
        mlflow.xgboost.save_model(booster, "xgb_json", model_format="json", **kw)
        mlflow.xgboost.save_model(
            regressor, "xgb_sig", signature=infer_signature(x, regressor.predict(x)), **kw
        )
        found = {}
        for name in ("sk_sig", "sk_plain", "sk_cloudpickle", "xgb_booster", "xgb_json", "xgb_sig"):
            found[name] = np.asarray(mlflow.pyfunc.load_model(name).predict(x), dtype=float).tolist()
        print("RESULT" + json.dumps({"found": found, "signature": signature.to_dict()}))
        """,
        cwd=tmp_path,
    )
    result = json.loads(out.split("RESULT")[1])
    for name, values in result["found"].items():
        predicted = runsite.pyfunc.load_model(str(tmp_path / name)).predict(X)
        assert np.allclose(predicted, values), name
        loader = runsite.sklearn if name.startswith("sk") else runsite.xgboost
        assert hasattr(loader.load_model(str(tmp_path / name)), "predict")
    ours = infer_signature(X, Y.to_numpy(), params={"k": 1, "names": ["a"]})
    assert ours.to_dict() == result["signature"]
    assert read_mlmodel(tmp_path / "sk_sig").signature == ours


def test_examples_and_environments_are_read_by_mlflow(mlflow_peer: MlflowPeer, tmp_path: Path):
    """MLflow finds the input example and the requirements of a model that runsite wrote."""
    runsite.sklearn.save_model(
        LinearRegression().fit(X, Y), tmp_path / "m", input_example=X.head(3)
    )
    out = mlflow_peer.run(
        """
        import mlflow
        model = mlflow.models.Model.load("m")
        example = model.load_input_example("m")
        path = mlflow.pyfunc.get_model_dependencies("m")
        print("RESULT", example.shape, list(example.columns), "scikit-learn==" in open(path).read())
        """,
        cwd=tmp_path,
    )
    assert out.split("RESULT")[1].strip() == "(3, 2) ['a', 'b'] True"


BOTH = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
import json
import itertools
import lightgbm as lgb
import mlflow
import numpy as np
import pandas as pd
import runsite
from runsite.models import infer_signature

rng = np.random.default_rng(0)
X = pd.DataFrame({{"a": rng.normal(size=30), "b": rng.normal(size=30)}})
Y = X.a * 2 + X.b
with open("five.txt", "w") as file:
    file.write("5")


def make_class(base):
    class Times(base):
        def load_context(self, context):
            self.factor = float(open(context.artifacts["five"]).read())

        def predict(self, context, model_input, params=None):
            return (model_input["a"] * self.factor * (params or {{}}).get("more", 1)).to_numpy()

    return Times()


class Plain:
    def predict(self, model_input):
        return (model_input["a"] * 5).to_numpy()


def five(model_input):
    return (model_input["a"] * 5).to_numpy()


def save(library, kind, folder, options):
    pins = {{}} if library is runsite else {{"pip_requirements": ["numpy"]}}
    if kind == "python model":
        model = make_class(library.pyfunc.PythonModel)
        library.pyfunc.save_model(
            folder, python_model=model, artifacts={{"five": "five.txt"}}, **options, **pins
        )
    elif kind in ("function", "object"):
        library.pyfunc.save_model(
            folder, python_model=five if kind == "function" else Plain(), **options, **pins
        )
    else:
        library.lightgbm.save_model(MODELS[kind], folder, **options, **pins)


MODELS = {{
    "booster": lgb.train({{"verbose": -1}}, lgb.Dataset(X, Y), 3),
    "estimator": lgb.LGBMRegressor(n_estimators=3, verbose=-1).fit(X, Y),
}}
expected = {{name: model.predict(X) for name, model in MODELS.items()}}
checked = []
kinds = ("python model", "function", "object", "booster", "estimator")
for number, (kind, signed, example) in enumerate(
    itertools.product(kinds, (True, False), (True, False))
):
    options = {{"input_example": X.head(2)}} if example else {{}}
    if signed:
        params = {{"more": 1}} if kind == "python model" else None
        options["signature"] = infer_signature(X, Y.to_numpy(), params=params)
    want = expected.get(kind, X.a.to_numpy() * 5)
    save(runsite, kind, f"ours{{number}}", options)
    assert np.allclose(mlflow.pyfunc.load_model(f"ours{{number}}").predict(X), want), kind
    if kind in MODELS:
        assert np.allclose(mlflow.lightgbm.load_model(f"ours{{number}}").predict(X), want), kind
    elif kind == "python model" and signed:
        more = {{"params": {{"more": 2}}}}
        assert np.allclose(mlflow.pyfunc.load_model(f"ours{{number}}").predict(X, **more), want * 2)
    if signed:
        signature = options["signature"].to_dict()
        options["signature"] = mlflow.models.ModelSignature.from_dict(signature)
    if kind != "object" and not (kind == "function" and not signed):
        save(mlflow, kind, f"theirs{{number}}", options)
        theirs = runsite.pyfunc.load_model(f"theirs{{number}}")
        assert np.allclose(theirs.predict(X), want), kind
        assert (theirs.signature is not None) == (signed or example), kind
        if kind in MODELS:
            loaded = runsite.lightgbm.load_model(f"theirs{{number}}")
            assert np.allclose(loaded.predict(X), want), kind
    checked.append(kind)
print("RESULT", len(checked))
"""


def test_own_models_and_lightgbm_go_both_ways(mlflow_peer: MlflowPeer, tmp_path: Path):
    """Python models, functions, objects, Boosters, estimators; with and without signature, example.

    What MLflow itself refuses to save (an object without its base class, a function without
    types) is only tried in one direction.
    """
    assert mlflow_peer.run(BOTH, cwd=tmp_path).split("RESULT")[1].strip() == "20"


CODE_BOTH = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
import mlflow
import numpy as np
import pandas as pd
import runsite

X = pd.DataFrame({{"a": [1.0, 2.0]}})
HEAD = "import numpy as np\\nfrom LIB.models import set_model\\n" + (
    "from LIB.pyfunc import PythonModel\\n"
)
OWN = "class Times(PythonModel):\\n    def predict(self, context, model_input, params=None):\\n" + (
    "        return np.asarray(model_input['a']) * context.model_config['times']\\nset_model(Times())\\n"
)
codes = {{
    "ours": (HEAD + OWN).replace("LIB", "runsite"),
    "plain": (HEAD + OWN).replace("LIB", "runsite").replace("(PythonModel)", ""),
    "theirs": (HEAD + OWN).replace("LIB", "mlflow"),
}}
folders = []
for name, code in codes.items():
    with open(name + ".py", "w") as file:
        file.write(code)
    runsite.pyfunc.save_model("r_" + name, python_model=name + ".py", model_config={{"times": 2}})
    folders.append("r_" + name)
mlflow.pyfunc.save_model(
    "m_theirs", python_model="theirs.py", pip_requirements=["numpy"], model_config={{"times": 2}}
)
for folder in [*folders, "m_theirs"]:
    assert runsite.pyfunc.load_model(folder).predict(X).tolist() == [2, 4], folder
    assert np.asarray(mlflow.pyfunc.load_model(folder).predict(X)).tolist() == [2, 4], folder
print("RESULT", len(folders) + 1)
"""


def test_models_from_code_go_both_ways(mlflow_peer: MlflowPeer, tmp_path: Path):
    """A file that calls either library's set_model is loaded by both, its settings with it."""
    assert mlflow_peer.run(CODE_BOTH, cwd=tmp_path).split("RESULT")[1].strip() == "4"
