"""The pictures of quality of a run, read from its files."""

from __future__ import annotations

from runsite.build.workshop import Workshop
from runsite.pages.quality import QualityChart, find_quality_files, parse_quality
from runsite.records import RunRecord

__all__ = ["read_quality"]


def read_quality(shop: Workshop, run: RunRecord) -> tuple[QualityChart, ...]:
    """Read what a run's page and its version's page draw; a file that is gone is passed over."""
    paths = find_quality_files({a.path: a.size_bytes for a in run.artifacts})
    if not paths:
        return ()
    folder = shop.data.store.artifacts_dir(run.run_id)
    charts = []
    for path in paths:
        try:
            text = (folder / path).read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        chart = parse_quality(text, path=path)
        if chart:
            charts.append(chart)
    return tuple(charts)
