"""Questions to the tables, answered by Polars; the answers are frames or frozen records."""
