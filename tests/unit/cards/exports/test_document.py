from __future__ import annotations

import pytest
import yaml

from runsite.cards import parse_card
from runsite.cards.exports.document import format_markdown
from runsite.errors import CardError
from support.cards import CARD_TEXT, make_card, make_facts


def test_the_document_is_front_matter_words_and_facts():
    """A reader gets the author's part first, with its references filled, then what data says."""
    text = format_markdown(make_facts(), card=make_card())
    front, body = text.split("---\n")[1:3]
    assert yaml.safe_load(front)["license"] == "apache-2.0"
    card = parse_card(text, path=make_card().path)
    titles = [(s.level, s.title) for s in card.sections]
    assert titles[:2] == [(1, "NYC taxi trip duration"), (2, "Intended use")]
    assert (2, "Facts of version 2") in titles
    assert (3, "Measured performance") in titles
    assert "The typical error is 6.5 minutes" in body
    assert "61,921 trips; version 1 had 6.61." in " ".join(body.split())
    assert "{{" not in body


def test_the_document_of_a_model_without_a_card_is_its_facts():
    """Nobody's words are needed for the facts to travel."""
    text = format_markdown(make_facts(), card=None)
    assert text.startswith("# nyc-taxi-regressor\n\n## Facts of version 2\n")


def test_an_export_with_a_wrong_reference_is_refused():
    """A sentence with a hole in it is not sent to others; all holes are told at once."""
    card = make_card(
        CARD_TEXT.replace("metrics.rmse:.1f", "metrics.rmze").replace("{{ data.", "{{ x.")
    )
    with pytest.raises(CardError) as caught:
        format_markdown(make_facts(), card=card)
    assert str(caught.value) == (
        "no fact is called 'metrics.rmze'; no fact is called 'x.eval.rows'\n"
        f"  where: {card.path}:14:50\n"
        "  hint:  did you mean 'metrics.rmse' or 'metrics.rmse.min' or 'metrics.rmse.max'?"
    )


def test_front_matter_that_yaml_would_misread_keeps_its_meaning():
    """Norwegian, versions and dates come out as the texts that they are."""
    card = make_card('---\nlanguage: no\ncreated: 2026-11-23\nv: "1.10"\ntags: [yes, on]\n---\n')
    front = format_markdown(make_facts(), card=card).split("---\n")[1]
    assert yaml.safe_load(front) == {
        "language": "no",
        "created": "2026-11-23",
        "v": "1.10",
        "tags": ["yes", "on"],
    }
