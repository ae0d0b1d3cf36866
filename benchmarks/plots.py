"""Measure the plots in a real Chromium: first picture, and the answer to a brush.

    python benchmarks/plots.py [--runs 10000] [--repeat 5]

A small site is built for its scripts; the runs are made in the page, so that only drawing is
measured. Each figure is the median over some repeats, in milliseconds, from the call until the
frame after it has been shown. Bars: parallel coordinates of 10,000 runs over 8 axes 1,500 ms,
and 100 ms for a brush (the table's answer to it is measured by ``browser.py``).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.chromium import FLAGS, find_chromium
from support.sites import build_site, make_taxi_runs, write_store

PREPARE = """count => {
    const random = (seed => () => (seed = (seed * 48271) % 2147483647) / 2147483647)(7);
    const describe = (id, group, kind, direction = "") => ({ id, group, label: id.split(".")[1],
        kind, direction, filled: count, distinct: count, visible: true });
    const numbers = () => Array.from({ length: count }, random);
    const columns = [
        [describe("run.id", "run", "text"), { words: numbers().map((_, i) => `r${i}`), codes: numbers().map((_, i) => i) }],
        [describe("run.name", "run", "text"), { words: ["run"], codes: numbers().map(() => 0) }],
        [describe("run.started", "run", "time"), numbers().map((x) => x * 1e12)],
        ...["a", "b", "c", "d", "e", "f"].map((name) => [describe(`params.${name}`, "params", "number"), numbers()]),
        [describe("metrics.rmse", "metrics", "number", "min"), numbers()],
        [describe("metrics.r2", "metrics", "number", "max"), numbers()],
    ];
    window.bench = {
        runs: new runsite.Runs(columns.map(([d]) => d), [{ rows: count, columns: columns.map(([d, v]) => [d.id, v]) }]),
        host: document.body.appendChild(document.createElement("div")),
        frame: () => new Promise((done) => requestAnimationFrame(() => setTimeout(done))),
    };
    bench.rows = Uint32Array.from({ length: count }, (_, i) => i);
}"""

PARALLEL = """async () => {
    const { runs, host, rows, frame } = bench;
    host.replaceChildren();
    const start = performance.now();
    const plot = new runsite.Parallel(host, runs, { onBrush() {} });
    plot.show(rows);
    await frame(); await frame();
    plot.above.getContext("2d").getImageData(0, 0, 1, 1);
    const first = performance.now() - start;
    const brushes = [];
    for (let i = 0; i < 8; i++) {
        const begun = performance.now();
        plot.axes[0].brush = [0.1, 0.5 + i / 30];
        plot.axes[3].brush = [0.2, 0.9];
        plot.rebrush();
        await frame();
        plot.above.getContext("2d").getImageData(0, 0, 1, 1);
        if (i) brushes.push(performance.now() - begun);
    }
    return [first, brushes.sort((a, b) => a - b)[3]];
}"""

SCATTER = """async () => {
    const { runs, host, rows, frame } = bench;
    host.replaceChildren();
    const start = performance.now();
    await new runsite.Scatter(host, runs).show(rows);
    await frame();
    return [performance.now() - start];
}"""

CURVES = """async () => {
    const { host, frame } = bench;
    host.replaceChildren();
    const lines = Array.from({ length: 50 }, (_, k) => ({ name: `run-${k}`, curve: {
        steps: Array.from({ length: 1000 }, (_, i) => i), times: Array.from({ length: 1000 }, (_, i) => i * 1000),
        values: Array.from({ length: 1000 }, (_, i) => k + Math.sin(i / 50) + Math.random()) } }));
    const start = performance.now();
    const how = { by: "step", smooth: 0, best: "", log: false, logx: false };
    await runsite.drawCurves(new runsite.ChartFrame(host), runsite.makeLines(lines, how), { metric: "loss" });
    await frame();
    return [performance.now() - start];
}"""


def main() -> None:
    """Print one line a plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_store(Path(folder, "runs"), make_taxi_runs(3, points=3))
        build_site(Path(folder, "runs"), Path(folder, "site"))
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), chromium_sandbox=False
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        address = f"{Path(folder, 'site').as_uri()}/experiments/nyc-taxi/index.html"
        # Each plot's script and the library are loaded, as on a second look.
        for plot in ("parallel", "curves", "scatter"):
            page.goto(f"{address}#plot={plot}")
            page.wait_for_selector(f"#plot-{plot} canvas")
        page.evaluate(PREPARE, options.runs)
        for name, script in (("parallel", PARALLEL), ("scatter", SCATTER), ("curves", CURVES)):
            found = [page.evaluate(script) for _ in range(options.repeat)]
            medians = [statistics.median(each) for each in zip(*found, strict=True)]
            words = ("first picture", "brush")
            print(name, ", ".join(f"{w} {m:,.0f} ms" for w, m in zip(words, medians, strict=False)))
        browser.close()


if __name__ == "__main__":
    main()
