"""What a card still lacks: the one list behind ``runsite card check``, the gates and the page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runsite.cards.document import Card
from runsite.cards.escape import FactValue
from runsite.cards.front_matter import CardProblem
from runsite.cards.references import fill_references
from runsite.cards.sections import find_missing_sections, find_section, is_placeholder
from runsite.errors import quote
from runsite.registry.problems import Problem

__all__ = ["CardRules", "check_card", "describe_meta", "find_meta"]

_SPELLINGS = {
    "license": ("license", "licence", "license_name"),
    "contact": ("contact", "model_card_contact", "email"),
    "owner": ("owner", "owners", "author", "authors", "developers", "maintainer", "maintainers"),
}


_LABELS = {
    "license": "Licence",
    "owner": "Owner",
    "contact": "Contact",
    "pipeline_tag": "Task",
    "language": "Language",
    "tags": "Tags",
}
_NOT_SHOWN = ("model-index", "model_name", "widget", "thumbnail", "library_name")


@dataclass(frozen=True, slots=True)
class CardRules:
    """What a project asks of a complete card: titles of sections, keys of the front matter."""

    sections: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("license", "owner", "contact")


def check_card(
    card: Card | None,
    *,
    rules: CardRules,
    values: Mapping[str, FactValue] | None = None,
    figure_problems: Iterable[CardProblem] = (),
) -> tuple[Problem, ...]:
    """List what a card lacks and what is wrong in it, in the order of the file.

    Args:
        card: The card; None where there is no file.
        rules: What a complete card must have.
        values: Facts that references may name; None leaves references unchecked.
        figure_problems: From `runsite.cards.files.find_figures`.

    Returns:
        Problems of the codes ``card-missing``, ``card-section``, ``card-field``,
        ``card-metadata``, ``card-reference`` and ``card-figure``.
    """
    if card is None:
        hint = "runsite card init writes one to fill in"
        return (Problem("card-missing", "there is no card", hint),)
    findings = [
        *_metadata(card),
        *_fields(card, rules),
        *_sections(card, rules),
        *(_finding("card-figure", problem) for problem in figure_problems),
    ]
    if values is not None:
        _, problems = fill_references(card.body, values=values, first_line=card.body_line)
        findings += [_finding("card-reference", problem) for problem in problems]
    return tuple(sorted(findings, key=lambda f: (f.line, f.column, f.code, f.message)))


def find_meta(card: Card, key: str) -> str:
    """Return a value of the front matter as text, by any of its usual spellings, or ``""``."""
    for name in _SPELLINGS.get(key, (key,)):
        value = card.meta.get(name)
        if isinstance(value, tuple):
            value = ", ".join(str(item) for item in value if isinstance(item, str | int | float))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        if not is_placeholder(str(value)):
            return str(value)
    return ""


def describe_meta(card: Card | None) -> tuple[tuple[str, str], ...]:
    """Name what the front matter says in plain values: who answers for the model, on which terms.

    Returns:
        Label and text, the ones that every card should have first.
    """
    if card is None:
        return ()
    known = [(label, find_meta(card, key)) for key, label in _LABELS.items()]
    hidden = {*_LABELS, *_NOT_SHOWN}.union(*_SPELLINGS.values())
    others = [
        (key.replace("_", " ").capitalize(), find_meta(card, key))
        for key in card.meta
        if key not in hidden
    ]
    return tuple((label, text) for label, text in (*known, *others) if text)


def _metadata(card: Card) -> list[Problem]:
    return [_finding("card-metadata", problem) for problem in card.problems]


def _fields(card: Card, rules: CardRules) -> list[Problem]:
    return [
        Problem(
            "card-field",
            f"the front matter has no {quote(key)}",
            f"write {key}: between the two lines of dashes at the top",
            line=1,
            column=1,
        )
        for key in rules.fields
        if not find_meta(card, key)
    ]


def _sections(card: Card, rules: CardRules) -> list[Problem]:
    findings = []
    for title in find_missing_sections(card, rules.sections):
        section = find_section(card, title)
        if section is None:
            message, hint = f"the section {quote(title)} is missing", f"add ## {title}"
        else:
            message = f"the section {quote(section.title)} says nothing yet"
            hint = "write it, or take it out of cards.required in runsite.yaml"
        line = section.line if section else 1
        findings.append(Problem("card-section", message, hint, line=line, column=1))
    return findings


def _finding(code: str, problem: CardProblem) -> Problem:
    return Problem(code, problem.message, problem.hint, problem.line, problem.column)
