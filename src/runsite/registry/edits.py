"""Changes → new text that differs in as few lines as can be. Pure.

Every change becomes splices at positions that the parser gave; all else of the text is copied.
The result is parsed again and compared with what was meant, so whatever is odd about a file
(an anchor that two models share, a key behind ``?``) ends in a refusal, never in a wrong file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runsite.errors import RegistryError
from runsite.registry.changes import (
    AppendItem,
    Change,
    RemoveEntry,
    RemoveItem,
    RenameEntry,
    SetEntry,
    apply_changes,
    describe_change,
)
from runsite.registry.document import Document, parse_document
from runsite.registry.nodes import (
    AliasNode,
    MapNode,
    Node,
    ScalarNode,
    SeqNode,
    content_end,
    deref,
    find_entry,
    find_node,
    is_empty,
)
from runsite.registry.places import CannotSpliceError, Places, Splice
from runsite.registry.problems import make_error
from runsite.registry.scalars import (
    Value,
    format_flow,
    format_items,
    format_key,
    format_lines,
    format_scalar,
)
from runsite.registry.trees import make_tree

__all__ = ["edit_document"]

_COMMA = re.compile(r"\s*,")


def edit_document(document: Document, changes: Sequence[Change], *, name: str) -> Document:
    """Return the document with the changes made, nothing else touched.

    Args:
        document: As parsed.
        changes: All of them are made, or none.
        name: File name for messages.

    Raises:
        RegistryError: The document has problems of its own, or it is written in a way in which
            the change cannot be made surgically; the hint says what to write by hand.
    """
    if document.problems:
        raise make_error(document.problems, name=name)
    try:
        splices = [piece for change in changes for piece in _Splicer(document).splice(change)]
        text = _apply_splices(document.text, splices)
    except CannotSpliceError as stop:
        raise _refusal(changes, str(stop), name) from stop
    edited = parse_document(text)
    if edited.problems:
        raise _refusal(changes, edited.problems[0].message, name)
    meant = apply_changes(make_tree(document.root), changes)
    if make_tree(edited.root) != meant:
        raise _refusal(changes, "the change would reach other parts of the file", name)
    return edited


def _refusal(changes: Sequence[Change], reason: str, name: str) -> RegistryError:
    steps = "; ".join(describe_change(change) for change in changes)
    return RegistryError(
        f"this edit cannot be made without rewriting other lines: {reason}",
        where=name,
        hint=f"nothing was changed; by hand: {steps}",
    )


def _apply_splices(text: str, splices: list[Splice]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, new in sorted(splices, key=lambda splice: splice[:2]):
        if start < done:
            raise CannotSpliceError("two parts of it overlap")
        pieces += (text[done:start], new)
        done = end
    return "".join((*pieces, text[done:]))


@dataclass(frozen=True, slots=True)
class _Splicer(Places):
    """Turns changes into splices of one document."""

    def splice(self, change: Change) -> Iterator[Splice]:
        match change:
            case SetEntry():
                yield from self._set_entry(change)
            case RemoveEntry():
                yield self._remove_entry(change)
            case RenameEntry():
                key = self._get_entry(change.path, change.key)[0]
                if not isinstance(key, ScalarNode):
                    raise CannotSpliceError("the key is an alias")
                yield key.start, key.end, format_key(change.new_key, style=key.style)
            case AppendItem():
                yield from self._append_item(change)
            case RemoveItem():
                yield self._remove_item(change)

    # ── setting ────────────────────────────────────────────────────────────────────────────

    def _set_entry(self, change: SetEntry) -> Iterator[Splice]:
        mapping = find_node(self.document.root, change.path)
        entry = find_entry(mapping, change.key)
        if entry is not None and mapping is not None:
            yield from self._replace_value(entry, change, flow=_is_flow(mapping))
        elif mapping is not None and not is_empty(mapping):
            yield self._add_entry(mapping, change)
        elif change.path:
            head, last = change.path[:-1], change.path[-1]
            if not isinstance(last, str):
                raise CannotSpliceError("a list item is empty")
            value: Value = {change.key: change.value}
            yield from self._set_entry(SetEntry(head, last, value, change.order))
        else:
            yield self._start_root(mapping, change)

    def _start_root(self, root: Node | None, change: SetEntry) -> Splice:
        if root is not None:
            raise CannotSpliceError("the file holds an empty value")
        lines = format_lines(change.key, change.value, step=2)
        return self.lines_at(len(self.document.text), lines, indent=0)

    def _replace_value(
        self, entry: tuple[Node, Node], change: SetEntry, *, flow: bool
    ) -> Iterator[Splice]:
        key, old = entry
        value = change.value
        if isinstance(value, dict | list) and value:
            if not is_empty(old):
                raise CannotSpliceError(f"{change.key!r} already holds something")
            yield from self._fill(key, old, change, flow=flow)
            return
        if isinstance(old, MapNode | SeqNode) and not old.flow and not is_empty(old):
            raise CannotSpliceError(f"{change.key!r} holds a list or mapping")
        start, end = old.start, content_end(old, self.document.text)
        while end > start and self.document.text[end - 1] in "\r\n":
            end -= 1  # what ``|+`` kept: the line's end has to stay, blank lines may
        new = self._inline(key, change, old) if flow else self._text(key, change, old, end)
        yield start, end, f" {new}" if start == end else new

    def _inline(self, key: Node, change: SetEntry, old: Node) -> str:
        quoted = isinstance(old, ScalarNode) and old.style in ("'", '"')
        style = old.style if isinstance(old, ScalarNode) and quoted else ""
        return format_scalar(change.value, style=style) if quoted else format_flow(change.value)

    def _text(self, key: Node, change: SetEntry, old: Node, end: int) -> str:
        """Write a value in block style: several lines as a literal block, where nothing follows."""
        lines = format_lines(change.key, change.value, step=self.step())
        rest = self.document.text[end : self.line_end(end)].strip()
        if len(lines) == 1 or rest:
            return self._inline(key, change, old)
        indent, newline = " " * self.column(key), self.newline()
        block = [indent + line if line else "" for line in lines[1:]]
        return newline.join([lines[0].rpartition(" ")[2], *block])

    def _fill(self, key: Node, old: Node, change: SetEntry, *, flow: bool) -> Iterator[Splice]:
        if flow:
            gap = " " if old.start == old.end else ""
            yield old.start, old.end, gap + format_flow(change.value)
            return
        text = self.document.text
        colon = text.index(":", key.end)
        if old.end > old.start:
            if text[colon + 1 : old.start].strip() or deref(old) is not old:
                raise CannotSpliceError(f"{change.key!r} is written in an unusual way")
            yield colon + 1, old.end, ""
        lines = format_lines(change.key, change.value, step=self.step())[1:]
        after = self.line_end(max(old.end, colon))
        yield self.lines_at(after, lines, indent=self.column(key))

    def _add_entry(self, mapping: Node, change: SetEntry) -> Splice:
        mapping = self._own(mapping)
        if not isinstance(mapping, MapNode):
            raise CannotSpliceError("there is no mapping where one is needed")
        text = self.document.text
        if mapping.flow:
            end = content_end(mapping.entries[-1][1], text)
            return end, end, f", {format_key(change.key)}: {format_flow(change.value)}"
        lines = format_lines(change.key, change.value, step=self.step())
        indent = self.column(mapping.entries[0][0])
        before = self._place(mapping, change)
        if before == 0:
            return self.lines_at(self.above(mapping.entries[0][0].start), lines, indent=indent)
        key, value = mapping.entries[before - 1]
        after = self.line_end(max(content_end(value, text), key.end))
        if before == len(mapping.entries):
            after = self.behind_comments(after, indent)
        gap = not change.order and self.has_gaps(mapping)
        return self.lines_at(after, lines, indent=indent, gap=gap)

    def _place(self, mapping: MapNode, change: SetEntry) -> int:
        """Return how many entries of the mapping stand before the new one."""
        if change.key not in change.order:
            return len(mapping.entries)
        earlier = set(change.order[: change.order.index(change.key)])
        names = [deref(key) for key, _ in mapping.entries]
        places = [
            at + 1
            for at, key in enumerate(names)
            if isinstance(key, ScalarNode) and key.text in earlier
        ]
        return max(places, default=0)

    # ── lists ──────────────────────────────────────────────────────────────────────────────

    def _append_item(self, change: AppendItem) -> Iterator[Splice]:
        node = find_node(self.document.root, change.path)
        if node is None or is_empty(node):
            last = change.path[-1]
            if not isinstance(last, str):
                raise CannotSpliceError("a list item is empty")
            yield from self._set_entry(SetEntry(change.path[:-1], last, [change.value]))
            return
        node = self._own(node)
        if not isinstance(node, SeqNode):
            raise CannotSpliceError("there is no list where one is needed")
        text = self.document.text
        end = content_end(node.items[-1], text)
        if node.flow:
            yield end, end, f", {format_flow(change.value)}"
            return
        indent = self.column_at(self.dash(node.items[-1]))
        lines = format_items([change.value], step=self.step())
        after = self.behind_comments(self.line_end(end), indent)
        yield self.lines_at(after, lines, indent=indent, gap=self.has_gaps(node))

    def _remove_item(self, change: RemoveItem) -> Splice:
        node = find_node(self.document.root, change.path)
        node = self._own(node) if node is not None else None
        if not isinstance(node, SeqNode) or change.index >= len(node.items):
            raise CannotSpliceError("there is no such item")
        spans = [(item.start, content_end(item, self.document.text)) for item in node.items]
        if node.flow:
            return self._cut_flow(spans, change.index)
        dash = self.dash(node.items[change.index])
        return self._cut_lines(dash, spans[change.index][1])

    # ── removing ───────────────────────────────────────────────────────────────────────────

    def _remove_entry(self, change: RemoveEntry) -> Splice:
        key, value = self._get_entry(change.path, change.key)
        mapping = deref(find_node(self.document.root, change.path) or key)
        if not isinstance(mapping, MapNode):
            raise CannotSpliceError("there is no mapping where one is needed")
        text = self.document.text
        at = mapping.entries.index((key, value))
        spans = [(k.start, max(content_end(v, text), k.end)) for k, v in mapping.entries]
        if mapping.flow:
            return self._cut_flow(spans, at)
        if text[self.line_start(key.start) : key.start].strip():
            if at + 1 == len(spans):
                raise CannotSpliceError("it is the only entry, on the line of something else")
            return key.start, spans[at + 1][0], ""
        return self._cut_lines(key.start, spans[at][1])

    def _cut_lines(self, start: int, end: int) -> Splice:
        text = self.document.text
        first, last = self.line_start(start), self.line_end(end)
        rest = text[end:last].strip().lstrip(":").strip()
        if text[first:start].strip() or (rest and not rest.startswith("#")):
            raise CannotSpliceError("other things stand on the same line")
        return first, last, ""

    def _cut_flow(self, spans: list[tuple[int, int]], at: int) -> Splice:
        if at + 1 < len(spans):
            return spans[at][0], spans[at + 1][0], ""
        start, end = spans[at - 1][1] if at else spans[at][0], spans[at][1]
        comma = _COMMA.match(self.document.text, end)  # a list of nothing but a comma is none
        return start, comma.end() if comma and not at else end, ""

    # ── places ─────────────────────────────────────────────────────────────────────────────

    def _get_entry(self, path: tuple[str | int, ...], key: str) -> tuple[Node, Node]:
        entry = find_entry(find_node(self.document.root, path), key)
        if entry is None:
            raise CannotSpliceError(f"there is no {key!r} of its own")
        return entry

    def _own(self, node: Node) -> Node:
        if isinstance(node, AliasNode):
            raise CannotSpliceError(f"the alias *{node.name} stands there")
        return node


def _is_flow(node: Node) -> bool:
    target = deref(node)
    return isinstance(target, MapNode | SeqNode) and target.flow
