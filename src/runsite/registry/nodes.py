"""The YAML of a registry as a tree of nodes that know where they stand in the text. Pure.

Offsets count characters of the text that was parsed, so ``text[node.start:node.end]`` is the
node's source. A collection in block style has no bracket that ends it: `content_end` gives the
offset behind its last real character, before the comments and blank lines that follow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from yaml.resolver import Resolver

__all__ = [
    "AliasNode",
    "MapNode",
    "Node",
    "ScalarNode",
    "SeqNode",
    "content_end",
    "deref",
    "find_entry",
    "find_node",
    "find_value",
    "is_empty",
    "resolve_kind",
]

_CORE = "tag:yaml.org,2002:"
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = Resolver.yaml_implicit_resolvers
_KEEP_HEADER = re.compile(r"[|>][1-9]?\+")


class ScalarNode(NamedTuple):
    """A scalar. ``style`` is empty for a plain one, else one of ``'``, ``"``, ``|``, ``>``."""

    text: str
    style: str
    tag: str
    anchor: str
    start: int
    end: int


class MapNode(NamedTuple):
    """A mapping: entries in the order of the file."""

    entries: tuple[tuple[Node, Node], ...]
    flow: bool
    tag: str
    anchor: str
    start: int
    end: int


class SeqNode(NamedTuple):
    """A sequence."""

    items: tuple[Node, ...]
    flow: bool
    tag: str
    anchor: str
    start: int
    end: int


class AliasNode(NamedTuple):
    """A ``*name``; ``target`` is the node that the anchor names."""

    name: str
    target: ScalarNode | MapNode | SeqNode
    start: int
    end: int


Node = ScalarNode | MapNode | SeqNode | AliasNode


def deref(node: Node) -> ScalarNode | MapNode | SeqNode:
    """Return the node that an alias stands for; any other node as it is."""
    return node.target if isinstance(node, AliasNode) else node


@lru_cache(maxsize=65536)
def _resolve_plain(text: str) -> str:
    """Name what YAML 1.1 takes a plain scalar for, such as str, int or timestamp."""
    for tag, pattern in _RESOLVERS.get(text[:1], []) + _RESOLVERS.get("*", []):
        if pattern.match(text):
            return tag.removeprefix(_CORE)
    return "str"


def resolve_kind(node: ScalarNode) -> str:
    """Name the type that a YAML reader gives the scalar: str, int, float, bool, null, ….

    Source: YAML 1.1 as PyYAML resolves it, which is what most readers of the file will use.
    """
    if node.tag:
        return "str" if node.tag == "!" else node.tag.removeprefix(_CORE)
    return "str" if node.style else _resolve_plain(node.text)


def is_empty(node: Node) -> bool:
    """Tell whether the node is null or a collection without content."""
    node = deref(node)
    if isinstance(node, ScalarNode):
        return resolve_kind(node) == "null"
    return not (node.entries if isinstance(node, MapNode) else node.items)


def find_entry(node: Node | None, key: str) -> tuple[Node, Node] | None:
    """Return the mapping's own entry ``(key, value)``; the last where the key stands twice."""
    if node is None:
        return None
    node = deref(node)
    if not isinstance(node, MapNode):
        return None
    for entry in reversed(node.entries):
        name = deref(entry[0])
        if isinstance(name, ScalarNode) and name.text == key:
            return entry
    return None


def find_value(node: Node | None, key: str) -> Node | None:
    """Return the value of the mapping's own entry, or None."""
    entry = find_entry(node, key)
    return entry[1] if entry else None


def find_node(root: Node | None, path: tuple[str | int, ...]) -> Node | None:
    """Follow keys and positions from `root`; None where the path ends early."""
    node = root
    for step in path:
        if isinstance(step, str):
            node = find_value(node, step)
            continue
        target = deref(node) if node is not None else None
        if not isinstance(target, SeqNode) or step >= len(target.items):
            return None
        node = target.items[step]
    return node


def content_end(node: Node, text: str) -> int:
    """Return the offset behind the node's last real character.

    Blank lines that a block scalar keeps (``|+``) are content; those after any other are not.
    """
    if isinstance(node, AliasNode):
        return node.end
    if isinstance(node, ScalarNode):
        if node.style not in ("|", ">"):
            return node.end
        source = text[node.start : node.end]
        header = source[source.index(node.style) :]
        return node.end if _KEEP_HEADER.match(header) else node.start + len(source.rstrip())
    if node.flow:
        return node.end
    if isinstance(node, MapNode):
        return content_end(node.entries[-1][1], text) if node.entries else node.start
    return content_end(node.items[-1], text) if node.items else node.start
