from __future__ import annotations

import pytest

from runsite.registry.compare import MoveKind, compare_registries, is_promotion
from runsite.registry.document import parse_document
from runsite.registry.edits import edit_document
from runsite.registry.parse import parse_registry
from runsite.registry.plans import Edit
from support.registries import REGISTRY

NAME = "nyc-taxi-regressor"


def moves(*actions) -> list[str]:
    """Apply actions one after the other and tell what changed over all."""
    document = parse_document(REGISTRY)
    before = parse_registry(document).registry
    for action in actions:
        registry = parse_registry(document).registry
        document = edit_document(document, list(action(Edit(document, registry))), name="r")
    found = compare_registries(before, parse_registry(document).registry)
    assert all(move.model for move in found)
    return [str(move) for move in found]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda _: [], []),
        (
            lambda e: e.promote(NAME, 2, "Production"),
            [f"{NAME} 1: Production → None", f"{NAME} 2: Staging → Production"],
        ),
        (lambda e: e.archive(NAME, 1), [f"{NAME} 1: Production → Archived"]),
        (lambda e: e.set_alias(NAME, "champion", 2), [f"{NAME} 2: alias champion 1 → 2"]),
        (lambda e: e.set_alias(NAME, "new", 2), [f"{NAME} 2: alias new = 2"]),
        (
            lambda e: e.delete_alias(NAME, "champion"),
            [f"{NAME} 1: alias champion removed (was 1)"],
        ),
        (
            lambda e: e.describe(NAME, "New"),
            [f"{NAME}: description Trip duration in minutes → New"],
        ),
        (lambda e: e.set_tag(NAME, "a", "b", version=2), [f"{NAME} 2: tag a = b"]),
        (lambda e: e.create_model("m"), ["m is new"]),
        (lambda e: e.delete_model(NAME), [f"{NAME} is removed"]),
        (lambda e: e.rename_model(NAME, "m"), [f"{NAME} is called m"]),
        (
            lambda e: e.delete_version(NAME, 2),
            [f"{NAME} 2 is removed"],
        ),
    ],
)
def test_what_happened_is_told_in_the_registrys_words(action, expected):
    """Each action is one move, told without the file's notation."""
    assert moves(action) == expected


def test_a_renamed_model_that_was_promoted_too_is_told_as_both():
    """Renaming does not hide what else changed."""
    told = moves(
        lambda e: e.rename_model(NAME, "m"),
        lambda e: e.promote("m", 2, "Production"),
    )

    assert told == [
        f"{NAME} is called m",
        "m 1: Production → None",
        "m 2: Staging → Production",
    ]


def test_a_changed_version_and_changed_gates_are_told():
    """What must not change is seen when it does."""
    before = REGISTRY.replace(
        "    versions:", "    gates: {Production: [git: clean]}\n    versions:"
    )
    after = REGISTRY.replace("6e22", "6e23").replace("in minutes", "in hours")
    found = compare_registries(
        *(parse_registry(parse_document(text)).registry for text in (before, after))
    )

    assert [(m.kind, m.version, m.field, m.before, m.after) for m in found] == [
        (MoveKind.DESCRIPTION, None, "", "Trip duration in minutes", "Trip duration in hours"),
        (
            MoveKind.VERSION_CHANGED,
            2,
            "run",
            "0193a5c0e9b97c5f8d3f6f0c8a7b6e22",
            "0193a5c0e9b97c5f8d3f6f0c8a7b6e23",
        ),
        (MoveKind.GATES, None, "Production", "committed code", ""),
    ]
    assert str(found[2]) == f"{NAME}: the gates of Production changed"
    assert not any(map(is_promotion, found))
