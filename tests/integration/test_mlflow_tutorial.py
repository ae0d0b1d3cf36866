"""The classic MLflow introduction runs on runsite, as a script and as a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from runsite.store import Store
from support.notebooks import make_notebook, read_code
from support.repository import ROOT

FOLDER = ROOT / "examples" / "mlflow_tutorial"
MONTHS = ("green_tripdata_2021-01.parquet", "green_tripdata_2021-02.parquet")

pytestmark = pytest.mark.slow


def make_trips(folder: Path) -> None:
    """Write two months of made-up trips with the columns that the tutorial reads."""
    rng = np.random.default_rng(0)
    for name in MONTHS:
        miles = rng.uniform(0.5, 10, 400)
        start = pd.Timestamp("2021-01-05") + pd.to_timedelta(rng.integers(0, 10**6, 400), unit="s")
        minutes = 4 + miles * 2.5 + rng.normal(size=400)
        pd.DataFrame(
            {
                "lpep_pickup_datetime": start,
                "lpep_dropoff_datetime": start + pd.to_timedelta(minutes, unit="min"),
                "PULocationID": rng.integers(1, 20, 400),
                "DOLocationID": rng.integers(1, 20, 400),
                "trip_distance": miles,
            }
        ).to_parquet(folder / name)


def run(code: str, *, folder: Path) -> str:
    """Run the tutorial's code in a project folder, shortened."""
    (folder / "tutorial.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "tutorial.py"],
        cwd=folder,
        env={**os.environ, "MAX_EVALS": "2", "ROUNDS": "6"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def check(folder: Path, printed: str, *, rmse_below: float) -> None:
    """Check what the tutorial must have left behind."""
    store = Store.open(folder / "runs")
    runs = [store.read_run(run_id) for run_id in store.read_runs()["run_id"]]
    assert {record.experiment for record in runs} == {"nyc-taxi-experiment"}
    assert len(runs) == 5  # Lasso, two trials, autologged, best
    best = next(record for record in runs if record.run_name == "best")
    assert best.metrics["rmse"].last < rmse_below
    assert [model.path for model in best.models] == ["models_mlflow"]
    assert "extra_artifacts/vectorizer.pkl" in {file.path for file in best.artifacts}
    autologged = next(record for record in runs if record.run_name == "autologged")
    assert autologged.metrics["validation-rmse"].count == 7  # six rounds, and the best again
    assert autologged.params["max_depth"] == "30"
    registry = yaml.safe_load((folder / "registry.yaml").read_text(encoding="utf-8"))
    model = registry["models"]["nyc-taxi-regressor"]
    assert model["stages"] == {"Staging": 1}
    assert model["versions"][0]["run"] == best.run_id
    assert "was transitioned to Staging on" in model["versions"][0]["description"]
    assert "version: 1, stage: None" in printed


def test_the_script_runs_and_leaves_what_the_tutorial_says(tmp_path: Path):
    """Every block runs: runs, search, autologging, model, registry, stage."""
    (tmp_path / "data").mkdir()
    make_trips(tmp_path / "data")
    code = (FOLDER / "tutorial.py").read_text(encoding="utf-8")
    printed = run(code, folder=tmp_path)
    check(tmp_path, printed, rmse_below=7)
    assert printed.count("run id: ") >= 1


def test_the_notebook_runs_on_the_real_trips(shared_data: Path, tmp_path: Path):
    """The notebook's cells run on a sample of the taxi data."""
    (tmp_path / "data").mkdir()
    for name in MONTHS:
        trips = pd.read_parquet(shared_data / "taxi" / name)
        trips.sample(1500, random_state=0).to_parquet(tmp_path / "data" / name)
    cells = read_code((FOLDER / "tutorial.ipynb").read_text(encoding="utf-8"))
    check(tmp_path, run("\n".join(cells), folder=tmp_path), rmse_below=12)


def test_the_notebook_is_the_script():
    """Notebook and script hold the same cells; ``tests/support/notebooks.py`` writes the one."""
    script = (FOLDER / "tutorial.py").read_text(encoding="utf-8")
    assert (FOLDER / "tutorial.ipynb").read_text(encoding="utf-8") == make_notebook(script)
