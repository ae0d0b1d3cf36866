"""``runsite serve``: the site, live, on this machine."""

from __future__ import annotations

import hashlib
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runsite.cli.output import plain
from runsite.config import load_config
from runsite.locate import find_registry_path, find_store_uri

if TYPE_CHECKING:
    from runsite.build import BuildOptions, BuildReport
    from runsite.build.live import LiveSite

__all__ = ["serve"]

PORT = 8000


@click.command()
@click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 for any that is free.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@click.option(
    "--registry", metavar="FILE", help="The registry (default: runsite.yaml, else registry.yaml)."
)
@click.option(
    "--output", "-o", metavar="DIR", help="Folder to build into (default: in the cache folder)."
)
def serve(
    port: int,
    *,
    open_browser: bool,
    store: str | None,
    registry: str | None,
    output: str | None,
) -> None:
    """Serve the site on this machine, and keep it up to date.

    Builds when the store, the registry, a card, the theme or runsite.yaml changes, and pages that
    are open load themselves anew. A run in progress is seen to move. Ctrl-C ends it. The address
    is printed to standard output, all else to standard error.
    """
    from runsite.build import build as build_site
    from runsite.build.live import LiveSite, watch
    from runsite.build.serving import HOST, make_server

    def make_options() -> BuildOptions:
        return _make_options(store, registry, output=output)

    site, stop = LiveSite(), threading.Event()
    options = make_options()
    server = make_server(options.output, site=site, port=port)
    address = f"http://{HOST}:{server.server_address[1]}/"
    try:
        _tell(build_site(options), site)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        click.echo(address)
        click.echo("Ctrl-C ends it.", err=True)
        if open_browser:
            webbrowser.open(address)
        watch(site, make_options, stop=stop, tell=lambda report: _tell(report, site))
    except KeyboardInterrupt:
        click.echo("ended", err=True)
    finally:
        stop.set()
        site.close()
        server.server_close()


def _make_options(store: str | None, registry: str | None, *, output: str | None) -> BuildOptions:
    from runsite.build import BuildOptions
    from runsite.build.prepare import find_cache_folder

    config = load_config()
    uri = find_store_uri(store, config=config)
    path = find_registry_path(registry, config=config)
    place = f"{Path.cwd()}\0{uri}\0{path}".encode("utf-8", "surrogateescape")
    mark = hashlib.sha256(place).hexdigest()[:16]
    return BuildOptions(
        store=uri,
        registry=path,
        output=Path(output) if output else find_cache_folder() / "serve" / mark,
        config=config,
        # At this address links of the page for missing addresses work at any depth.
        base_url="http://localhost/",
    )


def _tell(report: BuildReport | None, site: LiveSite) -> None:
    """Say what a build did; nothing where it changed nothing."""
    if report is None:
        label = click.style("error:", fg="red", bold=True)
        click.echo(f"{label} {site.error}\n  the site stays as it was", err=True)
        return
    paths = (*report.added, *report.changed, *report.removed)
    if paths:
        names = plain(paths[0]) if len(paths) == 1 else f"{len(paths):,} files"
        click.echo(f"built {names} in {report.duration_s:.2f} s", err=True)
    for warning in report.warnings if paths else ():
        label = click.style("warning:", fg="yellow", bold=True)
        click.echo(f"{label} {plain(warning)}", err=True)
