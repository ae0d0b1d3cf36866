"""The overview and the list of experiments: what is in Production, what is new, what is best. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runsite.directions import rank_metric
from runsite.pages.context import Fact, Link, Meta, RunRef, Site, told
from runsite.pages.experiment import BestCard, make_best_card
from runsite.pages.formatting import (
    format_count,
    format_duration,
    format_exact,
    format_iso,
    format_number,
    format_time,
)
from runsite.pages.models import ModelCard
from runsite.pages.paths import EXPERIMENTS_PATH, OVERVIEW_PATH, find_root, make_experiment_path
from runsite.pages.run import make_run_ref
from runsite.pages.sparkline import Sparkline, make_sparkline
from runsite.pages.timeline import TimelineRow
from runsite.records import RunRecord

if TYPE_CHECKING:
    from runsite.queries.overview import ExperimentSummary

__all__ = [
    "ExperimentCard",
    "ExperimentsPage",
    "NewRun",
    "OverviewPage",
    "assemble_experiments_page",
    "assemble_overview_page",
    "make_experiment_cards",
]

_MAX_NEW = 10
_MAX_EXPERIMENTS = 9
_MAX_MODELS = 24
_MAX_MOVES = 3


@dataclass(frozen=True, slots=True)
class ExperimentCard:
    """An experiment as the overview shows it."""

    name: str = told("Name.")
    path: str = told("Path of its page.")
    n_runs: str = told("How many runs it has.")
    n_running: int = told("How many of them are running now.")
    last: str = told("Start of the newest run.")
    last_iso: str = told("The same, exact.")
    best: BestCard | None = told("Best run by the main metric.")
    trend: Sparkline | None = told("Best value so far, run after run.")


@dataclass(frozen=True, slots=True)
class NewRun:
    """One of the newest runs."""

    run: RunRef = told("The run.")
    experiment: Link = told("Its experiment.")
    started: str = told("When it started.")
    started_iso: str = told("The same, exact.")
    duration: str = told("How long it took.")
    metric: str = told(
        "Name of its experiment's main metric, or of its own where it lacks that; may be empty."
    )
    value: str = told("That metric's last value.")
    value_exact: str = told("The same with every digit.")


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """Context of `overview.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    facts: tuple[Fact, ...] = told("The site in numbers.")
    models: tuple[ModelCard, ...] = told("Registered models, those in Production first.")
    n_models: int = told("How many models there are; the list may be shorter.")
    moves: tuple[TimelineRow, ...] = told("The newest promotions of all models.")
    experiments: tuple[ExperimentCard, ...] = told("Experiments, the newest first.")
    n_experiments: int = told("How many experiments there are; the list may be shorter.")
    new_runs: tuple[NewRun, ...] = told("The newest runs of all experiments.")
    problems: tuple[str, ...] = told("Files of the store that could not be read.")


@dataclass(frozen=True, slots=True)
class ExperimentsPage:
    """Context of `experiments.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    experiments: tuple[ExperimentCard, ...] = told("All experiments, the newest first.")


def assemble_overview_page(  # noqa: PLR0913  # one for each part of the page
    *,
    site: Site,
    summaries: Sequence[ExperimentSummary],
    newest: Sequence[RunRecord],
    models: Sequence[ModelCard] = (),
    moves: Sequence[TimelineRow] = (),
    problems: Sequence[str] = (),
) -> OverviewPage:
    """Assemble the first page of the site.

    Args:
        site: What is the same on every page.
        summaries: Every experiment.
        newest: The newest runs of all experiments, the newest first.
        models: Every registered model.
        moves: Timeline of all models, the newest first.
        problems: Files of the store that could not be read, one line each.
    """
    cards = make_experiment_cards(summaries, site=site)
    main = {s.name: s.best[0].metric for s in summaries if s.best}
    return OverviewPage(
        site=site,
        meta=Meta(
            path=OVERVIEW_PATH,
            root="",
            title=site.title,
            description=site.description or f"Experiments and models of {site.title}.",
            section="overview",
        ),
        facts=_facts(summaries, models),
        models=tuple(sorted(models, key=_by_stage))[:_MAX_MODELS],
        n_models=len(models),
        moves=tuple(row for row in moves if row.is_promotion)[:_MAX_MOVES],
        experiments=cards[:_MAX_EXPERIMENTS],
        n_experiments=len(cards),
        new_runs=tuple(_new_run(run, main=main, site=site) for run in newest[:_MAX_NEW]),
        problems=tuple(problems),
    )


def assemble_experiments_page(
    *, site: Site, summaries: Sequence[ExperimentSummary]
) -> ExperimentsPage:
    """Assemble the list of all experiments."""
    return ExperimentsPage(
        site=site,
        meta=Meta(
            path=EXPERIMENTS_PATH,
            root=find_root(EXPERIMENTS_PATH),
            title="Experiments",
            description=f"All experiments of {site.title}.",
            section="experiments",
            crumbs=(Link("Overview", OVERVIEW_PATH),),
        ),
        experiments=make_experiment_cards(summaries, site=site),
    )


def make_experiment_cards(
    summaries: Sequence[ExperimentSummary], *, site: Site
) -> tuple[ExperimentCard, ...]:
    """Show experiments in a list, the newest first."""
    newest_first = sorted(summaries, key=lambda s: s.name)
    newest_first.sort(key=lambda s: format_iso(s.last_start), reverse=True)
    return tuple(
        ExperimentCard(
            name=summary.name,
            path=make_experiment_path(summary.name),
            n_runs=format_count(summary.n_runs),
            n_running=summary.n_running,
            last=format_time(summary.last_start),
            last_iso=format_iso(summary.last_start),
            best=make_best_card(summary.best[0], site=site) if summary.best else None,
            trend=make_sparkline(summary.trend),
        )
        for summary in newest_first
    )


def _facts(summaries: Sequence[ExperimentSummary], models: Sequence[ModelCard]) -> tuple[Fact, ...]:
    running = sum(s.n_running for s in summaries)
    facts = [
        Fact("Runs", format_count(sum(s.n_runs for s in summaries))),
        Fact("Experiments", format_count(len(summaries)), path=EXPERIMENTS_PATH),
    ]
    if running:
        facts.append(Fact("Running now", format_count(running)))
    if models:
        versions = sum(model.n_versions for model in models)
        facts += [
            Fact("Models", format_count(len(models)), path="models/index.html"),
            Fact("Model versions", format_count(versions)),
        ]
    return tuple(facts)


def _by_stage(model: ModelCard) -> tuple[int, str]:
    stages = [holder.stage for holder in model.holders]
    return (0 if "Production" in stages else 1 if stages else 2, model.name)


def _new_run(run: RunRecord, *, main: Mapping[str, str], site: Site) -> NewRun:
    metric = main.get(run.experiment, "")
    if metric not in run.metrics:
        metric = min(run.metrics, key=lambda key: (rank_metric(key), key), default="")
    summary = run.metrics.get(metric)
    ended = (run.end_time - run.start_time).total_seconds() if run.end_time else None
    return NewRun(
        run=make_run_ref(run, site=site),
        experiment=Link(run.experiment, make_experiment_path(run.experiment)),
        started=format_time(run.start_time),
        started_iso=format_iso(run.start_time),
        duration=format_duration(ended),
        metric=metric if summary else "",
        value=format_number(summary.last) if summary else "",
        value_exact=format_exact(summary.last) if summary else "",
    )
