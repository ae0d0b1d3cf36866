"""The model registry: one YAML file, edited line by line, validated with line and column.

::

    registry.yaml ─ document ─▶ nodes with positions ─ parse ─▶ Registry, problems
                                      ▲                              │
              text ◀─ edits ◀─ changes ─ plans ◀──── a wish ─────────┘

`document`, `parse`, `plans` and `edits` are pure; `files` alone reads and writes.
"""

from runsite.registry.actions import (
    archive_version,
    create_model,
    delete_alias,
    delete_model,
    delete_tag,
    delete_version,
    promote_version,
    register_version,
    rename_model,
    set_alias,
    set_description,
    set_tag,
    unassign_stage,
)
from runsite.registry.files import EditResult, edit_registry, load_registry, read_registry
from runsite.registry.problems import Problem, Severity
from runsite.registry.records import ARCHIVED, NO_STAGE, Model, ModelVersion, Registry
from runsite.registry.versions import find_latest, resolve_model_uri

__all__ = [
    "ARCHIVED",
    "NO_STAGE",
    "EditResult",
    "Model",
    "ModelVersion",
    "Problem",
    "Registry",
    "Severity",
    "archive_version",
    "create_model",
    "delete_alias",
    "delete_model",
    "delete_tag",
    "delete_version",
    "edit_registry",
    "find_latest",
    "load_registry",
    "promote_version",
    "read_registry",
    "register_version",
    "rename_model",
    "resolve_model_uri",
    "set_alias",
    "set_description",
    "set_tag",
    "unassign_stage",
]
