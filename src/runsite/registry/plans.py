"""What each action on the registry changes: registry and wish → changes. Pure.

A promotion changes the pointer of one stage and nothing inside the versions, so that two
promotions on two branches conflict in Git, as they must.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from runsite.errors import AlreadyExistsError, RegistryError, quote
from runsite.registry.changes import (
    AppendItem,
    Change,
    RemoveEntry,
    RemoveItem,
    RenameEntry,
    SetEntry,
)
from runsite.registry.document import Document
from runsite.registry.names import check_alias, check_model_name, match_stage
from runsite.registry.nodes import ScalarNode, SeqNode, deref, find_node, find_value
from runsite.registry.parse import MODEL_KEYS, VERSION_KEYS
from runsite.registry.records import ARCHIVED, NO_STAGE, ModelVersion, Registry
from runsite.registry.scalars import Quoted, Value

__all__ = ["Edit", "format_time"]


def format_time(moment: datetime) -> str:
    """Write a time as the registry has it: UTC, whole seconds, ``Z``."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Edit:
    """One registry as it was read, and what each action would change in it.

    Every method returns the changes; an empty list where all is as it should be already.
    """

    document: Document
    registry: Registry

    # ── versions ───────────────────────────────────────────────────────────────────────────

    def register(self, model: str, version: ModelVersion) -> list[Change]:
        """Add a version; the model is made where there is none."""
        check_model_name(model)
        item = _version_item(version)
        path = ("models", model, "versions")
        if model not in self.registry.models:
            return [*self._format(), SetEntry(path[:1], model, {"versions": [item]})]
        if find_node(self.document.root, path) is None:
            return [SetEntry(path[:2], "versions", [item], MODEL_KEYS)]
        return [AppendItem(path, item)]

    def next_version(self, model: str) -> int:
        """Return the number that the next version of the model gets."""
        known = self.registry.models.get(model)
        return max((v.version for v in known.versions), default=0) + 1 if known else 1

    def delete_version(self, model: str, version: int) -> list[Change]:
        """Remove a version, its aliases and the stage that it holds."""
        found = self.registry.get_model(model)
        index = self._index(model, version)
        aliases = [self._remove(model, "aliases", name) for name in found.aliases_of(version)]
        stages = [self._remove(model, "stages", s) for s, n in found.stages.items() if n == version]
        return [*stages, *aliases, RemoveItem(("models", model, "versions"), index)]

    # ── stages ─────────────────────────────────────────────────────────────────────────────

    def promote(
        self, model: str, version: int, stage: str, *, archive_existing: bool = False
    ) -> list[Change]:
        """Give a stage to a version; who held it has none after, or is archived if so wished."""
        stage = match_stage(stage, self.registry.stages)
        if stage == NO_STAGE:
            return self.unassign(model, version)
        if stage == ARCHIVED:
            return self.archive(model, version)
        found = self.registry.get_model(model)
        found.get_version(version)
        before = found.stage_of(version)
        if before == stage:
            return []
        path = ("models", model, "stages")
        holder = found.stages.get(stage)
        changes: list[Change] = []
        if holder is None and before in found.stages:
            changes.append(RenameEntry(path, before, stage))
        else:
            changes.append(SetEntry(path, stage, version, MODEL_KEYS))
            if before in found.stages:
                changes.append(RemoveEntry(path, before))
        if before == ARCHIVED:
            changes += self._unarchive(model, version)
        if archive_existing and holder is not None:
            changes += self._archive(model, holder)
        return changes

    def archive(self, model: str, version: int) -> list[Change]:
        """Retire a version: it loses its stage and is marked archived."""
        found = self.registry.get_model(model)
        if found.get_version(version).archived:
            return []
        return [*self._release(model, version), *self._archive(model, version)]

    def unassign(self, model: str, version: int) -> list[Change]:
        """Take the stage, or the mark of being archived, from a version."""
        found = self.registry.get_model(model)
        if found.get_version(version).archived:
            return self._unarchive(model, version)
        return self._release(model, version)

    # ── aliases, words, tags ───────────────────────────────────────────────────────────────

    def set_alias(self, model: str, alias: str, version: int) -> list[Change]:
        """Point an alias to a version."""
        check_alias(alias)
        found = self.registry.get_model(model)
        found.get_version(version)
        if found.aliases.get(alias) == version:
            return []
        path = ("models", model, "aliases")
        return [SetEntry(path, alias, version, MODEL_KEYS)]

    def delete_alias(self, model: str, alias: str) -> list[Change]:
        """Remove an alias; nothing where there is none."""
        known = alias in self.registry.get_model(model).aliases
        return [self._remove(model, "aliases", alias)] if known else []

    def describe(self, model: str, text: str, *, version: int | None = None) -> list[Change]:
        """Set the description of a model, or of one version of it; empty text removes it."""
        found = self.registry.get_model(model)
        old = found.description if version is None else found.get_version(version).description
        if old == text:
            return []
        path, order = self._place(model, version)
        if not text:
            return [RemoveEntry(path, "description")]
        return [SetEntry(path, "description", text, order)]

    def set_tag(
        self, model: str, key: str, value: str, *, version: int | None = None
    ) -> list[Change]:
        """Set a tag of a model, or of one version of it."""
        found = self.registry.get_model(model)
        tags = found.tags if version is None else found.get_version(version).tags
        if tags.get(key) == value:
            return []
        path, order = self._place(model, version)
        return [SetEntry((*path, "tags"), key, value, order)]

    def delete_tag(self, model: str, key: str, *, version: int | None = None) -> list[Change]:
        """Remove a tag; nothing where there is none."""
        found = self.registry.get_model(model)
        tags = found.tags if version is None else found.get_version(version).tags
        path, _order = self._place(model, version)
        return [RemoveEntry((*path, "tags"), key)] if key in tags else []

    # ── models ─────────────────────────────────────────────────────────────────────────────

    def create_model(
        self, model: str, *, description: str = "", tags: dict[str, str] | None = None
    ) -> list[Change]:
        """Add a model without versions.

        Raises:
            AlreadyExistsError: The name is taken.
        """
        check_model_name(model)
        self._check_free(model)
        fields: dict[str, Value] = {"description": description} if description else {}
        if tags:
            fields["tags"] = {key: str(value) for key, value in tags.items()}
        fields["versions"] = []
        return [*self._format(), SetEntry(("models",), model, fields)]

    def rename_model(self, model: str, new_name: str) -> list[Change]:
        """Give a model another name.

        Raises:
            AlreadyExistsError: The name is taken.
        """
        self.registry.get_model(model)
        if model == new_name:
            return []
        check_model_name(new_name)
        self._check_free(new_name)
        return [RenameEntry(("models",), model, new_name)]

    def delete_model(self, model: str) -> list[Change]:
        """Remove a model with all its versions."""
        self.registry.get_model(model)
        return [RemoveEntry(("models",), model)]

    # ── parts ──────────────────────────────────────────────────────────────────────────────

    def _format(self) -> list[Change]:
        known = find_value(self.document.root, "format") is not None
        return [] if known else [SetEntry((), "format", 1, ("format", "stages", "models"))]

    def _check_free(self, model: str) -> None:
        if model in self.registry.models:
            hint = "choose another name, or add a version to it: runsite register"
            raise AlreadyExistsError(f"the model {quote(model)} exists already", hint=hint)

    def _release(self, model: str, version: int) -> list[Change]:
        held = self.registry.get_model(model).stages
        return [self._remove(model, "stages", s) for s, number in held.items() if number == version]

    def _archive(self, model: str, version: int) -> list[Change]:
        path = ("models", model, "versions", self._index(model, version))
        return [SetEntry(path, "archived", value=True, order=VERSION_KEYS)]

    def _unarchive(self, model: str, version: int) -> list[Change]:
        """Remove the mark from the version, and its number from a list under ``stages``."""
        changes: list[Change] = []
        path = ("models", model, "versions", self._index(model, version))
        if find_value(find_node(self.document.root, path), "archived") is not None:
            changes.append(RemoveEntry(path, "archived"))
        stages = ("models", model, "stages")
        listed = find_node(self.document.root, (*stages, ARCHIVED))
        target = deref(listed) if listed is not None else None
        if isinstance(target, ScalarNode) and target.text == str(version):
            changes.append(RemoveEntry(stages, ARCHIVED))
        elif isinstance(target, SeqNode):
            changes += [
                RemoveItem((*stages, ARCHIVED), at)
                for at, item in enumerate(map(deref, target.items))
                if isinstance(item, ScalarNode) and item.text == str(version)
            ]
        return changes

    def _index(self, model: str, version: int) -> int:
        """Return the version's position in the file's list."""
        self.registry.get_model(model).get_version(version)
        listed = find_node(self.document.root, ("models", model, "versions"))
        target = deref(listed) if listed is not None else None
        for at, item in enumerate(target.items if isinstance(target, SeqNode) else ()):
            number = find_value(item, "version")
            value = deref(number) if number is not None else None
            if isinstance(value, ScalarNode) and value.text == str(version):
                return at
        raise RegistryError(
            f"version {version} of {quote(model)} is not in the model's own list",
            hint="write its fields out instead of merging them with <<",
        )

    def _place(
        self, model: str, version: int | None
    ) -> tuple[tuple[str | int, ...], tuple[str, ...]]:
        if version is None:
            return ("models", model), MODEL_KEYS
        return ("models", model, "versions", self._index(model, version)), VERSION_KEYS

    def _remove(self, model: str, field_name: str, key: str) -> Change:
        return RemoveEntry(("models", model, field_name), key)


def _version_item(version: ModelVersion) -> Value:
    item: dict[str, Value] = {
        "version": version.version,
        "run": Quoted(version.run),
        "artifact": version.artifact,
    }
    if version.digest:
        item["digest"] = Quoted(version.digest)
    item["registered_at"] = Quoted(format_time(version.registered_at))
    if version.registered_by:
        item["registered_by"] = version.registered_by
    if version.description:
        item["description"] = version.description
    if version.tags:
        item["tags"] = {key: str(value) for key, value in version.tags.items()}
    return item
