"""Model cards: what data says of a model version, and the words that only people can write.

::

    cards/<model>.md ── files ─▶ parse_card ─▶ Card ─┬─ find_missing_sections ─▶ check, gates, page
                                                     └─ render_markdown ─▶ safe HTML

All but `files` is pure. Cards come from pull requests: every string in one is a stranger's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runsite.cards.document import ANCHOR_PREFIX, Card, Section, parse_card
    from runsite.cards.files import find_card_path, load_card, make_card_path
    from runsite.cards.front_matter import CardProblem, MetaValue
    from runsite.cards.highlight import make_highlight_css
    from runsite.cards.markdown import render_markdown
    from runsite.cards.sections import find_missing_sections, find_section, is_placeholder

__all__ = [
    "ANCHOR_PREFIX",
    "Card",
    "CardProblem",
    "MetaValue",
    "Section",
    "find_card_path",
    "find_missing_sections",
    "find_section",
    "is_placeholder",
    "load_card",
    "make_card_path",
    "make_highlight_css",
    "parse_card",
    "render_markdown",
]

# The Markdown parser and the highlighter load when one of their functions is asked for: most
# builds change a run and no card.
_MODULES = {
    "ANCHOR_PREFIX": "document",
    "Card": "document",
    "CardProblem": "front_matter",
    "MetaValue": "front_matter",
    "Section": "document",
    "find_card_path": "files",
    "find_missing_sections": "sections",
    "find_section": "sections",
    "is_placeholder": "sections",
    "load_card": "files",
    "make_card_path": "files",
    "make_highlight_css": "highlight",
    "parse_card": "document",
    "render_markdown": "markdown",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
