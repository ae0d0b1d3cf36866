"""Points are ordered so that the last one is the value that MLflow shows."""

from __future__ import annotations

import math
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runsite.importers.found import clean_name, merge_points

points = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(-2, 2), st.sampled_from([1.0, 2.0, -math.inf, math.inf])
    )
)


@given(points)
def test_the_last_point_is_the_newest_of_the_highest_step(found):
    """Of several at one step and time it is the highest; nothing is lost but what is doubled."""
    merged = merge_points(found)
    assert set(merged) == set(found)
    assert len(merged) == len(set(found))
    if found:
        assert merged[-1] == max(found, key=lambda p: (p[1], p[0], p[2]))


def test_nan_is_kept_once():
    """NaN equals nothing, and is one point all the same when it is written twice."""
    merged = merge_points([(1, 0, math.nan), (1, 0, math.nan), (1, 0, 2.0)])
    assert len(merged) == 2
    assert merged[-1] == (1, 0, 2.0)


def test_names_become_text():
    """What is no UTF-8 in a file's name is replaced."""
    assert clean_name(Path("a", "b\udcff")) == "a/b\ufffd"
