"""What commands print: names made safe for a terminal, frames as CSV, JSON or Parquet."""

from __future__ import annotations

import contextlib
import io
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from runsite.errors import quote

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "align",
    "encode_frame",
    "fit_columns",
    "format_bytes",
    "format_duration",
    "format_json",
    "plain",
    "show_progress",
]

_FEWEST = 3
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


@contextlib.contextmanager
def show_progress(length: int, label: str) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error while something long goes on; nothing where that is no terminal.

    Gives what is to be called after each step.
    """
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=length, label=label, file=sys.stderr, hidden=hidden) as bar:
        yield lambda: bar.update(1)


def plain(text: str) -> str:
    """Keep control characters of a name out of the terminal."""
    return quote(text)[1:-1]


def encode_frame(frame: pl.DataFrame, form: str) -> bytes:
    """Encode a frame as ``csv``, ``json`` (a list of objects) or ``parquet``."""
    buffer = io.BytesIO()
    match form:
        case "csv":
            frame.write_csv(buffer, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
        case "json":
            return format_json(list(frame.iter_rows(named=True))).encode()
        case _:
            frame.write_parquet(buffer)
    return buffer.getvalue()


def format_json(value: object) -> str:
    """Format plain values as JSON: times as text; what JSON has no number for as text too."""
    return json.dumps(_json_value(value), ensure_ascii=False, indent=1) + "\n"


def format_duration(seconds: float | None) -> str:
    """Format a duration for people: ``0.4 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def format_bytes(size: int) -> str:
    """Format a size for people: ``900 B``, ``1.2 MB``."""
    amount = float(size)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def align(rows: Sequence[Sequence[str]], *, right: Sequence[bool]) -> list[str]:
    """Pad cells to columns; `right` says which columns are numbers."""
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(len(right))]
    return [
        "  ".join(
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def fit_columns(widths: Sequence[int], *, groups: Sequence[str], room: int) -> list[int]:
    """Choose the columns of which a row fits into the room, the most telling of each group.

    Metrics and params give way until three are left, the last of the larger group at each step; then
    what is told of the run, from the right; then the three. Its id and its name stay.

    Args:
        widths: Characters of each column.
        groups: ``run``, ``metrics``, ``params`` or ``tags``, for each column.
        room: Characters of a line.
    """
    kept = list(range(len(widths)))
    while len(kept) > 2 and sum(widths[i] + 2 for i in kept) - 2 > room:
        logged = Counter(groups[i] for i in kept if groups[i] != "run")
        told = len(kept) - logged.total() > 2
        spare = logged and (logged.total() > _FEWEST or not told)
        group = (
            max(sorted(logged), key=lambda name: (logged[name], name != "metrics"))
            if spare
            else "run"
        )
        kept.remove(max(i for i in kept if groups[i] == group))
    return kept


def _json_value(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(_TIME_FORMAT)
    if isinstance(value, Mapping):
        return {str(key): _json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(inner) for inner in value]
    return value
