"""Markdown to HTML that is safe to put on a page, whoever wrote it. Pure.

markdown-it parses, `CardRenderer` gives the tokens their HTML, and `sanitise_html` has the last
word. Raw HTML is let in, since the cards that people have are full of it, and only as much of it
comes out as can do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runsite.cards.document import ANCHOR_PREFIX
from runsite.cards.parser import get_parser
from runsite.cards.renderer import CONTEXT_KEY, RenderContext
from runsite.cards.sanitise import sanitise_html

__all__ = ["render_markdown"]


def render_markdown(
    text: str,
    *,
    base_level: int = 2,
    id_prefix: str = ANCHOR_PREFIX,
    figures: Mapping[str, str] | None = None,
    make_link: Callable[[str], str | None] | None = None,
) -> str:
    """Render Markdown as an HTML fragment in which nothing executes and nothing is fetched.

    Args:
        text: CommonMark with tables, strikethrough, task lists, callouts, footnotes, bare links,
            ``$math$`` (as MathML), fenced code with colours, and raw HTML.
        base_level: Level that a ``#`` heading gets; the others follow, ``h6`` at most.
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
