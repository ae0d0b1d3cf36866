"""Registries as people write them: made data, rendered in every style that YAML has."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

__all__ = ["REGISTRY", "Written", "a_version", "written_registries"]

DIGEST = "sha256:" + "5" * 64

REGISTRY = f"""\
# Our models.
format: 1
models:
  nyc-taxi-regressor:
    description: Trip duration in minutes
    stages:                 # the only lines that a promotion touches
      Production: 1         # since spring
      Staging: 2
    aliases:
      champion: 1
    versions:               # append-only
      - version: 1
        run: "0193a5c0e9b97c5f8d3f6f0c8a7b6e21"
        artifact: models
        digest: "{DIGEST}"
        registered_at: "2026-11-23T03:12:00Z"
        registered_by: moshifa
      - version: 2
        run: "0193a5c0e9b97c5f8d3f6f0c8a7b6e22"
        artifact: models
        digest: "{DIGEST}"
        registered_at: "2026-11-24T03:12:00Z"
        registered_by: moshifa
        description: Depth 30, no early stopping
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A registry's data, and one way to write it."""

    data: dict[str, Any]
    text: str


def a_version(number: int, **fields: object) -> dict[str, Any]:
    """Make the fields of a version."""
    plain: dict[str, Any] = {
        "version": number,
        "run": f"{number:032x}",
        "artifact": "model",
        "digest": DIGEST,
        "registered_at": "2026-11-23T03:12:00Z",
    }
    return {**plain, **fields}


_WORDS = st.sampled_from(
    [
        *(
            "depth 30",
            "été",
            "日本 語",
            "a: b",
            "# no comment",
            "it's",
            'say "x"',
            "12e4567",
            "yes",
        ),
        *(
            "- item",
            "{x}",
            "a, b",
            "😀",
            "line\nbreak",
            " padded ",
            "%x",
            "@team",
            "null",
            "\t",
            "~",
        ),
    ]
)
_NAMES = st.sampled_from(
    ["nyc", "model b", "Ümlaut", "12", "true", "a.b-c_d", "it's", "x#y", "x #y", "-dash", "日本"]
)


@st.composite
def _versions(draw: st.DrawFn) -> list[dict[str, Any]]:
    numbers = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True).map(sorted))
    versions = []
    for number in numbers:
        version = a_version(number)
        if draw(st.booleans()):
            version["registered_by"] = draw(_WORDS)
        if draw(st.booleans()):
            version["description"] = draw(_WORDS)
        if draw(st.booleans()):
            version["tags"] = draw(st.dictionaries(_NAMES, _WORDS, max_size=2))
        versions.append(version)
    return versions


@st.composite
def _models(draw: st.DrawFn) -> dict[str, Any]:
    versions = draw(_versions())
    numbers = [version["version"] for version in versions]
    holders = draw(st.permutations(numbers))
    stages = draw(st.sampled_from([[], ["Production"], ["Staging"], ["Production", "Staging"]]))
    held = dict(zip(stages, holders, strict=False))
    for number, version in zip(numbers, versions, strict=True):
        if number not in held.values() and draw(st.booleans()):
            version["archived"] = True
    aliases = st.dictionaries(st.sampled_from(["champion", "a-b"]), st.sampled_from(numbers))
    fields = {
        "description": draw(_WORDS),
        "stages": held,
        "aliases": draw(aliases),
        "x-own": draw(_WORDS),
    }
    kept = [key for key in fields if (key == "stages" and held) or draw(st.booleans())]
    fields["versions"] = versions
    return {key: fields[key] for key in draw(st.permutations([*kept, "versions"]))}


@st.composite
def written_registries(draw: st.DrawFn) -> Written:
    """Draw a registry and a way to write it: styles, quotes, comments, line ends, a BOM."""
    models = draw(st.dictionaries(_NAMES, _models(), min_size=1, max_size=3))
    data = {"format": 1, "models": models}
    # One seed for all choices of style: drawing each would take most of the test's time.
    dice = random.Random(draw(st.integers(0, 2**32), label="style"))
    lines = _Writer(dice).block(data, indent=0)
    if dice.random() < 0.2:
        lines = ["---", *lines]
    ending = dice.choice(["\n", "\n", "\r\n"])
    text = ending.join(lines) + dice.choice([ending, ending, "", ending * 3])
    return Written(data, dice.choice(["", "", "\ufeff"]) + text)


class _Writer:
    """Writes data as YAML in the style that the dice give."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._step = dice.choice([2, 2, 4, 1, 3])
        self._flow_rate = dice.choice([0, 0, 1, 3])
        self._noise_rate = dice.choice([0, 1, 3])
        self._anchors = 0

    def block(self, data: dict[str, Any], *, indent: int) -> list[str]:
        lines: list[str] = []
        for key, value in data.items():
            lines += self._noise(indent)
            lines += self._entry(key, value, indent)
        return lines

    def _entry(self, key: str, value: Any, indent: int) -> list[str]:
        name = " " * indent + self._key(key) + ":" + self._anchor()
        if isinstance(value, dict | list) and not value:
            return [name + self._pick(" {}" if isinstance(value, dict) else " []", "", " ~")]
        if isinstance(value, dict | list) and self._chance(self._flow_rate):
            return [f"{name} {self._flow(value)}" + self._comment()]
        if isinstance(value, dict):
            inner = self.block(value, indent=indent + self._step)
            return [name + self._comment(), *inner]
        if isinstance(value, list):
            dash = indent + self._pick(0, self._step)
            return [name + self._comment(), *self._items(value, dash)]
        if isinstance(value, str) and value == "line\nbreak" and self._chance(5):
            pad = " " * (indent + self._step)
            return [f"{name} |-", f"{pad}line", f"{pad}break"]
        return [f"{name} {self._scalar(value)}" + self._comment()]

    def _items(self, items: list[Any], indent: int) -> list[str]:
        lines: list[str] = []
        gap = self._pick(1, 1, 3)
        for item in items:
            lines += self._noise(indent)
            if isinstance(item, dict) and self._chance(self._flow_rate):
                lines.append(" " * indent + "- " + self._flow(item) + self._comment())
                continue
            inner = self.block(item, indent=indent + 1 + gap)
            while not inner[0].strip() or inner[0].lstrip().startswith("#"):
                inner.pop(0)
            lines.append(" " * indent + "-" + " " * gap + inner[0].lstrip())
            lines += inner[1:]
        return lines

    def _flow(self, value: Any) -> str:
        pad = self._pick("", " ")
        if isinstance(value, dict):
            inner = ", ".join(f"{self._key(k)}: {self._flow(v)}" for k, v in value.items())
            return "{" + pad + inner + pad + "}"
        if isinstance(value, list):
            tail = self._pick("", ",") if value else ""
            return "[" + pad + ", ".join(map(self._flow, value)) + tail + pad + "]"
        return self._scalar(value)

    def _key(self, key: str) -> str:
        plain = key.replace("-", "").replace("_", "").isalpha() and key != "true"
        plain = plain and not key.startswith("-")
        styles = [json.dumps(key, ensure_ascii=False), "'" + key.replace("'", "''") + "'"]
        return self._pick(*([key] * 6 + styles if plain else styles))

    def _scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        double = json.dumps(value, ensure_ascii=False)
        if value.isprintable():
            return self._pick(double, "'" + value.replace("'", "''") + "'")
        return double

    def _anchor(self) -> str:
        if not self._chance(self._noise_rate // 2):
            return ""
        self._anchors += 1
        return f" &a{self._anchors}"

    def _comment(self) -> str:
        return self._pick("", "  # said: {a, b} - x") if self._chance(self._noise_rate) else ""

    def _noise(self, indent: int) -> list[str]:
        if not self._chance(self._noise_rate):
            return []
        return [self._pick("", " " * indent + "# a: remark", "# - at the margin", "   ")]

    def _chance(self, of_ten: int) -> bool:
        return of_ten > 0 and self._dice.randrange(10) < of_ten

    def _pick(self, *choices: Any) -> Any:
        return self._dice.choice(choices)
