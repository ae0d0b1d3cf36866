"""Facts as text: how a value is written, and how it stays text inside Markdown. Pure."""

from __future__ import annotations

import math
import re
from typing import TypeAlias

__all__ = ["FactValue", "escape_markdown", "format_code", "format_fact", "format_size"]

FactValue: TypeAlias = str | int | float | bool

_INLINE = re.compile(r"[\\`*{}\[\]<~$|]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])")
_AT_START = re.compile(r"^(?:([#+\-=>])|(\d{1,9})([.)]))")
_EXACT_INTEGERS = 1e15


def format_fact(value: FactValue, *, spec: str = "") -> str:
    """Format a fact for a sentence: numbers with four significant digits, yes and no.

    Args:
        value: The fact.
        spec: A number's own format, as after the colon of a Python format string.

    Examples:
        >>> [format_fact(v) for v in (7.758712, 30.0, 0.00001234, float("nan"), True, 76518)]
        ['7.759', '30', '1.234e-5', 'NaN', 'yes', '76,518']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if spec and isinstance(value, int | float):
        return format(value, spec)
    if isinstance(value, float):
        return _format_number(value)
    return f"{value:,}" if isinstance(value, int) and abs(value) > 9999 else str(value)


def format_size(size_bytes: int) -> str:
    """Format a size in decimal units: ``812 B``, ``1.2 MB``."""
    amount, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.95:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if unit != "B" else f"{size_bytes} B"


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it as it is, on one line, also in a table."""
    escaped = _INLINE.sub(r"\\\g<0>", " ".join(text.split()))
    return _AT_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", escaped)


def format_code(text: str) -> str:
    """Put a text into a code span that fits it, also in a table; nothing for no text."""
    one_line = " ".join(text.split()).replace("|", "\\|")
    if not one_line:
        return ""
    longest = max((len(run) for run in re.findall("`+", one_line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if one_line[0] == "`" or one_line[-1] == "`" else ""
    return f"{fence}{pad}{one_line}{pad}{fence}"


def _format_number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "-∞")
    if value.is_integer() and abs(value) < _EXACT_INTEGERS:
        return str(int(value))
    mantissa, mark, exponent = f"{value:.4g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else mantissa
