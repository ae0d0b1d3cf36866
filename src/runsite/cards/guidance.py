"""A new card: every section with the question that it answers, as a comment. Pure.

The sections are those of Mitchell et al., "Model Cards for Model Reporting" (FAT* 2019); what data
already says (identity, metrics, params, data, environment, history) is not asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from runsite.cards.document import parse_card
from runsite.cards.escape import escape_markdown
from runsite.cards.sections import find_section

__all__ = ["CARD_SECTIONS", "make_card_text"]

CARD_SECTIONS: dict[str, str] = {
    "Model details": (
        "What kind of model is it, for which task, and why was it built this way?\n"
        "Who trained it, and where is more to read: a paper, a repository, a report?\n"
        "Version, date, params, environment and code are filled in from the data."
    ),
    "Intended use": (
        "Who should use it, for which decisions, and what happens with its answers?\n"
        "Does a person look at them before they take effect?"
    ),
    "Out-of-scope use": (
        "What looks possible and must not be done with it?\n"
        "Think of other places, times, people, and of decisions that hurt when they are wrong."
    ),
    "Factors": (
        "For which groups, instruments and surroundings may it work differently?\n"
        "Which of them were looked at, and which could not be?"
    ),
    "Metrics": (
        "Which metrics decide, and why these? What is good enough, and who said so?\n"
        "Which threshold was chosen, and how was the uncertainty estimated?\n"
        "A value can stand in a sentence and is never stale: {{ metrics.rmse }}."
    ),
    "Training data": (
        "What is in it, who collected it, from whom, when, and under which licence?\n"
        "What was left out or changed? Is there personal data in it?\n"
        "Names, digests, rows and sources are filled in from the data."
    ),
    "Evaluation data": (
        "Which data was it tested on, and why is it like the data that it will meet?\n"
        "How was it kept apart from the training data?"
    ),
    "Quantitative analyses": (
        "What do the results say, for all and for each of the factors above?\n"
        "Where is it better, where worse than what was used before?"
    ),
    "Ethical considerations": (
        "Who could be harmed, how, how badly, and what was done about it?\n"
        "Does it use sensitive data, or stand near decisions on life, health or rights?"
    ),
    "Limitations": (
        "Caveats and recommendations: where does it fail, and how would one notice?\n"
        "When should it be trained anew, watched, or switched off, and by whom?"
    ),
    "Citation": "How should it be cited? Leave this section out where it should not.",
}
"""Section → what its author should answer, in the order of a new card."""

_HEAD = """\
---
# What machines read of this card. Leave out what does not apply.
license:            # an SPDX id, such as apache-2.0; or other
owner:              # the team or person who answers for the model
contact:            # where questions and incidents go: an address or a link
language:           # of text that the model takes, such as en
pipeline_tag:       # the task, such as tabular-regression
tags: []
---
"""


def make_card_text(model: str, *, required: Iterable[str] = ()) -> str:
    """Write the text of a new card.

    Args:
        model: Name of the model.
        required: Titles that the project asks for; those that a new card would lack are added.
    """
    text = f"{_HEAD}\n# {escape_markdown(model)}\n"
    for title, guidance in CARD_SECTIONS.items():
        text += _make_section(title, guidance)
    card = parse_card(text, path=Path())
    for title in required:
        if find_section(card, title) is None:
            text += _make_section(re.sub(r"\s+", " ", title), "The project asks for this section.")
    return text


def _make_section(title: str, guidance: str) -> str:
    return f"\n## {title}\n\n<!--\n{guidance}\n-->\n"
