"""The stable code of every problem, each with what it means; ``docs/errors.md`` explains them. Pure.

Programs, annotations and ``--allow`` go by these names: a code that was released is never given
another meaning, and one that is no longer needed stays here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CODES"]

_FILE = {
    "not-utf8": "The file is not UTF-8.",
    "too-large": "The file, or what its aliases unfold to, is larger than a registry may be.",
    "too-deep": "Values are nested deeper than a registry needs.",
    "syntax": "The file is not YAML.",
    "tab": "A tab stands in the indentation.",
    "merge-marker": "A merge conflict was not resolved.",
    "several-documents": "The file holds more than one YAML document.",
    "duplicate-key": "A key stands twice in one mapping.",
    "complex-key": "A key is a list or a mapping.",
    "unknown-alias": "A YAML alias names no anchor.",
    "unknown-tag": "A YAML tag has no meaning in a registry.",
    "line-separator": "A character ends a line for YAML, but not for an editor.",
}
_CONTENT = {
    "format-version": "The registry is of a format that this runsite does not read.",
    "missing-field": "A field that must be there is not.",
    "unknown-field": "A field has no meaning.",
    "wrong-type": "A value is of the wrong kind.",
    "unquoted": "An id, digest or time stands without quotes.",
    "bad-name": "A model, stage or alias cannot have this name.",
    "bad-run": "A run's id cannot look like this.",
    "bad-path": "A path leads out of the run's artifacts.",
    "bad-digest": "A digest cannot look like this.",
    "bad-time": "A time cannot be read.",
    "bad-gate": "A gate makes no sense.",
    "unknown-stage": "A stage is none of the registry's.",
    "duplicate-version": "A version's number stands twice.",
    "missing-version": "A stage or alias points to a version that is not there.",
    "archived-pointer": "A stage or alias points to an archived version.",
    "too-many": "There are more problems than are listed.",
    "two-stages": "One version holds two stages.",
}
_STORE = {
    "missing-store": "There is no store to look runs up in.",
    "unreadable-store": "Parts of the store cannot be read.",
    "unknown-run": "The store does not hold a version's run.",
    "deleted-run": "A version's run is deleted.",
    "missing-files": "A version's files are not there.",
    "unreadable-files": "A version's files cannot be read.",
    "changed-files": "A version's files are not those that were registered.",
}
_BASE = {
    "merge-conflict": "The registry conflicts with that of the base.",
    "removed-model": "A model is gone.",
    "renamed-model": "A model has another name.",
    "removed-version": "A version is gone.",
    "changed-version": "A version means another model than before.",
    "rewritten-run": "A registered run says something else than before.",
}
_GATES = {
    "gate-failed": "A version does not meet what its stage demands.",
    "gates-loosened": "A gate is taken away by the change that it would have stopped.",
}
_CARDS = {
    "card-missing": "A model has no card.",
    "card-metadata": "The front matter of a card cannot be read.",
    "card-field": "The front matter of a card lacks a field.",
    "card-section": "A section of a card is missing or empty.",
    "card-reference": "A card asks for a fact that there is not.",
    "card-figure": "A card shows a picture that is not there or not safe.",
}

CODES: Mapping[str, str] = MappingProxyType(_FILE | _CONTENT | _STORE | _BASE | _GATES | _CARDS)
"""Code → what it means, in the order of ``docs/errors.md``."""
