"""What evaluating a model costs, beside MLflow.

Run as ``python benchmarks/evaluate.py [--mlflow PYTHON]``: PYTHON is an interpreter with MLflow
(``.venv/mlflow/bin/python`` after ``make test``). Each side measures the same models of
scikit-learn on the same rows in a process and a folder of its own: runsite with 500 resamples of
a bootstrap, permutation importance and data of curves, MLflow with its defaults but without SHAP.
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
    import importlib, json, logging, resource, sys, time, warnings
    import numpy as np, pandas as pd
    from sklearn.linear_model import LinearRegression, LogisticRegression
    warnings.simplefilter("ignore")
    name, rows = sys.argv[1], int(sys.argv[2])
    t = importlib.import_module(name)
    logging.getLogger(name).setLevel(logging.ERROR)
    t.set_tracking_uri("runs" if name == "runsite" else "sqlite:///m.db")
    t.set_experiment("bench")
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.normal(size=(rows, 8)), columns=list("abcdefgh"))
    score = x.sum(axis=1) + rng.normal(size=rows)
    sides = {
        "regressor": (LinearRegression(), score),
        "classifier": (LogisticRegression(), (score > 0).astype(int)),
        "classifier, 5 classes": (LogisticRegression(), pd.qcut(score, 5, labels=False)),
    }

    def evaluate(kind, uri, data, resamples):
        if name == "runsite":
            t.evaluate(uri, data, targets="y", model_type=kind, resamples=resamples)
        else:
            t.models.evaluate(
                uri, data, targets="y", model_type=kind,
                evaluator_config={"log_explainer": False, "metric_prefix": ""},
            )

    found = {}
    for what, (model, y) in sides.items():
        kind = what.partition(",")[0]
        data = x.assign(y=y)
        with t.start_run():
            uri = t.sklearn.log_model(model.fit(x, y), name="m", input_example=x.head(3)).model_uri
            evaluate(kind, uri, data.head(500), 10)  # imports
        for resamples in (500, 0) if name == "runsite" else (0,):
            with t.start_run():
                began, busy = time.perf_counter(), time.process_time()
                evaluate(kind, uri, data, resamples)
                line = what + (f", {resamples} resamples" if resamples else "")
                found[line] = [time.perf_counter() - began, time.process_time() - busy]
    found["peak of memory, MB"] = [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000, 0]
    print("RESULT" + json.dumps(found))
"""


def measure(python: str, name: str, rows: int) -> dict[str, list[float]]:
    """Run the work of one side in a folder of its own; seconds, and the processor's, by line."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, "-c", textwrap.dedent(WORK), name, str(rows)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "GIT_PYTHON_REFRESH": "quiet"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, list[float]] = json.loads(done.stdout.split("RESULT")[1])
    return found


def main() -> None:
    """Print a table of both sides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mlflow", metavar="PYTHON", help="an interpreter with MLflow")
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    sides = {"runsite": measure(sys.executable, "runsite", given.rows)}
    beside = given.mlflow or str(Path(sys.prefix) / "mlflow" / "bin" / "python")
    if Path(beside).exists():
        sides["mlflow"] = measure(beside, "mlflow", given.rows)
    print(f"{'seconds (of the processor)':<40}" + "".join(f"{side:>20}" for side in sides))
    for line in sides["runsite"]:
        cells = (f"{cell[0]:>10.2f} ({cell[1]:>6.2f})" if cell else f"{'-':>19}"
                 for cell in (side.get(line) for side in sides.values()))  # fmt: skip
        print(f"{line:<40}" + " ".join(cells))


if __name__ == "__main__":
    main()
