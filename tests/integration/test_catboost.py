"""CatBoost, where MLflow is: recorded, saved, loaded, exchanged (docs/decisions/0015)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.mlflow_peer import MlflowPeer, mlflow_peer
from support.repository import ROOT

__all__ = ["mlflow_peer"]

pytestmark = pytest.mark.slow

SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT / "src")!r})
import json
import runsite
runsite.autolog()
import catboost as cb
import mlflow
import numpy as np
import pandas as pd

rng = np.random.default_rng(0)
X = pd.DataFrame({{"a": rng.normal(size=80), "b": rng.normal(size=80)}})
Y = X.a * 2 + X.b
quiet = {{"verbose": False, "allow_writing_files": False}}
client = runsite.MlflowClient()
out = {{}}

model = cb.CatBoostRegressor(iterations=6, depth=2, **quiet).fit(X, Y, eval_set=(X[:20], Y[:20]))
run = runsite.last_active_run()
history = client.get_metric_history(run.info.run_id, "validation-RMSE")
out["params"] = run.data.params
out["rounds"] = [point.value for point in history] == [
    *model.get_evals_result()["validation"]["RMSE"],
    model.get_best_score()["validation"]["RMSE"],
]
out["places"] = [run.data.metrics["best_iteration"], run.data.metrics["stopped_iteration"]]
out["inputs"] = [item.dataset.name for item in run.inputs.dataset_inputs]
uri = f"runs:/{{run.info.run_id}}/model"
loaded = runsite.catboost.load_model(uri)
out["class"] = type(loaded).__name__
out["pyfunc"] = np.allclose(runsite.pyfunc.load_model(uri).predict(X), model.predict(X))

pool = cb.CatBoostClassifier(iterations=3, **quiet).fit(cb.Pool(X, Y > 0))
path = runsite.artifacts.download_artifacts(
    f"runs:/{{runsite.last_active_run().info.run_id}}/model"
)
out["mlflow native"] = np.array_equal(mlflow.catboost.load_model(path).predict(X), pool.predict(X))
out["mlflow pyfunc"] = np.array_equal(
    mlflow.pyfunc.load_model(path).predict(X), pool.predict(X)
)
mlflow.catboost.save_model(model, "theirs", pip_requirements=["catboost"], input_example=X.head(2))
out["theirs"] = np.allclose(runsite.pyfunc.load_model("theirs").predict(X), model.predict(X))
runsite.autolog(disable=True)
plain = cb.CatBoostRegressor(iterations=6, depth=2, **quiet).fit(X, Y, eval_set=(X[:20], Y[:20]))
out["same"] = np.array_equal(plain.predict(X), model.predict(X))
out["again"] = np.array_equal(loaded.fit(X, Y).predict(X), loaded.predict(X))
out["runs"] = len(runsite.search_runs())
print("RESULT" + json.dumps(out, default=bool))
"""


def test_catboost_is_recorded_and_exchanged(mlflow_peer: MlflowPeer, tmp_path: Path):
    """Params, rounds, data and model are recorded; MLflow and we load each other's models.

    Training gives the same with and without, and a loaded model can be trained again.
    """
    found = json.loads(mlflow_peer.run(SCRIPT, cwd=tmp_path).split("RESULT")[1])
    assert found == {
        "params": {
            "allow_writing_files": "False",
            "depth": "2",
            "iterations": "6",
            "loss_function": "RMSE",
            "verbose": "False",
        },
        "rounds": True,
        "places": [5.0, 5.0],
        "inputs": ["dataset", "validation"],
        "class": "CatBoostRegressor",
        "pyfunc": True,
        "mlflow native": True,
        "mlflow pyfunc": True,
        "theirs": True,
        "same": True,
        "again": True,
        "runs": 2,
    }
