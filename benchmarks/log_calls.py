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
import random
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
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROUNDS = 10


@dataclass(frozen=True)
class Peer:
    """A logger to compare with: what to install, how to set up and call it, how often."""

    package: str
    setup: str
    call: str
    calls: int = 5_000
    keeps: str = ""
    """How much of 10,000 points its own reader found after a kill at once."""


PEERS = {
    "mlflow, files": Peer(
        "mlflow==3.17.0",
        "import os; os.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'\n"
        "import mlflow; mlflow.set_tracking_uri('file:' + folder + '/mlruns'); mlflow.start_run()",
        "mlflow.log_metric('rmse', value, step=step)",
        2_000,
        "all",
    ),
    "mlflow, SQLite": Peer(
        "mlflow==3.17.0",
        "import mlflow; mlflow.set_tracking_uri('sqlite:///' + folder + '/m.db')\n"
        "mlflow.start_run()",
        "mlflow.log_metric('rmse', value, step=step)",
        500,
        "all",
    ),
    "dvclive": Peer(
        "dvclive",
        "from dvclive import Live; live = Live(folder, save_dvc_exp=False, report=None)",
        "live.step = step; live.log_metric('rmse', value)",
        keeps="all",
    ),
    "aim": Peer(
        "aim",
        "from aim import Run; run = Run(repo=folder, system_tracking_interval=None)",
        "run.track(value, name='rmse', step=step)",
        keeps="all",
    ),
    "neptune-scale, offline": Peer(
        "neptune-scale",
        "from neptune_scale import Run\n"
        "run = Run(run_id='r', project='w/p', mode='offline', log_directory=folder)",
        "run.log_metrics({'rmse': value}, step=step)",
        keeps="all",
    ),
    "tensorboardX": Peer(
        "tensorboardX",
        "from tensorboardX import SummaryWriter; writer = SummaryWriter(folder)",
        "writer.add_scalar('rmse', value, step)",
        20_000,
        "most",
    ),
    "wandb, offline": Peer(
        "wandb",
        "import os; os.environ['WANDB_SILENT'] = 'true'\n"
        "import wandb; run = wandb.init(mode='offline', dir=folder)",
        "run.log({'rmse': value}, step=step)",
        keeps="most",
    ),
    "trackio": Peer(
        "trackio",
        "import os; os.environ['TRACKIO_DIR'] = folder\n"
        "import trackio; trackio.init(project='bench')",
        "trackio.log({'rmse': value}, step=step)",
        keeps="none",
    ),
    "comet, offline": Peer(
        "comet_ml",
        "import comet_ml; run = comet_ml.OfflineExperiment(offline_directory=folder, "
        "log_code=False, auto_metric_logging=False)",
        "run.log_metric('rmse', value, step=step)",
        keeps="none",
    ),
    "sacred": Peer(
        "sacred",
        "from sacred import Experiment; from sacred.observers import FileStorageObserver\n"
        "experiment = Experiment('bench', save_git_info=False, interactive=True)\n"
        "experiment.observers.append(FileStorageObserver(folder))\n"
        "experiment.main(lambda: None); run = experiment._create_run()",
        "run.log_scalar('rmse', value, step)",
        20_000,
        "none",
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
    """Time runs of 10 params and 5 x 1,000 points, and weigh one on the disk; values are noise."""
    import runsite

    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    runsite.set_tracking_uri(folder)
    keys = ("loss", "accuracy", "lr", "val_loss", "val_accuracy")
    chance = random.Random(7)
    values = {key: [chance.gauss(1 / (n + 1), 0.1) for n in range(1000)] for key in keys}
    seconds: list[float] = []
    for _ in range(12):
        begin = time.perf_counter()
        with runsite.start_run():
            runsite.log_params({f"param_{n}": n for n in range(10)})
            for step in range(1000):
                for key in keys:
                    runsite.log_metric(key, values[key][step], step)
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


def measure_peer(peer: Peer) -> list[int]:
    """Install a peer in an environment of its own and time its call there."""
    folder = HERE.parent / ".cache" / "benchmarks" / peer.package.replace("=", "-")
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        venv.create(folder, with_pip=True)
        # Some peers import pkg_resources, which setuptools gave up.
        packages = [peer.package, "setuptools<80"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (folder / ".installed").touch()
    script = f"""
import json, os, sys, tempfile, time
folder = tempfile.mkdtemp(prefix="runsite-bench-")
os.chdir(folder)
{peer.setup}
times = []
for step in range({peer.calls}):
    value = step * 0.1
    begin = time.perf_counter_ns()
    {peer.call}
    times.append(time.perf_counter_ns() - begin)
print("TIMES", json.dumps(times), flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [python, "-c", script], capture_output=True, text=True, check=False, timeout=600
    )
    for line in done.stdout.splitlines():
        if "TIMES " in line:
            return list(json.loads(line.partition("TIMES ")[2]))
    raise RuntimeError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--peers", action="store_true")
    args = parser.parse_args()
    times = measure_ours(args.calls)
    for name, peer in PEERS.items() if args.peers else ():
        try:
            times[name] = measure_peer(peer)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"{name}: not measured ({error})", file=sys.stderr)
    ours = statistics.median(times["runsite.log_metric"])
    print("| one scalar at the caller | median µs | p99 µs | × runsite | kept on kill -9 |")
    print("|---|---|---|---|---|")
    for name, values in times.items():
        median = statistics.median(values)
        p99 = statistics.quantiles(values, n=100)[98]
        kept = PEERS[name].keeps if name in PEERS else "all" if "write" in name else ""
        kept = "**all**" if name == "runsite.log_metric" else kept
        print(f"| {name} | {median / 1000:.2f} | {p99 / 1000:.2f} | {median / ours:.2f} | {kept} |")
    run = measure_run()
    print(
        f"\na run of 10 params and 5 x 1,000 points: first {run['first_s'] * 1000:.0f} ms, "
        f"then {run['warm_s'] * 1000:.1f} ms; {run['kB']:.1f} kB on the disk"
    )
    print(f"import runsite: {measure_import() * 1000:.0f} ms over an empty process")


if __name__ == "__main__":
    main()
