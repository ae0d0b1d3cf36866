"""The card as JSON, for programs: facts, words and what is missing. Pure.

The form is a promise (``format: 1``): members are added and keep their meaning. Numbers that JSON
does not have are the texts ``NaN``, ``Infinity`` and ``-Infinity``.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from datetime import datetime

from runsite.cards.document import Card
from runsite.cards.exports.document import thaw_meta
from runsite.cards.facts import CardFacts
from runsite.registry.problems import Problem

__all__ = ["CARD_FORMAT", "format_json"]

CARD_FORMAT = 1


def format_json(facts: CardFacts, *, card: Card | None, problems: tuple[Problem, ...] = ()) -> str:
    """Write a card as one JSON document, keys in a fixed order."""
    document = {
        "format": CARD_FORMAT,
        "kind": "model-card",
        "facts": _plain(facts),
        "words": _words(card),
        "problems": _plain(problems),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _words(card: Card | None) -> dict[str, object] | None:
    if card is None:
        return None
    return {
        "file": card.path.name,
        "metadata": thaw_meta(card.meta),
        "sections": [_plain(section) for section in card.sections],
        "body": card.body,
    }


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
