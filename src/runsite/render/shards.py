"""Data for scripts: columns and curves as classic ``.js`` files that hand themselves over.

A page that was opened from disk can load scripts but not JSON, so a shard is a call:
``runsite.put("name", …)``. Values stand in columns, words in a dictionary; numbers of the runs
table have every digit, so that a query in the browser finds what it finds in Python, those of
curves six; ``docs/data.md`` has the shape. Keys that people chose are never names of
object members: ``__proto__`` is a fine name for a param.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from runsite.queries.columns import Column

__all__ = ["NUMBER_DIGITS", "render_column", "render_curves", "render_shard"]

NUMBER_DIGITS = 6


def render_shard(name: str, body: str) -> str:
    """Wrap JSON text into the call that hands it to the page."""
    return f"runsite.put({_text(name)},{body});\n"


def render_column(column: Column, values: pl.Series, *, texts: pl.Series | None = None) -> str:
    """Write a column of the runs table.

    Numbers: an array with null for a missing value, ``"NaN"``, and 1e999 for an infinity.
    Text: ``{"words": […], "codes": […]}`` with -1 for a missing value.
    Numbers that were logged as texts of another look: ``{"numbers": […], "texts": {…}}``.
    """
    if column.kind == "text":
        return _words(values)
    numbers = _numbers(values)
    if texts is None or texts.is_null().all():
        return numbers
    return f'{{"numbers":{numbers},"texts":{_words(texts)}}}'


def render_curves(curves: pl.DataFrame) -> dict[str, list[str]]:
    """Write series of points.

    Args:
        curves: Rows as `runsite.queries.curves.collect_curves` gives them.

    Returns:
        Run id → one JSON array a series:
        ``[run_id, key, points logged, first time in ms, steps, times, values]`` where steps and
        times are differences to the one before (the first to 0; times in ms), and a value is
        null where it is NaN.
    """
    texts = curves.select(
        "run_id",
        "key",
        "count",
        pl.col("times").list.first().dt.epoch("ms").alias("start"),
        _differences(pl.col("steps").list.eval(pl.element().diff().fill_null(pl.element()))),
        _differences(pl.col("times").list.eval(pl.element().dt.epoch("ms").diff().fill_null(0))),
        pl.col("values").list.eval(_number_text(pl.element())).list.join(",").alias("values"),
    )
    series: dict[str, list[str]] = {}
    for run_id, key, count, start, steps, times, values in texts.iter_rows():
        head = f"{_text(run_id)},{_text(key)},{count},{start}"
        series.setdefault(run_id, []).append(f"[{head},[{steps}],[{times}],[{values}]]")
    return series


def _differences(lists: pl.Expr) -> pl.Expr:
    return lists.list.eval(pl.element().cast(pl.String)).list.join(",")


def _number_text(value: pl.Expr) -> pl.Expr:
    """Write numbers as JSON; NaN as null, infinities as numbers beyond the largest."""
    plain = value.round_sig_figs(NUMBER_DIGITS).cast(pl.String).str.strip_suffix(".0")
    return (
        pl.when(value.is_finite())
        .then(plain)
        .when(value.is_infinite())
        .then(pl.when(value > 0).then(pl.lit("1e999")).otherwise(pl.lit("-1e999")))
        .otherwise(pl.lit("null"))
    )


def _numbers(values: pl.Series) -> str:
    value = pl.col("value")
    whole = (value == value.floor()) & (value.abs() < 2**53)
    text = (
        pl.when(value.is_null())
        .then(pl.lit("null"))
        .when(value.is_nan())
        .then(pl.lit('"NaN"'))
        .when(value.is_infinite())
        .then(pl.when(value > 0).then(pl.lit("1e999")).otherwise(pl.lit("-1e999")))
        .when(whole)
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.cast(pl.String).str.strip_suffix(".0"))
    )
    frame = values.cast(pl.Float64).alias("value").to_frame()
    return f"[{frame.select(text.str.join(',')).item()}]"


def _words(values: pl.Series) -> str:
    words = values.drop_nulls().unique(maintain_order=True)
    codes = pl.DataFrame({"word": words, "code": pl.int_range(len(words), eager=True)})
    coded = (
        values.alias("word").to_frame().join(codes, on="word", how="left", maintain_order="left")
    )
    joined = coded["code"].fill_null(-1).cast(pl.String).str.join(",").item()
    return f'{{"words":{_array(map(_text, words))},"codes":[{joined}]}}'


def _array(items: Iterable[str]) -> str:
    return f"[{','.join(items)}]"


def _text(value: str) -> str:
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)
