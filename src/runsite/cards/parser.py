"""The one Markdown dialect of cards and notes: which rules of markdown-it are on.

CommonMark with tables, strikethrough, task lists, callouts (``> [!NOTE]``), footnotes, bare
links, ``$math$``, ``{{ references }}`` and an id on each heading. Pure; the parser is made once and
keeps no state between texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from runsite.cards.mathml import render_math
from runsite.cards.renderer import CardRenderer, collect_text

__all__ = ["ParsedText", "get_parser", "make_slug", "parse_text", "parse_tokens"]

_REFERENCE = re.compile(r"\{\{[^{}\n]*\}\}")
_MAX_PARAGRAPH = 10_000
_MAX_BRACKETS = 1_000


@lru_cache(maxsize=1)
def get_parser() -> MarkdownIt:
    """Return the parser of the dialect, which also renders it (see `renderer.CardRenderer`)."""
    options: dict[str, Any] = {"maxNesting": 100, "html": True}
    parser = MarkdownIt("commonmark", options, renderer_cls=CardRenderer)
    parser.enable(["table", "strikethrough"])
    parser.options["tasklists"] = True
    parser.options["alerts"] = True
    parser.options["strikethrough_single_tilde"] = True
    parser.use(gfm_autolink_plugin)
    parser.use(footnote_plugin, inline=False)
    # A digit or a space beside the dollar means money: "$5 and $10" is not a formula.
    parser.use(
        dollarmath_plugin,
        allow_space=False,
        allow_digits=False,
        allow_labels=False,
        allow_blank_lines=False,
        renderer=lambda latex, how: render_math(latex, display=how["display_mode"]),
    )
    parser.inline.ruler.before("escape", "reference", _read_reference)
    parser.core.ruler.before("inline", "long_text", _spare_long_text)
    parser.core.ruler.push("anchors", _add_anchors)
    return parser


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text as markdown-it sees it. Shared between callers: nobody changes a token.

    Attributes:
        tokens: Block tokens with their inline children.
        env: What rendering needs besides, such as the footnotes.
    """

    tokens: tuple[Token, ...]
    env: Mapping[str, Any]


@lru_cache(maxsize=16)
def parse_text(text: str) -> ParsedText:
    """Parse Markdown without rendering it; the same text is parsed once for all who ask."""
    env: dict[str, Any] = {}
    return ParsedText(tuple(get_parser().parse(text, env)), env)


def parse_tokens(text: str) -> tuple[Token, ...]:
    """Parse Markdown into tokens, without rendering it."""
    return parse_text(text).tokens


def make_slug(title: str) -> str:
    """Turn a heading into an id: words in lower case joined by hyphens, any script kept.

    A reference to a fact takes no part: the id stays the same when the fact changes.
    """
    folded = unicodedata.normalize("NFKC", _REFERENCE.sub(" ", title)).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-")[:80] or "section"


def _read_reference(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's call
    """Read ``{{ name }}`` as a token of its own; which names there are is not asked here."""
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("reference", "", 0).content = match[0]
    state.pos = match.end()
    return True


def _spare_long_text(state: StateCore) -> None:
    """Leave the inline marks of an endless paragraph alone.

    The time that a paragraph takes grows with the square of the brackets in it: a line of half a
    million would keep a build busy for minutes. Nobody writes ten thousand characters in one.
    """
    for token in state.tokens:
        if token.type != "inline":
            continue
        if len(token.content) > _MAX_PARAGRAPH or token.content.count("[") > _MAX_BRACKETS:
            token.children = [Token("text", "", 0, content=token.content)]
            token.type = "plain"


def _add_anchors(state: StateCore) -> None:
    """Give every heading an id made of its words, with a number where they repeat."""
    taken: set[str] = set()
    repeats: dict[str, int] = {}
    for index, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        slug = anchor = make_slug(collect_text(state.tokens[index + 1].children))
        while anchor in taken:
            repeats[slug] = repeats.get(slug, 0) + 1
            anchor = f"{slug}-{repeats[slug]}"
        taken.add(anchor)
        token.attrSet("id", anchor)
