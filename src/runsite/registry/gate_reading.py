"""Reading gates out of a registry, a problem for each that does not make sense. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from runsite.errors import quote
from runsite.registry.gates import (
    CardGate,
    DatasetGate,
    DurationGate,
    Gate,
    GitGate,
    LicenceGate,
    Margin,
    MetricGate,
    PathGate,
    PresenceGate,
    PythonGate,
    RepeatsGate,
    ValueGate,
)
from runsite.registry.nodes import Node, ScalarNode, SeqNode, deref
from runsite.registry.reading import NodeReader

__all__ = ["parse_gate"]

_DECIMAL = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_FIELDS = {
    "metric": ("of", "min", "max", "better_than", "by", "no_worse_than", "tolerance", "direction"),
    "param": ("equals", "one_of", "min", "max"),
    "tag": ("equals", "one_of"),
    "signature": (),
    "input_example": (),
    "dataset": ("same_as",),
    "git": (),
    "card": (),
    "licence": (),
    "in_stage": ("days",),
    "after": (),
    "repeats": ("min",),
    "python": ("with",),
}
"""The key that names each kind of gate → the fields that may stand beside it."""

_WORDS = {"signature": "present", "input_example": "present", "git": "clean", "card": "complete"}
_KNOWN = tuple({key: None for kind, fields in _FIELDS.items() for key in (kind, *fields)})


def parse_gate(reader: NodeReader, node: Node) -> Gate | None:
    """Read one gate; None, with a problem, where it is none."""
    before = len(reader.problems)
    entries = reader.entries(node, "a gate", known=_KNOWN)
    if len(reader.problems) > before:
        return None
    kinds = [key for key in entries if key in _FIELDS]
    if len(kinds) != 1:
        what = f"names {' and '.join(kinds)}" if kinds else "does not say what it looks at"
        hint = "start it with one of: " + ", ".join(_FIELDS)
        reader.add("bad-gate", f"a gate {what}", hint, at=node)
        return None
    kind = kinds[0]
    for key, value in entries.items():
        if key != kind and key not in _FIELDS[kind]:
            hint = f"fields there are {', '.join(_FIELDS[kind])}" if _FIELDS[kind] else "remove it"
            message = f"a gate on {kind} has no field {quote(key)}"
            reader.add("bad-gate", message, hint, at=value)
            return None
    return _GateReader(reader, node, entries).read(kind)


class _GateReader:
    """Reads the fields of one gate."""

    def __init__(self, reader: NodeReader, node: Node, entries: Mapping[str, Node]) -> None:
        self._reader, self._node, self._entries = reader, node, entries

    def read(self, kind: str) -> Gate | None:
        readers: dict[str, Callable[[], Gate | None]] = {
            "metric": self._metric,
            "param": lambda: self._value("param"),
            "tag": lambda: self._value("tag"),
            "dataset": lambda: DatasetGate(self._text("dataset"), self._text("same_as")),
            "licence": lambda: LicenceGate(self._licences()),
            "in_stage": self._duration,
            "after": lambda: PathGate(self._texts("after")),
            "repeats": self._repeats,
            "python": lambda: PythonGate(self._text("python"), self._options()),
        }
        if kind in _WORDS:
            return self._word(kind)
        before = len(self._reader.problems)
        if not self._texts(kind):
            self._refuse(kind, f"a gate on {kind} needs a value", f"write `{kind}: …`")
        gate = readers[kind]()
        return gate if len(self._reader.problems) == before else None

    def _word(self, kind: str) -> Gate | None:
        if self._text(kind) != _WORDS[kind]:
            message = f"{quote(self._text(kind))} is nothing that {kind} can be"
            self._refuse(kind, message, f"write `{kind}: {_WORDS[kind]}`")
            return None
        if kind in ("signature", "input_example"):
            return PresenceGate(kind)
        return GitGate() if kind == "git" else CardGate()

    def _metric(self) -> MetricGate:
        better, no_worse = self._text("better_than"), self._text("no_worse_than")
        if better and no_worse:
            hint = "write two gates"
            self._refuse("no_worse_than", "a gate compares with one version", hint)
        for key, needed, given in (
            ("by", "better_than", better),
            ("tolerance", "no_worse_than", no_worse),
        ):
            if key in self._entries and not given:
                self._refuse(key, f"{quote(key)} belongs to {quote(needed)}", f"add `{needed}: …`")
        return MetricGate(
            metric=self._text("metric"),
            of=self._choice("of", ("last", "min", "max")) or "last",
            min=self._decimal("min"),
            max=self._decimal("max"),
            better_than=better,
            no_worse_than=no_worse,
            margin=self._margin("by" if better else "tolerance"),
            direction=self._choice("direction", ("min", "max")),
        )

    def _value(self, kind: str) -> ValueGate:
        allowed = self._texts("one_of") or self._texts("equals")
        return ValueGate(
            kind=kind,
            key=self._text(kind),
            one_of=allowed,
            min=self._decimal("min"),
            max=self._decimal("max"),
        )

    def _licences(self) -> tuple[str, ...]:
        named = self._texts("licence")
        return () if named == ("present",) else named

    def _duration(self) -> DurationGate | None:
        days = self._decimal("days")
        if days is None or days <= 0:
            self._refuse("days", "a gate on time needs days above 0", "write `days: 3`")
            return None
        return DurationGate(self._text("in_stage"), days)

    def _repeats(self) -> RepeatsGate | None:
        least = self._decimal("min")
        if least is None or least < 1 or least != int(least):
            self._refuse("min", "a gate on repeats needs how many", "write `min: 5`")
            return None
        return RepeatsGate(self._text("repeats"), int(least))

    def _options(self) -> dict[str, str]:
        pairs = self._reader.pairs(self._entries.get("with"), "with")
        return {key.text: self._reader.text(value, key.text) for key, value in pairs}

    def _text(self, key: str) -> str:
        return self._reader.text(self._entries.get(key), key)

    def _texts(self, key: str) -> tuple[str, ...]:
        node = self._entries.get(key)
        if node is not None and isinstance(deref(node), SeqNode):
            items = self._reader.items(node, key)
            return tuple(self._reader.text(item, key) for item in items)
        text = self._text(key)
        return (text,) if text else ()

    def _choice(self, key: str, choices: tuple[str, ...]) -> str:
        text = self._text(key)
        if text and text not in choices:
            message = f"{quote(text)} is nothing that {key} can be"
            self._refuse(key, message, f"use one of: {', '.join(choices)}")
            return ""
        return text

    def _decimal(self, key: str) -> float | None:
        text = self._text(key)
        if not text:
            return None
        if not _is_decimal(text) or _is_quoted(self._entries[key]):
            self._refuse(key, f"{key} must be a number, not {quote(text)}", f"write `{key}: 6.5`")
            return None
        return float(text)

    def _margin(self, key: str) -> Margin:
        text = self._text(key)
        number = text.removesuffix("%")
        if not text:
            return Margin()
        if not _is_decimal(number) or float(number) < 0:
            message = f"{key} must be a number from 0, or a percentage, not {quote(text)}"
            self._refuse(key, message, f"write `{key}: 0.02` or `{key}: 2%`")
            return Margin()
        return Margin(float(number), percent=text.endswith("%"))

    def _refuse(self, key: str, message: str, hint: str) -> None:
        self._reader.add("bad-gate", message, hint, at=self._entries.get(key, self._node))


def _is_decimal(text: str) -> bool:
    """Tell whether text is a number that a double can hold: ``1e999`` would bound nothing."""
    return bool(_DECIMAL.fullmatch(text)) and math.isfinite(float(text))


def _is_quoted(node: Node) -> bool:
    value = deref(node)
    return isinstance(value, ScalarNode) and bool(value.style)
