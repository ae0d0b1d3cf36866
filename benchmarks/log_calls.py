"""What logging costs at the caller, beside the floor and beside other loggers.

    python benchmarks/log_calls.py [--calls 1000000] [--peers]

All figures of one run are taken in turns on the same machine, so that their ratios mean something
where their absolute values do not. ``--peers`` installs each peer in an environment of its own
under ``.cache/benchmarks`` and runs the same workload there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import venv
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROUNDS = 10

FILE_STORE = "mlflow.set_tracking_uri('file:' + folder)\nmlflow.start_run()"
SQLITE = "mlflow.set_tracking_uri('sqlite:///' + folder + '/m.db')\nmlflow.start_run()"
TRACKIO = "import trackio\ntrackio.init(project='bench')"
PEERS = {
    # name: (what to install, how to set up, one call)
    "mlflow, files": (
        "mlflow-skinny==3.4.0",
        "import os, mlflow\nos.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'\n" + FILE_STORE,
        "mlflow.log_metric('rmse', value, step=step)",
        2_000,
    ),
    "mlflow, SQLite": (
        "mlflow==3.17.0",
        "import mlflow\n" + SQLITE,
        "mlflow.log_metric('rmse', value, step=step)",
        300,
    ),
    "dvclive": (
        "dvclive",
        "from dvclive import Live; live = Live(folder, save_dvc_exp=False)",
        "live.step = step; live.log_metric('rmse', value)",
        5_000,
    ),
    "trackio": (
        "trackio",
        "import os\nos.environ['TRACKIO_DIR'] = folder\n" + TRACKIO,
        "trackio.log({'rmse': value}, step=step)",
        5_000,
    ),
}


def time_calls(call: Callable[[str, float, int], object], count: int) -> list[int]:
    """Time each of `count` calls, in nanoseconds."""
    clock = time.perf_counter_ns
    times = [0] * count
    for step in range(count):
        value = step * 0.1
        begin = clock()
        call("rmse", value, step)
        times[step] = clock() - begin
    return times


def measure_ours(calls: int) -> dict[str, list[int]]:
    """Time the floor, the bare write and `runsite.log_metric` in turns."""
    import runsite

    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    kept: list[float] = []
    descriptor = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    slot = b"x" * 32
    pack, seal, lock = struct.Struct("<qqdI").pack, struct.Struct("<28sI").pack, threading.Lock()

    def append(key: str, value: float, step: int) -> None:
        kept.append(value)

    def bare_write(key: str, value: float, step: int) -> None:
        os.write(descriptor, slot)

    def least(key: str, value: float, step: int) -> None:
        body = pack(step, time.time_ns(), value, 0)
        with lock:
            os.write(descriptor, seal(body, zlib.crc32(body)))

    runsite.set_tracking_uri(folder / "runs")
    times: dict[str, list[int]] = {}
    with runsite.start_run():
        runsite.log_metric("rmse", 0.0)
        contestants = {
            "a method that appends to a list": append,
            "one bare os.write of 32 bytes": bare_write,
            "pack, checksum, lock, write": least,
            "runsite.log_metric": runsite.log_metric,
        }
        for _ in range(ROUNDS):
            for name, call in contestants.items():
                times.setdefault(name, []).extend(time_calls(call, calls // ROUNDS))
    os.close(descriptor)
    shutil.rmtree(folder)
    return times


def measure_run() -> dict[str, float]:
    """Time runs of 10 params and 5 x 1,000 points, and weigh one on the disk."""
    import runsite

    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    runsite.set_tracking_uri(folder)
    seconds: list[float] = []
    for _ in range(12):
        begin = time.perf_counter()
        with runsite.start_run():
            runsite.log_params({f"param_{n}": n for n in range(10)})
            for step in range(1000):
                for key in ("loss", "accuracy", "lr", "val_loss", "val_accuracy"):
                    runsite.log_metric(key, (step * 7919 % 1000) * 0.00123456789, step)
        seconds.append(time.perf_counter() - begin)
    parts = [*(folder / "runs").iterdir(), *(folder / "metrics").iterdir()]
    size = sum(path.stat().st_size for path in parts) / len(seconds)
    shutil.rmtree(folder)
    return {"first_s": seconds[0], "warm_s": statistics.median(seconds[1:]), "kB": size / 1000}


def measure_import() -> float:
    """Time ``import runsite`` in fresh processes: the median of nine, less an empty one."""
    return _process_time("import runsite") - _process_time("pass")


def _process_time(code: str) -> float:
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def measure_peer(name: str) -> list[int]:
    """Install a peer in an environment of its own and time its call there."""
    package, setup, call, count = PEERS[name]
    folder = HERE.parent / ".cache" / "benchmarks" / package.replace("=", "-")
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    script = f"""
import json, tempfile, time
folder = tempfile.mkdtemp()
{setup}
times = []
for step in range({count}):
    value = step * 0.1
    begin = time.perf_counter_ns()
    {call}
    times.append(time.perf_counter_ns() - begin)
print("TIMES", json.dumps(times))
"""
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, check=True, timeout=600
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("TIMES "))
    return list(json.loads(line.removeprefix("TIMES ")))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    times = measure_ours(args.calls)
    for name in PEERS if args.peers else ():
        try:
            times[name] = measure_peer(name)
        except (subprocess.SubprocessError, StopIteration) as error:
            print(f"{name}: not measured ({type(error).__name__})", file=sys.stderr)
    ours = statistics.median(times["runsite.log_metric"])
    print(f"{'one scalar at the caller':34} {'median µs':>10} {'p99 µs':>8} {'ratio to ours':>14}")
    for name, values in times.items():
        median = statistics.median(values)
        p99 = statistics.quantiles(values, n=100)[98]
        print(f"{name:34} {median / 1000:10.2f} {p99 / 1000:8.2f} {median / ours:14.2f}")
    run = measure_run()
    print(
        f"\na run of 10 params and 5 x 1,000 points: first {run['first_s'] * 1000:.0f} ms, "
        f"then {run['warm_s'] * 1000:.1f} ms; {run['kB']:.1f} kB on the disk"
    )
    print(f"import runsite: {measure_import() * 1000:.0f} ms over an empty process")


if __name__ == "__main__":
    main()
