"""The YAML between the two ``---`` lines at the top of a card.

Pure. The text may come from a stranger's pull request, so nothing is constructed by the YAML
library: the composed nodes are turned into plain frozen values here, with bounds on size, depth
and the number of values (an alias bomb stops at the bound). Scalars follow YAML 1.2, in which
``language: no`` is Norwegian and not false.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from runsite.errors import quote

__all__ = ["CardProblem", "FrontMatter", "MetaValue", "split_front_matter"]

MetaValue: TypeAlias = (
    "str | int | float | bool | tuple[MetaValue, ...] | Mapping[str, MetaValue] | None"
)

_MAX_CHARACTERS = 256 * 1024
_MAX_DEPTH = 20
_MAX_VALUES = 10_000

_FENCE = re.compile(r"---[ \t]*")
_FENCE_END = re.compile(r"(---|\.\.\.)[ \t]*")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,30})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_TAG_PREFIX = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(
    f"{_TAG_PREFIX}{name}"
    for name in ("bool", "float", "int", "map", "null", "seq", "str", "timestamp", "value")
)


@dataclass(frozen=True, slots=True)
class CardProblem:
    """Something in a card that its author should mend; the rest of the card still counts.

    Attributes:
        message: What is wrong, the offending value quoted.
        line: Line of the file, from 1.
        column: Column in the line, from 1; 1 where only the line is known.
        hint: What to do about it.
    """

    message: str
    line: int
    column: int = 1
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands at the top of a card, and where the rest begins."""

    meta: Mapping[str, MetaValue]
    body: str
    body_line: int
    problems: tuple[CardProblem, ...]


class _RefusedError(Exception):
    """The front matter goes over a bound."""

    def __init__(self, message: str, *, node: Any = None) -> None:
        super().__init__(message)
        self.line = node.start_mark.line if node else 0
        self.column = node.start_mark.column + 1 if node else 1


def split_front_matter(text: str) -> FrontMatter:
    """Separate the front matter of a card from its body, and read it.

    Args:
        text: The card, its lines ended by line feeds alone and no byte order mark before it.

    Returns:
        The metadata, empty where there is none or it cannot be read, the body, the line of the
        file that the body starts on, and what is wrong.
    """
    lines = text.split("\n")
    start = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[start]):
        return FrontMatter(MappingProxyType({}), text, 1, ())
    end = next((i for i in range(start + 1, len(lines)) if _FENCE_END.fullmatch(lines[i])), None)
    if end is None:
        problem = CardProblem(
            "the front matter is not closed", start + 1, hint="end it with a line of three dashes"
        )
        return FrontMatter(MappingProxyType({}), text, 1, (problem,))
    source = "\n".join(lines[start + 1 : end])
    meta, problems = _parse_meta(source, first_line=start + 2)
    return FrontMatter(meta, "\n".join(lines[end + 1 :]), end + 2, problems)


def _parse_meta(
    source: str, *, first_line: int
) -> tuple[Mapping[str, MetaValue], tuple[CardProblem, ...]]:
    import yaml  # only when there is front matter to read

    empty: Mapping[str, MetaValue] = MappingProxyType({})
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    problems: list[CardProblem] = []
    try:
        _check_bounds(source, loader=loader)
        node = yaml.compose(source, Loader=loader)
        if node is None:
            return empty, ()
        if not isinstance(node, yaml.MappingNode):
            kind = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
            message = f"the front matter must be a mapping of keys to values, not {kind}"
            return empty, (CardProblem(message, first_line + node.start_mark.line),)
        meta = _Reader(problems, first_line).read(node, depth=0)
    except yaml.YAMLError as error:
        return empty, (_explain_yaml_error(error, first_line=first_line),)
    except _RefusedError as error:
        return empty, (CardProblem(str(error), first_line + error.line, error.column),)
    return (meta if isinstance(meta, Mapping) else empty), tuple(problems)


def _check_bounds(source: str, *, loader: Any) -> None:
    """Walk the parser's events, which needs no recursion, before anything that recurses does."""
    import yaml

    if len(source) > _MAX_CHARACTERS:
        raise _RefusedError(
            f"the front matter has {len(source):,} characters; the most that is read is "
            f"{_MAX_CHARACTERS:,}"
        )
    depth = 0
    for event in yaml.parse(source, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _RefusedError(
                    f"the front matter is nested deeper than {_MAX_DEPTH} levels", node=event
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _explain_yaml_error(error: Exception, *, first_line: int) -> CardProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    line = first_line + (mark.line if mark else 0)
    column = mark.column + 1 if mark else 1
    return CardProblem(f"the front matter is not valid YAML: {reason}", line, column)


class _Reader:
    """Turns composed YAML nodes into frozen values; lives for one front matter."""

    def __init__(self, problems: list[CardProblem], first_line: int) -> None:
        self._problems = problems
        self._first_line = first_line
        self._count = 0

    def read(self, node: Any, *, depth: int) -> MetaValue:
        self._count += 1
        if depth > _MAX_DEPTH:
            raise _RefusedError(
                f"the front matter is nested deeper than {_MAX_DEPTH} levels", node=node
            )
        if self._count > _MAX_VALUES:
            raise _RefusedError(f"the front matter has more than {_MAX_VALUES:,} values", node=node)
        if node.tag not in _KNOWN_TAGS:
            tag = quote(node.tag.replace(_TAG_PREFIX, "!!"))
            self._note(node, f"the tag {tag} is ignored", "write a plain value")
        if node.id == "mapping":
            return self._read_mapping(node, depth=depth)
        if node.id == "sequence":
            return tuple(self.read(item, depth=depth + 1) for item in node.value)
        return _read_scalar(node)

    def _read_mapping(self, node: Any, *, depth: int) -> Mapping[str, MetaValue]:
        values: dict[str, MetaValue] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar":
                self._note(key_node, "a key of the front matter must be text", "write a name")
                continue
            key = str(key_node.value)
            if key in lines:
                self._note(
                    key_node,
                    f"the key {quote(key)} stands twice, first on line {lines[key]}",
                    "keep one of them; the first counts",
                )
                continue
            lines[key] = self._first_line + key_node.start_mark.line
            values[key] = self.read(value_node, depth=depth + 1)
        return MappingProxyType(values)

    def _note(self, node: Any, message: str, hint: str) -> None:
        mark = node.start_mark
        self._problems.append(
            CardProblem(message, self._first_line + mark.line, mark.column + 1, hint)
        )


def _read_scalar(node: Any) -> str | int | float | bool | None:
    import yaml

    text = str(node.value)
    resolver = yaml.resolver.Resolver()
    implied = resolver.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if node.style or node.tag not in (implied, "!"):  # quoted, a block, or with a tag of its own
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not (text.isdigit() or text.lstrip("+-").startswith("00")):
        number = float(text)
        return number if math.isfinite(number) else text  # 12e4567 is a commit, not infinity
    return text
