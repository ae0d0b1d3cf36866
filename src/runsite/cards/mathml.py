"""LaTeX formulas as MathML, which browsers draw and screen readers read. Pure.

The conversion is latex2mathml's. What it cannot read, or what could make it work without end
(macros that expand into themselves), is shown as the LaTeX that the author wrote.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from xml.etree import ElementTree as ET

__all__ = ["render_math"]

_MAX_CHARACTERS = 2_000
_REFUSED = re.compile(r"\\(re|provide)?(newcommand|def|let|require|href|style|class|cssId)\b")


@lru_cache(maxsize=1_024)
def render_math(latex: str, *, display: bool) -> str:
    """Render a formula as MathML, or as code where it cannot be.

    Args:
        latex: What stood between the dollars.
        display: Whether it stands on lines of its own.
    """
    source = latex.strip()
    mathml = _convert(source, display=display)
    return mathml or f'<code class="math-source">{html.escape(source)}</code>'


def _convert(source: str, *, display: bool) -> str | None:
    if not source or len(source) > _MAX_CHARACTERS or _REFUSED.search(source):
        return None
    from latex2mathml.converter import convert

    try:
        mathml: str = convert(source, display="block" if display else "inline")
        ET.fromstring(mathml)  # noqa: S314 - our own output, a check that it is well formed
    except Exception:  # noqa: BLE001 - the converter promises nothing about what it raises
        return None
    return mathml
