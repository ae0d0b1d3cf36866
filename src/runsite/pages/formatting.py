"""Numbers, times and sizes as people read them.

Pure. ``themes/base/scripts/format.js`` has the same rules for what the browser draws, and a browser
test compares the two.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

__all__ = [
    "format_bytes",
    "format_count",
    "format_duration",
    "format_exact",
    "format_iso",
    "format_number",
    "format_setting",
    "format_time",
]

_SIGNIFICANT = 4
_PLAIN_BELOW = 1e6
_PLAIN_FROM = 1e-4
_EXACT_INTEGERS = 1e15
_NEAR_HALF = 1e-6


def format_number(value: float | None) -> str:
    """Format a metric's value with four significant digits; whole numbers whole.

    Examples:
        >>> [format_number(v) for v in (7.758712, 12.1432, 30.0, 0.00001234, float("nan"), None)]
        ['7.759', '12.14', '30', '1.234e-5', 'NaN', '–']
    """
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value == int(value) and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    mantissa, _, exponent = f"{value:.{_SIGNIFICANT - 1}e}".partition("e")
    power = int(exponent)
    if not _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        return f"{mantissa}e{power}"
    decimals = max(0, _SIGNIFICANT - 1 - power)
    if abs(abs(value) * 10.0**decimals % 1 - 0.5) > _NEAR_HALF:
        return f"{value:.{decimals}f}"
    # Halves go away from zero, as in the browser's toFixed.
    return str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))


def format_setting(value: float) -> str:
    """Format a param's number as people write one: without zeros at the end of its fraction.

    Examples:
        >>> [format_setting(v) for v in (0.1, 0.0001, 1e-6, 0.026617, 30.0, 1e20)]
        ['0.1', '0.0001', '1e-6', '0.02662', '30', '1e20']
    """
    mantissa, mark, exponent = format_number(value).partition("e")
    whole, point, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point if fraction else ''}{fraction}{mark}{exponent}"


def format_exact(value: float | None) -> str:
    """Format a value with every digit that tells it from its neighbours, for titles and copies."""
    if value is None:
        return ""
    if math.isfinite(value) and value == int(value) and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    return repr(value)


def format_count(value: int) -> str:
    """Format a count with thousands apart: ``76,518``."""
    return f"{value:,}"


def format_duration(seconds: float | None) -> str:
    """Format a duration by its two largest units: ``340 ms``, ``27.3 s``, ``4 min 12 s``.

    Examples:
        >>> [format_duration(s) for s in (0.34, 27.31, 252, 7500, 273600)]
        ['340 ms', '27.3 s', '4 min 12 s', '2 h 5 min', '3 d 4 h']
    """
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return "–"
    if seconds < 0.9995:
        return f"{math.floor(seconds * 1000 + 0.5)} ms"
    if seconds < 59.95:
        return f"{math.floor(seconds * 10 + 0.5) / 10:.1f} s"
    whole = math.floor(seconds + 0.5)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = math.floor(seconds / 60 + 0.5)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    hours = math.floor(seconds / 3600 + 0.5)
    return f"{hours // 24} d {hours % 24} h"


def format_time(moment: datetime | None) -> str:
    """Format a moment in UTC to the minute: ``2026-11-23 07:01``."""
    return "–" if moment is None else _utc(moment).strftime("%Y-%m-%d %H:%M")


def format_iso(moment: datetime | None) -> str:
    """Format a moment for ``datetime`` attributes and titles: ``2026-11-23T07:01:04Z``."""
    return "" if moment is None else _utc(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_bytes(size: int) -> str:
    """Format a size in decimal units: ``812 B``, ``1.2 MB``.

    Examples:
        >>> [format_bytes(n) for n in (812, 1_234, 999_999, 43_500_000)]
        ['812 B', '1.2 kB', '1.0 MB', '43.5 MB']
    """
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.95 or unit == "TB":
            return f"{amount:.1f} {unit}"
    raise AssertionError("the last unit takes every size")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
