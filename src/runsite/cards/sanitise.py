"""The last step of every rendering: only the HTML that a card needs comes through.

nh3 (Ammonia) parses the HTML as a browser does and writes it anew from the lists below. What is
not listed does not exist: scripts, styles, event handlers, frames, forms, embedded objects, and
the MathML and SVG elements that make a parser change its mind on a second reading. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import unquote

__all__ = ["classify_url", "resolve_figure", "sanitise_html"]

_URL_SCHEMES = frozenset({"http", "https", "mailto"})

_EMPTY_IMAGE = re.compile(r'<img(?:\s+(?!src=)[\w-]+="[^"]*")*>')
"""A picture that lost its address. Exact on what nh3 writes: every value in double quotes."""

_TEXT_TAGS = (
    "a abbr b bdi bdo blockquote br caption code col colgroup dd del details dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small "
    "span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr"
)
_MATH_TAGS = (
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot "
    "mrow mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"
)
_MATH_ATTRIBUTES = (
    "accent accentunder columnalign columnlines columnspacing columnspan depth display "
    "displaystyle fence form height largeop linethickness lspace mathvariant maxsize minsize "
    "movablelimits notation rowalign rowlines rowspacing rowspan rspace scriptlevel separator "
    "stretchy symmetric width"
)
_LAYOUT_CLASSES = {
    "a": {"figure-link", "footnote-backref"},
    "code": {"math-source"},
    "div": {
        "block",
        "markdown-alert",
        "markdown-alert-caution",
        "markdown-alert-important",
        "markdown-alert-note",
        "markdown-alert-tip",
        "markdown-alert-warning",
        "math",
        "table-scroll",
    },
    "hr": {"footnotes-sep"},
    "li": {"footnote-item", "task-list-item"},
    "ol": {"footnotes-list"},
    "p": {"markdown-alert-title"},
    "pre": {"code"},
    "section": {"footnotes"},
    "span": {"figure-text", "inline", "math", "task-done", "task-open"},
    "sup": {"footnote-ref"},
    "td": {"align-center", "align-left", "align-right"},
    "th": {"align-center", "align-left", "align-right"},
    "ul": {"contains-task-list"},
}


def sanitise_html(
    html: str,
    *,
    id_prefix: str,
    figures: Mapping[str, str] | None = None,
    make_link: Callable[[str], str | None] | None = None,
) -> str:
    """Return the HTML with nothing in it that could act, load or reach outside the page.

    Args:
        html: What the Markdown renderer made, raw HTML of the author included.
        id_prefix: Put before every id and every link to one.
        figures: Picture as written → address on the page; one that is not there is dropped.
            None keeps relative addresses as they are. Other hosts are never asked for a picture.
        make_link: Turns a relative link into an address, or None to leave only its text.
    """
    import nh3

    seen: set[str] = set()

    def filter_attribute(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            value = f"{id_prefix}{value.removeprefix(id_prefix)}"
            if value in seen:
                return None
            seen.add(value)
            return value
        if name == "href":
            return _filter_link(value, id_prefix=id_prefix, make_link=make_link)
        if name == "src":
            return resolve_figure(value, figures=figures)
        if name in ("width", "height") and tag == "img":
            return value if re.fullmatch(r"\d{1,4}%?", value.removesuffix("px")) else None
        return value

    clean = nh3.clean(
        html,
        tags=_get_tags(),
        attributes=_get_attributes(),
        attribute_filter=filter_attribute,
        allowed_classes=_get_classes(),
        tag_attribute_values={
            "div": {"role": {"region"}, "tabindex": {"0"}},
            "pre": {"tabindex": {"0"}},
            "span": {"role": {"img"}, "aria-label": {"done", "not done"}},
        },
        url_schemes=set(_URL_SCHEMES),
        strip_comments=True,
        link_rel="noopener noreferrer",
    )
    return _EMPTY_IMAGE.sub("", clean)


def classify_url(url: str) -> str:
    """Say what an address is: ``fragment``, ``relative``, ``web``, ``mail`` or ``unsafe``.

    Read the way browsers do: control characters and spaces around and inside a scheme do not
    count, and a backslash is a slash.
    """
    bare = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]", "", url).replace("\\", "/")
    if bare.startswith("#"):
        return "fragment"
    if bare.startswith("//"):
        return "unsafe"
    scheme, colon, _ = bare.partition(":")
    if not colon or re.search(r"[/?#]", scheme):
        return "relative"
    if scheme.lower() in ("http", "https"):
        return "web"
    return "mail" if scheme.lower() == "mailto" else "unsafe"


def resolve_figure(source: str, *, figures: Mapping[str, str] | None) -> str | None:
    """Return the address at which a picture stands on the page, or None where it cannot.

    Args:
        source: As written in the card, percent-encoded or not.
        figures: Picture as written → address; None keeps every relative one.
    """
    if classify_url(source) != "relative":
        return None
    if figures is None:
        return source
    name = re.split(r"[?#]", unquote(source))[0]
    return figures.get(source) or figures.get(name)


def _filter_link(
    url: str, *, id_prefix: str, make_link: Callable[[str], str | None] | None
) -> str | None:
    kind = classify_url(url)
    if kind == "fragment":
        target = url.strip()[1:]
        return f"#{id_prefix}{target.removeprefix(id_prefix)}" if target else None
    if kind == "relative":
        return url if make_link is None else make_link(url)
    return None if kind == "unsafe" else url


@lru_cache(maxsize=1)
def _get_tags() -> set[str]:
    return set(f"{_TEXT_TAGS} {_MATH_TAGS}".split())


@lru_cache(maxsize=1)
def _get_attributes() -> dict[str, set[str]]:
    attributes = {
        "*": {"id", "lang", "dir"},
        "a": {"href", "title"},
        "abbr": {"title"},
        "col": {"span"},
        "colgroup": {"span"},
        "details": {"open"},
        "div": {"aria-label"},
        "img": {"alt", "height", "src", "title", "width"},
        "ol": {"start"},
        "span": {"title"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    }
    math = set(_MATH_ATTRIBUTES.split())
    return attributes | dict.fromkeys(_MATH_TAGS.split(), math)


@lru_cache(maxsize=1)
def _get_classes() -> dict[str, set[str]]:
    from pygments.token import STANDARD_TYPES

    code = {name for name in STANDARD_TYPES.values() if name}
    return _LAYOUT_CLASSES | {"span": _LAYOUT_CLASSES["span"] | code}
