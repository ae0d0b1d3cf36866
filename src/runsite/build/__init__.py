"""The composition root of the site: options → read → plan → render → write.

::

    BuildOptions ─▶ fingerprint ─ same as last time ─▶ BuildReport, nothing written
                        │
                        ▼
    read_site_data ─▶ plan_runs ─▶ shards and pages ─▶ SiteWriter ─▶ site/
"""

from __future__ import annotations

from runsite.build.options import BuildOptions, BuildReport
from runsite.build.site import build

__all__ = ["BuildOptions", "BuildReport", "build"]
