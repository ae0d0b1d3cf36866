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
from runsite.cards.parser import get_parser, parse_text
from runsite.cards.references import (
    explain_reference,
    find_references,
    resolve_reference,
)
from runsite.cards.renderer import (
    CONTEXT_KEY,
    MARK,
    RenderContext,
    clean_private,
    read_mark,
)
from runsite.cards.sanitise import sanitise_html

__all__ = ["MakeLink", "render_filled", "render_markdown"]

MakeLink = Callable[[str], str | None]


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
    rendered = _render(clean_private(text), context)
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
    pictures = None if figures is None else tuple(sorted(figures.items()))
    page = _render_marked(
        clean_private(card.body), base_level=base_level, figures=pictures, make_link=make_link
    )

    def fill(match: re.Match[str]) -> str:
        written = read_mark(match)
        text = resolve_reference(written.strip("{} \t"), values=values)
        return html.escape(written if text is None else text)

    problems = [
        explain_reference(reference, values=values)
        for reference in find_references(card.body, first_line=card.body_line)
        if resolve_reference(reference.name, values=values) is None
    ]
    return MARK.sub(fill, page), tuple(problems)


@lru_cache(maxsize=64)
def _render_marked(
    body: str,
    *,
    base_level: int,
    figures: tuple[tuple[str, str], ...] | None,
    make_link: MakeLink | None,
) -> str:
    pictures = None if figures is None else dict(figures)
    rendered = _render(body, RenderContext(base_level=base_level, figures=pictures, marks=True))
    return sanitise_html(rendered, id_prefix=ANCHOR_PREFIX, figures=pictures, make_link=make_link)


def _render(text: str, context: RenderContext) -> str:
    parsed = parse_text(text)
    parser = get_parser()
    rendered: str = parser.renderer.render(
        parsed.tokens, parser.options, {**parsed.env, CONTEXT_KEY: context}
    )
    return rendered
