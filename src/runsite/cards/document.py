"""A model card's human part: front matter and Markdown sections, as frozen values.

Pure: text in, `Card` out. What is wrong with a card is kept in it, each problem with its line,
so that a page can still be made of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from runsite.cards.front_matter import CardProblem, MetaValue, split_front_matter
from runsite.cards.parser import parse_tokens
from runsite.cards.renderer import collect_text

__all__ = ["ANCHOR_PREFIX", "Card", "Section", "parse_card", "with_body"]

ANCHOR_PREFIX = "card-"
"""Stands before every id of a card, so that none is taken from the page around it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a card and the text that stands directly under it.

    Attributes:
        title: The heading as a reader sees it.
        anchor: The id that the heading has on a page.
        level: 1 for ``#`` to 6 for ``######``.
        text: Markdown up to the next heading of any level.
        line: Line of the file that the heading is on, from 1.
    """

    title: str
    anchor: str
    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Card:
    """One card file.

    Attributes:
        path: Where it was read from.
        meta: The front matter: text, numbers, booleans, None, tuples and mappings of those.
        sections: The headings in order, with their text.
        body: All of the Markdown after the front matter, its lines ended by line feeds alone.
        body_line: Line of the file that the body starts on.
        problems: What its author should mend.
    """

    path: Path
    meta: Mapping[str, MetaValue]
    sections: tuple[Section, ...]
    body: str
    body_line: int = 1
    problems: tuple[CardProblem, ...] = ()


def parse_card(text: str, *, path: Path) -> Card:
    """Parse the text of a card; any text is a card, and its problems are listed in it."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front = split_front_matter(plain)
    return Card(
        path=path,
        meta=front.meta,
        sections=_parse_sections(front.body, first_line=front.body_line),
        body=front.body,
        body_line=front.body_line,
        problems=front.problems,
    )


def with_body(card: Card, *, body: str) -> Card:
    """Return the card with other words under the same front matter."""
    return replace(card, body=body, sections=_parse_sections(body, first_line=card.body_line))


def _parse_sections(body: str, *, first_line: int) -> tuple[Section, ...]:
    tokens = parse_tokens(body)
    headings = [
        (token, tokens[index + 1], token.map)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]
    lines = body.split("\n")
    following = [span[0] for _, _, span in headings[1:]] + [len(lines)]
    return tuple(
        Section(
            title=collect_text(inline.children),
            anchor=f"{ANCHOR_PREFIX}{opening.attrGet('id')}",
            level=int(opening.tag[1]),
            text="\n".join(lines[span[1] : end]).strip("\n"),
            line=first_line + span[0],
        )
        for (opening, inline, span), end in zip(headings, following, strict=False)
    )
