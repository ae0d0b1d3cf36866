"""What differs between two runs, as the rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runsite.directions import find_direction, is_better
from runsite.pages.context import told
from runsite.pages.formatting import format_exact, format_number
from runsite.records import RunRecord

__all__ = ["Delta", "find_verdict", "format_change", "make_metric_deltas", "make_param_deltas"]


@dataclass(frozen=True, slots=True)
class Delta:
    """A value beside the one that it is compared with."""

    key: str = told("Name of the metric or param.")
    value: str = told("Value here.")
    value_exact: str = told("The same with every digit.")
    other: str = told("Value there.")
    other_exact: str = told("The same with every digit.")
    change: str = told("Difference with its sign, for numbers; else empty.")
    verdict: str = told("`better`, `worse`, `same`, `changed` or empty.")


def make_metric_deltas(
    run: RunRecord | None, other: RunRecord | None, *, directions: Mapping[str, str]
) -> tuple[Delta, ...]:
    """Compare all metrics of two runs by name; none where there is nothing to compare with."""
    if run is None or other is None:
        return ()
    deltas = []
    for key in sorted({*run.metrics, *other.metrics}):
        here = run.metrics[key].last if key in run.metrics else None
        there = other.metrics[key].last if key in other.metrics else None
        direction = find_direction(key, directions=directions)
        deltas.append(
            Delta(
                key=key,
                value=format_number(here),
                value_exact=format_exact(here),
                other=format_number(there),
                other_exact=format_exact(there),
                change=format_change(here, there),
                verdict=find_verdict(here, there, direction=direction),
            )
        )
    return tuple(deltas)


def format_change(here: float | None, there: float | None) -> str:
    """Format a difference with its sign; empty where one of the two is missing."""
    if here is None or there is None:
        return ""
    text = format_number(here - there)
    return text if text.startswith(("-", "N")) or text == "0" else f"+{text}"


def find_verdict(here: float | None, there: float | None, *, direction: str | None) -> str:
    """Judge a value against another: ``better``, ``worse``, ``same``, ``changed`` or empty."""
    if here is None or there is None:
        return "same" if here is there else ""
    if here == there or (here != here and there != there):  # two NaN are nothing to choose from
        return "same"
    if direction is None:
        return "changed"
    return "better" if is_better(here, there, direction=direction) else "worse"


def make_param_deltas(run: RunRecord | None, other: RunRecord | None) -> tuple[Delta, ...]:
    """List the params that differ between two runs."""
    if run is None or other is None:
        return ()
    keys = sorted({*run.params, *other.params})
    return tuple(
        Delta(
            key=key,
            value=run.params.get(key, "–"),
            value_exact="",
            other=other.params.get(key, "–"),
            other_exact="",
            change="",
            verdict="changed",
        )
        for key in keys
        if run.params.get(key) != other.params.get(key)
    )
