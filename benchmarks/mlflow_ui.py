"""How long MLflow's own page takes to show the runs that `table.py` shows, in the same Chromium.

    python benchmarks/mlflow_ui.py [--runs 10000] [--mlflow PYTHON] [--times 5]

The runs lie in SQLite and MLflow's server answers on this machine; runsite's site is opened from
disk. Both show their first rows; MLflow has 100 at a time and is asked for the next, which end with
the server's answer. Medians, each with the worst.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from read_tables import write_store
from search_runs import write_database
from table import FLAGS, find_chromium, show, time_first_view

from runsite.build import BuildOptions, build
from runsite.config import Config

TIMEOUT_MS = 120_000
ROW = "[role=row] a[href*='/runs/']"


@contextlib.contextmanager
def serve(database: Path, *, python: str) -> Iterator[str]:
    """Run MLflow's server over a database; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{database}"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, cwd=database.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(120):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/health").close()
                    break
                time.sleep(0.5)
            yield address
        finally:
            server.terminate()


def time_mlflow(page: Page, address: str) -> tuple[float, float]:
    """Return the milliseconds until the first rows, and until the answer with the next ones."""
    page.goto("about:blank")
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(ROW, timeout=TIMEOUT_MS)
    first = (time.perf_counter() - begin) * 1000
    # The grid makes the rows that are in sight; the button stands below the last.
    page.evaluate("document.querySelector('.ag-body-viewport').scrollTop = 1e9")
    more = page.get_by_text("Load more")
    more.wait_for(timeout=TIMEOUT_MS)
    begin = time.perf_counter()
    with page.expect_response(lambda answer: "runs/search" in answer.url, timeout=TIMEOUT_MS):
        more.click()
    return first, (time.perf_counter() - begin) * 1000


def measure(page: Page, folder: Path, *, runs: int, times: int, python: str) -> None:
    """Measure both, one after the other."""
    write_store(folder / "runs", runs, compacted=True)
    site = folder / "site"
    build(
        BuildOptions(
            store=str(folder / "runs"),
            registry=folder / "registry.yaml",
            output=site,
            config=Config(folder=folder),
        )
    )
    ours = f"{site.as_uri()}/experiments/bench/index.html"
    mine = [time_first_view(page, ours) for _ in range(times)]
    experiment = write_database(folder / "mlflow.db", runs, python=python)
    with serve(folder / "mlflow.db", python=python) as address:
        theirs = f"{address}/#/experiments/{experiment}/runs"
        first, following = zip(*(time_mlflow(page, theirs) for _ in range(times)), strict=True)
    print(f"{runs:,} runs")
    show("runsite, first view of all", mine)
    show("MLflow, first 100 rows", list(first))
    show("MLflow, the next 100", list(following))
    ratio = statistics.median(first) / statistics.median(mine)
    print(f"first rows: {ratio:.1f} x runsite's")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--mlflow", default=str(Path(sys.prefix, "mlflow", "bin", "python")))
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        measure(page, folder, runs=args.runs, times=args.times, python=args.mlflow)
        browser.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
