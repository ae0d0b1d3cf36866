from __future__ import annotations

from pathlib import Path

import pytest

from runsite.cards import parse_card

CARD = """\
---
license: mit
---

# Taxi

Lead.

## Intended use

Plan *shifts*.

### Where

New York.

```markdown
# not a heading
```

Intended use
------------

Again.
"""


def parse(text: str):
    return parse_card(text, path=Path("cards/taxi.md"))


def test_sections_have_their_title_level_line_and_own_text():
    """A section's text ends at the next heading of any level; code is not a heading."""
    sections = parse(CARD).sections
    assert [(s.title, s.level, s.line) for s in sections] == [
        ("Taxi", 1, 5),
        ("Intended use", 2, 9),
        ("Where", 3, 13),
        ("Intended use", 2, 21),
    ]
    assert [s.text for s in sections] == [
        "Lead.",
        "Plan *shifts*.",
        "New York.\n\n```markdown\n# not a heading\n```",
        "Again.",
    ]


def test_anchors_are_unique_and_carry_the_prefix():
    """Two headings of the same words can both be linked to."""
    assert [s.anchor for s in parse(CARD).sections] == [
        "card-taxi",
        "card-intended-use",
        "card-where",
        "card-intended-use-1",
    ]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Größe & Gewicht", "card-grösse-gewicht"),
        ("用途", "card-用途"),
        ("🤗", "card-section"),
        ("`code` and [link](x)", "card-code-and-link"),
        ("<b>bold</b>", "card-bold"),
    ],
)
def test_an_anchor_is_made_of_the_words_of_any_script(heading, anchor):
    """Headings in every language get an id, and one without words gets a plain one."""
    assert parse(f"# {heading}").sections[0].anchor == anchor


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    """A card saved by another editor is the same card."""
    other = parse("\ufeff" + CARD.replace("\n", "\r\n"))
    plain = parse(CARD)
    assert (other.meta, other.sections, other.body, other.problems) == (
        plain.meta,
        plain.sections,
        plain.body,
        plain.problems,
    )


def test_an_empty_file_is_a_card_that_says_nothing():
    """There is no text that is not a card."""
    card = parse("")
    assert (dict(card.meta), card.sections, card.body, card.problems) == ({}, (), "", ())


def test_a_heading_inside_a_quotation_or_a_comment_is_no_section():
    """Only the card's own outline makes sections."""
    assert parse("> # quoted\n\n<!--\n# hidden\n-->\n\n- # listed\n").sections == ()
