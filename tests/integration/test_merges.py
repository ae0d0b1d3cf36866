"""What Git makes of two branches that both changed the registry, and what ``check`` says to it.

Every merge is done by ``git merge`` itself. What merges cleanly and is wrong is found twice: in
the pull request, before the merge (``check --base``), and in the file after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from runsite.registry import (
    archive_version,
    delete_version,
    rename_model,
    set_alias,
    set_description,
    unassign_stage,
)
from support.projects import Project
from support.repository import git

Change = Callable[[Project], object]


@pytest.fixture
def project(git_repo, monkeypatch) -> Project:
    """Return a project with versions 1 to 4 of ``m``: 1 in Production, 2 in Staging."""
    made = Project(git_repo, monkeypatch)
    for number in (1, 2, 3, 4):
        made.register(number, metrics={"rmse": 7.0 - number})
    made.promote(1)
    made.promote(2, "Staging")
    made.commit("Begin")
    return made


def register(number: int, name: str = "m") -> Change:
    return lambda project: project.register(number, name=name)


def promote(version: int, stage: str = "Production", **how: bool) -> Change:
    return lambda project: project.promote(version, stage, **how)


def archive(version: int) -> Change:
    return lambda project: archive_version(project.registry, name="m", version=version)


def unassign(version: int) -> Change:
    return lambda project: unassign_stage(project.registry, name="m", version=version)


def remove(version: int) -> Change:
    return lambda project: delete_version(project.registry, name="m", version=version)


def rename(name: str) -> Change:
    return lambda project: rename_model(project.registry, name="m", new_name=name)


def alias(name: str, version: int) -> Change:
    return lambda project: set_alias(project.registry, name="m", alias=name, version=version)


def describe(text: str) -> Change:
    return lambda project: set_description(project.registry, name="m", description=text)


def renumber(project: Project) -> None:
    """Register the next version under a number further on, as a person who foresees it would."""
    project.register(6)
    text = project.registry.read_text()
    project.registry.write_text(text.replace("- version: 5", "- version: 6"))


def rewrite_run(version: int) -> Change:
    """Change a metric of a registered run behind the registry's back."""

    def change(project: Project) -> None:
        writer = project.store.resume_run(f"{version:032x}")
        writer.log_metrics([("rmse", 0.1, 1, None)])
        writer.close(status="FINISHED")

    return change


def insert_first(project: Project) -> None:
    """Register the next version, and move it by hand to the top of the list."""
    project.register(5)
    head, _, rest = project.registry.read_text().partition("      - version: 1\n")
    rest, _, new = rest.partition("      - version: 5\n")
    text = f"{head}      - version: 5\n{new}      - version: 1\n{rest}"
    project.registry.write_text(text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has to come of a merge.

    Attributes:
        conflict: Git finds that both cannot be.
        wrong: Codes that the merged file shows, and the pull request before.
        second: Codes that the pull request with the second change shows.
        stale: Codes that a pull request with the first change shows as long as it has not what
            the second did on main.
    """

    conflict: bool = False
    wrong: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    stages: dict[str, int] | None = None


BOTH = {"Production": 3, "Staging": 2}
CONFLICT = Outcome(conflict=True)
ROWS = {
    "register, register: same number": (register(5), register(6), CONFLICT),
    "register, register: other number": (register(5), renumber, CONFLICT),
    "register, register: same number, at another place": (
        register(6),
        insert_first,
        Outcome(wrong=("duplicate-version",)),
    ),
    "register, register: other models": (register(5, "a"), register(6, "b"), CONFLICT),
    "register, promote": (register(5), promote(2), Outcome(stages={"Production": 2})),
    "promote, promote: one stage": (promote(2), promote(3), CONFLICT),
    "promote, promote: the same": (promote(2), promote(2), Outcome(stages={"Production": 2})),
    "promote, promote: other stages": (promote(3), promote(4, "Staging"), CONFLICT),
    "promote, promote: with archive": (
        promote(3, archive_existing=True),
        promote(4, archive_existing=True),
        CONFLICT,
    ),
    "promote, archive: the same version": (
        promote(3),
        archive(3),
        Outcome(wrong=("archived-pointer",)),
    ),
    "promote, archive: other versions": (promote(3), archive(4), Outcome(stages=BOTH)),
    "promote, archive: who held the stage": (promote(3), archive(1), CONFLICT),
    "promote, remove: the same version": (
        promote(3),
        remove(3),
        Outcome(wrong=("missing-version",), second=("removed-version",)),
    ),
    "promote, unassign: who held the stage": (promote(3), unassign(1), CONFLICT),
    "promote, change of the run": (
        promote(3),
        rewrite_run(3),
        Outcome(second=("rewritten-run",), stale=("rewritten-run",), stages=BOTH),
    ),
    "promote, rename": (
        promote(3),
        rename("renamed"),
        Outcome(second=("renamed-model",), stages=BOTH),
    ),
    "register, rename": (register(5), rename("renamed"), Outcome(second=("renamed-model",))),
    "promote, describe": (promote(3), describe("New"), Outcome(stages=BOTH)),
    "alias, alias: the same name": (alias("a", 3), alias("a", 4), CONFLICT),
}


def fork(project: Project, ours: Change, theirs: Change) -> None:
    """Make both changes from the same commit: `theirs` on main, `ours` on a branch."""
    project.switch("-c", "ours")
    ours(project)
    project.commit("Ours")
    project.switch("main")
    theirs(project)
    project.commit("Theirs")


def model_of(project: Project) -> str:
    return "renamed" if "renamed:" in project.registry.read_text() else "m"


@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
@pytest.mark.parametrize("row", ROWS)
def test_a_merge_is_right_or_a_conflict_or_caught(project, row, turned):
    """No two changes make a wrong registry that nobody hears of, whichever comes first."""
    first, second, expected = ROWS[row]
    fork(project, *((second, first) if turned else (first, second)))
    project.switch("ours")

    before = set(project.codes(base="main"))
    git(project.folder, "merge", "-q", "main", check=False)

    conflict = bool(git(project.folder, "ls-files", "--unmerged"))
    assert conflict is expected.conflict
    if conflict:
        assert project.codes()[0] == "merge-marker"
        assert before == {"merge-conflict"}
        return
    told = set(expected.wrong) | (set(expected.second) if turned else set())
    assert before - {"changed-version"} == told | (set() if turned else set(expected.stale))
    assert set(project.codes(base="main")) - {"changed-version"} == told
    assert set(project.codes()) == set(expected.wrong)
    if expected.stages is not None:
        assert project.stages(model_of(project)) == expected.stages


def test_a_gate_compares_with_the_version_that_the_base_has_by_now(project):
    """Main registered and promoted a better one meanwhile: its run is read from there."""
    project.add_gates("{metric: rmse, no_worse_than: Production}", stage="Staging")
    # A line between them keeps changes of two stages apart for Git.
    text = project.registry.read_text().replace("      Staging:", "      # next\n      Staging:", 1)
    project.registry.write_text(text)
    project.commit("Gates")

    def better(project: Project) -> None:
        project.register(7, metrics={"rmse": 1.0})
        project.promote(5)

    fork(project, promote(3, "Staging"), better)
    project.switch("ours")

    (problem,) = project.check(base="main").problems

    assert problem.code == "gate-failed"
    assert problem.message.endswith("needs rmse no worse than Production, got 4, version 5 has 1")
