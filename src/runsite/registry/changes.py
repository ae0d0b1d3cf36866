"""What an edit means: changes of a registry's content, and what each makes of its tree. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from runsite.registry.scalars import Value, format_flow
from runsite.registry.trees import EMPTY, Tree, tree_of

__all__ = [
    "AppendItem",
    "Change",
    "Path",
    "RemoveEntry",
    "RemoveItem",
    "RenameEntry",
    "SetEntry",
    "apply_changes",
    "describe_change",
]

Path = tuple[str | int, ...]
"""Keys of mappings and positions in lists, from the top."""


@dataclass(frozen=True, slots=True)
class SetEntry:
    """Give the mapping at `path` the entry ``key: value``; mappings on the way are made.

    ``order`` lists the mapping's fields as they are usually written, so that a new one finds its
    place; without it, it goes to the end.
    """

    path: Path
    key: str
    value: Value
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveEntry:
    """Take an entry out of the mapping at `path`."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class RenameEntry:
    """Give an entry of the mapping at `path` another key; its value stays."""

    path: Path
    key: str
    new_key: str


@dataclass(frozen=True, slots=True)
class AppendItem:
    """Put an item at the end of the list at `path`."""

    path: Path
    value: Value


@dataclass(frozen=True, slots=True)
class RemoveItem:
    """Take an item out of the list at `path`."""

    path: Path
    index: int


Change = SetEntry | RemoveEntry | RenameEntry | AppendItem | RemoveItem


def apply_changes(tree: Tree, changes: Iterable[Change]) -> Tree:
    """Return the tree that a document must have after the changes."""
    for change in changes:
        tree = _rewrite(tree, change.path, _make_step(change))
    return tree


def describe_change(change: Change) -> str:
    """Say in words what a person has to do by hand."""
    steps = (f"item {step + 1}" if isinstance(step, int) else step for step in change.path)
    place = " → ".join(steps) or "the top of the file"
    match change:
        case SetEntry(_, key, value):
            return f"under {place}, write `{key}: {format_flow(value)}`"
        case RemoveEntry(_, key):
            return f"under {place}, remove {key!r}"
        case RenameEntry(_, key, new_key):
            return f"under {place}, rename {key!r} to {new_key!r}"
        case AppendItem(_, value):
            return f"under {place}, add the item `- {format_flow(value)}`"
        case RemoveItem(_, index):
            return f"under {place}, remove item {index + 1}"


def _rewrite(tree: Tree, path: Path, step: Callable[[Tree], Tree]) -> Tree:
    if not path:
        return step(tree)
    head, rest = path[0], path[1:]
    if isinstance(head, str):
        entries = dict(tree) if isinstance(tree, dict) else {}
        entries[head] = _rewrite(entries.get(head, EMPTY), rest, step)
        return entries
    items = list(tree) if isinstance(tree, list) else []
    items[head] = _rewrite(items[head], rest, step)
    return items


def _make_step(change: Change) -> Callable[[Tree], Tree]:
    match change:
        case SetEntry(_, key, value):
            return lambda tree: {**_entries(tree), key: tree_of(value)}
        case RemoveEntry(_, key):
            return lambda tree: {k: v for k, v in _entries(tree).items() if k != key} or EMPTY
        case RenameEntry(_, key, new_key):
            return lambda tree: {new_key if k == key else k: v for k, v in _entries(tree).items()}
        case AppendItem(_, value):
            return lambda tree: [*_items(tree), tree_of(value)]
        case RemoveItem(_, index):
            return lambda tree: [*_items(tree)[:index], *_items(tree)[index + 1 :]] or EMPTY


def _entries(tree: Tree) -> dict[str, Tree]:
    return tree if isinstance(tree, dict) else {}


def _items(tree: Tree) -> list[Tree]:
    return tree if isinstance(tree, list) else []
