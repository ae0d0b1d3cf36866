"""Nodes of a registry → `Registry`, with every problem of the content. Pure.

Reading is lenient, so that one run of a check finds everything: what is wrong becomes a problem,
and what is right around it still becomes a record. The callers decide what stops them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from runsite.errors import quote
from runsite.registry.document import Document
from runsite.registry.gate_reading import parse_gate
from runsite.registry.gates import Gate, stages_named_by
from runsite.registry.names import explain_alias, explain_model_name, explain_stage_name
from runsite.registry.nodes import Node, ScalarNode, SeqNode, deref, is_empty
from runsite.registry.problems import Problem, Severity
from runsite.registry.reading import MAX_PROBLEMS, NodeReader, parse_time
from runsite.registry.records import (
    ARCHIVED,
    DEFAULT_STAGES,
    NO_STAGE,
    Model,
    ModelVersion,
    Registry,
)

__all__ = ["FORMAT", "ParsedRegistry", "parse_registry"]

FORMAT = 1
"""The registry format that this version writes, and the newest that it reads."""

TOP_KEYS = ("format", "stages", "models")
MODEL_KEYS = ("description", "tags", "stages", "aliases", "gates", "versions")
VERSION_KEYS = (
    "version",
    "archived",
    "run",
    "artifact",
    "digest",
    "registered_at",
    "registered_by",
    "description",
    "tags",
)
QUOTED_KEYS = frozenset({"run", "digest", "registered_at"})
"""Fields that are always written in quotes."""

_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ParsedRegistry:
    """What could be read, and what is wrong (in the order of the file)."""

    registry: Registry
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that are errors."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)


def parse_registry(document: Document) -> ParsedRegistry:
    """Turn a document into a registry; problems of its YAML come first."""
    if document.root is None:
        return ParsedRegistry(Registry(), document.problems)
    reader = _Reader(document)
    registry = reader.read(document.root)
    problems = sorted((*document.problems, *reader.problems), key=lambda p: (p.line, p.column))
    if reader.is_full:
        message = f"there are more than {MAX_PROBLEMS:,} problems: the rest is not listed"
        problems.append(Problem("too-many", message, "mend these first"))
    return ParsedRegistry(registry, tuple(problems))


class _Reader(NodeReader):
    """Reads one document."""

    def read(self, root: Node) -> Registry:
        top = self.entries(root, "the registry", known=TOP_KEYS)
        self._check_format(top, root)
        stages = self._stage_names(top.get("stages"))
        models: dict[str, Model] = {}
        for key, node in self.pairs(top.get("models"), "models"):
            reason = explain_model_name(key.text)
            if reason:
                self.add("bad-name", f"no model can be called {quote(key.text)}", reason, at=key)
            models[key.text] = self._model(key.text, node, stages)
        return Registry(models=models, stages=stages)

    # ── the parts ──────────────────────────────────────────────────────────────────────────

    def _check_format(self, top: Mapping[str, Node], root: Node) -> None:
        node = top.get("format")
        if node is None:
            if top:
                message = "the registry does not say its format"
                self.add("missing-field", message, "add the line `format: 1`", at=root)
            return
        value = deref(node)
        text = value.text if isinstance(value, ScalarNode) else ""
        if text != str(FORMAT):
            message = f"the format {quote(text)} is not known; this runsite reads format {FORMAT}"
            hint = "install a newer runsite" if text.isdigit() else "write `format: 1`"
            self.add("format-version", message, hint, at=node)

    def _stage_names(self, node: Node | None) -> tuple[str, ...]:
        if node is None or is_empty(node):
            return DEFAULT_STAGES
        names: list[str] = []
        for item in self.items(node, "stages"):
            name = self.text(item, "a stage")
            reason = explain_stage_name(name)
            if reason:
                self.add("bad-name", f"no stage can be called {quote(name)}", reason, at=item)
            elif name.lower() in (known.lower() for known in names):
                hint = "keep one; upper and lower case do not matter"
                self.add("bad-name", f"the stage {quote(name)} stands twice", hint, at=item)
            elif name.lower() != ARCHIVED.lower():
                names.append(name)
        return tuple(names)

    def _model(self, name: str, node: Node, stages: tuple[str, ...]) -> Model:
        if is_empty(node):
            return Model(name=name)
        fields = self.entries(node, f"model {quote(name)}", known=MODEL_KEYS)
        held = self._stages(fields.get("stages"), name, stages)
        listed = held.pop(ARCHIVED, ())
        versions = self._versions(fields.get("versions"), name, frozenset(listed))
        model = Model(
            name=name,
            description=self.text(fields.get("description"), "description"),
            stages={stage: numbers[0] for stage, numbers in held.items()},
            aliases=self._aliases(fields.get("aliases"), name),
            tags=self._tags(fields.get("tags")),
            versions=versions,
            gates=self._gates(fields.get("gates"), name, stages),
        )
        self._check_pointers(model, fields, listed)
        return model

    def _stages(
        self, node: Node | None, name: str, stages: tuple[str, ...]
    ) -> dict[str, tuple[int, ...]]:
        held: dict[str, tuple[int, ...]] = {}
        for key, value in self.pairs(node, "stages"):
            if key.text == ARCHIVED:
                nodes = self.items(value, ARCHIVED) if _is_list(value) else [value]
                numbers = tuple(n for n in map(self.number, nodes) if n)
            elif key.text not in stages:
                message = f"unknown stage {quote(key.text)} for model {quote(name)}"
                self.add("unknown-stage", message, _use_one_of(stages), at=key)
                continue
            else:
                number = self.number(value)
                numbers = (number,) if number else ()
            if numbers:
                held[key.text] = numbers
        return held

    def _aliases(self, node: Node | None, name: str) -> dict[str, int]:
        aliases: dict[str, int] = {}
        for key, value in self.pairs(node, "aliases"):
            reason = explain_alias(key.text)
            if reason:
                message = f"no alias of model {quote(name)} can be called {quote(key.text)}"
                self.add("bad-name", message, reason, at=key)
            number = self.number(value)
            if number:
                aliases[key.text] = number
        return aliases

    def _gates(
        self, node: Node | None, name: str, stages: tuple[str, ...]
    ) -> dict[str, tuple[Gate, ...]]:
        gates: dict[str, tuple[Gate, ...]] = {}
        for key, value in self.pairs(node, "gates"):
            if key.text not in stages:
                message = f"unknown stage {quote(key.text)} in the gates of model {quote(name)}"
                self.add("unknown-stage", message, _use_one_of(stages), at=key)
            items = self.items(value, f"gates of {key.text}")
            read = [self._gate(item, stages) for item in items]
            gates[key.text] = tuple(gate for gate in read if gate is not None)
        return gates

    def _gate(self, node: Node, stages: tuple[str, ...]) -> Gate | None:
        gate = parse_gate(self, node)
        for stage in stages_named_by(gate) if gate else ():
            if stage not in (*stages, ARCHIVED, NO_STAGE):
                message = f"unknown stage {quote(stage)} in a gate"
                hint = f"{_use_one_of(stages)}; a version's number; or @ and an alias"
                self.add("unknown-stage", message, hint, at=node)
        return gate

    def _versions(
        self, node: Node | None, name: str, archived: frozenset[int]
    ) -> tuple[ModelVersion, ...]:
        found: dict[int, ModelVersion] = {}
        for item in self.items(node, "versions"):
            fields = self.entries(item, f"a version of {quote(name)}", known=VERSION_KEYS)
            version = self._version(fields, item, archived)
            if version is None:
                continue
            if version.version in found:
                message = f"version {version.version} of model {quote(name)} stands twice"
                hint = "give the later one the next free number"
                self.add("duplicate-version", message, hint, at=fields["version"])
                continue
            found[version.version] = version
        return tuple(found[number] for number in sorted(found))

    def _version(
        self, fields: Mapping[str, Node], item: Node, archived: frozenset[int]
    ) -> ModelVersion | None:
        if not fields:
            return None
        for key in ("version", "run", "artifact", "digest", "registered_at"):
            if key not in fields:
                severity = Severity.WARNING if key == "digest" else Severity.ERROR
                hint = f"add the line `{key}: …`; runsite register writes all of them"
                message = f"a version has no {quote(key)}"
                self.add("missing-field", message, hint, at=item, severity=severity)
        number = self.number(fields["version"]) if "version" in fields else None
        if number is None:
            return None
        return ModelVersion(
            version=number,
            run=self._run(fields.get("run")),
            artifact=self._artifact(fields.get("artifact")),
            digest=self._digest(fields.get("digest")),
            registered_at=self._time(fields.get("registered_at")),
            registered_by=self.text(fields.get("registered_by"), "registered_by"),
            description=self.text(fields.get("description"), "description"),
            tags=self._tags(fields.get("tags")),
            archived=self._flag(fields.get("archived")) or number in archived,
        )

    def _check_pointers(
        self, model: Model, fields: Mapping[str, Node], archived: tuple[int, ...]
    ) -> None:
        holders: dict[int, str] = {}
        pointers = [(ARCHIVED, number) for number in archived]
        for stage, number in (*model.stages.items(), *pointers):
            at = self.value_of(fields["stages"], stage)
            if self._misses(model, number, f"the stage {quote(stage)}", at) or stage == ARCHIVED:
                continue
            if number in holders:
                message = f"version {number} holds {holders[number]} and {stage}"
                self.add("two-stages", message, "a version has one stage: remove one", at=at)
            holders.setdefault(number, stage)
            if model.get_version(number).archived:
                message = f"the stage {quote(stage)} points to version {number}, which is archived"
                hint = "give the stage to another version, or remove `archived` from this one"
                self.add("archived-pointer", message, hint, at=at)
        for alias, number in model.aliases.items():
            at = self.value_of(fields["aliases"], alias)
            if self._misses(model, number, f"the alias {quote(alias)}", at):
                continue
            if model.get_version(number).archived:
                message = f"the alias {quote(alias)} names version {number}, which is archived"
                hint = "point it to another version, or remove it"
                level = Severity.WARNING
                self.add("archived-pointer", message, hint, at=at, severity=level)

    def _misses(self, model: Model, number: int, what: str, at: Node) -> bool:
        if model.find_version(number):
            return False
        numbers = ", ".join(str(version.version) for version in model.versions[-20:])
        hint = f"its versions are {numbers}" if numbers else "it has no versions"
        message = (
            f"{what} of model {quote(model.name)} points to version {number}, which is missing"
        )
        self.add("missing-version", message, hint, at=at)
        return True

    # ── the values ─────────────────────────────────────────────────────────────────────────

    def _run(self, node: Node | None) -> str:
        run = self.quoted(node, "run")
        if node is not None and run and not _RUN.fullmatch(run):
            message = f"{quote(run)} is not the id of a run"
            self.add("bad-run", message, "write its 32 digits 0-9a-f in quotes", at=node)
            return ""
        return run

    def _artifact(self, node: Node | None) -> str:
        path = self.text(node, "artifact")
        parts = path.split("/")
        if node is not None and (not path or path.startswith("/") or "\\" in path or ".." in parts):
            message = f"artifact {quote(path)} is not a path inside the run's artifacts"
            self.add("bad-path", message, "write it relative, with / between", at=node)
        return path

    def _digest(self, node: Node | None) -> str:
        digest = self.quoted(node, "digest") if node is not None else ""
        if node is not None and digest and not _DIGEST.fullmatch(digest):
            message = f"{quote(digest)} is not a digest"
            self.add("bad-digest", message, "write sha256: and 64 digits 0-9a-f", at=node)
        return digest

    def _time(self, node: Node | None) -> datetime:
        text = self.quoted(node, "registered_at") if node is not None else ""
        moment = parse_time(text) if text else None
        if node is not None and text and moment is None:
            hint = 'write it as "2026-11-23T03:12:00Z"'
            self.add("bad-time", f"{quote(text)} is not a time", hint, at=node)
        return moment or _NO_TIME

    def _tags(self, node: Node | None) -> dict[str, str]:
        return {
            key.text: self.text(value, f"the tag {quote(key.text)}")
            for key, value in self.pairs(node, "tags")
        }

    def _flag(self, node: Node | None) -> bool:
        if node is None or is_empty(node):
            return False
        value = deref(node)
        if isinstance(value, ScalarNode) and value.text in ("true", "false") and not value.style:
            return value.text == "true"
        self.add("wrong-type", "archived must be true or false", "write `archived: true`", at=node)
        return False


def _is_list(node: Node) -> bool:
    return isinstance(deref(node), SeqNode)


def _use_one_of(stages: tuple[str, ...]) -> str:
    return "use one of: " + ", ".join((*stages, ARCHIVED))
