"""What questions to the tables cost, as the number of runs grows.

    python benchmarks/read_tables.py [--runs 1000 10000 100000] [--plot FILE.svg]

Stores are written with 10 params and 5 metrics a run. The tables are timed from a cold reader (a
new `Store`, files in the system's cache) and warm (the same one asked again).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runsite.records import MetricSummary, RunRecord, make_experiment_id
from runsite.store import Store
from runsite.store.compact import write_merged
from runsite.store.layout import create_layout
from runsite.store.parts import write_run
from runsite.store.schema import runs_table

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)


def make_record(number: int) -> RunRecord:
    """Make one run; its numbers are spread by a multiplicative hash."""
    spread = (number * 2654435761 % 2**32) / 2**32
    session = f"{1_767_571_200_000 + number:012x}{number:08x}"
    return RunRecord(
        run_id=f"{1_767_571_200_000 + number:012x}{number:020x}",
        revision=1,
        session=session,
        sessions=(session,),
        experiment_id=make_experiment_id("bench"),
        experiment="bench",
        run_name=f"run-{number}",
        status="FINISHED",
        lifecycle_stage="active",
        start_time=BEGAN + timedelta(seconds=number),
        end_time=BEGAN + timedelta(seconds=number + 30),
        params={f"param_{n}": str((number * (n + 3)) % 97) for n in range(10)},
        metrics={
            name: MetricSummary(5 + 5 * spread + n, 199, 0, 4.0, 0, 11.0, 1, 200)
            for n, name in enumerate(("rmse", "mae", "r2", "loss", "val_loss"))
        },
    )


def write_store(folder: Path, runs: int, *, compacted: bool) -> None:
    """Write a store of so many runs, as one part each or as one merged part."""
    layout = create_layout(folder)
    records = [make_record(number) for number in range(runs)]
    if compacted:
        leaves = sorted(f"{record.run_id}.{record.session}" for record in records)
        write_merged(layout.runs, [runs_table(records)], month="2026-01", leaves=leaves)
    else:
        for record in records:
            write_run(layout.runs, record)


def time_of(action: Callable[[], object], *, times: int = 5) -> float:
    """Return the median seconds of an action."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def main() -> None:
    """Measure and print the table."""
    import runsite

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--plot", type=Path, help="draw what it costs as SVG")
    args = parser.parse_args()
    rows: list[dict[str, object]] = []
    print(
        f"{'runs':>8} {'parts':>8} {'cold read s':>12} {'search, warm ms':>16} {'as pandas ms':>13}"
    )
    for runs in args.runs:
        for compacted in (True, False) if runs <= 10_000 else (True,):
            folder = Path(tempfile.mkdtemp(prefix="runsite-bench-"))
            write_store(folder, runs, compacted=compacted)
            Store.open(folder).read_runs()
            cold = time_of(lambda folder=folder: Store.open(folder).read_runs(), times=3)
            runsite.set_tracking_uri(folder)

            def search(form: str) -> object:
                return runsite.search_runs(
                    experiment_names=["bench"],
                    filter_string="metrics.rmse < 7",
                    order_by=["metrics.rmse ASC"],
                    max_results=1000,
                    output_format=form,
                )

            warm = time_of(lambda: search("polars"))
            pandas = time_of(lambda: search("pandas"))
            kind = "merged" if compacted else "single"
            print(f"{runs:8} {kind:>8} {cold:12.3f} {warm * 1000:16.1f} {pandas * 1000:13.1f}")
            what = {"read, small parts": cold} if not compacted else {}
            if compacted:
                what = {"read, compacted": cold, "search": warm, "search as pandas": pandas}
            rows += [{"runs": runs, "what": name, "seconds": s} for name, s in what.items()]
            shutil.rmtree(folder)
    if args.plot:
        draw(rows, args.plot)


def draw(rows: list[dict[str, object]], path: Path) -> None:
    """Draw seconds over runs, both logarithmic, with a line that grows as the runs do."""
    import altair as alt
    import polars as pl

    seconds = [float(str(row["seconds"])) for row in rows if row["what"] == "read, compacted"]
    counts = sorted({int(str(row["runs"])) for row in rows})
    guide = [
        {"runs": n, "what": "proportional", "seconds": seconds[-1] * n / counts[-1]} for n in counts
    ]
    chart = alt.Chart(pl.DataFrame([*rows, *guide])).encode(
        x=alt.X("runs:Q", scale=alt.Scale(type="log"), title="runs"),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds"),
        color=alt.Color("what:N", title=None),
        strokeDash=alt.condition(
            alt.datum.what == "proportional", alt.value([4, 4]), alt.value([1, 0])
        ),
    )
    (chart.mark_line() + chart.mark_point(filled=True)).properties(width=420, height=240).save(path)


if __name__ == "__main__":
    main()
