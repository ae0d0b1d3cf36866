"""Searches over short lists (experiments, models, versions) in the grammar of those over runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from runsite.errors import InvalidValueError, quote
from runsite.queries.filters import check_max_results, parse_filter, parse_order
from runsite.queries.search import make_predicate, make_sort_keys, sort_rows
from runsite.queries.syntax import EXPERIMENTS, MODELS, VERSIONS, Vocabulary
from runsite.records import ExperimentRecord

__all__ = [
    "ListQuery",
    "ModelRow",
    "VersionRow",
    "search_experiments",
    "search_models",
    "search_versions",
]

_TIME = pl.Datetime("us", "UTC")
_TAGS = pl.Map(pl.String, pl.String)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to look for; ``max_results`` None for all, ``page_token`` from the page before."""

    filter: str = ""
    order_by: tuple[str, ...] = ()
    max_results: int | None = None
    page_token: str | None = None


@dataclass(frozen=True, slots=True)
class ModelRow:
    """What a search of models looks at."""

    name: str
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What a search of versions looks at."""

    name: str
    version: int
    run_id: str
    stage: str
    tags: dict[str, str]


def search_experiments(
    records: Sequence[ExperimentRecord], *, query: ListQuery
) -> tuple[list[int], str | None]:
    """Find experiments, the newest first unless ordered.

    Returns:
        The places of one page in `records`, and the token of the next page.

    Raises:
        InvalidValueError: The filter, an ordering, ``max_results`` or the token cannot be read.
    """
    frame = pl.DataFrame(
        {
            "experiment_id": [r.experiment_id for r in records],
            "name": [r.name for r in records],
            "creation_time": [r.created for r in records],
            "last_update_time": [r.updated for r in records],
            "tags": [dict(r.tags) for r in records],
        },
        schema={
            "experiment_id": pl.String(),
            "name": pl.String(),
            "creation_time": _TIME,
            "last_update_time": _TIME,
            "tags": _TAGS,
        },
    )
    ties = [(pl.col("creation_time"), True), (pl.col("experiment_id"), False)]
    return _search(frame, vocabulary=EXPERIMENTS, query=query, ties=ties)


def search_models(rows: Sequence[ModelRow], *, query: ListQuery) -> tuple[list[int], str | None]:
    """Find models, by name unless ordered; see `search_experiments`."""
    frame = pl.DataFrame(
        {"name": [r.name for r in rows], "tags": [r.tags for r in rows]},
        schema={"name": pl.String(), "tags": _TAGS},
    )
    return _search(frame, vocabulary=MODELS, query=query, ties=[(pl.col("name"), False)])


def search_versions(
    rows: Sequence[VersionRow], *, query: ListQuery
) -> tuple[list[int], str | None]:
    """Find versions, by name and the newest first unless ordered; see `search_experiments`."""
    frame = pl.DataFrame(
        {
            "name": [r.name for r in rows],
            "version_number": [r.version for r in rows],
            "run_id": [r.run_id for r in rows],
            "current_stage": [r.stage for r in rows],
            "tags": [r.tags for r in rows],
        },
        schema={
            "name": pl.String(),
            "version_number": pl.Int64(),
            "run_id": pl.String(),
            "current_stage": pl.String(),
            "tags": _TAGS,
        },
    )
    ties = [(pl.col("name"), False), (pl.col("version_number"), True)]
    return _search(frame, vocabulary=VERSIONS, query=query, ties=ties)


def _search(
    frame: pl.DataFrame,
    *,
    vocabulary: Vocabulary,
    query: ListQuery,
    ties: list[tuple[pl.Expr, bool]],
) -> tuple[list[int], str | None]:
    if query.max_results is not None:
        check_max_results(query.max_results)
    if query.page_token and not query.page_token.isdecimal():
        raise InvalidValueError(f"{quote(query.page_token)} is no page token of this search")
    orders = [parse_order(text, vocabulary=vocabulary) for text in query.order_by]
    predicate = make_predicate(parse_filter(query.filter, vocabulary=vocabulary))
    found = frame.select(pl.lit(value=True) & predicate).to_series()
    if len(found) != frame.height:  # no filter is a single truth
        found = pl.repeat(value=True, n=frame.height, eager=True)
    rows = sort_rows(frame, [*make_sort_keys(frame, orders), *ties], found=found).to_list()
    start = int(query.page_token or 0)
    end = len(rows) if query.max_results is None else start + query.max_results
    return rows[start:end], str(end) if end < len(rows) else None
