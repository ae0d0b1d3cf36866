"""A report as one HTML file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runsite import __version__
from runsite.pages.formatting import format_number
from runsite.render.environment import make_environment
from runsite.render.themes import Theme, load_theme
from runsite.review.pictures import Picture
from runsite.review.report import Comparison, MetricRow, Report, VersionReport
from runsite.review.words import (
    VERDICT_LABELS,
    compare_url,
    describe_dirty,
    describe_move,
    format_delta,
    list_problems,
    plain,
    title_of,
)

__all__ = ["render_html_report"]

_STYLES = ("styles/tokens.css", "styles/diff.css")


@dataclass(frozen=True, slots=True)
class MetricCells:
    """A metric's row, ready to be shown. ``width`` is the bar's length in percent of the widest."""

    key: str
    arrow: str
    value: str
    other: str
    delta: str
    verdict: str
    gated: bool
    width: int


@dataclass(frozen=True, slots=True)
class VersionSection:
    """A version's part of the page."""

    version: VersionReport
    title: str
    metrics: tuple[MetricCells, ...]
    pictures: tuple[Picture, ...]
    code_url: str
    dirty: str


def render_html_report(
    report: Report,
    *,
    pictures: Mapping[tuple[str, int], tuple[Picture, ...]] | None = None,
    theme: Theme | None = None,
) -> str:
    """Render the report as one file, pictures inside it."""
    theme = theme or load_theme()
    sections = [
        _section(version, report, (pictures or {}).get((version.model, version.version), ()))
        for version in report.versions
    ]
    html: str = (
        make_environment(theme, assets={})
        .get_template("diff.html")
        .render(
            report=report,
            title=f"{plain(report.registry_name)}: {VERDICT_LABELS[report.verdict.state]}",
            label=VERDICT_LABELS[report.verdict.state],
            moves=[tuple(map(plain, describe_move(move))) for move in report.moves],
            problems=list_problems(report),
            sections=sections,
            styles=_read_styles(theme),
            version=__version__,
        )
    )
    return html.encode("utf-8", "replace").decode()


def _section(
    version: VersionReport, report: Report, pictures: tuple[Picture, ...]
) -> VersionSection:
    comparison = version.comparison
    commits = comparison.change.commits if comparison else None
    return VersionSection(
        version=version,
        title=title_of(version),
        metrics=_metrics(comparison) if comparison else (),
        pictures=pictures,
        code_url=compare_url(report.repository_url, commits) if commits else "",
        dirty=describe_dirty(comparison) if comparison else "",
    )


def _metrics(comparison: Comparison) -> tuple[MetricCells, ...]:
    widest = max((abs(row.percent) for row in comparison.metrics if row.percent), default=0.0)
    return tuple(_cells(row, widest) for row in comparison.metrics)


def _cells(row: MetricRow, widest: float) -> MetricCells:
    missing = "not logged any more" if row.value is None else "new"
    return MetricCells(
        key=plain(row.key),
        arrow={"min": "lower is better", "max": "higher is better"}.get(row.direction, ""),
        value="not logged" if row.value is None else format_number(row.value),
        other="not logged" if row.other is None else format_number(row.other),
        delta=format_delta(row),
        verdict=missing if row.verdict == "missing" else row.verdict,
        gated=row.gated,
        width=round(100 * abs(row.percent) / widest) if row.percent and widest else 0,
    )


def _read_styles(theme: Theme) -> str:
    """Read the styles of the theme, so that none of them can end the style element."""
    files = theme.list_static()
    text = "\n".join(files[n].read_text(encoding="utf-8") for n in _STYLES if n in files)
    return text.replace("</", "<\\/")
