"""Text of a registry → nodes with positions, within bounds of size, depth and aliases. Pure.

PyYAML's C parser gives the events and this module composes them itself, because its composer
keeps the last of two equal keys without a word, recurses without bound, and is four times as
slow. A document is what all else in this package reads from and what an edit compares.
"""

from __future__ import annotations

import bisect
import itertools
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from runsite.errors import quote
from runsite.registry.nodes import AliasNode, MapNode, Node, ScalarNode, SeqNode, deref
from runsite.registry.problems import Problem

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "Document", "decode_text", "parse_document"]

MAX_BYTES = 16 * 2**20
"""Largest file that is read: some 45,000 versions."""
MAX_NODES = 1_000_000
"""Most nodes, those that aliases repeat counted each time."""
MAX_DEPTH = 40
"""Deepest nesting; a registry needs seven."""

_MAX_FOUND = 1000
"""Most problems of one kind that are listed of a file that is no registry as it stands."""

BOM = "\ufeff"
_CORE = "tag:yaml.org,2002:"
_TAGS = {
    _CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")
}
_MERGE_START = re.compile(r"^<{7}(?: |$)", re.MULTILINE)
_SEPARATORS = re.compile("[\u0085\u2028\u2029]")
_LINE_END = re.compile(r"\r\n|\r|\n")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed registry file.

    Attributes:
        text: What was parsed, without a leading byte order mark.
        root: The top node; None where the file is empty or not readable.
        problems: What is wrong with the YAML as such.
    """

    text: str
    root: Node | None = None
    problems: tuple[Problem, ...] = field(default=())

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines start, as editors count them."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of an offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1


class _RefusalError(Exception):
    """Stops the composition: the rest of the file cannot be trusted."""

    def __init__(self, code: str, message: str, hint: str, offset: int) -> None:
        self.code, self.message, self.hint, self.offset = code, message, hint, offset
        super().__init__(message)


def decode_text(data: bytes) -> tuple[str, Problem | None]:
    """Decode a file's bytes; the problem instead where they are too many or not UTF-8."""
    if len(data) > MAX_BYTES:
        return "", Problem(
            "too-large",
            f"the file has {len(data):,} bytes; a registry may have {MAX_BYTES:,}",
            "split the models over several registries",
        )
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return "", Problem("not-utf8", message, "save the file as UTF-8", line, column)


def parse_document(text: str) -> Document:
    """Parse a registry's text; what is wrong with it stands in the document's problems."""
    text = text.removeprefix(BOM)
    plain = Document(text)
    markers = tuple(
        _problem_at(
            plain,
            match.start(),
            "merge-marker",
            "the file holds a merge conflict that was not resolved",
            "keep one side of it, delete the <<<<<<<, ======= and >>>>>>> lines, run runsite check",
        )
        for match in itertools.islice(_MERGE_START.finditer(text), _MAX_FOUND)
    )
    if markers:
        return Document(text, None, markers)
    composer = _Composer(plain)
    try:
        root = composer.compose()
    except _RefusalError as stop:
        problem = _problem_at(plain, stop.offset, stop.code, stop.message, stop.hint)
        return Document(text, None, (problem,))
    except yaml.YAMLError as error:
        return Document(text, None, (_syntax_problem(plain, error),))
    found = [
        _problem_at(plain, at, code, text_, hint)
        for at, code, text_, hint in composer.found[:_MAX_FOUND]
    ]
    return Document(text, root, tuple(found))


def _problem_at(document: Document, offset: int, code: str, message: str, hint: str) -> Problem:
    line, column = document.locate(offset)
    return Problem(code, message, hint, line, column)


def _syntax_problem(document: Document, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        offset = min(int(getattr(error, "position", 0) or 0), len(document.text))
        reason = str(getattr(error, "reason", "") or "not readable")
        hint = "remove the character, or write it as an escape in double quotes"
        return _problem_at(document, offset, "syntax", f"not YAML: {reason}", hint)
    offset = min(mark.index, len(document.text))
    line = document.locate(offset)[0]
    source = document.text[document.line_starts[line - 1] :].split("\n", 1)[0]
    indent = source[: len(source) - len(source.lstrip())]
    if "\t" in indent:
        start = document.line_starts[line - 1] + indent.index("\t")
        hint = "indent with spaces"
        return _problem_at(document, start, "tab", "a tab stands in the indentation", hint)
    problem = str(getattr(error, "problem", None) or "not readable")
    hint = "look at the indentation, quotes and brackets there and just above"
    return _problem_at(document, offset, "syntax", f"not YAML: {problem}", hint)


class _Composer:
    """Builds the nodes from the parser's events; lives for one parse."""

    def __init__(self, plain: Document) -> None:
        self.text = plain.text
        self._plain = plain
        self.found: list[tuple[int, str, str, str]] = []
        self._anchors: dict[str, Node] = {}
        self._sizes: dict[int, int] = {}
        self._nodes = 0

    def compose(self) -> Node | None:
        """Return the root node; None for an empty file.

        Raises:
            _RefusalError: A bound is passed, or there are several documents.
            yaml.YAMLError: The text is not YAML.
        """
        for match in itertools.islice(_SEPARATORS.finditer(self.text), _MAX_FOUND):
            message = f"U+{ord(match.group()):04X} ends a line for YAML but not for an editor"
            hint = 'write it as an escape ("\\u2028") in double quotes, or remove it'
            self.found.append((match.start(), "line-separator", message, hint))
        loader = _Loader(self.text)
        try:
            return self._read(loader)
        finally:
            loader.dispose()

    def _read(self, loader: Any) -> Node | None:
        get_event = loader.get_event
        stack: list[tuple[Any, list[Node]]] = []
        items: list[Node] = []
        documents = 0
        while True:
            event = get_event()
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                items.append(self._scalar(event))
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._count(event)
                stack.append((event, items))
                items = []
                if len(stack) > MAX_DEPTH:
                    raise _too_deep(event)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                start, outer = stack.pop()
                outer.append(self._collection(start, event, items))
                items = outer
            elif kind is yaml.AliasEvent:
                items.append(self._alias(event))
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise _several_documents(event)
            elif kind is yaml.StreamEndEvent:
                return items[0] if items else None

    def _count(self, event: Any, amount: int = 1) -> None:
        self._nodes += amount
        if self._nodes > MAX_NODES:
            raise _RefusalError(
                "too-large",
                f"the file holds more than {MAX_NODES:,} values, repeated aliases counted",
                "split the models over several registries, or write fewer aliases",
                event.start_mark.index,
            )

    def _scalar(self, event: Any) -> ScalarNode:
        self._count(event)
        node = ScalarNode(
            event.value,
            event.style or "",
            event.tag or "",
            event.anchor or "",
            event.start_mark.index,
            event.end_mark.index,
        )
        if node.anchor or node.tag:
            self._name(node, 1)
        return node

    def _collection(self, start: Any, end: Any, items: list[Node]) -> MapNode | SeqNode:
        node: MapNode | SeqNode
        flow = bool(start.flow_style)
        tag, anchor = start.tag or "", start.anchor or ""
        first, last = start.start_mark.index, end.end_mark.index
        if start.__class__ is yaml.MappingStartEvent:
            entries = tuple(zip(items[::2], items[1::2], strict=True))
            self._check_keys(items[::2])
            node = MapNode(entries, flow, tag, anchor, first, last)
        else:
            node = SeqNode(tuple(items), flow, tag, anchor, first, last)
        if anchor or tag:
            self._name(node, 1 + sum(self._size(item) for item in items))
        return node

    def _name(self, node: ScalarNode | MapNode | SeqNode, size: int) -> None:
        if node.anchor:
            self._anchors[node.anchor] = node
            self._sizes[id(node)] = size
        if node.tag and node.tag != "!" and node.tag not in _TAGS:
            message = f"the tag {quote(node.tag)} has no meaning in a registry"
            self.found.append((node.start, "unknown-tag", message, "remove the tag"))

    def _size(self, node: Node) -> int:
        """Count the values under a node, those behind aliases included."""
        node = deref(node)
        known = self._sizes.get(id(node))
        if known is not None:
            return known
        if isinstance(node, ScalarNode):
            return 1
        if isinstance(node, SeqNode):
            return 1 + sum(self._size(item) for item in node.items)
        return 1 + sum(self._size(key) + self._size(value) for key, value in node.entries)

    def _alias(self, event: Any) -> AliasNode:
        target = self._anchors.get(event.anchor)
        if target is None:
            raise _RefusalError(
                "unknown-alias",
                f"the alias {quote('*' + event.anchor)} names no anchor above it",
                f"write the value, or set the anchor &{event.anchor} before this line",
                event.start_mark.index,
            )
        self._count(event, self._sizes[id(target)])
        return AliasNode(event.anchor, deref(target), event.start_mark.index, event.end_mark.index)

    def _check_keys(self, keys: list[Node]) -> None:
        seen: dict[str, int] = {}
        for node in keys:
            key = deref(node)
            if not isinstance(key, ScalarNode):
                hint = "use a name as the key"
                self.found.append((node.start, "complex-key", "a key must be one name", hint))
            elif key.text in seen:
                line = self._plain.locate(seen[key.text])[0]
                message = f"the key {quote(key.text)} stands twice, first on line {line}"
                hint = "keep one; other YAML readers keep the last without a word"
                self.found.append((node.start, "duplicate-key", message, hint))
            else:
                seen[key.text] = node.start


def _too_deep(event: Any) -> _RefusalError:
    message = f"values are nested more than {MAX_DEPTH} deep"
    return _RefusalError(
        "too-deep", message, "a registry needs seven levels", event.start_mark.index
    )


def _several_documents(event: Any) -> _RefusalError:
    hint = "keep one; remove the line ---"
    message = "the file holds more than one YAML document"
    return _RefusalError("several-documents", message, hint, event.start_mark.index)
