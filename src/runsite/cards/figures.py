"""The pictures that a card's words show, and where their files are.

`list_figures` is pure; `runsite.cards.files.find_figures` looks for the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from markdown_it.token import Token

from runsite.cards.document import Card
from runsite.cards.parser import parse_tokens
from runsite.cards.sanitise import classify_url

__all__ = ["Figure", "FigureReference", "list_figures"]


@dataclass(frozen=True, slots=True)
class FigureReference:
    """A picture as a card names it.

    Attributes:
        source: Relative address as written, percent-encoding undone, without query or fragment.
        line: Line of the file on which its paragraph begins.
    """

    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture that is there: as the card names it, and its file."""

    source: str
    path: Path


def list_figures(card: Card) -> tuple[FigureReference, ...]:
    """List the relative pictures of a card, each once, in the order in which they stand."""
    found: dict[str, FigureReference] = {}
    for source, line in _find_sources(parse_tokens(card.body)):
        if source and classify_url(source) == "relative":
            name = re.split(r"[?#]", unquote(source))[0]
            found.setdefault(name, FigureReference(name, card.body_line + line))
    return tuple(found.values())


def _find_sources(tokens: Sequence[Token], *, line: int = 0) -> Iterator[tuple[str, int]]:
    for token in tokens:
        here = token.map[0] if token.map else line
        if token.type == "image":
            yield str(token.attrGet("src") or ""), here
        elif token.type in ("html_block", "html_inline"):
            yield from ((source, here) for source in _read_image_sources(token.content))
        if token.children:
            yield from _find_sources(token.children, line=here)


def _read_image_sources(html: str) -> list[str]:
    sources: list[str] = []

    class _Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                sources.extend(value or "" for name, value in attrs if name == "src")

    if "<img" in html.lower():
        _Reader().feed(html)
    return sources
