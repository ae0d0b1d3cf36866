"""Static pictures show the values where they belong, whatever the values are."""

from __future__ import annotations

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.picture import HEIGHT, WIDTH, Picture, make_best_so_far, make_picture

VALUES = st.lists(st.none() | st.floats(), max_size=400)


def find_points(path):
    return [(int(x), int(y)) for x, y in re.findall(r"[MLH](\d+)[ V](\d+)", path)]


@given(VALUES, st.sampled_from(["min", "max"]), st.booleans())
def test_every_point_is_inside_the_box(values, direction, steps):
    """No value draws outside, and the picture stays small; fewer than two finite ones draw none."""
    line = make_best_so_far(values, direction=direction)
    picture = make_picture(values, metric="m", direction=direction, line=line, steps=steps)
    finite = [v for v in values if v is not None and math.isfinite(v)]
    if len(finite) < 2:
        assert picture is None
        return
    points = find_points(picture.dots) + find_points(picture.line)
    assert 2 <= len(find_points(picture.dots)) <= 120
    assert all(90 <= x < WIDTH and 14 <= y <= HEIGHT - 14 for x, y in points)


def test_dots_and_line():
    """Time goes to the right, higher is higher, and the line is the best so far."""
    values = [3.0, None, 1.0, 2.0, math.nan]
    best = make_best_so_far(values, direction="min")
    assert best == [3.0, 3.0, 1.0, 1.0, 1.0]
    assert make_picture(values, metric="rmse", direction="min", line=best, steps=True) == Picture(
        metric="rmse",
        direction="min",
        dots="M90 14h0M399 186h0M554 100h0",
        line="M90 14H245V14H399V186H708V186",
        high="3",
        low="1",
        count="3",
        n_outside=0,
    )


def test_a_run_that_diverged_does_not_press_the_others_flat():
    """It is drawn at the edge and counted; the range is that of the others."""
    picture = make_picture([*range(1, 21), 1e30], metric="loss")
    assert (picture.low, picture.high, picture.n_outside) == ("1", "20", 1)
    assert find_points(picture.dots)[-1] == (708, 14)


def test_equal_values_are_a_line_in_the_middle():
    """Nothing is divided by nothing."""
    picture = make_picture([2.0, 2.0, 2.0], metric="m")
    assert {y for _, y in find_points(picture.dots)} == {100}


def test_many_values_keep_their_extremes():
    """Of ten thousand values the lowest and the highest are still there."""
    values = [math.sin(i / 50) for i in range(10_000)]
    values[5000] = 1.5
    dots = find_points(make_picture(values, metric="m").dots)
    assert len(dots) == 120
    assert min(y for _, y in dots) == 14
    assert max(y for _, y in dots) == HEIGHT - 14


def test_a_line_from_value_to_value():
    """Versions are joined as they follow each other; one without the metric is passed over."""
    values = [3.0, None, 1.0, 2.0]
    assert make_picture(values, metric="m", line=values).line == "M90 14L502 186L708 100"
