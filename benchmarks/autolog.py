"""What autologging and logging a model add to a training, beside MLflow.

Run as ``python benchmarks/autolog.py [--mlflow PYTHON]``: PYTHON is an interpreter with MLflow
(``.venv/mlflow/bin/python`` after ``make test``). Each side trains LinearRegression on 1,000 rows
in a process and a folder of its own; what a plain ``fit`` takes is subtracted. The first call is
shown apart: it imports what the others find imported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

WORK = """
    import importlib, json, logging, statistics, sys, time, warnings
    import numpy as np, pandas as pd
    from sklearn.linear_model import LinearRegression
    warnings.simplefilter("ignore")
    name, count = sys.argv[1], int(sys.argv[2])
    t = importlib.import_module(name)
    logging.getLogger(name).setLevel(logging.ERROR)
    t.set_tracking_uri("runs" if name == "runsite" else "sqlite:///m.db")
    t.set_experiment("bench")
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.normal(size=(1000, 8)), columns=list("abcdefgh"))
    y = x.sum(axis=1)

    def measure(action):
        times = []
        for _ in range(count):
            began = time.perf_counter()
            action()
            times.append((time.perf_counter() - began) * 1000)
        return {"first": times[0], "median": statistics.median(times[1:]), "max": max(times[1:])}

    def fit():
        LinearRegression().fit(x, y)

    model = LinearRegression().fit(x, y)
    calls = iter(range(10**6))

    def log_model(**options):
        with t.start_run():
            began = time.perf_counter()
            t.sklearn.log_model(model, name=f"m{next(calls)}", input_example=x.head(3), **options)
            return (time.perf_counter() - began) * 1000

    def measure_models(**options):
        times = [log_model(**options) for _ in range(count)]
        return {"first": times[0], "median": statistics.median(times[1:]), "max": max(times[1:])}

    plain = measure(fit)["median"]
    found = {"plain fit": {"first": plain, "median": plain, "max": plain}}
    t.sklearn.autolog(log_models=False)
    found["autologged fit, no model"] = measure(fit)
    t.sklearn.autolog(log_models=True)
    found["autologged fit, model"] = measure(fit)
    t.sklearn.autolog(disable=True)
    for key in found:
        if key != "plain fit":
            found[key] = {k: v - plain for k, v in found[key].items()}
    found["log_model, cloudpickle"] = measure_models(serialization_format="cloudpickle")
    found["log_model, skops"] = measure_models(serialization_format="skops")
    print("RESULT" + json.dumps(found))
"""


def measure(python: str, name: str, count: int) -> dict[str, dict[str, float]]:
    """Run the work of one side in a folder of its own; milliseconds by line and column."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-c", textwrap.dedent(WORK), name, str(count)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "GIT_PYTHON_REFRESH": "quiet"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, dict[str, float]] = json.loads(done.stdout.split("RESULT")[1])
    return found


def main() -> None:
    """Print a table of both sides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mlflow", metavar="PYTHON", help="an interpreter with MLflow")
    parser.add_argument("--count", type=int, default=21, help="calls of ours")
    given = parser.parse_args()
    sides = {"runsite": measure(sys.executable, "runsite", given.count)}
    beside = given.mlflow or str(Path(sys.prefix) / "mlflow" / "bin" / "python")
    if Path(beside).exists():
        sides["mlflow"] = measure(beside, "mlflow", 5)
    print(f"{'ms':<28}" + "".join(f"{side + ' ' + c:>18}" for side in sides for c in COLUMNS))
    for line in sides["runsite"]:
        cells = (f"{sides[side][line][column]:>18.1f}" for side in sides for column in COLUMNS)
        print(f"{line:<28}" + "".join(cells))


COLUMNS = ("first", "median", "max")

if __name__ == "__main__":
    main()
