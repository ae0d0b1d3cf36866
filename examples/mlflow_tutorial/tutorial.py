"""The classic MLflow introduction as a script; ``tutorial.ipynb`` holds the same cells."""

# ruff: noqa: ANN001, ANN201, B018, DTZ002, PD011 - the tutorial's own way of writing

# %% [markdown]
# # The classic MLflow introduction, on runsite
#
# Every block is MLflow's own, but for the imports, the tracking URI (a folder, not a database)
# and `mean_squared_error(squared=False)`, which scikit-learn removed.
#
# It reads two months of New York's green taxi trips from `./data` and writes runs to `./runs`,
# models to `./registry.yaml`. `MAX_EVALS` and `ROUNDS` in the environment make it shorter.

# %%
import os
import pickle
from datetime import datetime

import pandas as pd
import xgboost as xgb
from hyperopt import STATUS_OK, Trials, fmin, hp, tpe
from hyperopt.pyll import scope
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import Lasso, LinearRegression
from sklearn.metrics import root_mean_squared_error

import runsite as mlflow
from runsite.entities import ViewType
from runsite.tracking import MlflowClient

MAX_EVALS = int(os.environ.get("MAX_EVALS", "50"))
ROUNDS = int(os.environ.get("ROUNDS", "1000"))

# %%
mlflow.set_tracking_uri("runs")
mlflow.set_experiment("nyc-taxi-experiment")


# %%
def read_dataframe(filename):
    """Read one month of trips: durations of 1 to 60 minutes."""
    df = pd.read_parquet(filename)
    df["duration"] = df.lpep_dropoff_datetime - df.lpep_pickup_datetime
    df.duration = df.duration.apply(lambda td: td.total_seconds() / 60)
    df = df[(df.duration >= 1) & (df.duration <= 60)]
    categorical = ["PULocationID", "DOLocationID"]
    df[categorical] = df[categorical].astype(str)
    return df


df_train = read_dataframe("./data/green_tripdata_2021-01.parquet")
df_val = read_dataframe("./data/green_tripdata_2021-02.parquet")
len(df_train), len(df_val)

# %%
df_train["PU_DO"] = df_train["PULocationID"] + "_" + df_train["DOLocationID"]
df_val["PU_DO"] = df_val["PULocationID"] + "_" + df_val["DOLocationID"]

categorical = ["PU_DO"]
numerical = ["trip_distance"]

dv = DictVectorizer()
train_dicts = df_train[categorical + numerical].to_dict(orient="records")
X_train = dv.fit_transform(train_dicts)
val_dicts = df_val[categorical + numerical].to_dict(orient="records")
X_val = dv.transform(val_dicts)

target = "duration"
y_train = df_train[target].values
y_val = df_val[target].values

# %% [markdown]
# ## Params, metrics, tags

# %%
lr = LinearRegression()
lr.fit(X_train, y_train)
y_pred = lr.predict(X_val)
root_mean_squared_error(y_val, y_pred)

# %%
with open("lin_reg.bin", "wb") as f_out:
    pickle.dump((dv, lr), f_out)

# %%
with mlflow.start_run():
    mlflow.set_tag("developer", "cristian")

    mlflow.log_param("train-data-path", "./data/green_tripdata_2021-01.parquet")
    mlflow.log_param("valid-data-path", "./data/green_tripdata_2021-02.parquet")

    alpha = 0.1
    mlflow.log_param("alpha", alpha)
    lr = Lasso(alpha)
    # Lasso of scikit-learn 1.9 wants the int32 indices that DictVectorizer no longer gives.
    X_train.indices, X_train.indptr = (
        X_train.indices.astype("int32"),
        X_train.indptr.astype("int32"),
    )
    lr.fit(X_train, y_train)

    y_pred = lr.predict(X_val)
    rmse = root_mean_squared_error(y_val, y_pred)
    mlflow.log_metric("rmse", rmse)

    mlflow.log_artifact(local_path="lin_reg.bin", artifact_path="models_pickle")

# %% [markdown]
# ## A search with hyperopt: each trial a run

# %%
train = xgb.DMatrix(X_train, label=y_train)
valid = xgb.DMatrix(X_val, label=y_val)


# %%
def objective(params):
    """Train with the params of one trial."""
    with mlflow.start_run():
        mlflow.set_tag("model", "xgboost")
        mlflow.log_params(params)
        booster = xgb.train(
            params=params,
            dtrain=train,
            num_boost_round=ROUNDS,
            evals=[(valid, "validation")],
            early_stopping_rounds=50,
        )
        y_pred = booster.predict(valid)
        rmse = root_mean_squared_error(y_val, y_pred)
        mlflow.log_metric("rmse", rmse)

    return {"loss": rmse, "status": STATUS_OK}


# %%
search_space = {
    "max_depth": scope.int(hp.quniform("max_depth", 4, 100, 1)),
    "learning_rate": hp.loguniform("learning_rate", -3, 0),
    "reg_alpha": hp.loguniform("reg_alpha", -5, -1),
    "reg_lambda": hp.loguniform("reg_lambda", -6, -1),
    "min_child_weight": hp.loguniform("min_child_weight", -1, 3),
    "objective": "reg:squarederror",
    "seed": 42,
}

best_result = fmin(
    fn=objective,
    space=search_space,
    algo=tpe.suggest,
    max_evals=MAX_EVALS,
    trials=Trials(),
)

# %% [markdown]
# ## Autologging

# %%
best_params = {
    "learning_rate": 0.09585355369315604,
    "max_depth": 30,
    "min_child_weight": 1.060597050922164,
    "objective": "reg:squarederror",
    "reg_alpha": 0.018060244040060163,
    "reg_lambda": 0.011658731377413597,
    "seed": 42,
}

mlflow.xgboost.autolog()

with mlflow.start_run(run_name="autologged"):
    booster = xgb.train(
        params=best_params,
        dtrain=train,
        num_boost_round=ROUNDS,
        evals=[(valid, "validation")],
        early_stopping_rounds=50,
    )

# %%
mlflow.xgboost.autolog(disable=True)

# %% [markdown]
# ## Logging a model by hand

# %%
with open("vectorizer.pkl", "wb") as f_out:
    pickle.dump(dv, f_out)

with mlflow.start_run(run_name="best") as run:
    mlflow.log_params(best_params)

    booster = xgb.train(
        params=best_params,
        dtrain=train,
        num_boost_round=ROUNDS,
        evals=[(valid, "validation")],
        early_stopping_rounds=50,
    )

    y_pred = booster.predict(valid)
    rmse = root_mean_squared_error(y_val, y_pred)
    mlflow.log_metric("rmse", rmse)

    mlflow.log_artifact("vectorizer.pkl", artifact_path="extra_artifacts")
    mlflow.xgboost.log_model(booster, artifact_path="models_mlflow")

# %%
logged_model = f"runs:/{run.info.run_id}/models_mlflow"

loaded_model = mlflow.pyfunc.load_model(logged_model)
loaded_model

# %%
xgboost_model = mlflow.xgboost.load_model(logged_model)
xgboost_model.get_fscore()

# %%
y_pred = xgboost_model.predict(valid)
y_pred[:10]

# %% [markdown]
# ## Searching runs, registering and promoting a model

# %%
client = MlflowClient()
experiment = client.get_experiment_by_name("nyc-taxi-experiment")

runs = client.search_runs(
    experiment_ids=[experiment.experiment_id],
    filter_string="metrics.rmse < 7",
    run_view_type=ViewType.ACTIVE_ONLY,
    max_results=5,
    order_by=["metrics.rmse ASC"],
)

for found in runs:
    print(f"run id: {found.info.run_id}, rmse: {found.data.metrics['rmse']:.4f}")

# %%
model_name = "nyc-taxi-regressor"
mlflow.register_model(model_uri=logged_model, name=model_name)

# %%
latest_versions = client.get_latest_versions(name=model_name)

for version in latest_versions:
    print(f"version: {version.version}, stage: {version.current_stage}")

# %%
model_version = 1
new_stage = "Staging"

client.transition_model_version_stage(
    name=model_name,
    version=model_version,
    stage=new_stage,
    archive_existing_versions=False,
)

# %%
date = datetime.today().date()

client.update_model_version(
    name=model_name,
    version=model_version,
    description=f"The model version {model_version} was transitioned to {new_stage} on {date}",
)

# %%
staged = mlflow.pyfunc.load_model(f"models:/{model_name}/{new_stage}")
staged.predict(X_val)[:10]
