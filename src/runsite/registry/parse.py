"""Nodes of a registry → `Registry`, with every problem of the content. Pure.

Reading is lenient, so that one run of a check finds everything: what is wrong becomes a problem,
and what is right around it still becomes a record. The callers decide what stops them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from runsite.errors import quote
from runsite.registry.document import Document
from runsite.registry.names import explain_alias, explain_model_name, explain_stage_name
from runsite.registry.nodes import MapNode, Node, ScalarNode, SeqNode, deref, is_empty, resolve_kind
from runsite.registry.problems import Problem, Severity
from runsite.registry.records import ARCHIVED, DEFAULT_STAGES, Model, ModelVersion, Registry
from runsite.registry.scalars import looks_numeric

__all__ = ["FORMAT", "ParsedRegistry", "parse_registry", "parse_time"]

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

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
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
    return ParsedRegistry(registry, tuple(problems))


@lru_cache(maxsize=4096)
def parse_time(text: str) -> datetime | None:
    """Read an ISO 8601 time; None where it is none. One without an offset is taken as UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class _Reader:
    """Collects problems while it reads; lives for one document."""

    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self._document = document

    def read(self, root: Node) -> Registry:
        top = self._entries(root, "the registry", known=TOP_KEYS)
        self._check_format(top, root)
        stages = self._stage_names(top.get("stages"))
        models: dict[str, Model] = {}
        for key, node in self._pairs(top.get("models"), "models"):
            reason = explain_model_name(key.text)
            if reason:
                self._add("bad-name", f"no model can be called {quote(key.text)}", reason, at=key)
            models[key.text] = self._model(key.text, node, stages)
        return Registry(models=models, stages=stages)

    # ── the parts ──────────────────────────────────────────────────────────────────────────

    def _check_format(self, top: Mapping[str, Node], root: Node) -> None:
        node = top.get("format")
        if node is None:
            if top:
                message = "the registry does not say its format"
                self._add("missing-field", message, "add the line `format: 1`", at=root)
            return
        value = deref(node)
        text = value.text if isinstance(value, ScalarNode) else ""
        if text != str(FORMAT):
            message = f"the format {quote(text)} is not known; this runsite reads format {FORMAT}"
            hint = "install a newer runsite" if text.isdigit() else "write `format: 1`"
            self._add("format-version", message, hint, at=node)

    def _stage_names(self, node: Node | None) -> tuple[str, ...]:
        if node is None or is_empty(node):
            return DEFAULT_STAGES
        names: list[str] = []
        for item in self._items(node, "stages"):
            name = self._text(item, "a stage")
            reason = explain_stage_name(name)
            if reason:
                self._add("bad-name", f"no stage can be called {quote(name)}", reason, at=item)
            elif name.lower() in (known.lower() for known in names):
                hint = "keep one; upper and lower case do not matter"
                self._add("bad-name", f"the stage {quote(name)} stands twice", hint, at=item)
            elif name.lower() != ARCHIVED.lower():
                names.append(name)
        return tuple(names)

    def _model(self, name: str, node: Node, stages: tuple[str, ...]) -> Model:
        if is_empty(node):
            return Model(name=name)
        fields = self._entries(node, f"model {quote(name)}", known=MODEL_KEYS)
        held = self._stages(fields.get("stages"), name, stages)
        listed = held.pop(ARCHIVED, ())
        versions = self._versions(fields.get("versions"), name, frozenset(listed))
        model = Model(
            name=name,
            description=self._text(fields.get("description"), "description"),
            stages={stage: numbers[0] for stage, numbers in held.items()},
            aliases=self._aliases(fields.get("aliases"), name),
            tags=self._tags(fields.get("tags")),
            versions=versions,
        )
        self._check_pointers(model, fields, listed)
        return model

    def _stages(
        self, node: Node | None, name: str, stages: tuple[str, ...]
    ) -> dict[str, tuple[int, ...]]:
        held: dict[str, tuple[int, ...]] = {}
        for key, value in self._pairs(node, "stages"):
            if key.text == ARCHIVED:
                nodes = self._items(value, ARCHIVED) if _is_list(value) else [value]
                numbers = tuple(n for n in map(self._number, nodes) if n)
            elif key.text not in stages:
                message = f"unknown stage {quote(key.text)} for model {quote(name)}"
                self._add("unknown-stage", message, _use_one_of(stages), at=key)
                continue
            else:
                number = self._number(value)
                numbers = (number,) if number else ()
            if numbers:
                held[key.text] = numbers
        return held

    def _aliases(self, node: Node | None, name: str) -> dict[str, int]:
        aliases: dict[str, int] = {}
        for key, value in self._pairs(node, "aliases"):
            reason = explain_alias(key.text)
            if reason:
                message = f"no alias of model {quote(name)} can be called {quote(key.text)}"
                self._add("bad-name", message, reason, at=key)
            number = self._number(value)
            if number:
                aliases[key.text] = number
        return aliases

    def _versions(
        self, node: Node | None, name: str, archived: frozenset[int]
    ) -> tuple[ModelVersion, ...]:
        found: dict[int, ModelVersion] = {}
        for item in self._items(node, "versions"):
            fields = self._entries(item, f"a version of {quote(name)}", known=VERSION_KEYS)
            version = self._version(fields, item, archived)
            if version is None:
                continue
            if version.version in found:
                message = f"version {version.version} of model {quote(name)} stands twice"
                hint = "give the later one the next free number"
                self._add("duplicate-version", message, hint, at=fields["version"])
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
                self._add("missing-field", message, hint, at=item, severity=severity)
        number = self._number(fields["version"]) if "version" in fields else None
        if number is None:
            return None
        return ModelVersion(
            version=number,
            run=self._quoted(fields.get("run"), "run"),
            artifact=self._artifact(fields.get("artifact")),
            digest=self._digest(fields.get("digest")),
            registered_at=self._time(fields.get("registered_at")),
            registered_by=self._text(fields.get("registered_by"), "registered_by"),
            description=self._text(fields.get("description"), "description"),
            tags=self._tags(fields.get("tags")),
            archived=self._flag(fields.get("archived")) or number in archived,
        )

    def _check_pointers(
        self, model: Model, fields: Mapping[str, Node], archived: tuple[int, ...]
    ) -> None:
        holders: dict[int, str] = {}
        pointers = [(ARCHIVED, number) for number in archived]
        for stage, number in (*model.stages.items(), *pointers):
            at = self._value_of(fields["stages"], stage)
            if self._misses(model, number, f"the stage {quote(stage)}", at) or stage == ARCHIVED:
                continue
            if number in holders:
                message = f"version {number} holds {holders[number]} and {stage}"
                self._add("two-stages", message, "a version has one stage: remove one", at=at)
            holders.setdefault(number, stage)
            if model.get_version(number).archived:
                message = f"the stage {quote(stage)} points to version {number}, which is archived"
                hint = "give the stage to another version, or remove `archived` from this one"
                self._add("archived-pointer", message, hint, at=at)
        for alias, number in model.aliases.items():
            at = self._value_of(fields["aliases"], alias)
            if self._misses(model, number, f"the alias {quote(alias)}", at):
                continue
            if model.get_version(number).archived:
                message = f"the alias {quote(alias)} names version {number}, which is archived"
                hint = "point it to another version, or remove it"
                level = Severity.WARNING
                self._add("archived-pointer", message, hint, at=at, severity=level)

    def _misses(self, model: Model, number: int, what: str, at: Node) -> bool:
        if model.find_version(number):
            return False
        numbers = ", ".join(str(version.version) for version in model.versions[-20:])
        hint = f"its versions are {numbers}" if numbers else "it has no versions"
        message = (
            f"{what} of model {quote(model.name)} points to version {number}, which is missing"
        )
        self._add("missing-version", message, hint, at=at)
        return True

    # ── the values ─────────────────────────────────────────────────────────────────────────

    def _text(self, node: Node | None, what: str) -> str:
        """Read text as it is written: ``007`` stays ``007``, whatever YAML makes of it."""
        if node is None:
            return ""
        value = deref(node)
        if isinstance(value, ScalarNode):
            return "" if resolve_kind(value) == "null" else value.text
        self._add("wrong-type", f"{what} must be text", "write it on one line", at=node)
        return ""

    def _quoted(self, node: Node | None, key: str) -> str:
        text = self._text(node, key)
        value = deref(node) if node is not None else None
        if node is None or not isinstance(value, ScalarNode):
            return text
        if not value.text:
            self._add("missing-field", f"{quote(key)} is empty", "write its value", at=node)
        elif not value.style and not value.tag:
            kind = "number" if looks_numeric(value.text) else resolve_kind(value)
            message = f"{key} {quote(value.text)} stands without quotes"
            if kind != "str":
                message += f": other readers take it for a {kind}"
            hint = f'write {key}: "{value.text}"'
            level = Severity.WARNING if kind == "str" else Severity.ERROR
            self._add("unquoted", message, hint, at=node, severity=level)
        return value.text

    def _artifact(self, node: Node | None) -> str:
        path = self._text(node, "artifact")
        parts = path.split("/")
        if node is not None and (not path or path.startswith("/") or "\\" in path or ".." in parts):
            message = f"artifact {quote(path)} is not a path inside the run's artifacts"
            self._add("bad-path", message, "write it relative, with / between", at=node)
        return path

    def _digest(self, node: Node | None) -> str:
        digest = self._quoted(node, "digest") if node is not None else ""
        if node is not None and digest and not _DIGEST.fullmatch(digest):
            message = f"{quote(digest)} is not a digest"
            self._add("bad-digest", message, "write sha256: and 64 digits 0-9a-f", at=node)
        return digest

    def _time(self, node: Node | None) -> datetime:
        text = self._quoted(node, "registered_at") if node is not None else ""
        moment = parse_time(text) if text else None
        if node is not None and text and moment is None:
            hint = 'write it as "2026-11-23T03:12:00Z"'
            self._add("bad-time", f"{quote(text)} is not a time", hint, at=node)
        return moment or _NO_TIME

    def _tags(self, node: Node | None) -> dict[str, str]:
        return {
            key.text: self._text(value, f"the tag {quote(key.text)}")
            for key, value in self._pairs(node, "tags")
        }

    def _flag(self, node: Node | None) -> bool:
        if node is None or is_empty(node):
            return False
        value = deref(node)
        if isinstance(value, ScalarNode) and value.text in ("true", "false") and not value.style:
            return value.text == "true"
        self._add("wrong-type", "archived must be true or false", "write `archived: true`", at=node)
        return False

    def _number(self, node: Node) -> int | None:
        value = deref(node)
        text = value.text if isinstance(value, ScalarNode) else ""
        if isinstance(value, ScalarNode) and not value.style and _NUMBER.fullmatch(text):
            return int(text)
        shown = quote(text) if isinstance(value, ScalarNode) else "a list or mapping"
        message = f"a version is a whole number from 1, not {shown}"
        self._add("wrong-type", message, "write the number plainly, like 3", at=node)
        return None

    # ── the shapes ─────────────────────────────────────────────────────────────────────────

    def _entries(self, node: Node, what: str, *, known: tuple[str, ...]) -> dict[str, Node]:
        """Read a mapping of known fields. Keys that start with ``x-`` are a team's own."""
        entries: dict[str, Node] = {}
        for key, value in self._pairs(node, what):
            if key.text in known:
                entries[key.text] = value
            elif not key.text.startswith("x-"):
                near = difflib.get_close_matches(key.text, known, n=1)
                hint = f"did you mean {quote(near[0])}?" if near else "the fields there are "
                hint += "" if near else ", ".join(known) + "; your own ones start with x-"
                self._add(
                    "unknown-field", f"unknown field {quote(key.text)} in {what}", hint, at=key
                )
        return entries

    def _pairs(self, node: Node | None, what: str) -> Iterator[tuple[ScalarNode, Node]]:
        """Give the entries of a mapping, those merged by ``<<`` after its own."""
        if node is None or is_empty(node):
            return
        mapping = deref(node)
        if not isinstance(mapping, MapNode):
            hint = "write it as `name: value` lines"
            self._add("wrong-type", f"{what} must be a mapping", hint, at=node)
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
            for key, value in self._pairs(source, "what << merges"):
                if key.text not in seen:
                    seen.add(key.text)
                    yield key, value

    def _items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        if node is None or is_empty(node):
            return ()
        sequence = deref(node)
        if isinstance(sequence, SeqNode):
            return sequence.items
        hint = "start each item with `- `"
        self._add("wrong-type", f"{what} must be a list", hint, at=node)
        return ()

    def _value_of(self, node: Node, name: str) -> Node:
        for key, value in self._pairs(node, "pointers"):
            if key.text == name:
                return value
        return node

    def _add(
        self,
        code: str,
        message: str,
        hint: str,
        *,
        at: Node,
        severity: Severity = Severity.ERROR,
    ) -> None:
        line, column = self._document.locate(at.start)
        self.problems.append(Problem(code, message, hint, line, column, severity))


def _is_list(node: Node) -> bool:
    return isinstance(deref(node), SeqNode)


def _use_one_of(stages: tuple[str, ...]) -> str:
    return "use one of: " + ", ".join((*stages, ARCHIVED))
