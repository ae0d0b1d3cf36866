"""Scripts and styles without what only their authors read: comments and indentation. Pure.

A parser finds them, for a regular expression cannot tell a comment from a part of a template
literal or of another regular expression (docs/decisions/0013-comments-are-left-out-by-tree-sitter.md).
"""

from __future__ import annotations

import re
from functools import cache

from tree_sitter import Language, Parser, Query, QueryCursor
from tree_sitter_css import language as css
from tree_sitter_javascript import language as javascript

__all__ = ["strip_comments"]

_GRAMMARS = {
    ".css": (css, "(comment) @comment (string_value) @kept"),
    ".js": (javascript, "(comment) @comment [(string) (template_string)] @kept"),
}
_LINE_START = re.compile(rb"\n\s+")


def strip_comments(source: bytes, *, suffix: str) -> bytes:
    """Leave out comments, indentation and empty lines; all else stays, byte by byte.

    What the parser cannot read whole stays as it is: it may be newer than the parser.

    Args:
        source: A script or a style sheet.
        suffix: ``.js`` or ``.css``.
    """
    parser, query = _load_grammar(suffix)
    root = parser.parse(source).root_node
    if root.has_error:
        return source
    found = QueryCursor(query).captures(root)
    spans = sorted(
        (node.start_byte, node.end_byte, name) for name, nodes in found.items() for node in nodes
    )
    text = b""
    place = 0
    for start, end, name in spans:
        if start < place:
            continue  # a literal within the expressions of another one
        text += _unindent(source[place:start], fresh=text[-1:] in {b"", b"\n"})
        around = source[max(start - 1, 0) : start] + source[end : end + 1]
        text += source[start:end] if name == "kept" else _replace(source[start:end], around=around)
        place = end
    return text + _unindent(source[place:], fresh=text[-1:] in {b"", b"\n"})


def _unindent(code: bytes, *, fresh: bool) -> bytes:
    """Take white space away after each line break; one that is left ends the statement before."""
    return _LINE_START.sub(b"\n", code.lstrip() if fresh else code)


def _replace(comment: bytes, *, around: bytes) -> bytes:
    """Find what must stand for a comment: a line break in it counts, and it parts two words."""
    if b"\n" in comment:
        return b"\n"
    return b"" if len(around.strip()) < 2 else b"/**/"


@cache
def _load_grammar(suffix: str) -> tuple[Parser, Query]:
    grammar, query = _GRAMMARS[suffix]
    language = Language(grammar())
    return Parser(language), Query(language, query)
