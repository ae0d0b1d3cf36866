from __future__ import annotations

from pathlib import Path

import pytest

from runsite.cards import find_missing_sections, find_section, is_placeholder, parse_card
from runsite.cards.sections import drop_empty_sections, drop_title


def parse(text: str):
    return parse_card(text, path=Path("cards/taxi.md"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n",
        "<!-- who should use this? -->",
        "<!-- never closed",
        "More information needed",
        "[More Information Needed]",
        r"\[More Information Needed\]",
        "*More information needed.*",
        "More info needed!",
        "TODO",
        "TODO: describe the riders",
        "- [ ] TODO",
        "To do",
        "TBD",
        "tbd.",
        "TBA",
        "FIXME later",
        "To be determined",
        "To be written.",
        "Coming soon...",
        "…",
        "...",
        "---",
        "-",
        "&nbsp;",
        "- **Developed by:** [More Information Needed]\n- **License:** TBD",
        "Our users are:",
        "<p align='center'></p>",
        "### Sub-heading alone",
        "| | |\n|---|---|\n| | |",
        "\u200b",
    ],
)
def test_words_that_say_nothing_are_placeholders(text):
    """Empty text, comments, and every usual way to put it off count as missing."""
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "Planning shifts.",
        "用于规划。",
        "None.",
        "TBD\n\nExcept in Manhattan.",
        "See https://example.org/paper",
        "![residuals](residuals.png)",
        '<img src="x.png">',
        "```\nx\n```",
        "The todo list of the city is its training data.",
        "More information needed than a card can hold is in the report.",
        "$x$",
    ],
)
def test_words_that_say_something_are_none(text):
    """A sentence that happens to hold such a word is content."""
    assert not is_placeholder(text)


def test_missing_sections_come_in_the_order_asked_for():
    """A title that is absent or says nothing is missing; the others are not."""
    card = parse("## B\n\nTODO\n\n## A\n\nwords\n")
    assert find_missing_sections(card, ["C", "B", "A"]) == ("C", "B")


def test_everything_is_missing_without_a_card():
    """A model that nobody described lacks every required section."""
    assert find_missing_sections(None, ["A", "B"]) == ("A", "B")


def test_words_in_a_subsection_fill_their_section():
    """A section may be made of its parts."""
    assert find_missing_sections(parse("## A\n\n### Part\n\nwords\n"), ["A"]) == ()
    assert find_missing_sections(parse("## A\n\n### Part\n\nTBD\n\n## B\n\nwords"), ["A"]) == ("A",)


def test_one_filled_section_of_two_with_one_title_is_enough():
    """A heading that stands twice is filled where either has words."""
    assert find_missing_sections(parse("## A\n\n## B\n\nx\n\n## A\n\nwords"), ["A"]) == ()


@pytest.mark.parametrize(
    ("heading", "required"),
    [
        ("# INTENDED USES", "Intended use"),
        ("### 1.2 Intended use:", "Intended use"),
        ("## 🎯 Intended use", "Intended use"),
        ("## Intended uses & limitations", "Limitations"),
        ("## Bias, Risks, and Limitations", "Limitations"),
        ("## Caveats and Recommendations", "Limitations"),
        ("## Out-of-Scope Use", "Out-of-scope use"),
        ("## Out of scope uses", "Out-of-scope use"),
        ("## Testing Data", "Evaluation data"),
        ("## Betroffene Gruppen", "Betroffene Gruppen"),
    ],
)
def test_a_section_is_known_by_its_usual_names(heading, required):
    """Case, plurals, numbers and the Hugging Face template's names do not hide a section."""
    card = parse(f"{heading}\n\nwords")
    assert find_missing_sections(card, [required]) == ()
    assert find_section(card, required) is card.sections[0]


def test_another_title_does_not_fill_a_section():
    """A name that only looks alike is not taken for it."""
    card = parse("## Users\n\nwords\n\n## Training\n\nwords")
    assert find_missing_sections(card, ["Intended use", "Training data"]) == (
        "Intended use",
        "Training data",
    )
    assert find_section(card, "Training data") is None


def test_sections_that_say_nothing_are_left_out_in_place():
    """What is left keeps its lines, so that a problem is still told with the right one."""
    text = "# Trips\n\n## Intended use\n\nTODO\n\n## Data\n\n### Train\n\nTaxis.\n\n## Ethics\n"
    card = parse(text)
    shown = drop_empty_sections(card)
    assert [(s.title, s.line) for s in shown.sections] == [("Trips", 1), ("Data", 7), ("Train", 9)]
    assert drop_empty_sections(shown) is shown


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("# Taxi\n\nWords.\n\n## Use\n\nMore.\n", ["Use"]),
        ("# Taxi trips\n\n## Use\n\nMore.\n", ["Taxi trips", "Use"]),
        ("## Taxi\n\nWords.\n", ["Taxi"]),
        ("Taxi\n====\n\nWords.\n", ["Taxi"]),
        ("Words alone.\n", []),
    ],
)
def test_a_title_that_repeats_the_model_is_left_out(text, titles):
    """The page says the model's name already; any other title stays."""
    shown = drop_title(parse(text), name="taxi")
    assert [section.title for section in shown.sections] == titles
    assert "Words" in shown.body or "More" in shown.body
