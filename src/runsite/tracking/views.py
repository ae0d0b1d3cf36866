"""What a notebook shows beside a run's facts: the curves, and the page if a site is built."""

from __future__ import annotations

from runsite.config import load_config
from runsite.errors import RunsiteError
from runsite.notebook import RunView
from runsite.pages.paths import make_run_path
from runsite.store import Store

__all__ = ["load_view"]

_MAX_POINTS = 500


def load_view(store: Store, run_id: str) -> RunView:
    """Read a run's curves, thinned, and find its page."""
    import polars as pl

    stride = (pl.len().over("key") // _MAX_POINTS).clip(1)
    thinned = store.ask_metrics(
        lambda points: (
            points.sort("key", "step", "timestamp", maintain_order=True)
            .filter(pl.int_range(pl.len()).over("key") % stride == 0)
            .group_by("key", maintain_order=True)
            .agg("value")
            .collect()
        ),
        run_ids=[run_id],
    )
    histories = {str(key): tuple(values) for key, values in thinned.iter_rows()}
    return RunView(histories=histories, page_url=_find_page(run_id))


def _find_page(run_id: str) -> str:
    try:
        config = load_config()
    except RunsiteError:
        return ""
    page = config.folder / config.site.output / make_run_path(run_id)
    return page.absolute().as_uri() if page.is_file() else ""
