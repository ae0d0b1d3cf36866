"""Samples of the machine: CPU, memory, disk, network, GPU.

On Linux they come from ``/proc``, elsewhere from psutil where that is installed; GPUs from
``nvidia-smi`` where there is one. Names are MLflow's, without its ``system/`` in front.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Counters", "find_reader", "make_sample", "parse_gpus", "read_gpus"]

_MEGABYTE = 1e6
_PROC = Path("/proc")
_GPU_FIELDS = "index,utilization.gpu,memory.used,memory.total,power.draw"
_MEBIBYTE = 1.048576


@dataclass(frozen=True, slots=True)
class Counters:
    """What the system counts: CPU time in any unit, the rest in bytes."""

    cpu_busy: float
    cpu_total: float
    memory_used: float
    memory_total: float
    received: float
    sent: float


def find_reader() -> Callable[[], Counters] | None:
    """Return what reads the counters on this machine, or None."""
    if (_PROC / "stat").exists() and (_PROC / "meminfo").exists():
        return _read_proc
    try:
        import psutil  # noqa: F401
    except ImportError:
        return None
    return read_psutil


def make_sample(before: Counters, now: Counters, *, disk: tuple[int, int, int]) -> dict[str, float]:
    """Turn two readings and the disk's ``(total, used, free)`` bytes into metrics. Pure."""
    total, used, free = disk
    sample = {
        "system_memory_usage_megabytes": now.memory_used / _MEGABYTE,
        "disk_usage_megabytes": used / _MEGABYTE,
        "disk_available_megabytes": free / _MEGABYTE,
        "network_receive_megabytes": (now.received - before.received) / _MEGABYTE,
        "network_transmit_megabytes": (now.sent - before.sent) / _MEGABYTE,
    }
    if now.cpu_total > before.cpu_total:
        busy = now.cpu_busy - before.cpu_busy
        sample["cpu_utilization_percentage"] = 100 * busy / (now.cpu_total - before.cpu_total)
    if now.memory_total:
        sample["system_memory_usage_percentage"] = 100 * now.memory_used / now.memory_total
    if total:
        sample["disk_usage_percentage"] = 100 * used / total
    return sample


def read_gpus() -> dict[str, float]:
    """Return the metrics of each NVIDIA GPU; empty where there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    try:
        done = subprocess.run(  # noqa: S603 - the driver's own tool
            [program, f"--query-gpu={_GPU_FIELDS}", "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return parse_gpus(done.stdout)


def parse_gpus(text: str) -> dict[str, float]:
    """Read the table of ``nvidia-smi``; a value that a GPU does not report is left out. Pure."""
    sample: dict[str, float] = {}
    for line in text.splitlines():
        index, *cells = (cell.strip() for cell in line.split(","))
        if not index.isdecimal() or len(cells) != 4:
            continue
        use, memory, memory_total, power = (_parse_number(cell) for cell in cells)
        values = {
            "utilization_percentage": use,
            "memory_usage_megabytes": None if memory is None else memory * _MEBIBYTE,
            "memory_usage_percentage": (
                100 * memory / memory_total if memory is not None and memory_total else None
            ),
            "power_usage_watts": power,
        }
        sample.update((f"gpu_{index}_{key}", v) for key, v in values.items() if v is not None)
    return sample


def read_psutil() -> Counters:
    """Read the counters by psutil."""
    import psutil

    cpu, memory, network = psutil.cpu_times(), psutil.virtual_memory(), psutil.net_io_counters()
    idle = cpu.idle + getattr(cpu, "iowait", 0.0)
    total = sum(cpu) - getattr(cpu, "guest", 0.0) - getattr(cpu, "guest_nice", 0.0)
    return Counters(
        cpu_busy=total - idle,
        cpu_total=total,
        memory_used=float(memory.total - memory.available),
        memory_total=float(memory.total),
        received=float(network.bytes_recv) if network else 0.0,
        sent=float(network.bytes_sent) if network else 0.0,
    )


def _read_proc() -> Counters:
    # user nice system idle iowait irq softirq steal; guest time is in user already.
    times = [float(cell) for cell in _first_line(_PROC / "stat").split()[1:9]]
    memory = _read_memory(_PROC / "meminfo")
    received, sent = _read_network(_PROC / "net" / "dev")
    return Counters(
        cpu_busy=sum(times) - times[3] - times[4],
        cpu_total=sum(times),
        memory_used=memory["MemTotal"] - memory.get("MemAvailable", memory["MemFree"]),
        memory_total=memory["MemTotal"],
        received=received,
        sent=sent,
    )


def _first_line(path: Path) -> str:
    with open(path, encoding="ascii") as file:
        return file.readline()


def _read_memory(path: Path) -> Mapping[str, float]:
    values = {}
    for line in path.read_text(encoding="ascii").splitlines():
        name, _, rest = line.partition(":")
        values[name] = float(rest.split()[0]) * 1024
    return values


def _read_network(path: Path) -> tuple[float, float]:
    received = sent = 0.0
    try:
        lines = path.read_text(encoding="ascii").splitlines()[2:]
    except OSError:
        return received, sent
    for line in lines:
        name, _, rest = line.partition(":")
        cells = rest.split()
        if name.strip() != "lo" and len(cells) >= 9:
            received += float(cells[0])
            sent += float(cells[8])
    return received, sent


def _parse_number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
