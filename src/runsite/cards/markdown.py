"""Markdown to HTML that is safe to put on a page, whoever wrote it. Pure.

markdown-it parses, `CardRenderer` gives the tokens their HTML, and `sanitise_html` has the last
word. Raw HTML is let in, since the cards that people have are full of it, and only as much of it
comes out as can do no harm.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from runsite.cards.document import ANCHOR_PREFIX, Card
from runsite.cards.escape import FactValue
from runsite.cards.front_matter import CardProblem
from runsite.cards.parser import get_parser
from runsite.cards.references import (
    explain_reference,
    find_references,
    resolve_reference,
)
from runsite.cards.renderer import CONTEXT_KEY, RenderContext
from runsite.cards.sanitise import sanitise_html

__all__ = ["MakeLink", "render_filled", "render_markdown"]

MakeLink = Callable[[str], str | None]

# A reference travels through the renderer as private characters, which are no part of any word,
# mark or tag, and which no text of an author can hold at that point.
_OPEN, _CLOSE, _ZERO = "\ue000", "\ue001", 0xE010
_MARK = re.compile(f"{_OPEN}([\ue010-\ue019]+){_CLOSE}")
_PRIVATE = re.compile("[\ue000-\ue019]")


def render_markdown(
    text: str,
    *,
    base_level: int = 2,
    id_prefix: str = ANCHOR_PREFIX,
    figures: Mapping[str, str] | None = None,
    make_link: MakeLink | None = None,
) -> str:
    """Render Markdown as an HTML fragment in which nothing executes and nothing is fetched.

    Args:
        text: CommonMark with tables, strikethrough, task lists, callouts, footnotes, bare links,
            ``$math$`` (as MathML), fenced code with colours, and raw HTML.
        base_level: Level that a ``#`` heading gets; the others follow, from ``h1`` to ``h6``.
        id_prefix: Put before every id, so that two texts can stand on one page.
        figures: Picture as written → address on the page; a picture that is not in it becomes
            its description. None keeps relative addresses. A picture on another host becomes a
            link, so that a reader's browser asks nobody.
        make_link: Turns a relative link into an address, or None to leave only its text. Without
            it relative links stay as they are.
    """
    context = RenderContext(base_level=base_level, figures=figures)
    rendered = get_parser().render(text, {CONTEXT_KEY: context})
    return sanitise_html(rendered, id_prefix=id_prefix, figures=figures, make_link=make_link)


def render_filled(
    card: Card,
    *,
    values: Mapping[str, FactValue],
    base_level: int = 2,
    figures: Mapping[str, str] | None = None,
    make_link: MakeLink | None = None,
) -> tuple[str, tuple[CardProblem, ...]]:
    """Render a card's body with the facts of one version in the place of its references.

    The Markdown is rendered once for all versions that share it; only the facts differ. A fact is
    put in as text, after everything else is done, so none is ever read as Markdown or HTML.

    Args:
        card: The card.
        values: Name → fact.
        base_level: As in `render_markdown`, like the two that follow.
        figures: Picture as written → address.
        make_link: Turns a relative link into an address.

    Returns:
        The HTML, and a problem for each reference that names no fact; it stands as written.
    """
    clean = _PRIVATE.sub("\ufffd", card.body)
    references = find_references(clean, first_line=card.body_line)
    pictures = None if figures is None else tuple(sorted(figures.items()))
    page = _render_marked(clean, base_level=base_level, figures=pictures, make_link=make_link)
    problems: list[CardProblem] = []

    def fill(match: re.Match[str]) -> str:
        reference = references[int("".join(str(ord(digit) - _ZERO) for digit in match[1]))]
        text = resolve_reference(reference.name, values=values)
        if text is None:
            problems.append(explain_reference(reference, values=values))
            text = clean[reference.start : reference.end]
        return html.escape(text)

    filled = _MARK.sub(fill, page)
    return filled, tuple(sorted(set(problems), key=lambda p: (p.line, p.column)))


@lru_cache(maxsize=64)
def _render_marked(
    body: str,
    *,
    base_level: int,
    figures: tuple[tuple[str, str], ...] | None,
    make_link: MakeLink | None,
) -> str:
    parts: list[str] = []
    done = 0
    for index, reference in enumerate(find_references(body)):
        parts += [body[done : reference.start], _make_mark(index)]
        done = reference.end
    return render_markdown(
        "".join([*parts, body[done:]]),
        base_level=base_level,
        figures=None if figures is None else dict(figures),
        make_link=make_link,
    )


def _make_mark(index: int) -> str:
    return _OPEN + "".join(chr(_ZERO + int(digit)) for digit in str(index)) + _CLOSE
