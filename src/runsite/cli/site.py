"""``runsite build``: the site."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runsite.config import is_web_address, load_config
from runsite.errors import quote
from runsite.locate import find_registry_path, find_store_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from runsite.build import BuildReport

__all__ = ["build"]

_NAMES_SHOWN = 5


@click.command()
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@click.option(
    "--registry", metavar="FILE", help="The registry (default: runsite.yaml, else registry.yaml)."
)
@click.option("--output", "-o", metavar="DIR", help="Folder of the site (default: site).")
@click.option("--base-url", metavar="URL", default="", help="Where the site will be published.")
@click.option("--title", metavar="TEXT", help="Title of the site.")
@click.option(
    "--strict", is_flag=True, help="Fail (exit code 3) where there is a warning; check links too."
)
@click.option("--force", is_flag=True, help="Build anew, also where nothing has changed.")
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Processes that make the pages of many runs (default: 2, or 1 on one core).",
)
def build(  # noqa: PLR0913 - one parameter for each option
    store: str | None,
    registry: str | None,
    *,
    output: str | None,
    base_url: str,
    title: str | None,
    strict: bool,
    force: bool,
    jobs: int,
) -> int:
    """Render the static site.

    Reads the store, the registry and the model cards and writes a folder that opens from disk
    and from any web server. Only files that changed are written. The path of the first page is
    printed to standard output, all else to standard error.
    """
    from runsite.build import BuildOptions
    from runsite.build import build as build_site
    from runsite.store import Store

    if base_url and not is_web_address(base_url):
        raise click.BadParameter(
            f"{quote(base_url)} is no web address; write it as https://example.org/taxi/",
            param_hint="--base-url",
        )
    config = load_config()
    if title:
        config = replace(config, site=replace(config.site, title=title))
    if store:
        # One that is named and not there is a slip, for which a site must not be emptied.
        Store.open(store)
    options = BuildOptions(
        store=find_store_uri(store, config=config),
        registry=find_registry_path(registry, config=config),
        output=Path(output) if output else config.folder / config.site.output,
        config=config,
        base_url=base_url or config.site.base_url,
        force=force,
        check_links=strict,
        jobs=jobs,
    )
    with _show_progress() as progress:
        report = build_site(options, progress=progress)
    limit = int(config.site.max_size_mb * 1_000_000)
    _echo_summary(report, limit=limit)
    click.echo(str(report.index))
    return 3 if strict and (report.warnings or report.size_bytes > limit) else 0


@contextmanager
def _show_progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, and nothing where a program or a log reads along."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label="Building", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


def _echo_summary(report: BuildReport, *, limit: int) -> None:
    from runsite.pages.formatting import format_bytes, format_count

    for warning in report.warnings:
        click.echo(f"{click.style('warning:', fg='yellow', bold=True)} {_plain(warning)}", err=True)
    size = f"{format_count(report.n_files)} files, {format_bytes(report.size_bytes)}"
    if report.unchanged:
        click.echo(f"up to date: {size} ({report.duration_s:.1f} s)", err=True)
    else:
        for verb, paths in (
            ("new", report.added),
            ("changed", report.changed),
            ("removed", report.removed),
        ):
            if paths:
                click.echo(f"{verb}: {_list_names(paths)}", err=True)
        runs = f"{format_count(report.n_runs)} run{'' if report.n_runs == 1 else 's'}"
        click.echo(f"built {runs}: {size} in {report.duration_s:.1f} s", err=True)
    for note in report.notes:
        click.echo(f"{click.style('note:', bold=True)} {note}", err=True)
    if report.size_bytes > limit:
        kinds = ", ".join(f"{kind} {format_bytes(size)}" for kind, size in report.sizes[:3])
        click.echo(
            f"{click.style('warning:', fg='yellow', bold=True)} the site is larger than"
            f" {format_bytes(limit)} (site.max_size_mb); most of it: {kinds}\n"
            "  hint:  GitHub Pages publishes at most 1 GB; lower site.run_pages or"
            " site.max_artifacts_mb, or delete runs",
            err=True,
        )


def _list_names(paths: tuple[str, ...]) -> str:
    shown = ", ".join(paths[:_NAMES_SHOWN])
    rest = len(paths) - _NAMES_SHOWN
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
