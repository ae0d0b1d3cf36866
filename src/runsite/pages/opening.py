"""How a long text begins, and the headings of what follows. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from html.parser import HTMLParser

from runsite.pages.context import Link

__all__ = ["Opening", "make_opening"]

_SECTIONS = 2
_SHORT = 2_500
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


@dataclass(frozen=True, slots=True)
class Opening:
    """The beginning of a text. Not a context: pages take its parts.

    Attributes:
        html: The text up to where it is cut, or the whole of it.
        rest: Headings after that place, with their page and place on it.
    """

    html: str
    rest: tuple[Link, ...] = ()


@dataclass(slots=True)
class _Heading:
    level: int
    anchor: str
    offset: int
    text: str = ""


def make_opening(html: str, *, path: str, root: str) -> Opening:
    """Keep the first two sections of a long text, whole; a short one stays as it is.

    Args:
        html: Rendered and safe; its headings carry ids.
        path: Page that has the whole text: places in the text are looked for there.
        root: Way to the site's root from the page that shows the opening.
    """
    found = _find_headings(html) if len(html) > _SHORT else []
    levels = sorted({heading.level for heading in found})
    marks = next((m for m in ([h for h in found if h.level == n] for n in levels) if m[1:]), [])
    if len(marks) <= _SECTIONS + 1:
        return Opening(html)
    kept = html[: marks[_SECTIONS].offset]
    rest = marks[_SECTIONS:]
    return Opening(
        html=kept.replace('href="#', f'href="{root}{path}#'),
        rest=tuple(Link(" ".join(h.text.split()), f"{path}#{h.anchor}") for h in rest),
    )


def _find_headings(html: str) -> list[_Heading]:
    parser = _Headings(html)
    parser.feed(html)
    parser.close()
    return [heading for heading in parser.found if heading.anchor]


class _Headings(HTMLParser):
    """Collects the headings that stand in no other element. Lives for one text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Heading] = []
        lines = html.split("\n")  # what the parser counts
        self._starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._open and len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            line, column = self.getpos()
            anchor = dict(attrs).get("id") or ""
            self.found.append(_Heading(int(tag[1]), anchor, self._starts[line - 1] + column))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Pass over an element that ends where it begins."""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.found and self._open and self._open[0] == f"h{self.found[-1].level}":
            self.found[-1].text += data
