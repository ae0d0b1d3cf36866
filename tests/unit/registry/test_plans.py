from __future__ import annotations

import difflib
from datetime import UTC, datetime

import pytest

from runsite.errors import AlreadyExistsError, InvalidValueError, NotFoundError, RegistryError
from runsite.registry.document import parse_document
from runsite.registry.edits import edit_document
from runsite.registry.parse import parse_registry
from runsite.registry.plans import Edit, format_time
from runsite.registry.records import ModelVersion
from support.registries import DIGEST, REGISTRY

NAME = "nyc-taxi-regressor"
TAKEN = "choose another name, or add a version to it: runsite register"


def open_edit(text: str) -> Edit:
    document = parse_document(text)
    return Edit(document, parse_registry(document).registry)


def diff_of(text: str, action) -> list[str]:
    """Return the changed lines of an action, without context."""
    edit = open_edit(text)
    after = edit_document(edit.document, list(action(edit)), name="registry.yaml").text
    lines = difflib.unified_diff(text.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def test_a_promotion_over_another_version_moves_two_pointers():
    """The stage's line changes, the line that the version had goes: nothing else."""
    assert diff_of(REGISTRY, lambda e: e.promote(NAME, 2, "Production")) == [
        "-      Production: 1         # since spring",
        "-      Staging: 2",
        "+      Production: 2         # since spring",
    ]


def test_a_promotion_that_archives_is_two_lines_more_and_two_less():
    """The retired version gets its mark behind its number."""
    action = diff_of(REGISTRY, lambda e: e.promote(NAME, 2, "Production", archive_existing=True))

    assert action == [
        "-      Production: 1         # since spring",
        "-      Staging: 2",
        "+      Production: 2         # since spring",
        "+        archived: true",
    ]


def test_a_rollback_swaps_the_marks():
    """An archived version that gets the stage back loses its mark, and the other one gets it."""
    edit = open_edit(REGISTRY)
    changes = edit.promote(NAME, 2, "Production", archive_existing=True)
    after = edit_document(edit.document, changes, name="r").text

    lines = diff_of(after, lambda e: e.promote(NAME, 1, "Production", archive_existing=True))

    assert lines == [
        "-      Production: 2         # since spring",
        "+      Production: 1         # since spring",
        "-        archived: true",
        "+        archived: true",
    ]


def test_a_version_that_goes_to_a_free_stage_renames_its_line():
    """From Staging to a stage that nobody holds, one line changes."""
    text = REGISTRY.replace("      Production: 1         # since spring\n", "")

    assert diff_of(text, lambda e: e.promote(NAME, 2, "production")) == [
        "-      Staging: 2",
        "+      Production: 2",
    ]


def test_a_model_without_stages_gets_them_before_its_versions():
    """The new lines stand where people expect them, comments below them."""
    text = REGISTRY.replace("# the only lines that a promotion touches", "").replace(
        "    stages:                 \n      Production: 1         # since spring\n      Staging: 2\n",
        "",
    )

    assert "stages" not in text
    assert diff_of(text, lambda e: e.promote(NAME, 2, "Staging")) == [
        "+    stages:",
        "+      Staging: 2",
    ]


def test_listed_archived_versions_are_taken_off_the_list():
    """A registry that lists its archived versions under ``stages`` keeps its way."""
    text = REGISTRY.replace("Staging: 2", "Archived: [2]")

    assert diff_of(text, lambda e: e.promote(NAME, 2, "Staging")) == [
        "-      Archived: [2]",
        "+      Archived: []",
        "+      Staging: 2",
    ]
    assert diff_of(text.replace("[2]", "2"), lambda e: e.unassign(NAME, 2)) == [
        "-      Archived: 2"
    ]


def test_archiving_takes_the_stage_away():
    """An archived version holds nothing."""
    assert diff_of(REGISTRY, lambda e: e.archive(NAME, 2)) == [
        "-      Staging: 2",
        "+        archived: true",
    ]


def test_what_is_so_already_changes_nothing():
    """Doing a thing twice is doing it once."""
    edit = open_edit(REGISTRY)

    assert edit.promote(NAME, 1, "Production") == []
    assert edit.set_alias(NAME, "champion", 1) == []
    assert edit.unassign(NAME, 1) != []
    assert edit.describe(NAME, "Trip duration in minutes") == []
    assert edit.delete_alias(NAME, "nobody") == []


def test_a_registration_appends_at_the_end_of_the_models_own_list():
    """A version is lines at the end; ids, digests and times are in quotes."""
    text = REGISTRY + "  other:\n    versions: []\n"
    version = ModelVersion(
        3,
        "12e4567",
        "model",
        DIGEST,
        datetime(2026, 11, 25, 1, 2, 3, 456, tzinfo=UTC),
        "ada",
        tags={"team": "taxi"},
    )

    assert diff_of(text, lambda e: e.register(NAME, version)) == [
        "+      - version: 3",
        '+        run: "12e4567"',
        "+        artifact: model",
        f'+        digest: "{DIGEST}"',
        '+        registered_at: "2026-11-25T01:02:03Z"',
        "+        registered_by: ada",
        "+        tags:",
        "+          team: taxi",
    ]
    assert diff_of(text, lambda e: e.register("other", version))[:3] == [
        "-    versions: []",
        "+    versions:",
        "+      - version: 3",
    ]
    assert diff_of("# none\n", lambda e: e.register("m", version))[:5] == [
        "+format: 1",
        "+models:",
        "+  m:",
        "+    versions:",
        "+      - version: 3",
    ]


def test_a_new_version_follows_the_highest_number():
    """Numbers only grow, whatever the order in the file."""
    edit = open_edit(REGISTRY)

    assert edit.next_version(NAME) == 3
    assert edit.next_version("new") == 1


def test_a_deleted_version_takes_its_pointers_along():
    """No pointer is left to a version that is gone."""
    lines = diff_of(REGISTRY, lambda e: e.delete_version(NAME, 1))

    assert lines[:2] == ["-      Production: 1         # since spring", "-      champion: 1"]
    assert len(lines) == 8


def test_models_are_made_renamed_and_deleted():
    """A model's name is a key: renaming it changes one line."""
    assert diff_of(REGISTRY, lambda e: e.rename_model(NAME, "fare #2")) == [
        f"-  {NAME}:",
        '+  "fare #2":',
    ]
    assert diff_of(REGISTRY, lambda e: e.create_model("b", description="B", tags={"a": "1"})) == [
        "+  b:",
        "+    description: B",
        "+    tags:",
        '+      a: "1"',
        "+    versions: []",
    ]
    assert len(diff_of(REGISTRY, lambda e: e.delete_model(NAME))) == REGISTRY.count("\n") - 3


def test_several_lines_beside_a_comment_stay_on_one():
    """A comment behind a value would become part of a literal block: the text is quoted instead."""
    text = REGISTRY.replace("in minutes", "in minutes  # roughly")

    assert diff_of(text, lambda e: e.describe(NAME, "One\nTwo")) == [
        "-    description: Trip duration in minutes  # roughly",
        '+    description: "One\\nTwo"  # roughly',
    ]
    assert diff_of(REGISTRY, lambda e: e.describe(NAME, "One\nTwo")) == [
        "-    description: Trip duration in minutes",
        "+    description: |-",
        "+      One",
        "+      Two",
    ]


@pytest.mark.parametrize(
    ("action", "kind", "message"),
    [
        (
            lambda e: e.promote(NAME, 9, "Production"),
            NotFoundError,
            f"model '{NAME}' has no version 9\n  hint:  its versions are 1, 2",
        ),
        (
            lambda e: e.promote("nyc-taxi-regresor", 1, "Production"),
            NotFoundError,
            f"no model 'nyc-taxi-regresor' in the registry\n  hint:  the models are '{NAME}'",
        ),
        (
            lambda e: e.promote(NAME, 1, "Prod\x1b"),
            InvalidValueError,
            "unknown stage 'Prod\\x1b'\n  hint:  use one of: Staging, Production, Archived, None",
        ),
        (
            lambda e: e.set_alias(NAME, "v2", 1),
            InvalidValueError,
            "no alias can be called 'v2'\n  hint:  an alias may not look like a version number",
        ),
        (
            lambda e: e.create_model("a/b"),
            InvalidValueError,
            "no model can be called 'a/b'\n  hint:  a model name may not hold /",
        ),
        (
            lambda e: e.create_model(NAME),
            AlreadyExistsError,
            f"the model '{NAME}' exists already\n  hint:  {TAKEN}",
        ),
    ],
)
def test_a_wish_that_cannot_be_is_answered_by_what_can(action, kind, message):
    """The message names the wrong value, the hint what there is."""
    with pytest.raises(kind) as caught:
        action(open_edit(REGISTRY))

    assert str(caught.value) == message


def test_an_edit_that_would_reach_another_model_is_refused():
    """Two models that share a list by an anchor cannot be edited apart; by hand they can."""
    text = """\
format: 1
models:
  a:
    stages: &s {Staging: 1}
    versions: &v
      - {version: 1, run: "1", artifact: m, registered_at: "2026-01-01"}
  b:
    stages: *s
    versions: *v
"""
    edit = open_edit(text)

    with pytest.raises(RegistryError) as caught:
        edit_document(edit.document, edit.promote("a", 1, "Production"), name="registry.yaml")

    assert str(caught.value) == (
        "this edit cannot be made without rewriting other lines: the change would reach other"
        " parts of the file\n"
        "  where: registry.yaml\n"
        "  hint:  nothing was changed; by hand: under models → a → stages, rename 'Staging' to"
        " 'Production'"
    )


def test_times_are_written_in_utc_to_the_second():
    """A time has one spelling, wherever it was taken."""
    from datetime import timedelta, timezone

    there = timezone(timedelta(hours=6))
    assert format_time(datetime(2026, 1, 1, 3, 0, 0, 999999, there)) == "2025-12-31T21:00:00Z"
