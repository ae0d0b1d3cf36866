"""The tables' columns, as Arrow writes them and as Polars reads them."""

from __future__ import annotations

import polars as pl
import pytest
from tests.support.runs import a_run

from runsite.store import columns, reading, rows, schema


@pytest.mark.parametrize(
    ("written", "read"),
    [(schema.RUNS, reading.RUNS_SCHEMA), (schema.METRICS, reading.METRICS_SCHEMA)],
    ids=["runs", "metrics"],
)
def test_arrow_and_polars_have_the_same_columns(written, read):
    """What Arrow writes is what Polars expects: names, order and types."""
    assert pl.DataFrame(written.empty_table()).schema == read


def test_a_row_has_every_column():
    """Nothing that the table has a column for is left out of a run's row, and nothing else is in."""
    assert set(rows.row_from_record(a_run())) == set(columns.RUNS)
