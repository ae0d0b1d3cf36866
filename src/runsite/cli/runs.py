"""``runsite runs`` and ``runsite show``: look at runs from the terminal."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from runsite.cli.completion import complete_runs
from runsite.cli.output import (
    align,
    encode_frame,
    fit_columns,
    format_bytes,
    format_duration,
    format_json,
    plain,
)
from runsite.locate import find_store_uri
from runsite.records import MetricSummary, RunRecord

if TYPE_CHECKING:
    import polars as pl

    from runsite.queries.columns import Column
    from runsite.store import Store

__all__ = ["runs", "show"]

_SHORTEST_PREFIX = 8
_MAX_CELL = 28
_store_option = click.option(
    "--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs)."
)


@click.command(
    epilog="""\b
Examples:
  runsite runs --filter "metrics.rmse < 7 and params.model = 'ridge'"
  runsite runs --order-by "metrics.rmse asc" --limit 5
  runsite runs --experiment taxi --format csv > runs.csv
  runsite register "$(runsite runs --order-by metrics.rmse --limit 1 --format id)" --name taxi
"""
)
@_store_option
@click.option(
    "--experiment",
    "experiments",
    metavar="NAME",
    multiple=True,
    help="Only runs of this experiment (its name or id); may be given several times.",
)
@click.option(
    "--filter",
    "filter_string",
    metavar="F",
    default="",
    help="Such as \"metrics.rmse < 7 and params.model = 'ridge'\".",
)
@click.option(
    "--order-by",
    metavar="KEY",
    multiple=True,
    help='Such as "metrics.rmse asc"; may be given several times (default: newest first).',
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many (table: 50).")
@click.option("--deleted", is_flag=True, help="The deleted runs instead.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "id"]),
    default="table",
    show_default=True,
    help="For people, or for programs; id: the whole ids, one a line.",
)
def runs(  # noqa: PLR0913 - one parameter for each option
    store: str | None,
    *,
    experiments: tuple[str, ...],
    filter_string: str,
    order_by: tuple[str, ...],
    limit: int | None,
    deleted: bool,
    form: str,
) -> int:
    """List and search runs.

    The grammar of filters is MLflow's, with OR, NOT and parentheses; docs/search.md has it.
    """
    from runsite.entities import ViewType
    from runsite.tracking import experiments as known
    from runsite.tracking.reading import search_page

    opened = _open(store)
    wanted = [known.get_experiment(opened, name).experiment_id for name in experiments]
    page = search_page(
        opened,
        experiment_ids=wanted or None,
        filter_string=filter_string,
        view_type=ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY,
        max_results=limit or (50 if form == "table" else 10_000_000),
        order_by=order_by,
    )
    if form == "table":
        _print_table(opened, page.frame)
        if page.token is not None:
            click.echo("there are more: --limit N shows them", err=True)
    elif form == "id":
        click.echo("".join(f"{run_id}\n" for run_id in page.frame["run_id"]), nl=False)
    else:
        _print_frame(page.frame, form)
    return _report_problems(opened)


@click.command(
    epilog="""\b
Examples:
  runsite show 0193a5c0       as much of the id as no other run has
  runsite show 0193a5c0 --format json | jq .params
"""
)
@click.argument("run", shell_complete=complete_runs)
@_store_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or for programs.",
)
def show(run: str, *, store: str | None, form: str) -> int:
    """Show one run: params, metrics, files, where it came from.

    RUN is its id, or as much of the id as no other run has.
    """
    opened = _open(store)
    record = opened.read_run(run)
    opened.read_runs()  # for what is damaged beside it, which a look at one run does not find
    if form == "json":
        click.echo(format_json(dataclasses.asdict(record)), nl=False)
    else:
        click.echo("\n".join(_describe(record)))
    return _report_problems(opened)


def _open(location: str | None) -> Store:
    from runsite.store import Store

    return Store.open(find_store_uri(location))


def _report_problems(store: Store) -> int:
    for path, reason in store.problems:
        click.echo(f"warning: {path}: {reason}", err=True)
    return 1 if store.problems else 0


def _print_frame(frame: pl.DataFrame, form: str) -> None:
    from runsite.queries.flat import flatten_runs

    columns = [name for name in frame.columns if frame[name].dtype.is_nested()]
    maps = [name for name in columns if name in ("params", "metrics", "tags")]
    if form == "json":
        left_out = [name for name in columns if name not in maps]
        data = encode_frame(frame.drop(left_out), "json")
    else:
        data = encode_frame(flatten_runs(frame), "csv")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _print_table(store: Store, frame: pl.DataFrame) -> None:
    from runsite.queries.columns import make_runs_table

    if frame.is_empty():
        click.echo("no runs", err=True)
        return
    table = make_runs_table(frame)
    order = {run_id: place for place, run_id in enumerate(frame["run_id"])}
    shown = [column for column in table.columns if column.visible]
    length = _prefix_length(store.read_runs()["run_id"])
    rows = sorted(table.frame.iter_rows(named=True), key=lambda row: order[row["run.id"]])
    head = ["id", *(plain(column.label) for column in shown)]
    cells = [
        [row["run.id"][:length], *(_format_cell(row[column.id], column) for column in shown)]
        for row in rows
    ]
    right = [False, *(column.kind in ("number", "duration") for column in shown)]
    rows_of_text = [head, *cells]
    kept = list(range(len(head)))
    if sys.stdout.isatty():
        widths = [max(len(row[i]) for row in rows_of_text) for i in kept]
        groups = ["run", *(column.group for column in shown)]
        kept = fit_columns(widths, groups=groups, room=shutil.get_terminal_size().columns)
    rows_of_text = [[row[i] for i in kept] for row in rows_of_text]
    lines = align(rows_of_text, right=[right[i] for i in kept])
    click.echo("\n".join([click.style(lines[0], bold=True), *lines[1:]]))
    if len(kept) < len(head):
        left_out = len(head) - len(kept)
        columns = "1 column that does" if left_out == 1 else f"{left_out} columns that do"
        click.echo(f"left out {columns} not fit: --format csv has all", err=True)


def _prefix_length(run_ids: Iterable[str]) -> int:
    """Return how many digits tell all runs apart. Ids of one minute begin alike."""
    ids = sorted(run_ids)
    longest = 0
    for one, other in pairwise(ids):
        common = next((i for i in range(32) if one[i] != other[i]), 32)
        longest = max(longest, common)
    return min(32, max(_SHORTEST_PREFIX, longest + 1))


def _format_cell(value: object, column: Column) -> str:
    if value is None:
        return ""
    if column.kind == "time":
        return _format_time(datetime.fromtimestamp(float(str(value)) / 1000, UTC))
    if column.kind == "duration":
        return format_duration(float(str(value)))
    if isinstance(value, float):
        return f"{value:.6g}"
    text = plain(str(value))
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"


def _describe(record: RunRecord) -> list[str]:
    source = record.source
    seconds = (record.end_time - record.start_time).total_seconds() if record.end_time else None
    dirty = {True: ", with uncommitted changes", False: "", None: ""}[source.git_dirty]
    status = record.status + (", interrupted" if record.interrupted else "")
    facts = {
        "run": f"{record.run_name}  {record.run_id}",
        "experiment": record.experiment,
        "status": status + (", incomplete" if record.incomplete else ""),
        "stage": "deleted" if record.lifecycle_stage == "deleted" else "",
        "parent": record.parent_run_id or "",
        "started": f"{_format_time(record.start_time)} UTC",
        "duration": format_duration(seconds),
        "user": f"{source.user}@{source.host}" if source.host else source.user,
        "source": source.source_name,
        "command": source.command,
        "git": f"{source.git_commit} {source.git_branch}".strip() + dirty,
        "remote": source.git_remote,
        "python": f"{source.python} on {source.platform}" if source.python else "",
    }
    lines = align([[key, plain(text)] for key, text in facts.items() if text], right=[False, False])
    sections = (
        ("params", _pairs(record.params)),
        ("metrics", _metric_lines(record.metrics)),
        ("tags", _pairs(record.tags)),
        ("inputs", [f"{plain(i.name)}  {i.digest}  {plain(i.context)}" for i in record.inputs]),
        ("models", [f"{plain(m.path)}  {', '.join(map(plain, m.flavors))}" for m in record.models]),
        ("files", [f"{plain(a.path)}  {format_bytes(a.size_bytes)}" for a in record.artifacts]),
    )
    for title, body in sections:
        if body:
            lines += ["", click.style(title, bold=True), *(f"  {line}".rstrip() for line in body)]
    return lines


def _pairs(values: dict[str, str]) -> list[str]:
    rows = [[plain(key), plain(value)] for key, value in sorted(values.items())]
    return align(rows, right=[False, False])


def _metric_lines(metrics: dict[str, MetricSummary]) -> list[str]:
    if not metrics:
        return []
    rows = [["", "last", "step", "min", "max", "points"]]
    for key, m in sorted(metrics.items()):
        extremes = ["" if value is None else f"{value:.6g}" for value in (m.min, m.max)]
        rows.append([plain(key), f"{m.last:.6g}", str(m.last_step), *extremes, str(m.count)])
    return align(rows, right=[False, True, True, True, True, True])


def _format_time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
