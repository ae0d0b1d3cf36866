"""Colours for code blocks, by Pygments: spans with its short class names, no style. Pure."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexer import Lexer

__all__ = ["highlight_code", "make_highlight_css"]

_MAX_CHARACTERS = 20_000

_LANGUAGES = (
    "bash c c++ console cpp css cuda diff docker dockerfile go html ini java javascript js json "
    "julia jl latex make makefile markdown md matlab ocaml patch perl php powershell py pycon "
    "python python3 r ruby rust rs scala sh shell sql swift tex toml ts typescript xml yaml yml zsh"
)
"""The languages that are coloured. A lexer is a set of regular expressions that a stranger's
text runs through, so this is a list of common ones and not all five hundred."""


def highlight_code(code: str, *, language: str) -> str:
    """Return the code as HTML with the words of the language marked; escaped only, if unknown."""
    name = language.strip().lower()
    if name not in _LANGUAGES.split() or len(code) > _MAX_CHARACTERS:
        return html.escape(code)
    from pygments import highlight

    lexer, formatter = _get_tools(name)
    return str(highlight(code, lexer, formatter)) if lexer else html.escape(code)


@cache
def _get_tools(name: str) -> tuple[Lexer | None, HtmlFormatter[str]]:
    """Return what colours a language; making a formatter takes longer than most blocks do."""
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
    try:
        return get_lexer_by_name(name, stripnl=False), formatter
    except ClassNotFound:
        return None, formatter


def make_highlight_css(style: str = "default", *, scope: str = "pre.code") -> str:
    """Make the style rules for `highlight_code` from one of Pygments' styles."""
    from pygments.formatters.html import HtmlFormatter

    formatter = HtmlFormatter(style=style)
    return "\n".join(formatter.get_token_style_defs(scope))  # type: ignore[no-untyped-call]
