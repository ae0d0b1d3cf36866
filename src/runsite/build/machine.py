"""Files for programs: feed, sitemap, llms.txt. What needs absolute addresses is left out without."""

from __future__ import annotations

from collections.abc import Sequence

from runsite.build.workshop import Workshop
from runsite.pages.context import Site
from runsite.pages.formatting import format_duration, format_iso, format_number
from runsite.pages.models import ModelCard
from runsite.pages.overview import ExperimentCard
from runsite.pages.paths import make_model_path
from runsite.pages.run import find_run_status
from runsite.records import RunRecord
from runsite.registry.compare import MoveKind
from runsite.render.machine import FeedEntry, render_feed, render_llms, render_sitemap

__all__ = ["write_machine_files"]

_MAX_RUNS = 30
_MAX_MOVES = 30
_MAX_PAGES = 50_000
_NOT_LISTED = frozenset({"404.html", "run.html"})


def write_machine_files(
    shop: Workshop, *, experiments: Sequence[ExperimentCard], models: Sequence[ModelCard]
) -> None:
    """Write them, after all pages: the sitemap lists what was written."""
    has_points = "data/metrics.parquet" in shop.writer.files
    text = render_llms(shop.site, models=models, experiments=experiments, has_points=has_points)
    shop.write_text("llms.txt", text)
    if not shop.site.base_url:
        return
    entries = [*_list_runs(shop), *_list_moves(shop)]
    entries.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    feed = render_feed(shop.site, entries)
    shop.write_text("feed.xml", feed)
    pages = sorted(path for path in shop.writer.files if path.endswith(".html"))
    listed = [path for path in pages if path not in _NOT_LISTED][:_MAX_PAGES]
    shop.write_text("sitemap.xml", render_sitemap(shop.site.base_url, listed))


def _list_runs(shop: Workshop) -> list[FeedEntry]:
    runs = shop.data.runs
    newest = runs.frame.tail(_MAX_RUNS)["run_id"]
    return [_make_run_entry(runs.get_record(run_id), site=shop.site) for run_id in newest]


def _make_run_entry(run: RunRecord, *, site: Site) -> FeedEntry:
    metrics = [f"{key} {format_number(m.last)}" for key, m in sorted(run.metrics.items())[:6]]
    facts = [find_run_status(run).lower()]
    if run.end_time:
        facts.append(f"after {format_duration((run.end_time - run.start_time).total_seconds())}")
    return FeedEntry(
        key=f"run-{run.run_id}",
        title=f"{run.run_name.strip() or run.run_id[:8]} ({run.experiment})",
        path=site.find_run_path(run.run_id),
        at=format_iso(run.end_time or run.start_time),
        summary=f"Run {' '.join(facts)}: {', '.join(metrics) or 'no metrics'}.",
        author=run.source.user,
    )


def _list_moves(shop: Workshop) -> list[FeedEntry]:
    known = shop.data.registry.models
    entries = []
    for event in shop.data.history.events:
        move, commit = event.move, event.commit
        if move.kind is not MoveKind.STAGE or commit is None:
            continue
        path = make_model_path(move.model) if move.model in known else "index.html"
        entries.append(
            FeedEntry(
                key=f"move-{commit.commit}-{move.model}-{move.version}-{move.after}",
                title=str(move),
                path=path,
                at=format_iso(commit.time),
                summary=commit.subject,
                author=commit.author,
            )
        )
    return entries[-_MAX_MOVES:]
