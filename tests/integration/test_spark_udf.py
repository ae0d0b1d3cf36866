"""Scoring by a model over a real Spark session."""

from __future__ import annotations

import os
import shutil
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

    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("there is no Java here; Spark needs 17 or newer")
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


def test_predictions_are_converted_to_the_type_that_was_asked_for(spark, tmp_path: Path):
    """MLflow's calls: result_type by name or type, env_manager, columns by place and as a struct."""
    from pyspark.sql import functions as f
    from pyspark.sql.types import ArrayType, DoubleType, StringType

    model = LinearRegression().fit(X, Y)
    runsite.sklearn.save_model(model, tmp_path / "m", input_example=X)
    kinds = {
        "double": ("double", float),
        "string": ("string", str),
        "long": ("bigint", int),
        "array<double>": ("array<double>", lambda value: [float(value)]),
        StringType(): ("string", str),
        ArrayType(DoubleType()): ("array<double>", lambda value: [float(value)]),
    }
    udfs = {
        kind: runsite.pyfunc.spark_udf(
            spark, model_uri=str(tmp_path / "m"), result_type=kind, env_manager="local"
        )
        for kind in kinds
    }
    columns = [call for udf in udfs.values() for call in (udf(*X.columns), udf(f.struct(*X)))]
    frame = spark.createDataFrame(X).select(*(c.alias(f"c{i}") for i, c in enumerate(columns)))
    rows = frame.collect()
    for place, (kind, convert) in enumerate(kinds.values()):
        for column in (f"c{2 * place}", f"c{2 * place + 1}"):
            assert dict(frame.dtypes)[column] == kind
            if kind == "string":
                assert float(rows[2][column]) == pytest.approx(model.predict(X)[2])
            else:
                assert rows[2][column] == pytest.approx(convert(model.predict(X)[2]))


class Bounds(runsite.pyfunc.PythonModel):
    """Gives two named numbers a row, by a setting and a variable of the environment."""

    def predict(self, context, model_input, params=None):
        import os

        width = context.model_config["width"] + float(os.environ["RUNSITE_TEST_MORE"])
        return pd.DataFrame({"low": model_input["a"] - width, "high": model_input["a"] + width})


def test_a_model_of_named_outputs_gives_a_struct(spark, tmp_path: Path):
    """A struct's fields are filled by name; model_config and extra_env reach the workers."""
    signature = runsite.models.infer_signature(X)
    runsite.pyfunc.save_model(
        tmp_path / "m", python_model=Bounds(), model_config={"width": 9}, signature=signature
    )
    udf = runsite.pyfunc.spark_udf(
        spark,
        str(tmp_path / "m"),
        "struct<high:double,low:double>",
        extra_env={"RUNSITE_TEST_MORE": "1"},
        model_config={"width": 0.5},
    )
    rows = spark.createDataFrame(X).select(udf().alias("p")).collect()
    assert [row.p.asDict() for row in rows[:2]] == [
        {"high": 2.5, "low": -0.5},
        {"high": 3.5, "low": 0.5},
    ]


def test_an_environment_of_its_own_is_refused(spark, tmp_path: Path):
    """No environment is made for the workers, and a call that asks for one is told so."""
    runsite.sklearn.save_model(LinearRegression().fit(X, Y), tmp_path / "m")
    with pytest.raises(InvalidValueError, match="unknown environment manager 'virtualenv'"):
        runsite.pyfunc.spark_udf(spark, str(tmp_path / "m"), env_manager="virtualenv")
