"""How long a large registry takes: to check, to edit, to look at.

    python benchmarks/registry.py [--models 1000] [--versions 10]

Prints processor seconds, medians of five. The floor beside them is what PyYAML's C loader alone
needs to read the same file once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import yaml

from runsite.registry import load_registry, promote_version
from runsite.review.check import CheckOptions, check_registry

REPEATS = 5


def make_text(models: int, versions: int) -> str:
    """Make a registry in which each model has its last but one version in Production."""
    lines = ["format: 1", "models:"]
    for number in range(models):
        lines += [f"  model-{number:05d}:", "    stages:", f"      Production: {versions - 1}"]
        lines += ["    versions:"]
        for version in range(1, versions + 1):
            lines += [
                f"      - version: {version}",
                f'        run: "{number * versions + version:032x}"',
                "        artifact: model",
                f'        digest: "sha256:{"5" * 64}"',
                '        registered_at: "2026-11-23T03:12:00Z"',
                f"        description: Version {version}",
            ]
    return "\n".join(lines) + "\n"


def measure(work: Callable[[], object]) -> float:
    """Return the median of the processor seconds that the work takes."""
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--versions", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "registry.yaml")
        text = make_text(given.models, given.versions)
        path.write_text(text, encoding="utf-8")
        options = CheckOptions(now=datetime.now(UTC))
        targets = iter(range(REPEATS))
        rows = {
            "floor: PyYAML in C": lambda: yaml.load(text, Loader=yaml.CSafeLoader),
            "load": lambda: load_registry(path),
            "check": lambda: check_registry(path, options=options),
            "promote": lambda: promote_version(
                path, name=f"model-{next(targets):05d}", version=1, stage="Production"
            ),
        }
        print(f"{given.models} models, {given.models * given.versions} versions, {len(text)} bytes")
        floor = None
        for name, work in rows.items():
            seconds = measure(work)
            floor = floor or seconds
            print(f"{name:20} {seconds:6.2f} s  {seconds / floor:5.2f} × floor")


if __name__ == "__main__":
    main()
