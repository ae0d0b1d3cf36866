"""How each piece of a card's Markdown becomes HTML, before it is sanitised. Pure.

The renderer keeps no state: what one text needs to know comes in `RenderContext`, by way of
markdown-it's environment.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from runsite.cards.highlight import highlight_code
from runsite.cards.sanitise import classify_url, resolve_figure

__all__ = [
    "CONTEXT_KEY",
    "MARK",
    "CardRenderer",
    "RenderContext",
    "clean_private",
    "collect_text",
    "make_mark",
    "read_mark",
]

CONTEXT_KEY = "runsite"
"""Where the environment of one rendering holds its `RenderContext`."""

# A reference travels to the end of the rendering as private characters: they are no part of any
# word, tag or mark, and `clean_private` takes them out of what an author wrote.
_OPEN, _CLOSE, _FIRST = "\ue000", "\ue001", 0xE010
MARK = re.compile(f"{_OPEN}([\ue010-\ue01f]+){_CLOSE}")
"""What stands for a reference in rendered HTML; `read_mark` gives its text."""
_PRIVATE = re.compile("[\ue000-\ue01f]")

# A tag that nobody ends takes the rest with it: else each of a thousand is looked for to the end.
_RAW_PIECE = re.compile(
    r"(?P<image><img\b[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>)"
    r"|(?P<endless><img\b(?s:.*))"
    r"|(?P<open><a[\s>])|(?P<close></a[\s>])",
    re.IGNORECASE,
)
_RAW_HEADING = re.compile(r"(</?h)([1-6])(?=[\s>])", re.IGNORECASE)


class RenderContext:
    """What the rules need to know of one rendering, and what they have met in it so far.

    It lives for one text and is used by one thread.

    Args:
        base_level: The level that ``#`` gets.
        figures: Picture as written → address; None where relative pictures stay as they are.
        marks: Whether references get a mark that is filled later; else they stay as written.
    """

    __slots__ = ("base_level", "figures", "marks", "open_links", "tables")

    def __init__(
        self,
        *,
        base_level: int = 1,
        figures: Mapping[str, str] | None = None,
        marks: bool = False,
    ) -> None:
        self.base_level = base_level
        self.figures = figures
        self.marks = marks
        self.open_links = 0
        self.tables = 0

    def shift(self, level: int) -> int:
        """Return the level that a heading gets on the page."""
        return max(1, min(6, level + self.base_level - 1))

    def mark_reference(self, written: str) -> str:
        """Return what stands for a reference in the HTML."""
        return make_mark(written) if self.marks else html.escape(written)

    def shows(self, source: str) -> bool:
        """Tell whether a picture can stand on the page."""
        return resolve_figure(source, figures=self.figures) is not None


class CardRenderer(RendererHTML):
    """The HTML of headings, tables, code, pictures, tasks and raw HTML; the rest is markdown-it's.

    A method is called by markdown-it for the tokens of its name.
    """

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a heading at the level that it has on the page."""
        level = _get_context(env).shift(int(tokens[idx].tag[1]))
        return f"<h{level}{self.renderAttrs(tokens[idx])}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Close it."""
        return f"</h{_get_context(env).shift(int(tokens[idx].tag[1]))}>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a table inside a frame that scrolls."""
        # A wide table scrolls, and what scrolls must be reachable by the keyboard, with a name.
        context = _get_context(env)
        context.tables += 1
        attributes = f'tabindex="0" role="region" aria-label="Table {context.tables}"'
        return f'<div class="table-scroll" {attributes}><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Close both."""
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a header cell, which says what it heads."""
        return f'<th scope="col"{_format_alignment(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a cell, aligned by a class."""
        return f"<td{_format_alignment(tokens[idx])}>"

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open an item; a task shows whether it is done."""
        token = tokens[idx]
        opening = self.renderToken(tokens, idx, options, env)
        if not token.meta or "checked" not in token.meta:
            return opening
        # A disabled checkbox needs a label that Markdown does not give; a picture of one does not.
        if token.meta["checked"]:
            return f'{opening}<span class="task-done" role="img" aria-label="done">☑</span> '
        return f'{opening}<span class="task-open" role="img" aria-label="not done">☐</span> '

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write a fenced block in the colours of its language."""
        language = (tokens[idx].info.split() or [""])[0]
        return _format_code(highlight_code(tokens[idx].content, language=language))

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write an indented block."""
        return _format_code(html.escape(tokens[idx].content))

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Open a link, and remember that pictures inside it cannot be links."""
        _get_context(env).open_links += 1
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Close it."""
        _get_context(env).open_links -= 1
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write a picture, or what stands for it."""
        token = tokens[idx]
        return _format_image(
            str(token.attrGet("src") or ""),
            alt=_format_alt(token.children, context=_get_context(env)),
            title=html.escape(str(token.attrGet("title") or "")),
            context=_get_context(env),
        )

    def reference(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write what stands for a fact."""
        return _get_context(env).mark_reference(tokens[idx].content)

    def plain(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write a paragraph that is too long to be parsed, as text."""
        return html.escape(tokens[idx].content)

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write the author's own HTML."""
        return _rewrite_raw_html(tokens[idx].content, context=_get_context(env))

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Write a tag of the author's own."""
        return _rewrite_raw_html(tokens[idx].content, context=_get_context(env))


def make_mark(written: str) -> str:
    """Encode a reference as private characters, four bits each."""
    digits = written.encode("utf-8", "surrogatepass").hex()
    return _OPEN + "".join(chr(_FIRST + int(digit, 16)) for digit in digits) + _CLOSE


def read_mark(match: re.Match[str]) -> str:
    """Decode what `make_mark` made."""
    digits = "".join(f"{ord(char) - _FIRST:x}" for char in match[1])
    return bytes.fromhex(digits).decode("utf-8", "surrogatepass")


def clean_private(text: str) -> str:
    """Replace the characters that a mark is made of, so that no author can write one."""
    return _PRIVATE.sub("\ufffd", text)


def collect_text(tokens: Sequence[Token] | None) -> str:
    """Join what a reader sees of inline tokens: text, code and the descriptions of images."""
    parts = []
    for token in tokens or []:
        if token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "image":
            parts.append(collect_text(token.children))
        elif token.type in ("text", "code_inline", "math_inline", "reference"):
            parts.append(token.content)
    return " ".join("".join(parts).split())


def _get_context(env: Any) -> RenderContext:
    context: RenderContext = env.setdefault(CONTEXT_KEY, RenderContext())
    return context


def _format_alignment(token: Token) -> str:
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f' class="align-{side}"' if side in ("left", "center", "right") else ""


def _format_code(code: str) -> str:
    return f'<pre class="code" tabindex="0"><code>{code}</code></pre>\n'


def _format_alt(tokens: Sequence[Token] | None, *, context: RenderContext) -> str:
    """Write the description of a picture as escaped text, its references marked."""
    parts = []
    for token in tokens or []:
        if token.type == "reference":
            parts.append(context.mark_reference(token.content))
        else:
            space = " " if token.type in ("softbreak", "hardbreak") else ""
            parts.append(space or html.escape(collect_text([token]) or token.content))
    return "".join(parts).strip()


def _format_image(source: str, *, alt: str, title: str, context: RenderContext) -> str:
    """Format a picture; one that cannot stand on the page becomes a link or its description.

    Args:
        source: As written.
        alt: Description, escaped.
        title: Escaped.
        context: Of this rendering.
    """
    if context.shows(source):
        caption = f' title="{title}"' if title else ""
        return f'<img src="{html.escape(source)}" alt="{alt}"{caption}>'
    words = alt or title or html.escape(_name_picture(source))
    if classify_url(source) == "web" and not context.open_links:  # links do not nest
        return f'<a class="figure-link" href="{html.escape(source)}">{words}</a>'
    return f'<span class="figure-text">{words}</span>'


def _name_picture(source: str) -> str:
    return re.split(r"[?#]", source)[0].rstrip("/").rpartition("/")[2] or "picture"


def _rewrite_raw_html(source: str, *, context: RenderContext) -> str:
    """Give the author's own HTML the page's heading levels and its way with pictures."""

    def rewrite(match: re.Match[str]) -> str:
        if match["image"]:
            return _rewrite_raw_image(match["image"], context=context)
        if match["endless"]:
            return match[0]
        context.open_links = 1 if match["open"] else 0
        return match[0]

    shifted = _RAW_HEADING.sub(lambda m: f"{m[1]}{context.shift(int(m[2]))}", source)
    return _RAW_PIECE.sub(rewrite, shifted)


def _rewrite_raw_image(tag: str, *, context: RenderContext) -> str:
    attributes = _read_attributes(tag)
    source = attributes.get("src", "")
    if context.shows(source):
        return tag
    alt, title = (html.escape(attributes.get(name, "")) for name in ("alt", "title"))
    return _format_image(source, alt=alt, title=title, context=context)


def _read_attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}

    class _Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update({name: value or "" for name, value in attrs if name not in found})

    _Reader().feed(tag)
    return found
