from __future__ import annotations

import json
import math

from runsite.cards.check import CardRules, check_card
from runsite.cards.exports.jsonable import format_json
from runsite.cards.facts import Estimate
from support.cards import make_card, make_facts


def test_json_holds_facts_words_and_problems():
    """A program gets numbers as numbers, times as texts, and the card as it was written."""
    card = make_card()
    problems = check_card(card, rules=CardRules(("Citation",), ()))
    data = json.loads(format_json(make_facts(), card=card, problems=problems))
    assert (data["format"], data["kind"]) == (1, "model-card")
    assert data["facts"]["identity"]["registered_at"] == "2026-11-24T03:12:00Z"
    assert data["facts"]["metrics"][1]["low"] == 6.5
    assert data["facts"]["run"]["params"] == {"max_depth": "29", "booster": "gbtree"}
    assert data["words"]["metadata"]["tags"] == ["taxi"]
    assert "{{ metrics.rmse:.1f }}" in data["words"]["body"]
    assert [p["code"] for p in data["problems"]] == ["card-section"]


def test_numbers_that_json_lacks_are_texts():
    """A strict reader can read every card."""
    estimates = tuple(Estimate(f"m{i}", v) for i, v in enumerate((math.nan, math.inf, -math.inf)))
    data = json.loads(format_json(make_facts(runs={}, estimates=estimates), card=None))
    assert [m["value"] for m in data["facts"]["metrics"]] == ["NaN", "Infinity", "-Infinity"]
    assert data["words"] is None
