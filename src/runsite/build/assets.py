"""Files for the browser: the theme's, the chart library, the chart specs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from runsite.build.bundles import make_bundles
from runsite.build.prepare import Preparation
from runsite.output.writer import SiteWriter
from runsite.render.shards import render_shard
from runsite.render.specs import read_chart_specs
from runsite.render.themes import Theme

__all__ = ["ASSETS", "find_versions", "read_assets", "write_assets", "write_library"]

ASSETS = "assets"
LIBRARY = "charts/library.js"
SPECS = "charts/specs.js"


def read_assets(theme: Theme) -> dict[str, bytes]:
    """Read the files for the browser but the chart library: path below ``assets/`` → content."""
    assets = {name: path.read_bytes() for name, path in theme.list_static().items()}
    assets |= make_bundles(theme.list_bundles(), files=assets)
    assets[SPECS] = render_shard(f"{ASSETS}/{SPECS}", read_chart_specs()).encode()
    return assets


def find_versions(assets: Mapping[str, bytes], preparation: Preparation) -> dict[str, str]:
    """Give each file a mark that changes with its content; the library need not be there yet."""
    versions = {name: hashlib.sha256(data).hexdigest()[:10] for name, data in assets.items()}
    return versions | {LIBRARY: preparation.key[:10]}


def write_assets(writer: SiteWriter, assets: Mapping[str, bytes]) -> None:
    """Write the files for the browser but the chart library."""
    for name, data in sorted(assets.items()):
        writer.write(f"{ASSETS}/{name}", data)


def write_library(writer: SiteWriter, preparation: Preparation) -> None:
    """Write the chart library, when it is there.

    Raises:
        BuildError: It cannot be made.
    """
    path = f"{ASSETS}/{LIBRARY}"
    if not writer.keep(path, key=preparation.key):
        writer.write(path, preparation.read_library(), key=preparation.key)
