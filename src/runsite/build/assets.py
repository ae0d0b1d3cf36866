"""Files for the browser: the theme's, the chart library, the chart specs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from runsite.build.bundles import make_bundles
from runsite.build.prepare import Preparation
from runsite.output.writer import SiteWriter
from runsite.render.shards import render_shard
from runsite.render.themes import Theme

__all__ = ["ASSETS", "find_versions", "read_assets", "write_assets"]

ASSETS = "assets"
LIBRARY = "charts/library.js"
SPECS = "charts/specs.js"


def read_assets(theme: Theme, preparation: Preparation) -> dict[str, bytes]:
    """Read every file for the browser: path below ``assets/`` → content."""
    assets = {name: path.read_bytes() for name, path in theme.list_static().items()}
    assets |= make_bundles(theme.list_bundles(), files=assets)
    assets[LIBRARY] = preparation.read_library().encode()
    assets[SPECS] = render_shard(f"{ASSETS}/{SPECS}", preparation.read_specs()).encode()
    return assets


def find_versions(assets: Mapping[str, bytes]) -> dict[str, str]:
    """Give each file a mark that changes with its content."""
    return {name: hashlib.sha256(data).hexdigest()[:10] for name, data in assets.items()}


def write_assets(writer: SiteWriter, assets: Mapping[str, bytes]) -> None:
    """Write the files for the browser."""
    for name, data in sorted(assets.items()):
        writer.write(f"{ASSETS}/{name}", data)
