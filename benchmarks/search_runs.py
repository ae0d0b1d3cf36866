"""What a search costs beside MLflow's over SQLite, on the same runs.

    python benchmarks/search_runs.py [--runs 10000] [--mlflow PYTHON]

Each run has 10 params and 5 metrics. The question is ``metrics.rmse < 7`` ordered by it, the first
1,000: warm in one process, and from a process that begins with it. The floor is a sort of the same
numbers in Polars. MLflow gets its database by plain inserts (logging 10,000 runs would take hours)
and the same question by its own client.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

from read_tables import make_record, time_of, write_store

FILTER, ORDER, LIMIT = "metrics.rmse < 7", "metrics.rmse ASC", 1_000

COLD = """
    import sys
    import runsite
    runsite.set_tracking_uri(sys.argv[1])
    found = runsite.search_runs(experiment_names=["bench"], filter_string={filter!r},
                                order_by=[{order!r}], max_results={limit}, output_format="list")
    print(len(found))
"""

MLFLOW_MAKE = """
    import mlflow, sys
    mlflow.set_tracking_uri(sys.argv[1])
    print(mlflow.create_experiment("bench"))
"""

MLFLOW_ASK = """
    import statistics, sys, time
    from mlflow.tracking import MlflowClient
    client = MlflowClient(sys.argv[1])
    seconds = []
    for _ in range(int(sys.argv[3])):
        begin = time.perf_counter()
        client.search_runs([sys.argv[2]], {filter!r}, order_by=[{order!r}], max_results={limit})
        seconds.append(time.perf_counter() - begin)
    print(statistics.median(seconds[1:] or seconds))
"""


def fill(script: str) -> str:
    """Put the question into a script."""
    return textwrap.dedent(script).format(filter=FILTER, order=ORDER, limit=LIMIT)


def measure_ours(folder: Path) -> tuple[float, float, float]:
    """Return seconds: warm, from a cold process, and of the floor."""
    import polars as pl

    import runsite
    from runsite.store import Store

    runsite.set_tracking_uri(folder)

    def search() -> object:
        return runsite.search_runs(
            experiment_names=["bench"],
            filter_string=FILTER,
            order_by=[ORDER],
            max_results=LIMIT,
            output_format="polars",
        )

    search()
    warm = time_of(search, times=9)
    values = Store.open(folder).read_runs().select(v=pl.col("metrics").map.get("rmse"))
    floor = time_of(lambda: values.filter(pl.col("v") < 7).sort("v").head(LIMIT), times=9)
    command = [sys.executable, "-c", fill(COLD), str(folder)]
    cold = time_of(lambda: subprocess.run(command, check=True, capture_output=True), times=5)
    return warm, cold, floor


def write_database(path: Path, runs: int, *, python: str) -> str:
    """Write the same runs into a database that MLflow made; returns the experiment's id."""
    command = [python, "-c", textwrap.dedent(MLFLOW_MAKE), f"sqlite:///{path}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    experiment = done.stdout.split()[-1]
    with sqlite3.connect(path) as db:
        for number in range(runs):
            record = make_record(number)
            start = int(record.start_time.timestamp() * 1000)
            db.execute(
                "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name,"
                " user_id, status, start_time, end_time, source_version, lifecycle_stage,"
                " artifact_uri, experiment_id) VALUES (?, ?, 'LOCAL', '', '', '', 'FINISHED', ?, ?,"
                " '', 'active', '', ?)",
                (record.run_id, record.run_name, start, start + 30_000, int(experiment)),
            )
            db.executemany(
                "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
                [(key, value, record.run_id) for key, value in record.params.items()],
            )
            # MLflow's page fails over runs without tags.
            db.execute(
                "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.runName', ?, ?)",
                (record.run_name, record.run_id),
            )
            rows = [
                (key, m.last, start, record.run_id, m.last_step)
                for key, m in record.metrics.items()
            ]
            for table in ("metrics", "latest_metrics"):
                db.executemany(
                    f"INSERT INTO {table} (key, value, timestamp, run_uuid, step, is_nan)"
                    " VALUES (?, ?, ?, ?, ?, 0)",
                    rows,
                )
    db.close()
    return experiment


def measure_mlflow(folder: Path, runs: int, *, python: str) -> tuple[float, float]:
    """Return seconds: warm, and a process that begins with the question."""
    path = folder / "mlflow.db"
    experiment = write_database(path, runs, python=python)
    command = [python, "-c", fill(MLFLOW_ASK), f"sqlite:///{path}", experiment]
    begin = time.perf_counter()
    subprocess.run([*command, "1"], check=True, capture_output=True)
    cold = time.perf_counter() - begin
    done = subprocess.run([*command, "4"], check=True, capture_output=True, text=True)
    return float(done.stdout), cold


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    beside = Path(sys.prefix) / "mlflow" / "bin" / "python"
    parser.add_argument("--mlflow", default=str(beside) if beside.exists() else "")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    write_store(folder / "runs", args.runs, compacted=True)
    warm, cold, floor = measure_ours(folder / "runs")
    print(f"{'':10} {'warm ms':>9} {'process s':>10}")
    print(f"{'floor':10} {floor * 1000:9.1f}")
    print(f"{'runsite':10} {warm * 1000:9.1f} {cold:10.2f}   {warm / floor:.0f} x the floor")
    if args.mlflow:
        theirs, whole = measure_mlflow(folder, args.runs, python=args.mlflow)
        print(f"{'MLflow':10} {theirs * 1000:9.1f} {whole:10.2f}   {theirs / warm:.0f} x runsite")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
