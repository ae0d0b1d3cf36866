"""Which sections a card should have, and which of them say nothing yet.

The names are those of Mitchell et al., "Model Cards for Model Reporting" (2019); the names that
the Hugging Face template gives to the same things are taken for them. Pure.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence

from runsite.cards.document import Card, Section, with_body

__all__ = [
    "drop_empty_sections",
    "drop_title",
    "find_missing_sections",
    "find_section",
    "is_placeholder",
]

_SAME_SECTION: dict[str, tuple[str, ...]] = {
    "Intended use": (
        "Intended uses",
        "Intended uses & limitations",
        "Uses",
        "Direct use",
        "How to use",
    ),
    "Out-of-scope use": ("Out of scope", "Misuse and out-of-scope use", "Not intended use"),
    "Training data": ("Training dataset",),
    "Evaluation data": ("Testing data", "Test data", "Eval data", "Evaluation dataset"),
    "Limitations": (
        "Caveats and recommendations",
        "Bias, risks, and limitations",
        "Limitations and bias",
        "Known limitations",
        "Intended uses & limitations",
    ),
    "Ethical considerations": ("Ethics", "Bias, risks, and limitations"),
    "Metrics": ("Metrics and why these",),
    "Quantitative analyses": ("Evaluation results", "Eval results", "Results"),
    "Model details": ("Model description", "Model overview"),
    "Caveats and recommendations": ("Limitations", "Recommendations"),
}

_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_HEADING = re.compile(r" {0,3}#{1,6}(\s|$)")
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_NUMBERING = re.compile(r"^\d+(\.\d+)*[.)]?\s+")
_PLACEHOLDER = re.compile(
    r"(more )?info(rmation)? (is )?(still )?(needed|required|missing|to come|coming soon)"
    r"|(to ?do|fix ?me)( .*)?"
    r"|tb[adc]|wip|xxx+|lorem ipsum.*"
    r"|to be (added|announced|completed|decided|defined|determined|documented|done|filled( in)?"
    r"|provided|specified|written)"
    r"|(please )?(fill|complete|write|describe) (in |this |me |here )*(section|here|this|in|me)?"
    r"|coming soon|work in progress|placeholder|not (yet )?(written|documented|available|provided)"
    r"|optional"
)


def find_missing_sections(card: Card | None, required: Iterable[str]) -> tuple[str, ...]:
    """Return the required titles for which the card says nothing, in the order given.

    A section counts when it, or a section inside it, holds more than comments and placeholders
    such as "More information needed", "TODO" or "TBD". Every required section is missing where
    there is no card.
    """
    return tuple(title for title in required if not _is_filled(card, title))


def find_section(card: Card, title: str) -> Section | None:
    """Return the first section of that title, by any of its names, or None."""
    found = _find_indices(card.sections, title)
    return card.sections[found[0]] if found else None


def drop_empty_sections(card: Card) -> Card:
    """Return the card without the sections that say nothing yet; every other line keeps its place.

    A heading with nothing under it tells a reader nothing, and its author is told by the check.
    """
    lines = card.body.split("\n")
    ends = [section.line for section in card.sections[1:]] + [card.body_line + len(lines)]
    dropped = False
    for index, (section, end) in enumerate(zip(card.sections, ends, strict=False)):
        if all(is_placeholder(part.text) for part in _find_family(card.sections, index)):
            start, stop = section.line - card.body_line, end - card.body_line
            lines[start:stop] = [""] * (stop - start)
            dropped = True
    return with_body(card, body="\n".join(lines)) if dropped else card


def drop_title(card: Card, *, name: str) -> Card:
    """Return the card without a first heading that only repeats a name the page shows already."""
    first = card.sections[0] if card.sections else None
    lines = card.body.split("\n")
    if first is None or first.level != 1 or _normalise(first.title) != _normalise(name):
        return card
    place = first.line - card.body_line
    if not lines[place].lstrip().startswith("#"):
        return card  # underlined instead: rare, and two lines
    return with_body(card, body="\n".join([*lines[:place], "", *lines[place + 1 :]]))


def is_placeholder(text: str) -> bool:
    """Tell whether Markdown says nothing: empty, only comments, or only "TODO" and its kin."""
    bare = _COMMENT.sub("", text)
    return all(_is_empty_line(line) for line in bare.split("\n"))


def _is_filled(card: Card | None, title: str) -> bool:
    if card is None:
        return False
    return any(
        not is_placeholder(section.text)
        for start in _find_indices(card.sections, title)
        for section in _find_family(card.sections, start)
    )


def _find_indices(sections: Sequence[Section], title: str) -> list[int]:
    names = {_normalise(title)}
    for canonical, others in _SAME_SECTION.items():
        if _normalise(canonical) in names:
            names = names | {_normalise(other) for other in others}
            break
    return [index for index, section in enumerate(sections) if _normalise(section.title) in names]


def _find_family(sections: Sequence[Section], start: int) -> list[Section]:
    family = [sections[start]]
    for section in sections[start + 1 :]:
        if section.level <= family[0].level:
            break
        family.append(section)
    return family


def _normalise(title: str) -> str:
    text = unicodedata.normalize("NFKC", title).casefold().replace("&", " and ")
    text = _NUMBERING.sub("", text.strip())
    words = re.sub(r"[\W_]+", " ", text).split()
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def _is_empty_line(line: str) -> bool:
    if _HEADING.match(line):
        return True
    seen = html.unescape(line).replace("\\", "")
    if _TAG.search(seen):
        with_pictures = re.search(r"<(img|video|svg|math)\b", seen, re.IGNORECASE)
        if with_pictures:
            return False
        seen = _TAG.sub("", seen)
    label, colon, rest = seen.rpartition(":")
    if colon and label and _is_nothing(rest):
        return True  # "Developed by: [More Information Needed]", or a lead-in with no body
    return _is_nothing(seen)


def _is_nothing(text: str) -> bool:
    words = " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
    return not words or _PLACEHOLDER.fullmatch(words) is not None
