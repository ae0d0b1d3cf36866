"""The pages whose content the browser chooses: compare, search, a run by its id; and 404. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runsite.pages.context import Link, Meta, Site, told
from runsite.pages.paths import (
    COMPARE_PATH,
    NOT_FOUND_PATH,
    OVERVIEW_PATH,
    RUN_BY_ID_PATH,
    SEARCH_PATH,
)

__all__ = [
    "AnyRunPage",
    "ComparePage",
    "ExperimentShards",
    "NotFoundPage",
    "SearchPage",
    "assemble_any_run_page",
    "assemble_compare_page",
    "assemble_not_found_page",
    "assemble_search_page",
]


@dataclass(frozen=True, slots=True)
class ExperimentShards:
    """Where the runs of an experiment lie for scripts."""

    name: str = told("Name of the experiment.")
    experiment_id: str = told("Its id, as searches know it.")
    path: str = told("Path of its page.")
    n_runs: int = told("How many runs it has.")
    columns_path: str = told("Data shard that describes the columns.")
    shards: tuple[str, ...] = told("Data shards of its runs, oldest first.")
    n_left_out: int = told("Keys that found no place among the columns.")
    importance_path: str = told("Data shard that says which params matter.")
    more: tuple[str, ...] = told(
        "Data shards of packages and files, row by row like `shards`.", default=()
    )


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Context of `compare.html`: any runs beside each other, chosen in the URL."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    experiments: tuple[ExperimentShards, ...] = told("Where the runs lie.")
    versions_path: str = told("Data shard of the runs of registered versions; may be empty.")


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Context of `search.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    shards: tuple[str, ...] = told("Data shards of the search index.")


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """Context of `404.html`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    styles: str = told("The site's styles as text, fit for a `style` element.")
    script: str = told("Script that finds the site's root, as text, fit for a `script` element.")


@dataclass(frozen=True, slots=True)
class AnyRunPage:
    """Context of `any-run.html`: a run without a page of its own, by the id after `#`."""

    site: Site = told("What is the same on every page.")
    meta: Meta = told("This page's place in the site.")
    index_path: str = told("Data shard that tells which shard a run lies in.")


def assemble_any_run_page(*, site: Site, index_path: str) -> AnyRunPage:
    """Assemble the page that shows any run of a site with very many."""
    meta = _meta(
        RUN_BY_ID_PATH,
        title="Run",
        description="A run by its id: what it was given, what came out, and from which code.",
        section="experiments",
    )
    return AnyRunPage(site=site, meta=meta, index_path=index_path)


def assemble_compare_page(
    *, site: Site, experiments: Sequence[ExperimentShards], versions_path: str = ""
) -> ComparePage:
    """Assemble the page that compares runs.

    Args:
        site: What is the same on every page.
        experiments: Where the runs lie.
        versions_path: Data shard of the runs of registered versions.
    """
    return ComparePage(
        site=site,
        meta=_meta(
            COMPARE_PATH,
            title="Compare runs",
            description="Runs beside each other: what differs first, curves overlaid.",
            section="compare",
        ),
        experiments=tuple(experiments),
        versions_path=versions_path,
    )


def assemble_search_page(*, site: Site, shards: Sequence[str]) -> SearchPage:
    """Assemble the search page."""
    return SearchPage(
        site=site,
        meta=_meta(
            SEARCH_PATH,
            title="Search",
            description=f"Search runs, experiments and models of {site.title}.",
            section="search",
        ),
        shards=tuple(shards),
    )


def assemble_not_found_page(
    *, site: Site, base_path: str = "", styles: str = "", script: str = ""
) -> NotFoundPage:
    """Assemble the page for addresses that do not exist.

    Args:
        site: What is the same on every page.
        base_path: Path under which the site is published, such as ``/repo/``; where it is not
            known, the script looks for the root: this page is shown at any depth.
        styles: The site's styles; no file can be named that is there at every depth.
        script: What finds the root, and switches between light and dark.
    """
    meta = Meta(
        path=NOT_FOUND_PATH,
        root=base_path,
        title="Page not found",
        description="There is no such page.",
        section="",
    )
    return NotFoundPage(
        site=site, meta=meta, styles=_make_inline(styles), script=_make_inline(script)
    )


def _make_inline(text: str) -> str:
    """Make CSS or JavaScript fit for its element: nothing in a string or comment can end it.

    Line ends become what a browser makes of them, for it digests the element's text.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def _meta(path: str, *, title: str, description: str, section: str) -> Meta:
    return Meta(
        path=path,
        root="",
        title=title,
        description=description,
        section=section,
        crumbs=(Link("Overview", OVERVIEW_PATH),),
    )
