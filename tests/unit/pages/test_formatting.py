"""Numbers, times and sizes read as people write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.formatting import (
    format_bytes,
    format_count,
    format_duration,
    format_exact,
    format_iso,
    format_number,
    format_time,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.758712, "7.759"),
        (12.1432, "12.14"),
        (73_908.0, "73908"),
        (73_908.4, "73908"),
        (0.000123456, "0.0001235"),
        (0.0000123456, "1.235e-5"),
        (1_234_567.8, "1.235e6"),
        (-0.0, "0"),
        (1234.5, "1235"),
        (-1234.5, "-1235"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (None, "–"),
    ],
)
def test_a_number_has_four_digits(value, text):
    """Four significant digits, whole numbers whole, and a word for what is no number."""
    assert format_number(value) == text


@given(st.floats(min_value=-1e308, max_value=1e308))
def test_a_formatted_number_is_close(value):
    """What people read differs from the value by less than its fourth digit."""
    assert math.isclose(float(format_number(value)), value, rel_tol=6e-4)


@given(st.floats(allow_nan=False))
def test_the_exact_form_is_the_value(value):
    """The title of a number gives back the very number."""
    assert float(format_exact(value)) == value


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0 ms"),
        (0.34, "340 ms"),
        (0.9996, "1.0 s"),
        (59.96, "1 min 0 s"),
        (252, "4 min 12 s"),
        (3599.6, "1 h 0 min"),
        (86_400, "1 d 0 h"),
        (None, "–"),
        (-1, "–"),
        (math.nan, "–"),
    ],
)
def test_a_duration_has_two_units(seconds, text):
    """No duration reads as 60 of a unit, whichever way it is rounded."""
    assert format_duration(seconds) == text


def test_times_are_utc():
    """A time with another zone is turned into UTC, and one without is UTC."""
    east = timezone(timedelta(hours=2))
    assert format_time(datetime(2026, 11, 23, 1, 30, tzinfo=east)) == "2026-11-22 23:30"
    assert format_iso(datetime(2026, 11, 23, 1, 30, 4)) == "2026-11-23T01:30:04Z"  # noqa: DTZ001
    assert format_iso(datetime(2026, 11, 23, tzinfo=UTC)) == "2026-11-23T00:00:00Z"
    assert (format_time(None), format_iso(None)) == ("–", "")


def test_sizes_and_counts():
    """Sizes use decimal units, counts set thousands apart."""
    assert [format_bytes(n) for n in (0, 999, 1000, 999_999, 10**15)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.0 MB",
        "1000.0 TB",
    ]
    assert format_count(76_518) == "76,518"


@given(st.floats(min_value=1e-4, max_value=999_999).flatmap(lambda v: st.sampled_from([v, -v])))
def test_the_short_way_rounds_like_the_exact_one(value):
    """Four significant digits are those of exact decimal arithmetic, halves away from zero."""
    shown = format_number(value)
    if value == int(value) or "e" in shown:
        return
    step = Decimal(1).scaleb(-len(shown.partition(".")[2]))
    assert shown == str(Decimal(value).quantize(step, rounding=ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.5, "1235"), (-123.25, "-123.3"), (0.0625, "0.0625"), (10.125, "10.13")],
)
def test_halves_go_away_from_zero(value, shown):
    """A value that lies between two is the farther one, as in the browser."""
    assert format_number(value).rstrip("0") == shown
