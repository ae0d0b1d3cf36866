"""Searches over experiments, in the same grammar as those over runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from runsite.errors import InvalidValueError, quote
from runsite.queries.filters import parse_filter, parse_order
from runsite.queries.search import make_predicate, make_sort_keys, sort_rows
from runsite.queries.syntax import EXPERIMENTS
from runsite.records import ExperimentRecord

__all__ = ["ExperimentQuery", "search"]

_TIME = pl.Datetime("us", "UTC")
_SCHEMA = {
    "experiment_id": pl.String(),
    "name": pl.String(),
    "lifecycle_stage": pl.String(),
    "creation_time": _TIME,
    "last_update_time": _TIME,
    "tags": pl.Map(pl.String, pl.String),
}


@dataclass(frozen=True, slots=True)
class ExperimentQuery:
    """What to look for; ``max_results`` None for all, ``page_token`` from the page before."""

    filter: str = ""
    order_by: tuple[str, ...] = ()
    stages: tuple[str, ...] = ("active",)
    max_results: int | None = None
    page_token: str | None = None


def search(
    records: Sequence[ExperimentRecord], *, query: ExperimentQuery
) -> tuple[list[ExperimentRecord], str | None]:
    """Find experiments; returns a page of them and the token of the next.

    Raises:
        InvalidValueError: The filter, an ordering, ``max_results`` or the token cannot be read.
    """
    if query.max_results is not None and query.max_results < 1:
        raise InvalidValueError(f"max_results must be at least 1, not {query.max_results}")
    if query.page_token and not query.page_token.isdecimal():
        raise InvalidValueError(f"{quote(query.page_token)} is no page token of this search")
    frame = _make_frame(records)
    orders = [parse_order(text, vocabulary=EXPERIMENTS) for text in query.order_by]
    keys = make_sort_keys(frame, orders)
    keys += [(pl.col("creation_time"), True), (pl.col("experiment_id"), False)]
    predicate = make_predicate(parse_filter(query.filter, vocabulary=EXPERIMENTS))
    stage = pl.col("lifecycle_stage").is_in(list(query.stages))
    found = frame.select((predicate & stage).alias("found"))["found"]
    rows = sort_rows(frame, keys, found=found).to_list()
    start = int(query.page_token or 0)
    end = len(rows) if query.max_results is None else start + query.max_results
    token = str(end) if end < len(rows) else None
    return [records[row] for row in rows[start:end]], token


def _make_frame(records: Sequence[ExperimentRecord]) -> pl.DataFrame:
    columns = {
        "experiment_id": [r.experiment_id for r in records],
        "name": [r.name for r in records],
        "lifecycle_stage": [str(r.lifecycle_stage) for r in records],
        "creation_time": [r.created for r in records],
        "last_update_time": [r.updated for r in records],
        "tags": [dict(r.tags) for r in records],
    }
    return pl.DataFrame(columns, schema=_SCHEMA)
