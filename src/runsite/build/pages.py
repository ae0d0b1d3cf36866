"""Everything that a build writes, in order: data first, for pages name it by its content."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runsite import __version__
from runsite.build.any_run import write_any_run
from runsite.build.artifacts import publish_files
from runsite.build.assets import find_versions, read_assets, write_assets, write_library
from runsite.build.compare import write_versions
from runsite.build.experiments import (
    ExperimentResult,
    summarise_experiments,
    write_experiments,
)
from runsite.build.importance import ImportanceShop
from runsite.build.machine import write_machine_files
from runsite.build.not_found import write_not_found
from runsite.build.options import BuildOptions
from runsite.build.plan import SitePlan, plan_site
from runsite.build.prepare import Preparation, find_template_cache
from runsite.build.reading import SiteData, read_site_data
from runsite.build.runs import plan_runs, write_runs
from runsite.build.search import write_search
from runsite.build.social import with_social_card
from runsite.build.tables import write_tables
from runsite.build.workshop import Workshop
from runsite.output.writer import SiteWriter
from runsite.pages.context import Site
from runsite.pages.models import ModelCard, list_version_refs
from runsite.pages.overview import (
    assemble_experiments_page,
    assemble_overview_page,
    make_experiment_cards,
)
from runsite.pages.paths import RUN_BY_ID_PATH
from runsite.pages.plain import assemble_compare_page
from runsite.pages.timeline import make_timeline
from runsite.registry.compare import MoveKind
from runsite.render.environment import make_environment
from runsite.render.pressing import PressSettings
from runsite.render.themes import Theme
from runsite.store.layout import open_layout

__all__ = ["WrittenSite", "write_site"]

_NEWEST = 10
_LARGE_BYTES = 1_000_000
"""Of runs: two hundred in parts of their own, five thousand in a merged one."""


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """What became of it.

    Attributes:
        n_runs: Runs on the site.
        warnings: What a strict build would fail for, one line each.
        notes: What was left out to keep the site small, one sentence each.
    """

    n_runs: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def write_site(
    options: BuildOptions,
    *,
    writer: SiteWriter,
    theme: Theme,
    code: str,
    progress: Callable[[int, int], None] | None = None,
) -> WrittenSite:
    """Write every page and data file.

    Args:
        options: What to build.
        writer: Where to.
        theme: With which templates.
        code: Digest of all inputs but the data.
        progress: Told how far the run pages are.
    """
    with (
        Preparation() as preparation,
        ImportanceShop(expected=_is_large_and_new(options, writer)) as importance,
    ):
        data = read_site_data(options)
        assets = read_assets(theme)
        write_assets(writer, assets)
        summaries = summarise_experiments(data, directions=options.config.site.directions)
        versions = list_version_refs(data.registry)
        site_plan = plan_site(
            data.runs.frame,
            registered=versions,
            best=[best.run_id for summary in summaries.values() for best in summary.best],
            settings=options.config.site,
        )
        press = PressSettings(
            theme=theme,
            assets=find_versions(assets, preparation),
            compiled=find_template_cache(),
            site=_make_site(options, data, site_plan),
            directions=options.config.site.directions,
        )
        shop = Workshop(
            options=options,
            site=press.site,
            data=data.with_paths(press.site.find_run_path),
            environment=make_environment(theme, assets=press.assets, compiled=press.compiled),
            writer=writer,
            code=code,
            press=press,
        )
        files = publish_files(shop, first=versions)
        plan = plan_runs(shop, site_plan=site_plan, versions=versions, files=files)
        tick = _count(progress, total=len(data.runs))
        experiments = write_experiments(shop, plan, summaries=summaries, importance=importance)
        importance.start(writer)
        write_runs(shop, plan, tick=tick)
        write_any_run(shop, plan, tick=tick)
        models, warnings = _write_models(shop)
        _write_plain_pages(shop, experiments, models)
        write_not_found(shop, assets)
        write_search(shop, plan)
        best = [s for s in sorted(summaries.values(), key=lambda s: -s.n_runs) if s.best]
        write_tables(shop, plan, metric=best[0].best[0].metric if best else "")
        cards = make_experiment_cards(list(summaries.values()), site=shop.site)
        write_machine_files(shop, experiments=cards, models=models)
        importance.finish(writer)
        write_library(writer, preparation)
    # Also where no history had to be asked for: what is kept of the last build does not mend it.
    late = data.find_late_problems() if site_plan.max_points else ()
    return WrittenSite(
        n_runs=len(data.runs),
        warnings=(*data.problems, *late, *files.warnings, *warnings),
        notes=site_plan.notes,
    )


def _is_large_and_new(options: BuildOptions, writer: SiteWriter) -> bool:
    """Tell whether the build has everything to do, for runs in the hundreds."""
    if writer.before.files:
        return False
    with contextlib.suppress(OSError), os.scandir(open_layout(options.store).runs) as parts:
        return sum(part.stat().st_size for part in parts) > _LARGE_BYTES
    return False


def _write_models(shop: Workshop) -> tuple[tuple[ModelCard, ...], tuple[str, ...]]:
    if not shop.data.registry.models:
        return (), ()
    from runsite.build.models import write_models  # loads all that cards need

    return write_models(shop)


def _count(progress: Callable[[int, int], None] | None, *, total: int) -> Callable[[int], None]:
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        if progress and count:
            progress(done, total)

    return tick


def _make_site(options: BuildOptions, data: SiteData, plan: SitePlan) -> Site:
    settings = options.config.site
    return Site(
        title=settings.title,
        description=settings.description,
        version=__version__,
        repository_url=settings.repository_url.rstrip("/"),
        base_url=f"{options.base_url.rstrip('/')}/" if options.base_url else "",
        n_models=len(data.registry.models),
        run_page="" if plan.own_pages is None else RUN_BY_ID_PATH,
        own_pages=plan.own_pages or frozenset(),
    )


def _write_plain_pages(
    shop: Workshop,
    experiments: Sequence[ExperimentResult],
    models: Sequence[ModelCard],
) -> None:
    runs = shop.data.runs
    summaries = [result.summary for result in experiments]
    newest = runs.frame.tail(_NEWEST).reverse()["run_id"]
    overview = assemble_overview_page(
        site=shop.site,
        summaries=summaries,
        newest=[runs.get_record(run_id) for run_id in newest],
        models=models,
        moves=make_timeline(
            [e for e in shop.data.history.events if e.move.kind is MoveKind.STAGE],
            repository_url=shop.site.repository_url,
            known=shop.data.registry.models,
        ),
        problems=shop.data.problems,
    )
    shown = [(fact.label, fact.value) for fact in overview.facts]
    title = shop.site.description or shop.site.title
    shop.write_page(with_social_card(shop, overview, kind="", title=title, facts=shown))
    shop.write_page(assemble_experiments_page(site=shop.site, summaries=summaries))
    shards = [result.shards for result in experiments]
    shop.write_page(
        assemble_compare_page(
            site=shop.site, experiments=shards, versions_path=write_versions(shop)
        )
    )
    # Without it GitHub Pages runs Jekyll over the site, which drops names that begin with "_".
    shop.writer.write(".nojekyll", b"")
