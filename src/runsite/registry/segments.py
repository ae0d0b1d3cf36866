"""Parsing many versions of one registry, of which most lines are the same. Pure.

A history has hundreds of texts that differ in a line or two. In block style the models stand
apart, so each is parsed on its own and remembered; a text in which they might not (anchors,
brackets, anything odd) is parsed whole.
"""

from __future__ import annotations

import re
from functools import lru_cache

from runsite.registry.document import parse_document
from runsite.registry.parse import ParsedRegistry, parse_registry
from runsite.registry.records import Model, Registry

__all__ = ["parse_text"]

_SHARED = re.compile(r"(?:^|[\s\[{,])[&*][^\s,\[\]{}]|<<")
_MODELS = re.compile(r"^models:[ \t]*(?:#.*)?\r?\n", re.MULTILINE)
_FIRST = re.compile(r"^( +)[^\s#]", re.MULTILINE)


def parse_text(text: str) -> ParsedRegistry:
    """Parse a registry's text; equal in content to parsing it whole, positions aside."""
    found = _parse_parts(text)
    return found if found is not None else parse_registry(parse_document(text))


def _parse_parts(text: str) -> ParsedRegistry | None:
    match = _MODELS.search(text)
    if match is None or _SHARED.search(text):
        return None
    head, body = text[: match.start()], text[match.end() :]
    first = _FIRST.match(body) or _FIRST.search(body)
    if first is None or "\t" in body:
        return None
    # A model starts at a line with the first one's indentation; nothing after them may be left.
    if re.search(r"^[^\s#]", body, re.MULTILINE):
        return None
    starts = [m.start() for m in re.finditer(rf"^{first[1]}(?! |#|\r|\n)", body, re.MULTILINE)]
    models: dict[str, Model] = {}
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        part = _parse_model(head, body[start:end])
        if part is None or part.name in models:
            return None
        models[part.name] = part
    stages = _parse_head(head)
    return ParsedRegistry(Registry(models, stages), ()) if stages is not None else None


@lru_cache(maxsize=256)
def _parse_head(head: str) -> tuple[str, ...] | None:
    parsed = parse_registry(parse_document(head))
    return None if parsed.problems else parsed.registry.stages


@lru_cache(maxsize=20_000)
def _parse_model(head: str, text: str) -> Model | None:
    """Parse one model; None where that finds a problem or more than one model."""
    parsed = parse_registry(parse_document(f"{head}models:\n{text}"))
    models = list(parsed.registry.models.values())
    return models[0] if len(models) == 1 and not parsed.problems else None
