"""A card in the terminal: Markdown laid out for a width, with nothing that steers the terminal.

Pure. Control characters of the author are shown and not obeyed; styles are ours, and a caller
that writes into a file leaves them out.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence

from markdown_it.token import Token

from runsite.cards.parser import parse_tokens

__all__ = ["Style", "render_terminal"]

Style = Callable[..., str]
"""``style(text, bold=…, dim=…, underline=…) -> text``, such as `click.style`."""

# What nobody ends takes the rest with it: else each of a thousand is looked for to the end.
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>|(?P<endless><!--.*|</?[A-Za-z].*)", re.DOTALL)
_BREAK = "\x00"  # between the lines of a hard break, until the text is wrapped


def render_terminal(text: str, *, width: int = 80, style: Style | None = None) -> str:
    """Lay out Markdown for a terminal.

    Args:
        text: Markdown without front matter.
        width: Characters in a line.
        style: Adds bold and dim; None for plain text.
    """
    printer = _Printer(width=max(20, width), style=style or _no_style)
    printer.print_tokens(parse_tokens(text))
    return "\n".join(printer.lines).strip("\n") + "\n"


def _no_style(text: str, **_: bool) -> str:
    return text


class _Printer:
    """Collects the lines of one text; lives for it."""

    def __init__(self, *, width: int, style: Style) -> None:
        self.lines: list[str] = []
        self._width = width
        self._style = style
        self._indent: list[str] = []
        self._counters: list[int | None] = []
        self._marker = ""

    def print_tokens(self, tokens: Sequence[Token]) -> None:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            if token.type == "table_open":
                end = _find_close(tokens, index)
                self._print_table(tokens[index:end])
                index = end
            else:
                self._print_token(token, inline=_next_inline(tokens, index))
            index += 1

    def _print_token(self, token: Token, *, inline: Token | None) -> None:
        kind = token.type
        if kind == "heading_open" and inline is not None:
            self._print_heading(_read_inline(inline), level=int(token.tag[1]))
        elif kind == "paragraph_open" and inline is not None:
            self._print_text(_read_inline(inline))
            if not token.hidden:
                self._blank()
        elif kind in ("fence", "code_block", "math_block"):
            self._print_code(token.content)
        elif kind == "html_block":
            parts = re.split(r"<br\s*/?>", token.content, flags=re.IGNORECASE)
            self._print_text(_BREAK.join(_clean(_drop_tags(part)) for part in parts))
            self._blank()
        elif kind == "hr":
            self._add("─" * min(40, self._width))
            self._blank()
        elif kind == "alert_title_open" and inline is not None:
            self._print_text(f"{inline.content.upper()}:")
        else:
            self._nest(token)

    def _nest(self, token: Token) -> None:
        kind = token.type
        if kind in ("blockquote_open", "alert_open"):
            self._indent.append("│ ")
        elif kind in ("blockquote_close", "alert_close", "list_item_close"):
            self._indent.pop()
            self._marker = ""
        elif kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start") if kind == "ordered_list_open" else None
            ordered = kind == "ordered_list_open"
            self._counters.append(int(start or 1) if ordered else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._counters.pop()
            self._blank()
        elif kind == "list_item_open":
            self._open_item(token)
        elif kind == "footnote_open":
            self._marker = f"[{int(token.meta['id']) + 1}] "

    def _open_item(self, token: Token) -> None:
        number = self._counters[-1]
        if number is not None:
            self._counters[-1] = number + 1
        bullet = "• " if number is None else f"{number}. "
        if token.meta and "checked" in token.meta:
            bullet = "☑ " if token.meta["checked"] else "☐ "
        self._marker = "".join(self._indent) + bullet
        self._indent.append(" " * len(bullet))

    def _print_heading(self, text: str, *, level: int) -> None:
        self._blank()
        title = text.replace(_BREAK, " ")
        for line in textwrap.wrap(title, self._width) or [""]:
            self.lines.append(self._style(line, bold=True, underline=level <= 1))
        self._blank()

    def _print_text(self, text: str) -> None:
        for part in text.split(_BREAK):
            prefix = "".join(self._indent)
            wrapped = textwrap.wrap(
                part,
                max(20, self._width - len(prefix)),
                break_long_words=False,
                break_on_hyphens=False,
            )
            for line in wrapped:
                self._add(line)

    def _print_code(self, code: str) -> None:
        for line in code.rstrip("\n").split("\n"):
            self._add(f"    {self._style(_clean(line), dim=True)}")
        self._blank()

    def _print_table(self, tokens: Sequence[Token]) -> None:
        rows: list[list[str]] = []
        for index, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                inline = _next_inline(tokens, index)
                rows[-1].append(_read_inline(inline).replace(_BREAK, " ") if inline else "")
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(rows[0]))]
        for number, row in enumerate(rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            line = "  ".join(cells).rstrip()
            self._add(self._style(line, bold=True) if number == 0 else line)
        self._blank()

    def _add(self, line: str) -> None:
        prefix = "".join(self._indent)
        if self._marker:
            prefix, self._marker = self._marker, ""
        self.lines.append((prefix + line).rstrip())

    def _blank(self) -> None:
        if self.lines and self.lines[-1] and not self._marker:
            self.lines.append("")


def _drop_tags(html: str) -> str:
    """Leave the words of HTML; a tag or comment that does not end is shown as it is written."""
    return _TAG.sub(lambda match: match["endless"] or "", html)


def _next_inline(tokens: Sequence[Token], index: int) -> Token | None:
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return following if following is not None and following.type in ("inline", "plain") else None


def _find_close(tokens: Sequence[Token], index: int) -> int:
    return next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")


def _read_inline(inline: Token) -> str:
    """Return what a reader sees of inline tokens; the address of a link follows its text."""
    if inline.children is None:
        return _clean(inline.content)
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for token in inline.children:
        if token.type == "link_open":
            links.append((_clean(str(token.attrGet("href") or "")), len(parts)))
        elif token.type == "link_close" and links:
            address, start = links.pop()
            parts.append(f" ({address})" if address != "".join(parts[start:]) else "")
        else:
            parts.append(_read_piece(token))
    return "".join(parts)


def _read_piece(token: Token) -> str:
    kind = token.type
    if kind == "image":
        return f"[picture: {''.join(_clean(child.content) for child in token.children or [])}]"
    if kind == "hardbreak":
        return _BREAK
    if kind == "softbreak":
        return " "
    if kind == "footnote_ref":
        return f"[{int(token.meta['id']) + 1}]"
    if kind == "html_inline":
        return _BREAK if token.content.lower().startswith("<br") else ""
    return _clean(token.content)


def _clean(text: str) -> str:
    """Show the characters that would steer a terminal: escapes, bells, direction marks."""
    return "".join(
        char if char.isprintable() or char == " " else " " if char in "\n\t" else _show(char)
        for char in text
    )


def _show(char: str) -> str:
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
