"""The experiment page: its runs as a table and in plots. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runsite.pages.context import Fact, Link, Meta, RunRef, Site, told
from runsite.pages.formatting import (
    format_count,
    format_duration,
    format_exact,
    format_iso,
    format_number,
    format_setting,
    format_time,
)
from runsite.pages.paths import (
    EXPERIMENTS_PATH,
    OVERVIEW_PATH,
    find_root,
    make_experiment_path,
)
from runsite.pages.picture import Picture, make_best_so_far, make_picture
from runsite.pages.plain import ExperimentShards

if TYPE_CHECKING:
    from runsite.queries.columns import Column, RunsTable
    from runsite.queries.overview import BestRun, ExperimentSummary

__all__ = [
    "FIRST_ROWS",
    "BestCard",
    "Cell",
    "ColumnHead",
    "ExperimentPage",
    "TableRow",
    "assemble_experiment_page",
    "make_best_card",
]

FIRST_ROWS = 50
"""Rows that stand in the page itself, for readers without JavaScript."""


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column of the runs table."""

    id: str = told("Name in URLs and data: group, dot, key.")
    group: str = told("`run`, `metrics`, `params` or `tags`.")
    label: str = told("Text of the header.")
    kind: str = told("`text`, `number`, `time` or `duration`.")
    direction: str = told("`min` or `max` where it is known which is better; else empty.")
    filled: int = told("Runs that have a value.")
    distinct: int = told("Different values.")
    visible: bool = told("Whether the table shows it before anybody chose.")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the runs table."""

    kind: str = told("The column's kind; `name` and `status` for those two columns.")
    text: str = told("Value for people; empty where there is none.")
    title: str = told("The exact value, where `text` is shortened.", default="")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the runs table."""

    path: str = told("Path of the run's page.")
    name: str = told("The run's name, for labels.")
    cells: tuple[Cell, ...] = told("One per visible column.")


@dataclass(frozen=True, slots=True)
class BestCard:
    """The best run by one metric."""

    metric: str = told("Name of the metric.")
    direction: str = told("`min` or `max`.")
    value: str = told("The best value, for people.")
    value_exact: str = told("The same with every digit.")
    run: RunRef = told("The run that reached it.")


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """Context of `experiment.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    name: str = told("Name of the experiment.")
    note: str = told("Description in Markdown; may be empty.")
    facts: tuple[Fact, ...] = told("Numbers of runs, failures and the last start.")
    best: tuple[BestCard, ...] = told("Best runs by the main metrics.")
    columns: tuple[ColumnHead, ...] = told("All columns of the runs table, in order.")
    rows: tuple[TableRow, ...] = told("The newest runs, for readers without JavaScript.")
    n_runs: int = told("How many runs there are.")
    n_left_out: int = told("Keys that found no place among the columns.")
    data: ExperimentShards = told("Where the data of the table lie for scripts.")
    has_curves: bool = told("Whether any run has a metric with a history.")
    picture: Picture | None = told("The main metric run after run, for readers without JavaScript.")


def assemble_experiment_page(
    summary: ExperimentSummary,
    *,
    site: Site,
    table: RunsTable,
    data: ExperimentShards,
    note: str = "",
) -> ExperimentPage:
    """Assemble the page of one experiment.

    Args:
        summary: Its numbers.
        site: What is the same on every page.
        table: Its runs as columns, oldest first.
        data: Where the table's data lie.
        note: Description in Markdown.
    """
    path = make_experiment_path(summary.name)
    return ExperimentPage(
        site=site,
        meta=Meta(
            path=path,
            root=find_root(path),
            title=summary.name,
            description=_describe(summary),
            section="experiments",
            crumbs=(Link("Overview", OVERVIEW_PATH), Link("Experiments", EXPERIMENTS_PATH)),
        ),
        name=summary.name,
        note=note,
        facts=_facts(summary),
        best=tuple(make_best_card(best, site=site) for best in summary.best),
        columns=tuple(_head(column) for column in table.columns),
        rows=_rows(table, site=site),
        n_runs=table.frame.height,
        n_left_out=table.left_out,
        data=data,
        has_curves=summary.has_curves,
        picture=_draw(summary, table),
    )


def _draw(summary: ExperimentSummary, table: RunsTable) -> Picture | None:
    """Draw the main metric of the runs in the order of their starts, and the best so far."""
    if not summary.best:
        return None
    metric, direction = summary.best[0].metric, summary.best[0].direction
    values = table.frame.get_column(f"metrics.{metric}", default=None)
    if values is None:
        return None
    # What counts as best elsewhere counts here: a run that failed half-way does not.
    counts = table.frame["run.status"].is_in(["FINISHED", "RUNNING"])
    shown = values.filter(counts).to_list()
    best = make_best_so_far(shown, direction=direction)
    return make_picture(shown, metric=metric, direction=direction, line=best, steps=True)


def make_best_card(best: BestRun, *, site: Site) -> BestCard:
    """Show the best run by one metric."""
    return BestCard(
        metric=best.metric,
        direction=best.direction,
        value=format_number(best.value),
        value_exact=format_exact(best.value),
        run=RunRef(
            run_id=best.run_id,
            name=best.run_name.strip() or best.run_id[:8],
            status=best.status,
            path=site.find_run_path(best.run_id),
        ),
    )


def _describe(summary: ExperimentSummary) -> str:
    best = [f"best {b.metric} {format_number(b.value)}" for b in summary.best[:1]]
    runs = f"{format_count(summary.n_runs)} run{'' if summary.n_runs == 1 else 's'}"
    return f"Experiment {summary.name}: " + ", ".join([runs, *best]) + "."


def _facts(summary: ExperimentSummary) -> tuple[Fact, ...]:
    counts = [
        Fact("Runs", format_count(summary.n_runs)),
        Fact("Finished", format_count(summary.n_finished)),
        Fact("Running", format_count(summary.n_running)),
        Fact("Failed", format_count(summary.n_failed)),
    ]
    shown = [fact for fact in counts if fact.value != "0" or fact.label == "Runs"]
    last = summary.last_start
    return (*shown, Fact("Last start (UTC)", format_time(last), format_iso(last), kind="time"))


def _head(column: Column) -> ColumnHead:
    return ColumnHead(
        id=column.id,
        group=column.group,
        label=column.label,
        kind=column.kind,
        direction=column.direction or "",
        filled=column.filled,
        distinct=column.distinct,
        visible=column.visible,
    )


def _rows(table: RunsTable, *, site: Site) -> tuple[TableRow, ...]:
    visible = [column for column in table.columns if column.visible]
    rows = []
    for values in table.frame.tail(FIRST_ROWS).reverse().iter_rows(named=True):
        name = str(values["run.name"] or "").strip() or str(values["run.id"])[:8]
        cells = tuple(_cell(column, values[column.id], name) for column in visible)
        rows.append(TableRow(path=site.find_run_path(values["run.id"]), name=name, cells=cells))
    return tuple(rows)


def _cell(column: Column, value: float | str | None, name: str) -> Cell:
    if column.id == "run.name":
        return Cell("name", name)
    if column.id == "run.status":
        return Cell("status", str(value))
    if value is None:
        return Cell(column.kind, "")
    if isinstance(value, str):
        return Cell("text", value)
    if column.kind == "time":
        moment = _moment(value)
        return Cell("time", format_time(moment), format_iso(moment))
    if column.kind == "duration":
        return Cell("duration", format_duration(value), f"{value:g} s")
    text = format_setting(value) if column.group == "params" else format_number(value)
    return Cell("number", text, format_exact(value))


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
