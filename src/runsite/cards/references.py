"""``{{ metrics.rmse }}`` in a card's words: facts that stand in a sentence and are never stale.

Pure. A reference is looked for wherever a reader sees text, and not in code, formulas, comments
and the addresses of links, where two braces mean something else. ``{{ metrics.rmse:.2f }}``
gives a number in a format of its own, and a backslash before the braces leaves them alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from runsite.cards.escape import FactValue, escape_markdown, format_fact
from runsite.cards.front_matter import CardProblem
from runsite.cards.parser import parse_tokens
from runsite.errors import quote

__all__ = [
    "ANY",
    "Reference",
    "explain_reference",
    "fill_references",
    "find_references",
    "resolve_reference",
]

ANY = ".*"
"""Behind the name of a group, the value of all its facts: for groups of which nothing is known."""

_PIECE = re.compile(
    r"\\."  # an escaped character, such as the first of two braces
    r"|(?:(?<!`)|(?<=\\`))(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)"  # a run counts whole
    r"|<!--.*?-->"
    r"|<[A-Za-z/][^<>]*>"
    r"|\]\([^()\s]*(?:\s[^()]*)?\)"  # the address of a link
    r"|(?<!\d)\$(?=[^\s$])(?:\\.|[^$\\])*?(?<=\S)\$(?!\d)"  # a formula, and no price
    r"|\{\{(?P<name>[^{}\n]*)\}\}",
    re.DOTALL,
)
_SPEC = re.compile(r",?(\.\d{1,2})?[efg%]?|,")


@dataclass(frozen=True, slots=True)
class Reference:
    """Two braces in a card.

    Attributes:
        name: What stands between them, such as ``metrics.rmse``.
        start: Place in the body of the first brace.
        end: Place behind the last one.
        line: Line of the file, from 1.
        column: Column in it, from 1.
    """

    name: str
    start: int
    end: int
    line: int
    column: int


@lru_cache(maxsize=256)
def find_references(body: str, *, first_line: int = 1) -> tuple[Reference, ...]:
    """List the references of a card's body in the order in which they stand.

    Args:
        body: Markdown without front matter.
        first_line: Line of the file that the body starts on.
    """
    if "{{" not in body:
        return ()
    return tuple(_scan(body, first_line=first_line))


def fill_references(
    body: str, *, values: Mapping[str, FactValue], first_line: int = 1
) -> tuple[str, tuple[CardProblem, ...]]:
    """Put the facts in the place of the references, as Markdown.

    Args:
        body: Markdown without front matter.
        values: Name → fact.
        first_line: Line of the file that the body starts on.

    Returns:
        The Markdown, in which every value is escaped to be read as the text that it is, and a
        problem for each reference to no fact, which stands as it was written.
    """
    parts: list[str] = []
    problems: list[CardProblem] = []
    done = 0
    for reference in find_references(body, first_line=first_line):
        text = resolve_reference(reference.name, values=values)
        if text is None:
            problems.append(explain_reference(reference, values=values))
            continue
        escaped = escape_markdown(text) if isinstance(values.get(reference.name), str) else text
        parts += [body[done : reference.start], escaped]
        done = reference.end
    return "".join([*parts, body[done:]]), tuple(problems)


def resolve_reference(name: str, *, values: Mapping[str, FactValue]) -> str | None:
    """Return the text of the fact that a reference names, or None where there is none."""
    if name in values:
        return format_fact(values[name])
    anything = values.get(f"{name.partition('.')[0]}{ANY}")
    if anything is not None:
        return format_fact(anything)
    known, colon, spec = name.rpartition(":")
    value = values.get(known.strip())
    if not colon or isinstance(value, str | bool | None) or not _SPEC.fullmatch(spec.strip()):
        return None
    return format_fact(value, spec=spec.strip())


def explain_reference(reference: Reference, *, values: Mapping[str, FactValue]) -> CardProblem:
    """Say that a reference names no fact, and which names come near."""
    known, colon, spec = reference.name.rpartition(":")
    value = values.get(known.strip())
    if colon and value is not None:
        is_number = not isinstance(value, str | bool)
        message = f"{quote(known.strip())} cannot be written in the format {quote(spec.strip())}"
        hint = "use one such as .2f, .3g, .1% or ," if is_number else "only numbers take a format"
        return CardProblem(message, reference.line, reference.column, hint)
    group, dot, _ = reference.name.partition(".")
    groups = sorted({name.partition(".")[0] for name in values})
    near = difflib.get_close_matches(reference.name, values, n=3, cutoff=0.6)
    if near:
        hint = f"did you mean {' or '.join(quote(name) for name in near)}?"
    elif dot and group in groups:
        members = sorted(name for name in values if name.startswith(f"{group}."))
        hint = f"the facts there are {', '.join(members[:8])}{' …' if len(members) > 8 else ''}"
    else:
        hint = f"a reference begins with {', '.join(f'{name}.' for name in groups)}"
    return CardProblem(
        f"no fact is called {quote(reference.name)}", reference.line, reference.column, hint
    )


def _scan(body: str, *, first_line: int) -> Iterator[Reference]:
    lines = body.split("\n")
    starts = [0]
    for text in lines:
        starts.append(starts[-1] + len(text) + 1)
    for first, last in _find_text_spans(body, count=len(lines)):
        for match in _PIECE.finditer(body, starts[first], min(starts[last], len(body))):
            if match["name"] is None:
                continue
            line = first + body.count("\n", starts[first], match.start())
            yield Reference(
                name=match["name"].strip(),
                start=match.start(),
                end=match.end(),
                line=first_line + line,
                column=match.start() - starts[line] + 1,
            )


def _find_text_spans(body: str, *, count: int) -> list[tuple[int, int]]:
    """Return the ranges of lines that hold one block of text each."""
    spans: set[tuple[int, int]] = set()
    for token in parse_tokens(body):
        if token.type == "inline" and token.map:
            spans.add((token.map[0], min(token.map[1], count)))
    return sorted(spans)
