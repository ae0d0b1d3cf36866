"""The page of the site's own tables, and how to query them. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import Link, Meta, Site, told
from runsite.pages.paths import DATA_PATH, OVERVIEW_PATH, find_root

__all__ = ["DataPage", "DataTable", "Query", "assemble_data_page"]

_ADDRESS = "https://example.org/site/"


@dataclass(frozen=True, slots=True)
class DataTable:
    """A file of data."""

    path: str = told("Path from the site's root.")
    size: str = told("Size for people.")
    about: str = told("How much is in it; may be empty.")
    meaning: str = told("What a row is.")


@dataclass(frozen=True, slots=True)
class Query:
    """An example of a question to the tables."""

    title: str = told("The tool.")
    code: str = told("What to type.")


@dataclass(frozen=True, slots=True)
class DataPage:
    """Context of `data.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    tables: tuple[DataTable, ...] = told("The files.")
    queries: tuple[Query, ...] = told("Examples for DuckDB, Polars, pandas and the shell.")


def assemble_data_page(
    *, site: Site, tables: Sequence[DataTable], metric: str = "", highest: bool = False
) -> DataPage:
    """Assemble the page.

    Args:
        site: What is the same on every page.
        tables: The files.
        metric: A column of the runs for the examples.
        highest: Whether the examples begin with its highest values, not its lowest ones.
    """
    return DataPage(
        site=site,
        meta=Meta(
            path=DATA_PATH,
            root=find_root(DATA_PATH),
            title="Data",
            description=f"The tables of {site.title}, to query with DuckDB, Polars or pandas.",
            section="data",
            crumbs=(Link("Overview", OVERVIEW_PATH),),
        ),
        tables=tuple(tables),
        queries=_make_queries(site.base_url or _ADDRESS, metric or "start_time", highest=highest),
    )


def _make_queries(base: str, column: str, *, highest: bool) -> tuple[Query, ...]:
    """Make questions that answer with the best runs first, and with runs without a value last."""
    address = f"{base}data/runs.parquet"
    quoted, name = column.replace('"', '""'), json.dumps(column)
    polars = f"{name}, descending=True" if highest else name
    pandas = f"{name}, ascending=False" if highest else name
    return (
        Query(
            "DuckDB",
            f"select run_name, \"{quoted}\" from '{address}'\n"  # noqa: S608 - shown, never run here
            f'order by "{quoted}"{" desc" if highest else ""} limit 10;',
        ),
        Query(
            "Polars",
            "import polars as pl\n\n"
            f'runs = pl.read_parquet("{address}")\n'
            f'runs.select("run_name", {name}).sort({polars}, nulls_last=True).head(10)',
        ),
        Query(
            "pandas",
            "import pandas as pd\n\n"
            f'runs = pd.read_parquet("{address}")\n'
            f'runs[["run_name", {name}]].sort_values({pandas}).head(10)',
        ),
        Query("Shell", f"curl -s {base}data/registry.json | jq '.models[] | {{name, stages}}'"),
    )
