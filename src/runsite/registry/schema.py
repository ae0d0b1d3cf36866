"""A JSON Schema of ``registry.yaml``, for editors: completion, hover texts, problems while typing.

`runsite.registry.parse` decides what a registry may hold, and says it better; the schema takes
what that takes. Draft-07, which is what YAML language servers read. Pure.

Source: https://json-schema.org/draft-07/json-schema-release-notes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runsite.registry.names import MAX_NAME
from runsite.registry.records import ARCHIVED, DEFAULT_STAGES

__all__ = ["make_registry_schema"]

Schema = dict[str, object]

_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_NUMBER: Schema = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
_DECIMAL: Schema = {"type": "number"}
_VERSION_OF = "Which version: a stage, @ and an alias, or a number."


def make_registry_schema(stages: Sequence[str] = DEFAULT_STAGES) -> Schema:
    """Make the schema of a registry.

    Args:
        stages: The stages that a model's versions can have, Archived not among them.
    """
    definitions: Schema = {
        "text": _TEXT,
        "number": _NUMBER,
        "tags": {"type": ["object", "null"], "additionalProperties": _ref("text")},
        "stages": _stages(stages),
        "gates": _gates(stages),
        "gate": _gate(),
        "version": _version(),
        "model": _model(),
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "runsite model registry",
        "description": "Registered models, their versions, stages and aliases.",
        "type": ["object", "null"],
        "properties": {
            "format": _told({"const": 1}, "The format of this file: 1."),
            "stages": _told(
                {"type": ["array", "null"], "items": {"type": "string"}, "uniqueItems": True},
                f"The team's own stages instead of {', '.join(stages)}.",
            ),
            "models": _told(
                {
                    "type": ["object", "null"],
                    "propertyNames": {
                        "maxLength": MAX_NAME,
                        "pattern": r"^(?!\.{1,2}$)[^/\\:@\s]([^/\\:@]*[^/\\:@\s])?$",
                    },
                    "additionalProperties": {"$ref": "#/definitions/model"},
                },
                "Models by name.",
            ),
        },
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
        "if": {"required": ["stages"]},
        "else": {"properties": {"models": {"additionalProperties": _only(stages)}}},
        "required": ["format"],
        "definitions": definitions,
    }


def _only(stages: Sequence[str]) -> Schema:
    """Refuse other stages than these; for registries that do not list their own."""
    known = {"enum": [*stages, ARCHIVED]}
    return {
        "properties": {
            "stages": {"propertyNames": known},
            "gates": {"propertyNames": known},
        }
    }


def _stages(stages: Sequence[str]) -> Schema:
    holds = "Which version holds {}. Promoting is changing this line."
    archived: Schema = {"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER}]}
    return {
        "type": ["object", "null"],
        "properties": {
            **{name: _told(_NUMBER, holds.format(name)) for name in stages},
            ARCHIVED: _told(archived, "Versions that are retired; `archived: true` says the same."),
        },
        "additionalProperties": _NUMBER,
    }


def _gates(stages: Sequence[str]) -> Schema:
    listed: Schema = {"type": ["array", "null"], "items": {"$ref": "#/definitions/gate"}}
    return {
        "type": ["object", "null"],
        "properties": {name: _told(listed, f"What {name} demands.") for name in stages},
        "additionalProperties": listed,
    }


def _model() -> Schema:
    return _fields(
        {
            "description": _told(_ref("text"), "One sentence: what it predicts."),
            "tags": _told(_ref("tags"), "Names and values, all of them text."),
            "stages": _told(_ref("stages"), "Which version stands where; one each."),
            "aliases": _told(
                {
                    "type": ["object", "null"],
                    "propertyNames": {
                        "maxLength": MAX_NAME,
                        "pattern": r"^(?![vV]?[0-9]+$)(?![lL][aA][tT][eE][sS][tT]$)[A-Za-z0-9_.\-]+$",
                    },
                    "additionalProperties": _NUMBER,
                },
                "Names such as champion, each for one version.",
            ),
            "gates": _told(_ref("gates"), "What a version must show to get a stage."),
            "versions": _told(
                {"type": ["array", "null"], "items": {"$ref": "#/definitions/version"}},
                "Only ever added to; runsite register writes them.",
            ),
        },
        null=True,
    )


def _version() -> Schema:
    fields: Schema = {
        "version": _told(_NUMBER, "Its number; never given twice."),
        "archived": _told({"type": ["boolean", "null"]}, "Retired: no stage may point to it."),
        "run": _told(
            {"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$"},
            "Id of the run that logged it, in quotes.",
        ),
        "artifact": _told(_ref("text"), "Folder of the model among the run's artifacts."),
        "digest": _told(
            {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "SHA-256 over the model's files, in quotes; checked when the model is loaded.",
        ),
        "registered_at": _told({"type": "string"}, "When, as ISO 8601 in quotes."),
        "registered_by": _told(_ref("text"), "Who."),
        "description": _told(_ref("text"), "What is special about it."),
        "tags": _told(_ref("tags"), "Names and values, all of them text."),
    }
    schema = _fields(fields)
    return {**schema, "required": ["version", "run", "artifact", "registered_at"]}


def _gate() -> Schema:
    texts: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    margin: Schema = {
        "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9.eE+]+%$"}]
    }
    bounds = {"min": _told(_DECIMAL, "At least."), "max": _told(_DECIMAL, "At most.")}
    chosen = {
        "equals": _told(texts, "The value that it must have."),
        "one_of": _told(texts, "Values of which it must have one."),
    }
    kinds: dict[str, tuple[Schema, str, Mapping[str, Schema]]] = {
        "metric": (
            _TEXT,
            "A metric within bounds, or compared with another version's.",
            {
                **bounds,
                "of": _told({"enum": ["last", "min", "max"]}, "Which value of the run counts."),
                "better_than": _told(_TEXT, f"Must beat it. {_VERSION_OF}"),
                "by": _told(margin, "By at least: a number, or a percentage such as 2%."),
                "no_worse_than": _told(_TEXT, f"Must not fall behind it. {_VERSION_OF}"),
                "tolerance": _told(margin, "By at most: a number, or a percentage such as 2%."),
                "direction": _told({"enum": ["min", "max"]}, "Which way is better."),
            },
        ),
        "param": (_TEXT, "A param that is set, or has a value.", {**chosen, **bounds}),
        "tag": (_TEXT, "A tag that is set, or has a value.", chosen),
        "signature": ({"const": "present"}, "The model has a signature.", {}),
        "input_example": ({"const": "present"}, "The model has an input example.", {}),
        "dataset": (
            _TEXT,
            "A dataset of that name or context was logged.",
            {"same_as": _told(_TEXT, f"And has the digest of that version's. {_VERSION_OF}")},
        ),
        "git": ({"const": "clean"}, "The run came from committed code.", {}),
        "card": ({"const": "complete"}, "The model card says all that is asked of it.", {}),
        "licence": (texts, "The card names a licence: `present`, or some to choose from.", {}),
        "in_stage": (_TEXT, "It was in a stage for some days.", {"days": _told(_DECIMAL, "Days.")}),
        "after": (texts, "It comes from this stage, or one of these.", {}),
        "repeats": (
            _TEXT,
            "The training was repeated over a param such as seed.",
            {"min": _told(_NUMBER, "How many values of it.")},
        ),
        "python": (
            _TEXT,
            "A check of the team's own: an entry point in the group runsite.gates.",
            {"with": {"type": "object", "additionalProperties": _ref("text")}},
        ),
    }
    return {
        "anyOf": [
            {
                **_fields({name: _told(value, text), **fields}),
                "title": f"gate on {name.replace('_', ' ')}",
                "required": [name],
            }
            for name, (value, text, fields) in kinds.items()
        ]
    }


def _fields(properties: Mapping[str, object], *, null: bool = False) -> Schema:
    """Describe a mapping of known fields, and of a team's own that start with ``x-``."""
    return {
        "type": ["object", "null"] if null else "object",
        "properties": dict(properties),
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


def _told(schema: Schema, description: str) -> Schema:
    """Add the words that an editor shows; draft-07 ignores whatever stands beside a reference."""
    if "$ref" in schema:
        return {"allOf": [schema], "description": description}
    return {**schema, "description": description}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}
