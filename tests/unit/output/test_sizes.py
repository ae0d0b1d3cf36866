"""A person learns what takes the space."""

from __future__ import annotations

from runsite.output.manifest import Entry
from runsite.output.sizes import sum_sizes


def test_kinds_are_summed_and_the_largest_comes_first():
    """Every file is in one kind, so the kinds add up to the site."""
    files = {
        "data/curves/a.js": 30,
        "data/curves/b.js": 20,
        "data/runs.parquet": 5,
        "runs/a.html": 10,
        "index.html": 1,
    }
    sizes = sum_sizes({path: Entry("", size) for path, size in files.items()})
    assert sizes == [
        ("histories", 50),
        ("run pages", 10),
        ("tables for programs", 5),
        ("other pages", 1),
    ]
