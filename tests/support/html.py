"""HTML that a test looks at: the elements of a fragment, and what in them could act."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["Element", "find_active_content", "parse_elements"]

ACTIVE_TAGS = [
    "applet",
    "audio",
    "base",
    "button",
    "embed",
    "form",
    "frame",
    "frameset",
    "iframe",
    "input",
    "link",
    "meta",
    "noscript",
    "object",
    "param",
    "portal",
    "script",
    "select",
    "source",
    "style",
    "svg",
    "template",
    "textarea",
    "track",
    "video",
]
URL_ATTRIBUTES = {"action", "background", "cite", "data", "formaction", "href", "poster", "src"}
SAFE_SCHEMES = {"http", "https", "mailto"}


@dataclass
class Element:
    """One start tag, its attributes, and all text inside it."""

    tag: str
    attrs: dict[str, str]
    text: str = ""


class _Collector(HTMLParser):
    VOID = frozenset(
        ["br", "hr", "img", "input", "link", "meta", "wbr", "col", "source", "embed", "area"]
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in self.VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop().tag == tag:
                break

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def parse_elements(html: str) -> list[Element]:
    """Return the elements of a fragment or page in document order."""
    collector = _Collector()
    collector.feed(html)
    collector.close()
    return collector.elements


def find_active_content(html: str) -> list[str]:
    """Return what could run, load a foreign thing or style the page, one line each."""
    found = []
    for element in parse_elements(html):
        if element.tag in ACTIVE_TAGS:
            found.append(f"<{element.tag}>")
        for name, value in element.attrs.items():
            if name.startswith("on") or name in {"style", "srcdoc", "srcset"}:
                found.append(f"<{element.tag} {name}>")
            if name in URL_ATTRIBUTES or name.endswith(":href"):
                bare = re.sub(r"[\x00-\x20]", "", value).lower()
                scheme = re.match(r"([a-z][a-z0-9+.-]*):", bare)
                if scheme and scheme[1] not in SAFE_SCHEMES:
                    found.append(f"<{element.tag} {name}={value!r}>")
                if element.tag == "img" and (scheme or bare.startswith(("//", "\\"))):
                    found.append(f"<img {name}={value!r}>")
    return found
