"""Reading typed values out of nodes, a problem for each that is not what it should be. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from runsite.errors import quote
from runsite.registry.document import Document
from runsite.registry.nodes import MapNode, Node, ScalarNode, SeqNode, deref, is_empty, resolve_kind
from runsite.registry.problems import Problem, Severity
from runsite.registry.scalars import looks_numeric

__all__ = ["MAX_PROBLEMS", "NodeReader", "parse_time"]

MAX_PROBLEMS = 10_000
"""Most problems that are listed: who has more has to mend these first."""

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@lru_cache(maxsize=4096)
def parse_time(text: str) -> datetime | None:
    """Read an ISO 8601 time; None where it is none. One without an offset is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last hours of the calendar have no UTC
        return None


class NodeReader:
    """Collects problems while it reads; lives for one document, on one thread."""

    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._values: dict[int, dict[str, Node]] = {}

    @property
    def is_full(self) -> bool:
        """Whether there are more problems than are listed."""
        return len(self.problems) >= MAX_PROBLEMS

    def text(self, node: Node | None, what: str) -> str:
        """Read text as it is written: ``007`` stays ``007``, whatever YAML makes of it."""
        if node is None:
            return ""
        value = deref(node)
        if isinstance(value, ScalarNode):
            return "" if resolve_kind(value) == "null" else value.text
        self.add("wrong-type", f"{what} must be text", "write it on one line", at=node)
        return ""

    def quoted(self, node: Node | None, key: str) -> str:
        """Read text that has to stand in quotes, because some readers would make a number of it."""
        text = self.text(node, key)
        value = deref(node) if node is not None else None
        if node is None or not isinstance(value, ScalarNode):
            return text
        if not value.text:
            self.add("missing-field", f"{quote(key)} is empty", "write its value", at=node)
        elif not value.style and not value.tag:
            kind = "number" if looks_numeric(value.text) else resolve_kind(value)
            message = f"{key} {quote(value.text)} stands without quotes"
            if kind != "str":
                message += f": other readers take it for a {kind}"
            hint = f'write {key}: "{value.text}"'
            level = Severity.WARNING if kind == "str" else Severity.ERROR
            self.add("unquoted", message, hint, at=node, severity=level)
        return value.text

    def number(self, node: Node) -> int | None:
        """Read the number of a version."""
        value = deref(node)
        text = value.text if isinstance(value, ScalarNode) else ""
        if isinstance(value, ScalarNode) and not value.style and _NUMBER.fullmatch(text):
            return int(text)
        shown = quote(text) if isinstance(value, ScalarNode) else "a list or mapping"
        message = f"a version is a whole number from 1, not {shown}"
        self.add("wrong-type", message, "write the number plainly, like 3", at=node)
        return None

    def entries(self, node: Node, what: str, *, known: tuple[str, ...]) -> dict[str, Node]:
        """Read a mapping of known fields. Keys that start with ``x-`` are a team's own."""
        entries: dict[str, Node] = {}
        for key, value in self.pairs(node, what):
            if key.text in known:
                entries[key.text] = value
            elif not key.text.startswith("x-") and not self.is_full:
                near = difflib.get_close_matches(key.text, known, n=1)
                hint = f"did you mean {quote(near[0])}?" if near else "the fields there are "
                hint += "" if near else ", ".join(known) + "; your own ones start with x-"
                self.add(
                    "unknown-field", f"unknown field {quote(key.text)} in {what}", hint, at=key
                )
        return entries

    def pairs(self, node: Node | None, what: str) -> Iterator[tuple[ScalarNode, Node]]:
        """Give the entries of a mapping, those merged by ``<<`` after its own."""
        if node is None or is_empty(node):
            return
        mapping = deref(node)
        if not isinstance(mapping, MapNode):
            hint = "write it as `name: value` lines"
            self.add("wrong-type", f"{what} must be a mapping", hint, at=node)
            return
        merged: list[Node] = []
        seen: set[str] = set()
        for key_node, value in mapping.entries:
            key = deref(key_node)
            if not isinstance(key, ScalarNode):
                continue  # a complex-key problem of the document
            if resolve_kind(key) == "merge":
                target = deref(value)
                merged += target.items if isinstance(target, SeqNode) else [value]
                continue
            seen.add(key.text)
            yield key, value
        for source in merged:
            for key, value in self.pairs(source, "what << merges"):
                if key.text not in seen:
                    seen.add(key.text)
                    yield key, value

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """Give the items of a list."""
        if node is None or is_empty(node):
            return ()
        sequence = deref(node)
        if isinstance(sequence, SeqNode):
            return sequence.items
        hint = "start each item with `- `"
        self.add("wrong-type", f"{what} must be a list", hint, at=node)
        return ()

    def value_of(self, node: Node, name: str) -> Node:
        """Return the value of an entry, a merged one too; the mapping itself where there is none."""
        if id(node) not in self._values:
            found: dict[str, Node] = {}
            for key, value in self.pairs(node, "pointers"):
                found.setdefault(key.text, value)
            self._values[id(node)] = found
        return self._values[id(node)].get(name, node)

    def add(
        self,
        code: str,
        message: str,
        hint: str,
        *,
        at: Node,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem at a node; those beyond `MAX_PROBLEMS` are only known to be there."""
        if self.is_full:
            return
        line, column = self._document.locate(at.start)
        self.problems.append(Problem(code, message, hint, line, column, severity))
