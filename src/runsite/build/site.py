"""``build``: from a store, a registry and cards to a folder of pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from runsite.build.fingerprint import find_code_digest, find_inputs_digest
from runsite.build.options import BuildOptions, BuildReport
from runsite.build.output_place import check_output
from runsite.output.links import find_broken_links
from runsite.output.sizes import sum_sizes
from runsite.output.writer import SiteWriter
from runsite.render.themes import find_theme, load_theme
from runsite.store.layout import open_layout

__all__ = ["build"]

INDEX = "index.html"

Progress = Callable[[int, int], None]
"""Called with run pages done and run pages in all."""


def build(
    options: BuildOptions,
    *,
    clock: Callable[[], float] = time.monotonic,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the site, or leave it as it is where nothing has changed.

    The same inputs give the same bytes. Only files that changed are written, each whole or not
    at all; only files that an earlier build wrote are removed.

    Args:
        options: What to build, from what, to where.
        clock: Seconds, for the report.
        progress: Told how far the run pages are.

    Raises:
        BuildError: The output cannot be written or lies among the sources, or a template is wrong.
        StoreError: There is something else than a store.
        RegistryError: The registry cannot be read.
    """
    started = clock()
    layout = open_layout(options.store)
    check_output(options, store=layout.root)
    writer = SiteWriter(options.output)
    site = options.config.site
    theme = load_theme(find_theme(site.theme, base=options.config.folder) if site.theme else None)
    code = find_code_digest(theme, options)
    inputs = find_inputs_digest(layout, options=options, code=code)
    n_runs, warnings = writer.before.n_runs, writer.before.warnings
    notes: tuple[str, ...] = ()
    up_to_date = inputs and inputs == writer.before.inputs and writer.is_complete()
    if options.force or not up_to_date:
        # Polars, Jinja and the rest take most of a second to load: only where there is work.
        from runsite.build.pages import write_site

        done = write_site(options, writer=writer, theme=theme, code=code, progress=progress)
        n_runs, warnings, notes = done.n_runs, done.warnings, done.notes
        writer.finish(inputs=inputs, n_runs=n_runs, warnings=warnings)
    if options.check_links:
        base_path = urlsplit(options.base_url).path
        broken = find_broken_links(options.output, writer.files, base_path=base_path)
        warnings = (*warnings, *broken)
    return BuildReport(
        index=Path(options.output, INDEX),
        n_runs=n_runs,
        n_files=len(writer.files),
        size_bytes=sum(entry.size_bytes for entry in writer.files.values()),
        added=tuple(writer.changes.added),
        changed=tuple(writer.changes.changed),
        removed=tuple(writer.changes.removed),
        warnings=tuple(warnings),
        notes=notes,
        sizes=tuple(sum_sizes(writer.files)),
        duration_s=clock() - started,
    )
