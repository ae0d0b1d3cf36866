"""Sparklines show the shape of a history, whatever is in it."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.sparkline import HEIGHT, WIDTH, make_sparkline


def find_points(path):
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](\d+) (\d+)", path)]


@given(st.lists(st.floats(), max_size=200))
def test_every_point_is_inside_the_box(values):
    """No value, however large, draws outside; fewer than two finite ones draw nothing."""
    line = make_sparkline(values)
    if line is None:
        return
    points = find_points(line.path)
    assert len(points) >= 2
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert (line.end_x, line.end_y) == points[-1]


def test_a_higher_value_is_higher_on_the_page():
    """The lowest value is at the bottom, the highest at the top, time goes to the right."""
    first, second, third = find_points(make_sparkline([1.0, 3.0, 2.0]).path)
    assert first[0] < second[0] < third[0]
    assert second[1] < third[1] < first[1]


def test_a_gap_stays_a_gap():
    """NaN breaks the line; it is not bridged."""
    assert make_sparkline([1.0, 2.0, math.nan, 3.0, 4.0]).path.count("M") == 2


def test_a_spike_survives_thinning():
    """One wild value among a thousand still reaches the top of the box."""
    values = [1.0] * 1000
    values[617] = 9.0
    assert min(y for _, y in find_points(make_sparkline(values).path)) == 30


def test_nothing_to_draw():
    """A single value has no shape."""
    assert make_sparkline([]) is None
    assert make_sparkline([1.0]) is None
    assert make_sparkline([math.inf, math.nan]) is None


def test_a_range_beyond_every_number_is_drawn_flat():
    """Values whose difference is infinite still give a line."""
    line = make_sparkline([5e292, -1.7976931348623153e308, 1.7e308])
    assert line is not None


def test_a_range_next_to_nothing_is_drawn_flat():
    """Values that differ by less than can be scaled, such as underflowing ones, give a line."""
    ys = {y for _, y in find_points(make_sparkline([0.0, 5e-324, 1e-310, 0.0]).path)}
    assert ys == {HEIGHT / 2}
