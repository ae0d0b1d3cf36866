"""What the runs table and the compare page cost in a real Chromium, from disk.

    python benchmarks/table.py [--runs 10000 100000] [--times 7]

Each site has 10 params and 5 metrics a run. The first view ends when the table is drawn and
answers; a filter and a sort end with the frame that shows them. Medians of `--times`.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from read_tables import make_record, write_store

from runsite.build import BuildOptions, build
from runsite.config import Config

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from support.chromium import FLAGS, find_chromium

COMPARED = 1_000
TYPED = "metrics.rmse < 7 and params.param_3 > 40"
SEARCHED = "param_3=4 run-99 finished"
SORTED = ("metrics.rmse", "params.param_0", "run.name", "run.started", "metrics.mae")
# Plots follow the table a little later: what they draw is not part of the next answer.
REST_MS = 700

# A task, and the frame after it: layout and paint of what it drew are part of the answer.
TIMED = """async ([task, argument]) => {
    const begin = performance.now();
    new Map([
        ["filter", () => runsite.view.setFilter(argument)],
        ["sort", () => document.querySelector(`[data-sort="${argument}"]`).click()],
        ["search", () => {
            const input = document.querySelector("#search-input");
            input.value = argument;
            input.dispatchEvent(new Event("input"));
        }],
    ]).get(task)();
    const drawn = performance.now() - begin;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return [drawn, performance.now() - begin];
}"""


def time_first_view(page: Page, address: str) -> float:
    """Return the milliseconds until the table answers."""
    page.goto("about:blank")
    begin = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.runsite && window.runsite.view")
    return (time.perf_counter() - begin) * 1000


def time_filter(page: Page, times: int) -> list[list[float]]:
    """Type a query and words key by key, `times` times; one [script, with frame] a key."""
    found = []
    for _ in range(times):
        for text in (TYPED, "run-99"):
            ends = range(1, len(text) + 1)
            found += [page.evaluate(TIMED, ["filter", text[:end]]) for end in ends]
    page.evaluate(TIMED, ["filter", ""])
    return found


def time_sort(page: Page, times: int) -> list[list[float]]:
    """Click on headers of numbers, of texts and of times."""
    return [page.evaluate(TIMED, ["sort", column]) for _ in range(times) for column in SORTED]


class Processor:
    """The processor time of a page's own thread; lives as long as the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
        self.session.send("Performance.enable")

    def read(self) -> float:
        """Return the milliseconds so far."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration") * 1000

    def measure(self, task: str, argument: str) -> float:
        """Do a task once the page is at rest; return what it took, with the frame after it."""
        self.page.wait_for_timeout(REST_MS)
        begin = self.read()
        self.page.evaluate(TIMED, [task, argument])
        return self.read() - begin


def measure_processor(page: Page, site: Path, times: int) -> None:
    """Measure keystrokes and sorts by the processor's clock, which neighbours do not move."""
    processor = Processor(page)
    page.goto(f"{site.as_uri()}/experiments/bench/index.html")
    page.wait_for_function("window.runsite && window.runsite.view")
    typed = [TYPED[:end] for end in range(1, len(TYPED) + 1)]
    show("filter keystroke, processor", [processor.measure("filter", text) for text in typed])
    page.evaluate(TIMED, ["filter", ""])
    sorts = [processor.measure("sort", column) for _ in range(times) for column in SORTED]
    show("sort, processor", sorts)
    page.goto(f"{site.as_uri()}/search.html")
    page.wait_for_function("window.runsite && window.runsite.search")
    asked = [SEARCHED[:end] for end in range(1, len(SEARCHED) + 1)]
    show("search keystroke, processor", [processor.measure("search", text) for text in asked])


def time_compare(page: Page, folder: Path, runs: int) -> float:
    """Return the milliseconds until a thousand runs stand beside each other."""
    step = max(1, runs // COMPARED)
    ids = ",".join(make_record(number).run_id for number in range(0, runs, step)[:COMPARED])
    page.goto("about:blank")
    begin = time.perf_counter()
    page.goto(f"{folder.as_uri()}/compare.html#runs={ids}", wait_until="commit")
    page.wait_for_selector(".runs-table tbody a")
    return (time.perf_counter() - begin) * 1000


def show(name: str, values: list[float]) -> None:
    """Print a median and the worst value."""
    print(f"  {name:<34}{statistics.median(values):>8.0f} ms   worst {max(values):>7.0f} ms")


def measure(page: Page, runs: int, times: int) -> None:
    """Build a site and measure its table."""
    folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
    write_store(folder / "runs", runs, compacted=True)
    site = folder / "site"
    options = BuildOptions(
        store=str(folder / "runs"),
        registry=folder / "registry.yaml",
        output=site,
        config=Config(folder=folder),
    )
    build(options)
    address = f"{site.as_uri()}/experiments/bench/index.html"
    print(f"{runs:,} runs")
    show("first view", [time_first_view(page, address) for _ in range(times)])
    page.wait_for_timeout(1000)
    keys = time_filter(page, times)
    show("filter keystroke, script", [key[0] for key in keys])
    show("filter keystroke, with the frame", [key[1] for key in keys])
    sorts = time_sort(page, times)
    show("sort, script", [one[0] for one in sorts])
    show("sort, with the frame", [one[1] for one in sorts])
    show(f"compare {COMPARED:,} runs", [time_compare(page, site, runs) for _ in range(times)])
    measure_processor(page, site, times)
    shutil.rmtree(folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--times", type=int, default=7)
    args = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        for runs in args.runs:
            measure(page, runs, args.times)
        browser.close()


if __name__ == "__main__":
    main()
