"""Train with autologging and print what each training left in its run, as JSON.

Run as ``python autolog_cases.py mlflow`` or ``… runsite``, in an empty folder.
"""

# What is trained is imported only after the tracker was chosen, and told in the words of its users.
# ruff: noqa: E402

import importlib
import json
import logging
import os
import sys
import warnings

name = sys.argv[1]
warnings.simplefilter("ignore")
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
tracker = importlib.import_module(name)
logging.getLogger(name).setLevel(logging.ERROR)

import lightgbm as lgb
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

tracker.set_tracking_uri("runs" if name == "runsite" else "sqlite:///m.db")
tracker.set_experiment("compare")
tracker.autolog(log_models=False, silent=True)

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.normal(size=60)})
Y = X["a"] * 2 + X["b"]
LABELS = (Y > 0).astype(int)
CLASSES = np.digitize(Y, [-1, 1])
X_test, y_test = X.head(20), Y.head(20)


def linear():
    model = LinearRegression().fit(X, Y)
    mean_squared_error(y_test, model.predict(X_test))
    model.score(X_test, y_test)


def forest():
    model = RandomForestClassifier(4, random_state=0).fit(X, LABELS)
    accuracy_score(LABELS, model.predict(X))


def search():
    GridSearchCV(Ridge(), {"alpha": [0.1, 1, 10]}, cv=3).fit(X, Y)


def random_search():
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    grid = {"logisticregression__C": [0.1, 1, 10]}
    RandomizedSearchCV(pipeline, grid, n_iter=2, cv=3, random_state=0).fit(X, LABELS)


def boost_rounds():
    train, test = xgb.DMatrix(X, Y), xgb.DMatrix(X_test, y_test)
    xgb.train(
        {"eta": 0.9, "max_depth": 4},
        train,
        30,
        evals=[(train, "train"), (test, "val")],
        early_stopping_rounds=2,
        verbose_eval=False,
    )


def light_rounds():
    train = lgb.Dataset(X, Y)
    test = lgb.Dataset(X_test, y_test, reference=train)
    lgb.train(
        {"verbose": -1, "learning_rate": 0.9},
        train,
        30,
        valid_sets=[test],
        valid_names=["val"],
        callbacks=[lgb.early_stopping(2, verbose=False)],
    )


CASES = {
    "linear": linear,
    "forest": forest,
    "multiclass": lambda: LogisticRegression().fit(X, CLASSES),
    "pipeline": lambda: make_pipeline(StandardScaler(), Ridge()).fit(X, Y),
    "meta": lambda: MultiOutputRegressor(Ridge()).fit(X, np.c_[Y, Y]),
    "kmeans": lambda: KMeans(2, n_init=1, random_state=0).fit(X),
    "search": search,
    "random_search": random_search,
    "xgb_train": boost_rounds,
    "xgb_fit": lambda: xgb.XGBRegressor(n_estimators=3).fit(
        X, Y, eval_set=[(X_test, y_test)], verbose=False
    ),
    "lgb_train": light_rounds,
    "lgb_fit": lambda: lgb.LGBMClassifier(n_estimators=3, verbose=-1).fit(
        X, LABELS, eval_set=[(X_test, LABELS.head(20))]
    ),
}


def list_files(client, run_id, path=None):
    for item in client.list_artifacts(run_id, path):
        if item.is_dir:
            yield from list_files(client, run_id, item.path)
        else:
            yield item.path


def describe(client, run):
    tags = {k: v for k, v in run.data.tags.items() if not k.startswith(("mlflow.", "runsite."))}
    return {
        "params": dict(sorted(run.data.params.items())),
        "metrics": {k: round(v, 6) for k, v in sorted(run.data.metrics.items())},
        "points": {
            key: len(client.get_metric_history(run.info.run_id, key)) for key in run.data.metrics
        },
        "tags": dict(sorted(tags.items())),
        # What was captured of an uncommitted checkout depends on whoever runs the tests.
        "files": sorted(
            name for name in list_files(client, run.info.run_id) if not name.startswith("source/")
        ),
        "inputs": sorted(
            next(tag.value for tag in item.tags if tag.key == "mlflow.data.context")
            for item in run.inputs.dataset_inputs
        ),
        "status": run.info.status,
        "autologging": run.data.tags.get("mlflow.autologging"),
    }


client = tracker.tracking.MlflowClient()
found = {}
for case, action in CASES.items():
    experiment = tracker.set_experiment(case)
    action()
    runs = client.search_runs([experiment.experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if "mlflow.parentRunId" in run.data.tags]
    found[case] = {
        "runs": [describe(client, run) for run in parents],
        "children": sorted(
            (describe(client, run) for run in children), key=lambda c: str(c["params"])
        ),
    }
json.dump(found, sys.stdout, indent=1)
