"""What a document says, without how it is written: the form in which two texts are compared. Pure.

A tree has aliases followed and merges applied. Null and empty collections are the same thing in
a registry, so ``stages:`` with nothing behind it equals ``stages: {}``.
"""

from __future__ import annotations

from runsite.registry.nodes import MapNode, Node, ScalarNode, SeqNode, deref, resolve_kind
from runsite.registry.scalars import Value

__all__ = ["EMPTY", "Tree", "make_tree", "tree_of"]

Tree = tuple[str, str] | list["Tree"] | dict[str, "Tree"]
"""A scalar as ``(type, text)``; the others as what they are. Never changed in place."""

EMPTY: Tree = ("null", "")


def make_tree(node: Node | None) -> Tree:
    """Return the tree of a node; that of a missing one is null."""
    if node is None:
        return EMPTY
    target = deref(node)
    if isinstance(target, ScalarNode):
        kind = resolve_kind(target)
        return EMPTY if kind == "null" else (kind, target.text)
    if isinstance(target, SeqNode):
        return [make_tree(item) for item in target.items] or EMPTY
    return _make_mapping(target) or EMPTY


def _make_mapping(node: MapNode) -> dict[str, Tree]:
    own: dict[str, Tree] = {}
    merged: dict[str, Tree] = {}
    for key_node, value in node.entries:
        key = deref(key_node)
        if isinstance(key, ScalarNode) and resolve_kind(key) == "merge":
            target = deref(value)
            sources = target.items if isinstance(target, SeqNode) else (value,)
            for source in sources:
                tree = make_tree(source)
                if isinstance(tree, dict):
                    merged = {**tree, **merged}
        elif isinstance(key, ScalarNode):
            own[key.text] = make_tree(value)
        else:
            own[repr(make_tree(key))] = make_tree(value)
    return {**merged, **own}


def tree_of(value: Value) -> Tree:
    """Return the tree that a value has once it is written."""
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return ("bool", "true" if value else "false")
    if isinstance(value, int):
        return ("int", str(value))
    if isinstance(value, str):
        return ("str", str(value))
    if isinstance(value, dict):
        return {key: tree_of(content) for key, content in value.items()} or EMPTY
    return [tree_of(item) for item in value] or EMPTY
