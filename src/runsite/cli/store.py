"""``runsite seal``, ``compact``, ``gc``, ``doctor`` and ``export``: the store itself."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runsite.cli.output import encode_frame, format_bytes, plain, show_progress
from runsite.errors import StoreError, quote
from runsite.locate import find_store_uri

if TYPE_CHECKING:
    from runsite.store import Store
    from runsite.store.doctor import Finding

__all__ = ["compact", "doctor", "export", "gc", "seal"]

_store_option = click.option(
    "--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs)."
)
_dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and do nothing."
)


@click.command(
    epilog="""\b
Examples:
  runsite seal --dry-run      which runs were left behind
  runsite seal                make them interrupted runs
"""
)
@_store_option
@_dry_run_option
@click.option("--salvage", is_flag=True, help="Keep what is readable of damaged journals.")
@click.option(
    "--force", is_flag=True, help="Also journals whose process seems to live (on another host)."
)
def seal(store: str | None, *, dry_run: bool, salvage: bool, force: bool) -> None:
    """Seal runs whose process is gone.

    A run that was killed leaves its journal behind, with everything that it had logged. Sealing
    turns it into Parquet and marks the run as interrupted. Runs in progress are left alone.

    With --force they are sealed as well. One that lives after all notices within a second, goes
    on in a new journal and is a run in progress again; only what it logs within that second is
    lost if it is killed then.
    """
    from runsite.store.journal_reading import read_journal
    from runsite.store.seal import find_journals, is_alive

    opened = _open(store)
    if force:
        _warn_of_living(opened)
    count = 0
    if not dry_run:
        for record in opened.seal(salvage=salvage, force=force):
            count += 1
            click.echo(f"sealed {record.run_id} {plain(record.run_name)}: {record.status}")
    for path in find_journals(opened.layout) if dry_run else ():
        try:
            contents = read_journal(path, salvage=True)
        except FileNotFoundError:
            continue  # sealed meanwhile
        if force or not is_alive(contents):
            count += 1
            click.echo(f"would seal {contents.record.run_id} {plain(contents.record.run_name)}")
    if not count:
        click.echo("nothing to seal", err=True)


def _warn_of_living(store: Store) -> None:
    from runsite.store.journal_reading import read_journal
    from runsite.store.seal import find_journals, is_alive

    for path in find_journals(store.layout):
        try:
            contents = read_journal(path, salvage=True)
        except (StoreError, FileNotFoundError):
            continue  # sealing says so
        if is_alive(contents):
            click.echo(
                f"warning: run {contents.record.run_id} seems to be in progress "
                f"(process {contents.pid} on {plain(contents.host)})",
                err=True,
            )


@click.command(
    epilog="""\b
Examples:
  runsite compact --dry-run   what would be merged
  runsite compact --all       the month in progress too
"""
)
@_store_option
@_dry_run_option
@click.option("--all", "everything", is_flag=True, help="The month in progress too.")
def compact(store: str | None, *, dry_run: bool, everything: bool) -> int:
    """Merge the small files of past months into few.

    Answers stay the same; reading many runs gets faster. Safe at any time and on any branch:
    branches that compact differently merge. A damaged file is left as it is, and named.
    """
    opened = _open(store)
    damaged: list[Path] = []
    merges = opened.plan_compaction(everything=everything)
    if not merges:
        click.echo("nothing to merge", err=True)
    done = iter(opened.compact(everything=everything)) if not dry_run else None
    with show_progress(len(merges) if done is not None else 0, "merging") as progress:
        for merge in merges:
            if done is not None:
                merge = next(done)  # noqa: PLW2901 - as it was done
                progress()
            damaged += [source.path for source in merge.left_out]
            if not merge.sources:
                continue
            verb = "merged" if done is not None else "would merge"
            click.echo(
                f"{verb} {len(merge.sources)} files of {merge.folder.name}/ from {merge.month}"
                f" ({format_bytes(merge.size_bytes)})"
            )
    for path in damaged:
        name = quote(path.relative_to(opened.root).as_posix())
        click.echo(f"left as it is: {name} is damaged; runsite doctor tells more", err=True)
    return 1 if damaged else 0


@click.command(
    epilog="""\b
Examples:
  runsite gc --dry-run        what would go, and how much it takes
  runsite gc
"""
)
@_store_option
@_dry_run_option
def gc(store: str | None, *, dry_run: bool) -> None:
    """Remove deleted runs for good, and files that nothing needs.

    A deleted run is only hidden until this command takes its rows, points and artifacts away.
    """
    from runsite.store.gc import find_removals, remove

    opened = _open(store)
    removals = find_removals(opened)
    for removal in removals:
        if not dry_run:
            remove(opened.layout, removal)
        verb = "would remove" if dry_run else "removed"
        name = removal.path.relative_to(opened.root).as_posix()
        click.echo(f"{verb} {name}: {removal.reason} ({format_bytes(removal.size_bytes)})")
    if not removals:
        click.echo("nothing to remove", err=True)


@click.command(
    epilog="""\b
Examples:
  runsite doctor              read everything, compare every digest
  runsite doctor --quick --format json | jq '.findings[]'
"""
)
@_store_option
@click.option("--quick", is_flag=True, help="Compare artifacts by size only, not by digest.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def doctor(store: str | None, *, quick: bool, form: str) -> int:
    """Look over the whole store and say what to do.

    Reads every file, compares every digest, and names damaged parts, torn journals, missing
    artifacts and leftovers. Exit code 1 if something is wrong.
    """
    from runsite.store.doctor import Severity, examine, measure

    opened = _open(store)
    findings = list(examine(opened, deep=not quick))
    sizes = measure(opened.layout)
    if form == "json":
        document = {
            "store": str(opened.root),
            "findings": [
                {
                    "severity": f.severity.value,
                    "path": f.path,
                    "problem": f.problem,
                    "hint": f.hint,
                }
                for f in findings
            ],
            "sizes": {s.folder: {"files": s.files, "bytes": s.size_bytes} for s in sizes},
        }
        click.echo(json.dumps(document, indent=2))
    else:
        for finding in findings:
            _show(finding)
        for size in sizes:
            click.echo(f"{size.folder:12} {size.files:8} files {format_bytes(size.size_bytes):>10}")
        counts = Counter(finding.severity for finding in findings)
        told = ", ".join(f"{n} {severity}(s)" for severity, n in sorted(counts.items()))
        click.echo(f"{opened.root}: {told or 'all is well'}")
    return 1 if any(finding.severity == Severity.ERROR for finding in findings) else 0


@click.command(
    epilog="""\b
Examples:
  runsite export > runs.csv
  runsite export --what metrics --format parquet --output points.parquet
"""
)
@_store_option
@click.option("--what", type=click.Choice(["runs", "metrics"]), default="runs", show_default=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet"]),
    default="csv",
    show_default=True,
)
@click.option("--output", metavar="FILE", help="Write here instead of standard output.")
def export(store: str | None, *, what: str, form: str, output: str | None) -> int:
    """Write all runs, or all logged points, as CSV, JSON or Parquet.

    Runs are flat in CSV and JSON: one column for each param, metric and tag.
    """
    from runsite.queries.flat import flatten_runs
    from runsite.store.files import write_whole

    opened = _open(store)
    if what == "metrics":
        frame = opened.ask_metrics(lambda points: points.collect())
    else:
        runs = opened.read_runs()
        frame = runs if form == "parquet" else flatten_runs(runs)
    data = encode_frame(frame, form)
    if output:
        try:
            target = Path(output)
            if target.exists() and not target.is_file():
                target.write_bytes(data)  # a device or a pipe is written to, never replaced
            else:
                write_whole(target, data)
        except OSError as error:
            raise StoreError(f"cannot write {quote(output)}: {error.strerror or error}") from error
        click.echo(f"wrote {frame.height} rows to {plain(output)}", err=True)
    elif form == "parquet" and sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal: write --output FILE")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    for path, reason in opened.problems:
        click.echo(f"warning: {path}: {reason}", err=True)
    return 1 if opened.problems else 0


def _open(location: str | None) -> Store:
    from runsite.store import Store

    return Store.open(find_store_uri(location))


def _show(finding: Finding) -> None:
    colours = {"error": "red", "warning": "yellow", "note": "blue"}
    label = click.style(f"{finding.severity}:", fg=colours[finding.severity], bold=True)
    click.echo(f"{label} {plain(finding.path)}: {plain(finding.problem)}")
    if finding.hint:
        click.echo(f"  hint:  {finding.hint}")
