"""Journals that are not sealed yet, read as the rows and points that they would become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from runsite.records import MetricSummary, RunRecord
from runsite.store.journal_reading import JournalContents
from runsite.store.parts import Columns, points_columns, points_table, summarise_columns
from runsite.store.schema import METRICS
from runsite.store.seal import make_row

__all__ = ["LiveRun", "live_points", "read_live"]


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A journal as the row that it would become, with its points."""

    record: RunRecord
    session: str
    columns: Columns
    summaries: Mapping[str, MetricSummary]


def read_live(contents: JournalContents, *, alive: bool) -> LiveRun:
    """Turn a journal into a row and columns. Pure."""
    columns = points_columns(contents.points, contents.keys)
    summaries = summarise_columns(columns)
    record = make_row(contents, metrics=summaries, alive=alive)
    return LiveRun(record, contents.session, columns, summaries)


def live_points(live: LiveRun) -> pl.DataFrame:
    """Make the metrics frame of a journal's points."""
    table = points_table(live.columns, run_id=live.record.run_id, part=live.session)
    return pl.DataFrame(table.cast(METRICS))
