"""Model cards: what data says of a model version, and the words that only people can write.

::

    cards/<model>.md ── files ─▶ parse_card ─▶ Card ─┬─ find_missing_sections ─▶ check, gates, page
                                                     └─ render_markdown ─▶ safe HTML

All but `files` is pure. Cards come from pull requests: every string in one is a stranger's.
"""

from __future__ import annotations

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
