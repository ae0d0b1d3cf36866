"""From a thing of the registry to its line: where a problem is shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from runsite.registry.document import Document
from runsite.registry.nodes import (
    MapNode,
    Node,
    ScalarNode,
    SeqNode,
    deref,
    find_entry,
    find_node,
    find_value,
)

__all__ = ["Finder", "Place"]

Place = tuple[int, int]
"""Line and column, both from 1; zeros where the file does not have the thing."""

_NOWHERE: Place = (0, 0)


@dataclass(frozen=True)
class Finder:
    """Finds lines of one document."""

    document: Document

    def model(self, name: str) -> Place:
        """Return the place of a model's name, or of ``models`` where it is gone."""
        models = find_node(self.document.root, ("models",))
        entry = find_entry(models, name)
        if entry is not None:
            return self._locate(entry[0])
        top = find_entry(self.document.root, "models")
        return self._locate(top[0] if top else None)

    def field(self, model: str, *path: str) -> Place:
        """Return the place of a value inside a model, such as ``stages``, ``Production``."""
        node = find_node(self.document.root, ("models", model, *path))
        return self._locate(node) if node is not None else self.model(model)

    def version(self, model: str, number: int, field: str) -> Place:
        """Return the place of a version's field, or of the nearest thing around it."""
        item = self._versions.get((model, number))
        if item is None:
            return self.field(model, "versions")
        return self._locate(find_value(item, field) or item)

    @cached_property
    def _versions(self) -> dict[tuple[str, int], Node]:
        found: dict[tuple[str, int], Node] = {}
        models = find_node(self.document.root, ("models",))
        target = deref(models) if models is not None else None
        for key, _ in target.entries if isinstance(target, MapNode) else ():
            name = deref(key)
            if not isinstance(name, ScalarNode):
                continue
            listed = find_node(self.document.root, ("models", name.text, "versions"))
            items = deref(listed) if listed is not None else None
            for item in items.items if isinstance(items, SeqNode) else ():
                number = find_value(item, "version")
                text = getattr(deref(number), "text", "") if number is not None else ""
                if text.isdigit():
                    found.setdefault((name.text, int(text)), item)
        return found

    def _locate(self, node: Node | None) -> Place:
        return self.document.locate(node.start) if node is not None else _NOWHERE
