"""The pictures of quality of a run, read from its files."""

from __future__ import annotations

from runsite.build.workshop import Workshop
from runsite.pages.quality import QualityChart, find_quality_files, parse_quality
from runsite.records import RunRecord

__all__ = ["read_quality"]


def read_quality(shop: Workshop, run: RunRecord) -> tuple[QualityChart, ...]:
    """Read what a run's page and its version's page draw; one that is gone, or a link, is passed over."""
    paths = find_quality_files({a.path: a.size_bytes for a in run.artifacts})
    if not paths:
        return ()
    charts = []
    for path in paths:
        found = shop.data.store.find_artifact(run.run_id, path)
        try:
            text = found.read_text(encoding="utf-8") if found else ""
        except (OSError, ValueError):
            continue
        chart = parse_quality(text, path=path) if text else None
        if chart:
            charts.append(chart)
    return tuple(charts)
