"""The card as one Markdown document: people's words first, then the facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runsite.cards.document import Card, with_body
from runsite.cards.escape import escape_markdown
from runsite.cards.facts import CardFacts
from runsite.cards.front_matter import MetaValue
from runsite.cards.references import fill_references
from runsite.cards.sections import drop_empty_sections
from runsite.cards.sheet import format_sheet
from runsite.cards.values import make_values
from runsite.errors import CardError

__all__ = ["fill_card", "format_body", "format_front_matter", "format_markdown", "thaw_meta"]


def format_markdown(facts: CardFacts, *, card: Card | None) -> str:
    """Write the whole card as Markdown, under the front matter that its author wrote.

    Raises:
        CardError: A reference of the card names no fact; all of them in one message.
    """
    front = format_front_matter(thaw_meta(card.meta)) if card and card.meta else ""
    return front + format_body(facts, card=card)


def format_body(facts: CardFacts, *, card: Card | None) -> str:
    """Write the card without front matter: title, words with their references filled, facts.

    Raises:
        CardError: A reference of the card names no fact; all of them in one message.
    """
    identity = facts.identity
    filled = drop_empty_sections(fill_card(card, facts=facts)) if card else None
    words = filled.body.strip("\n") if filled else ""
    titled = bool(filled and filled.sections and filled.sections[0].level == 1)
    title = "" if titled else f"# {escape_markdown(identity.model)}"
    heading = f"## Facts of version {identity.version}"
    parts = (title, words, heading, format_sheet(facts, level=3))
    return "\n\n".join(part for part in parts if part)


def fill_card(card: Card, *, facts: CardFacts) -> Card:
    """Put the facts of a version in the place of a card's references.

    Raises:
        CardError: A reference names no fact; all of them in one message.
    """
    values = make_values(facts)
    body, problems = fill_references(card.body, values=values, first_line=card.body_line)
    if problems:
        first = problems[0]
        raise CardError(
            "; ".join(problem.message for problem in problems),
            where=f"{card.path}:{first.line}:{first.column}",
            hint=first.hint or None,
        )
    return with_body(card, body=body)


def format_front_matter(meta: Mapping[str, object]) -> str:
    """Write front matter, keys in their order; nothing where there are none."""
    import yaml

    if not meta:
        return ""
    text = yaml.dump(
        dict(meta), Dumper=yaml.SafeDumper, sort_keys=False, allow_unicode=True, width=100
    )
    return f"---\n{text}---\n\n"


def thaw_meta(value: MetaValue) -> dict[str, object]:
    """Turn frozen front matter into plain dictionaries and lists."""
    thawed = _thaw(value)
    return thawed if isinstance(thawed, dict) else {}


def _thaw(value: MetaValue) -> object:
    if isinstance(value, Mapping):
        return {key: _thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thaw(item) for item in value]
    return value
