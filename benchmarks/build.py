"""What building a site costs, as the number of runs grows.

    python benchmarks/build.py [--runs 1000 10000 100000] [--folder DIR] [--plot FILE.svg] [--guard]

Each size is a store of its own (`bench_store`) and four builds in processes of their own: cold,
nothing changed, one more run, and the floor: writing the same bytes as the same files. Prints a
table of wall seconds, processor seconds of the build's own process and of its children, the largest
memory, files and bytes. The chart library and the specs, which are made once per machine, are made
before. ``--guard`` ends with 1 where a build takes more processor time than two cores give it
within its bar: a busy machine changes the clock, not this.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench_store import add_run, write_store

MERGED_FROM = 10_000
CORES = 2
BARS_S = {
    1_000: {"cold": 3.0, "nothing changed": 0.5, "one more run": 1.0},
    10_000: {"cold": 15.0, "nothing changed": 0.5, "one more run": 1.0},
    100_000: {"cold": 150.0, "nothing changed": 0.5},
}
"""Runs → build → seconds on the clock of two idle cores."""


def build_once(folder: Path, name: str) -> None:
    """Build in this process, and print what it cost as JSON."""
    begin = time.perf_counter()
    from runsite.build import BuildOptions, build
    from runsite.config import Config

    options = BuildOptions(
        store=str(folder / "runs"),
        registry=folder / "registry.yaml",
        output=folder / name,
        config=Config(folder=folder),
    )
    report = build(options)
    print_cost(
        begin,
        n_files=report.n_files,
        size_bytes=report.size_bytes,
        n_written=len(report.added) + len(report.changed),
    )


def copy_once(folder: Path, name: str) -> None:
    """Write the files of a site again, from memory: no build that writes them can be faster."""
    site = folder / name
    files = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    begin = time.perf_counter()
    for path, data in files.items():
        target = folder / "floor" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    print_cost(
        begin, n_files=len(files), size_bytes=sum(map(len, files.values())), n_written=len(files)
    )


def print_cost(begin: float, **facts: int) -> None:
    """Print what this process has cost so far."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {
        "wall_s": time.perf_counter() - begin,
        "own_s": own.ru_utime + own.ru_stime,
        "children_s": children.ru_utime + children.ru_stime,
        "rss_mb": max(own.ru_maxrss, children.ru_maxrss) / 1024,
    }
    print(json.dumps({**cost, **facts}))


def run(step: str, folder: Path) -> dict[str, float]:
    """Run a step in a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(folder: Path, runs: int) -> list[dict[str, object]]:
    """Measure one size, and print and return its rows."""
    rows: list[dict[str, object]] = []
    write_store(folder / "runs", runs, merged=runs >= MERGED_FROM)
    for step, label in (
        ("build", "cold"),
        ("build", "nothing changed"),
        ("more", "one more run"),
        ("floor", "floor"),
    ):
        if step == "more":
            add_run(folder / "runs", runs)
        cost = run("floor" if step == "floor" else "build", folder)
        print(
            f"{runs:8} {label:16} {cost['wall_s']:8.2f} {cost['own_s']:8.2f}"
            f" {cost['children_s']:8.2f} {cost['rss_mb']:8.0f}"
            f" {cost['n_files']:8.0f} {cost['n_written']:8.0f} {cost['size_bytes'] / 1e6:8.1f}",
            flush=True,
        )
        seconds = cost["own_s"] + cost["children_s"]
        rows.append({"runs": runs, "what": label, "seconds": seconds})
    return rows


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="Where stores and sites are written.")
    parser.add_argument("--plot", type=Path, help="Draw processor seconds over runs as SVG.")
    parser.add_argument("--guard", action="store_true", help="Fail where a bar is missed.")
    parser.add_argument("--step", choices=["build", "floor"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step:
        (build_once if args.step == "build" else copy_once)(args.folder, "site")
        return
    print(
        f"{'runs':>8} {'build':16} {'wall s':>8} {'own s':>8} {'child s':>8} {'RSS MB':>8} {'files':>8} {'written':>8} {'MB':>8}"
    )
    rows: list[dict[str, object]] = []
    # Warms the caches that hold for every store.
    for runs in (10, *args.runs):
        folder = Path(tempfile.mkdtemp(prefix="runsite-bench-", dir=args.folder))
        try:
            rows += measure(folder, runs)
        finally:
            shutil.rmtree(folder)
    if args.plot:
        draw(rows, args.plot)
    missed = list(find_missed(rows))
    print("\n".join(missed))
    if args.guard and missed:
        sys.exit(1)


def find_missed(rows: list[dict[str, object]]) -> Iterator[str]:
    """Tell which builds take more processor time than two cores give them within their bar."""
    for row in rows:
        bar = BARS_S.get(int(str(row["runs"])), {}).get(str(row["what"]))
        if bar and float(str(row["seconds"])) > bar * CORES:
            yield f"{row['runs']} runs, {row['what']}: {row['seconds']:.2f} s > {CORES} x {bar:g} s"


def draw(rows: list[dict[str, object]], path: Path) -> None:
    """Draw processor seconds over runs, both logarithmic."""
    import altair as alt
    import polars as pl

    chart = alt.Chart(pl.DataFrame(rows)).encode(
        x=alt.X("runs:Q", scale=alt.Scale(type="log"), title="runs"),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="processor seconds"),
        color=alt.Color("what:N", title=None),
    )
    (chart.mark_line() + chart.mark_point(filled=True)).properties(width=420, height=240).save(path)


if __name__ == "__main__":
    main()
