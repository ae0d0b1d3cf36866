"""Values → YAML text that every reader takes for the same value. Pure."""

from __future__ import annotations

import json
import re

from runsite.registry.nodes import ScalarNode, resolve_kind

__all__ = ["Quoted", "Value", "format_flow", "format_key", "format_lines", "format_scalar"]


class Quoted(str):
    """Text that is written in double quotes even where it could stand plain."""

    __slots__ = ()


Value = str | int | bool | None | dict[str, "Value"] | list["Value"]
"""What an edit can write."""

# Plain text that means the same in YAML 1.1 and 1.2, in block and in flow style: no indicator at
# the start, no ": ", " #", comma, bracket or brace anywhere, nothing but printable ASCII letters
# and letters beyond it.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./+()=;'!?*&%$~^|<>-]|[:@](?=[\w/]))*(?<! )|_\w+")
_NUMBER_12 = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0[ox][0-9a-fA-F]+")
_WORDS = frozenset(["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"])
_ESCAPES = {"\u0085": "\\N", "\u2028": "\\L", "\u2029": "\\P", "\ufeff": "\\uFEFF", "\x7f": "\\x7F"}
_BLOCK_LINE = re.compile(r"(?:[^\s](?:.*[^\s])?)?")


def looks_numeric(text: str) -> bool:
    """Tell whether some YAML reader takes the plain text for a number."""
    kind = resolve_kind(ScalarNode(text, "", "", "", 0, 0))
    return kind in ("int", "float") or bool(_NUMBER_12.fullmatch(text))


def format_scalar(value: Value, *, style: str = "") -> str:
    """Write a scalar on one line; `style` is the quote character that it had before, if any."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise TypeError(f"not a scalar: {type(value).__name__}")
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Quoted) or style == '"' or not _is_plain(value):
        return _double_quoted(value)
    return value


def format_key(name: str, *, style: str = "") -> str:
    """Write a key."""
    text = format_scalar(name, style=style)
    return text if len(text) <= 128 or text[0] in "\"'" else _double_quoted(name)


def format_flow(value: Value) -> str:
    """Write any value on one line, collections in brackets."""
    if isinstance(value, dict):
        inner = ", ".join(f"{format_key(k)}: {format_flow(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(format_flow(item) for item in value) + "]"
    return format_scalar(value)


def format_lines(key: str, value: Value, *, step: int) -> list[str]:
    """Write an entry ``key: value`` in block style: lines without indentation or line ends."""
    name = format_key(key)
    if isinstance(value, dict) and value:
        lines = [f"{name}:"]
        for inner, content in value.items():
            lines += _shift(format_lines(inner, content, step=step), step)
        return lines
    if isinstance(value, list) and value:
        return [f"{name}:", *_shift(format_items(value, step=step), step)]
    if isinstance(value, str) and "\n" in value and _fits_block(value):
        return [f"{name}: |-", *_shift(value.split("\n"), step)]
    if isinstance(value, dict | list):
        return [f"{name}: {format_flow(value)}"]
    return [f"{name}: {format_scalar(value)}"]


def format_items(values: list[Value], *, step: int) -> list[str]:
    """Write the items of a list in block style: lines without indentation or line ends."""
    lines: list[str] = []
    for value in values:
        if isinstance(value, dict) and value:
            inner: list[str] = []
            for key, content in value.items():
                inner += format_lines(key, content, step=step)
            lines += [f"- {inner[0]}", *_shift(inner[1:], 2)]
        else:
            lines.append(f"- {format_flow(value)}")
    return lines


def _shift(lines: list[str], step: int) -> list[str]:
    return [" " * step + line if line else line for line in lines]


def _is_plain(text: str) -> bool:
    if not text.isprintable() or len(text) > 500 or text.lower() in _WORDS:
        return False
    if not _PLAIN.fullmatch(text) or looks_numeric(text):
        return False
    return resolve_kind(ScalarNode(text, "", "", "", 0, 0)) == "str"


def _double_quoted(text: str) -> str:
    """Quote as JSON does, which YAML reads too, with the characters that JSON lets pass escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(_escape(char) for char in quoted)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() or char == " ":
        return char
    code = ord(char)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _fits_block(text: str) -> bool:
    lines = text.split("\n")
    return bool(lines[0] and lines[-1]) and all(
        _BLOCK_LINE.fullmatch(line) and (line.isprintable()) for line in lines
    )
