"""Searches over the runs table: a filter and an ordering become Polars expressions.

MLflow's semantics: a field that a run lacks makes its clause false; NaN satisfies only ``!=``; an
ordering gives numbers, then NaN, then missing in both directions; ties go to the newest start,
then to the run id. Params order as numbers where every one of them is a number, else as text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from runsite.errors import InvalidValueError, quote
from runsite.queries.filters import check_max_results, parse_filter, parse_order
from runsite.queries.syntax import (
    TAG_COLUMNS,
    And,
    Clause,
    Entity,
    Expression,
    Field,
    Kind,
    Not,
    Or,
    Order,
)

__all__ = ["Page", "Query", "make_predicate", "make_sort_keys", "search_runs", "sort_rows"]

_COLUMNS = {"user_id": "user"}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for.

    Attributes:
        filter: In the grammar of `runsite.queries.filters`.
        order_by: Fields with ASC or DESC, the first weighs most.
        experiment_ids: Only runs of these; None for every experiment.
        stages: Only runs in these lifecycle stages.
        max_results: Length of a page.
        page_token: From the page before.
        artifact_root: What stands before ``/<run_id>`` in the attribute ``artifact_uri``.
    """

    filter: str = ""
    order_by: tuple[str, ...] = ()
    experiment_ids: tuple[str, ...] | None = None
    stages: tuple[str, ...] = ("active",)
    max_results: int = 1000
    page_token: str | None = None
    artifact_root: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the runs table that were found, in order, and the token of the next page."""

    frame: pl.DataFrame
    token: str | None


def search_runs(runs: pl.DataFrame, *, query: Query) -> Page:
    """Find runs.

    Args:
        runs: The runs table, one row per run.
        query: What to look for.

    Raises:
        InvalidValueError: The filter, an ordering, ``max_results`` or the token cannot be read.
    """
    check_max_results(query.max_results)
    offset = _parse_token(query)
    orders = [parse_order(text) for text in query.order_by]
    # Only what the ordering needs is gathered before it is known which rows are on the page.
    keys = make_sort_keys(runs, orders, artifact_root=query.artifact_root)
    keys += [(pl.col("start_time"), True), (pl.col("run_id"), False)]
    rows = sort_rows(runs, keys, found=_find_rows(runs, query))
    end = offset + query.max_results
    token = _make_token(query, end) if end < len(rows) else None
    return Page(runs[rows[offset:end]], token)


def sort_rows(
    frame: pl.DataFrame, keys: Sequence[tuple[pl.Expr, bool]], *, found: pl.Series
) -> pl.Series:
    """Return the numbers of the rows where `found` holds, ordered by keys (value, descending)."""
    names = [f"key{i}" for i in range(len(keys))]
    columns = [value.alias(name) for name, (value, _) in zip(names, keys, strict=True)]
    selected = frame.lazy().select(*columns, pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"))
    return (
        selected.filter(pl.lit(found))
        .sort(names, descending=[down for _, down in keys], nulls_last=True)
        .collect()["row"]
    )


def make_predicate(expression: Expression, *, artifact_root: str = "") -> pl.Expr:
    """Turn a filter's tree into an expression over the runs table: true or false, never null."""
    match expression:
        case And(parts):
            inner = [make_predicate(part, artifact_root=artifact_root) for part in parts]
            return pl.all_horizontal(inner) if inner else pl.lit(value=True)
        case Or(parts):
            return pl.any_horizontal(
                [make_predicate(part, artifact_root=artifact_root) for part in parts]
            )
        case Not(part):
            return ~make_predicate(part, artifact_root=artifact_root)
    field = expression.field
    if field.entity is Entity.DATASET:
        element = pl.element().struct.field(field.key)
        if expression.op in ("IS NULL", "IS NOT NULL"):
            has_inputs = pl.col("inputs").list.len().fill_null(0) > 0
            return has_inputs if expression.op == "IS NOT NULL" else ~has_inputs
        matches = pl.col("inputs").list.eval(_compare(element, expression).fill_null(value=False))
        return matches.list.any().fill_null(value=False)
    value = _make_value(field, artifact_root)
    return _compare(value, expression).fill_null(value=False)


def _find_rows(runs: pl.DataFrame, query: Query) -> pl.Series:
    parts = [
        make_predicate(parse_filter(query.filter), artifact_root=query.artifact_root),
        pl.col("lifecycle_stage").is_in(list(query.stages)),
    ]
    if query.experiment_ids is not None:
        parts.append(pl.col("experiment_id").is_in(list(query.experiment_ids)))
    return runs.select(pl.all_horizontal(parts).alias("found"))["found"]


def _make_value(field: Field, artifact_root: str) -> pl.Expr:
    """Return the values of a field, null where a run has none."""
    key = field.key
    match field.entity:
        case Entity.METRIC:
            return pl.col("metrics").map.get(key)
        case Entity.PARAM:
            return pl.col("params").map.get(key)
        case Entity.TAG:
            return _make_tag(key)
        case _:
            return _make_attribute(field, artifact_root)


def _make_attribute(field: Field, artifact_root: str) -> pl.Expr:
    key = field.key
    if key == "artifact_uri":
        return pl.lit(artifact_root + "/") + pl.col("run_id")
    if key == "duration_s":
        return (pl.col("end_time") - pl.col("start_time")).dt.total_microseconds() / 1e6
    if field.kind is Kind.TIME:
        return pl.col(key).dt.epoch("ms")
    return pl.col(_COLUMNS.get(key, key))


def _make_tag(key: str) -> pl.Expr:
    logged = pl.col("tags").map.get(key)
    column = TAG_COLUMNS.get(key)
    if column is None:
        return logged
    return pl.coalesce(pl.when(pl.col(column) != "").then(pl.col(column)), logged)


def _compare(value: pl.Expr, clause: Clause) -> pl.Expr:
    """Compare values with a clause's; null where the value is missing."""
    op, wanted = clause.op, clause.value
    if op == "IS NULL":
        return value.is_null()
    if op == "IS NOT NULL":
        return value.is_not_null()
    if op.endswith("LIKE"):
        found = value.str.contains(_make_pattern(str(wanted), op))
        return ~found if op.startswith("NOT") else found
    if isinstance(wanted, tuple):
        # One kind at a time: Polars would cast a mixed list to text.
        found = pl.any_horizontal(
            pl.lit(value=False), *(_compare_one(value, clause.field, "=", item) for item in wanted)
        )
        found = pl.when(value.is_not_null()).then(found.fill_null(value=False))
        return ~found if op == "NOT IN" else found
    if wanted is None:  # the parser gives every other operator a value
        raise AssertionError(op)
    return _compare_one(value, clause.field, op, wanted)


def _compare_one(value: pl.Expr, field: Field, op: str, wanted: float | str) -> pl.Expr:
    if isinstance(wanted, str):
        return value == wanted if op == "=" else value != wanted
    if field.kind is Kind.LOOSE:
        value = value.str.strip_chars().cast(pl.Float64, strict=False)
    value = value.cast(pl.Float64)
    # Polars orders NaN above every number and equal to itself; MLflow and IEEE 754 do not.
    if op == "!=":
        return (value != wanted) | value.is_nan()
    comparison = {
        "=": value.__eq__,
        "<": value.__lt__,
        "<=": value.__le__,
        ">": value.__gt__,
        ">=": value.__ge__,
    }[op]
    return comparison(wanted) & value.is_not_nan()


def _make_pattern(like: str, op: str) -> str:
    """Turn a LIKE pattern into a regular expression: % any text, _ any character."""
    flags = "(?si)" if op.endswith("ILIKE") else "(?s)"
    wild = {"%": ".*", "_": "."}
    return flags + "^" + "".join(wild.get(ch) or pl.escape_regex(ch) for ch in like) + "$"


def make_sort_keys(
    frame: pl.DataFrame, orders: Sequence[Order], *, artifact_root: str = ""
) -> list[tuple[pl.Expr, bool]]:
    """Turn orderings into keys (value, descending) that put numbers, then NaN, then missing."""
    keys: list[tuple[pl.Expr, bool]] = []
    for order in orders:
        value = _make_value(order.field, artifact_root)
        if order.field.kind is Kind.LOOSE and _is_numeric(frame, value):
            value = value.str.strip_chars().cast(pl.Float64, strict=False)
        elif order.field.kind in (Kind.NUMBER, Kind.TIME):
            value = value.cast(pl.Float64)
        else:
            keys.append((value, order.descending))
            continue
        group = pl.when(value.is_null()).then(2).when(value.is_nan()).then(1).otherwise(0)
        keys += [(group, False), (value.fill_nan(None), order.descending)]
    return keys


def _is_numeric(runs: pl.DataFrame, value: pl.Expr) -> bool:
    number = value.str.strip_chars().cast(pl.Float64, strict=False)
    answer: bool = runs.select((number.is_null() == value.is_null()).all()).item()
    return answer


def _fingerprint(query: Query) -> str:
    asked = [query.filter, query.order_by, query.experiment_ids, query.stages]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def _make_token(query: Query, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{offset}.{_fingerprint(query)}".encode()).decode()


def _parse_token(query: Query) -> int:
    if not query.page_token:
        return 0
    try:
        offset, _, mark = base64.urlsafe_b64decode(query.page_token).decode().partition(".")
        if mark == _fingerprint(query) and offset.isdecimal():
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise InvalidValueError(
        f"the page token {quote(query.page_token)} does not belong to this search",
        hint="pass the token of the page before, with the same filter, order and experiments",
    )
