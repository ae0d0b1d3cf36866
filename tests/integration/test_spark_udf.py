"""Scoring by a model over a real Spark session."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from sklearn.linear_model import LinearRegression

import runsite.pyfunc
import runsite.sklearn
import runsite.xgboost
from runsite.errors import InvalidValueError, ModelError

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [1, 5, 2, 2]})
Y = X["a"] * 2 + X["b"]


@pytest.fixture(scope="module")
def spark():
    """Start one local Spark for the module's tests."""
    from pyspark.sql import SparkSession

    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)  # the workers' Python
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()
    patch.undo()


def test_a_model_scores_columns_by_its_signature(spark, tmp_path: Path):
    """Called without columns, by names, and with a struct, the udf gives the model's predictions."""
    from pyspark.sql import functions as f

    model = LinearRegression().fit(X, Y)
    runsite.sklearn.save_model(model, tmp_path / "m", input_example=X)
    udf = runsite.pyfunc.spark_udf(spark, str(tmp_path / "m"))
    frame = spark.createDataFrame(X)
    scored = frame.select(
        udf().alias("own"), udf("a", "b").alias("named"), udf(f.struct("b", "a")).alias("struct")
    ).toPandas()
    expected = model.predict(X)
    for column in ("own", "named", "struct"):
        assert np.allclose(scored[column], expected), column
    assert scored["own"].dtype == np.float64


def test_result_types_and_many_outputs(spark, tmp_path: Path):
    """The signature's float32 and a model of several outputs keep their Spark types."""
    booster = xgb.train({"max_depth": 2}, xgb.DMatrix(X, Y), 3)
    runsite.xgboost.save_model(booster, tmp_path / "x", input_example=X)
    udf = runsite.pyfunc.spark_udf(spark, str(tmp_path / "x"))
    frame = spark.createDataFrame(X).select(udf().alias("p"))
    assert dict(frame.dtypes) == {"p": "float"}
    assert np.allclose(frame.toPandas()["p"], booster.predict(xgb.DMatrix(X)))
    both = LinearRegression().fit(X, np.column_stack([Y, -Y]))
    runsite.sklearn.save_model(both, tmp_path / "two", input_example=X)
    udf = runsite.pyfunc.spark_udf(spark, str(tmp_path / "two"))
    rows = spark.createDataFrame(X).select(udf().alias("p")).collect()
    assert np.allclose([row.p for row in rows], both.predict(X))


def test_wrong_use_is_named(spark, tmp_path: Path):
    """An unknown result type, and a model without names called without columns, are messages."""
    runsite.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "m")
    with pytest.raises(InvalidValueError, match="unknown result type 'complex'"):
        runsite.pyfunc.spark_udf(spark, str(tmp_path / "m"), "complex")
    with pytest.raises(ModelError, match="names no columns"):
        runsite.pyfunc.spark_udf(spark, str(tmp_path / "m"))()
