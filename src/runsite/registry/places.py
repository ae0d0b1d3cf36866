"""Where in a text things stand and new lines go: the geometry of edits. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from runsite.registry.document import Document
from runsite.registry.nodes import MapNode, Node, ScalarNode, SeqNode, deref, find_entry

__all__ = ["CannotSpliceError", "Places", "Splice"]

Splice = tuple[int, int, str]
"""Replace ``text[start:end]`` by the text."""


class CannotSpliceError(Exception):
    """The place is written in a way that edits do not know to change."""


@dataclass(frozen=True, slots=True)
class Places:
    """Lines and columns of one document."""

    document: Document

    def line_start(self, offset: int) -> int:
        """Return the start of the line of an offset."""
        line, _ = self.document.locate(offset)
        return self.document.line_starts[line - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line after that of `offset` starts; a line's first place is its own."""
        starts = self.document.line_starts
        text = self.document.text
        line, column = self.document.locate(offset)
        if column == 1 and offset and text[offset - 1] in "\r\n":
            return offset  # the content ended with the line, as that of ``|+`` does
        return starts[line] if line < len(starts) else len(text)

    def column(self, node: Node) -> int:
        """Return the column, from 0, at which a node starts."""
        return self.column_at(node.start)

    def column_at(self, offset: int) -> int:
        """Return the column, from 0, of an offset."""
        return offset - self.line_start(offset)

    def dash(self, item: Node) -> int:
        """Return the offset of the dash before an item of a block list."""
        dash = self.document.text.rfind("-", 0, item.start)
        if dash < 0:
            raise CannotSpliceError("the list has no dash")
        return dash

    def above(self, offset: int) -> int:
        """Return the start of the line of `offset`, or of the comments right above it."""
        starts, text = self.document.line_starts, self.document.text
        line = self.document.locate(offset)[0] - 1
        if text[starts[line] : offset].strip():
            raise CannotSpliceError("the first entry does not stand on a line of its own")
        while line and text[starts[line - 1] : starts[line]].lstrip(" ").startswith("#"):
            line -= 1
        return starts[line]

    def behind_comments(self, offset: int, indent: int) -> int:
        """Skip comment lines that belong to what stands above: those indented at least as far."""
        text = self.document.text
        while offset < len(text):
            end = self.line_end(offset + 1) if text[offset] not in "\r\n" else offset
            line = text[offset:end]
            if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) < indent:
                break
            offset = end
        return offset

    def has_gaps(self, node: MapNode | SeqNode) -> bool:
        """Tell whether a blank line stands between the last two members, which hold members."""
        members = node.items if isinstance(node, SeqNode) else [v for _, v in node.entries]
        if len(members) < 2 or isinstance(deref(members[-1]), ScalarNode):
            return False
        first = node.entries[-1][0].start if isinstance(node, MapNode) else self.dash(members[-1])
        line, starts = self.document.locate(first)[0] - 1, self.document.line_starts
        return line > 0 and not self.document.text[starts[line - 1] : starts[line]].strip()

    def lines_at(self, offset: int, lines: list[str], *, indent: int, gap: bool = False) -> Splice:
        """Insert whole lines at the start of a line, or behind the last one of the text."""
        newline = self.newline(offset)
        text = self.document.text
        body = newline.join(" " * indent + line if line else "" for line in lines)
        blank = newline if gap and not self._follows_blank(offset) else ""
        if offset == len(text) and text and text[-1] not in "\r\n":
            return offset, offset, f"{newline}{blank}{body}"
        return offset, offset, f"{blank}{body}{newline}"

    def _follows_blank(self, offset: int) -> bool:
        """Tell whether the line above is blank; below ``|+`` one more would be content."""
        starts = self.document.line_starts
        line = self.document.locate(offset)[0] - 1
        return line > 0 and not self.document.text[starts[line - 1] : starts[line]].strip()

    def newline(self, offset: int | None = None) -> str:
        """Return the line end that is used before `offset`, else the first one of the text."""
        text, starts = self.document.text, self.document.line_starts
        for at in (offset, starts[1] if len(starts) > 1 else None):
            if at and text[at - 1] in "\r\n":
                return "\r\n" if text[max(0, at - 2) : at] == "\r\n" else text[at - 1]
        return "\n"

    def step(self) -> int:
        """Return the width of one indentation step, as the file's models are indented."""
        models = find_entry(self.document.root, "models")
        inner = deref(models[1]) if models else None
        if models and isinstance(inner, MapNode) and inner.entries and not inner.flow:
            width = self.column(inner.entries[0][0]) - self.column(models[0])
            return width if 0 < width <= 8 else 2
        return 2
