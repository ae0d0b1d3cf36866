"""How a run shows itself in a notebook: params, metrics with their curves, a link to its page.

Pure: plain values in, one HTML string out. Every value is escaped, colours come from the
notebook's own text colour, and there is no script, so the output looks the same in Jupyter, VS Code
and a saved notebook on a code host.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

__all__ = ["RunFacts", "RunView", "format_number", "render_run", "render_sparkline"]

_WIDTH, _HEIGHT, _PAD = 120, 24, 2
_MAX_POINTS = 60
_MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run says of itself: its name and id, where it stands, what it logged."""

    name: str
    run_id: str
    status: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RunView:
    """What a notebook shows beside a run's own facts.

    Attributes:
        histories: Values of each metric in the order of their steps.
        page_url: Where the run's page is; empty where no site has been built.
    """

    histories: Mapping[str, Sequence[float]] = field(default_factory=dict)
    page_url: str = ""


def render_run(facts: RunFacts, *, view: RunView) -> str:
    """Render a run as a small HTML block."""
    title = escape(facts.name or facts.run_id)
    if view.page_url:
        title = f'<a href="{escape(view.page_url, quote=True)}">{title}</a>'
    rows = [
        f"<tr><td>{escape(key)}</td><td>{format_number(value)}</td>"
        f"<td>{render_sparkline(view.histories.get(key, ()))}</td></tr>"
        for key, value in sorted(facts.metrics.items())[:_MAX_ROWS]
    ]
    param_rows = [
        f"<tr><td>{escape(key)}</td><td>{escape(value)}</td></tr>"
        for key, value in sorted(facts.params.items())[:_MAX_ROWS]
    ]
    return (
        f"<div><p><strong>{title}</strong> · {escape(facts.status)} · "
        f"<code>{escape(facts.run_id)}</code></p>"
        f"{_render_table('Metrics', rows, ('metric', 'last', 'history'))}"
        f"{_render_table('Params', param_rows, ('param', 'value'))}</div>"
    )


def render_sparkline(values: Sequence[float]) -> str:
    """Draw a curve as inline SVG; an empty string where fewer than two finite values are."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    if len(finite) > _MAX_POINTS:
        stride = (len(finite) - 1) / (_MAX_POINTS - 1)
        finite = [finite[round(i * stride)] for i in range(_MAX_POINTS)]
    low, high = min(finite), max(finite)
    # Halves first: the span of two huge values of opposite sign would be infinite.
    span = (high / 2 - low / 2) or 1.0
    step = (_WIDTH - 2 * _PAD) / (len(finite) - 1)
    points = " ".join(
        f"{_PAD + i * step:.1f},"
        f"{_HEIGHT - _PAD - (value / 2 - low / 2) / span * (_HEIGHT - 2 * _PAD):.1f}"
        for i, value in enumerate(finite)
    )
    label = f"from {format_number(finite[0])} to {format_number(finite[-1])}"
    return (
        f'<svg role="img" aria-label="{label}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"><polyline fill="none" stroke="currentColor" '
        f'stroke-width="1.5" points="{points}"/></svg>'
    )


def format_number(value: float) -> str:
    """Format a metric for a table: six significant digits."""
    return f"{value:.6g}"


def _render_table(title: str, rows: Sequence[str], heads: Sequence[str]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    return (
        f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
