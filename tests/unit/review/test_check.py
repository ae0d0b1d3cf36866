"""A check finds what must not be, and, with a base, what must not have become."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from runsite.config import CardConfig, Config
from runsite.errors import RegistryError, quote
from runsite.registry import (
    archive_version,
    delete_model,
    delete_version,
    rename_model,
    set_description,
)
from runsite.review.check import CheckOptions, check_registry
from runsite.store import Store
from support.projects import NOW
from support.repository import git


def test_a_sound_project_has_no_problems(project):
    """Nothing is found where nothing is wrong, with a base and without."""
    assert project.codes() == []
    assert project.codes(base="main") == []


def test_holders_that_do_not_meet_their_gates_are_found_at_their_lines(project):
    """Gates that are written today bind who holds the stage."""
    project.add_gates("{metric: rmse, max: 6.45}", "{param: alpha}")

    (problem,) = project.check().problems

    assert problem.message == (
        "version 1 of model 'm' in Production needs rmse at most 6.45, got 6.5"
    )
    lines = project.registry.read_text().split("\n")
    assert lines[problem.line - 1].strip() == "Production: 1"


def test_a_promotion_is_measured_against_the_version_before_it(project):
    """With a base, the current holder is the one on the branch to merge into."""
    project.add_gates("{metric: rmse, better_than: Production}")
    project.commit("Gates")
    project.switch("-c", "promote")
    project.promote(2)

    checked = project.check(base="main")

    assert checked.problems == ()
    (review,) = checked.reviews
    assert (review.version, review.stage, review.before) == (2, "Production", "Staging")
    assert review.results[0].got == "6.4, version 1 has 6.5"


def test_a_promotion_that_fails_its_gates_is_stopped(project):
    """The reason is told with what was needed and what was found."""
    project.add_gates("{metric: val_auc, no_worse_than: Production, tolerance: 0.05}", "git: clean")
    project.commit("Gates")
    project.switch("-c", "promote")
    project.promote(2)
    project.commit("Promote")

    problems = project.check(base="main").problems

    what = "version 2 of model 'm' in Production"
    assert [(p.code, p.message, p.hint) for p in problems] == [
        (
            "gate-failed",
            f"{what} needs val_auc no worse than Production by more than 0.05, got 0.8, version 1 has 0.9",
            "",
        ),
        (
            "gate-failed",
            f"{what} needs committed code, got no commit recorded",
            "commit the code, train again, and register that run",
        ),
    ]


def test_gates_loosened_by_the_change_that_they_would_stop_are_found(project):
    """The gates of the base count, whatever the change makes of them."""
    project.add_gates("{metric: val_auc, min: 0.85}")
    project.commit("Gates")
    project.switch("-c", "promote")
    project.add_gates("{metric: val_auc, min: 0.75}")
    project.promote(2)

    (problem,) = project.check(base="main").problems

    assert problem.code == "gates-loosened"
    assert problem.message == (
        "version 2 of model 'm' in Production would not have passed the gate that this change takes"
        " away: val_auc at least 0.85, got 0.8"
    )
    assert project.codes(base="main", allow=frozenset({"gates-loosened"})) == ["gates-loosened"]
    assert project.check(base="main", allow=frozenset({"gates-loosened"})).count("error") == 0


def test_gates_may_change_on_their_own(project):
    """A change of gates alone is a decision that people can take."""
    project.add_gates("{metric: val_auc, min: 0.85}")
    project.commit("Gates")
    project.switch("-c", "loosen")
    project.add_gates("{metric: val_auc, min: 0.75}")

    assert project.codes(base="main") == []


def test_removed_things_are_found(project):
    """Versions stand for good: to retire one, archive it."""
    project.switch("-c", "remove")
    delete_version(project.registry, name="m", version=2)
    assert project.codes(base="main") == ["removed-version"]
    delete_model(project.registry, name="m")
    assert project.codes(base="main") == ["removed-model"]


def test_a_renamed_model_is_a_warning(project):
    """What loads it by name has to follow; the versions are all there."""
    project.switch("-c", "rename")
    rename_model(project.registry, name="m", new_name="n")

    checked = project.check(base="main")

    assert [(p.code, p.severity) for p in checked.problems] == [("renamed-model", "warning")]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [("run", f"{2:032x}", f"{1:032x}"), ("artifact", "artifact: model", "artifact: ./model")],
)
def test_a_version_that_was_rewritten_is_found(project, field, old, new):
    """An existing number never means another model."""
    text = project.registry.read_text()
    head, _, tail = text.rpartition(old)
    project.registry.write_text(head + new + tail)

    problems = project.check(base="main").problems

    assert "changed-version" in [problem.code for problem in problems]
    (changed,) = [problem for problem in problems if problem.code == "changed-version"]
    assert changed.message.startswith(f"the {field} of version 2 of model 'm' changed from '")


def test_a_run_that_was_rewritten_is_found(project):
    """Evidence that changes after the fact is no evidence; words about a run may change."""
    project.switch("-c", "rewrite")
    project.store.update_run(f"{2:032x}", tags={"note": "fine"})
    assert project.codes(base="main") == []
    writer = project.store.resume_run(f"{2:032x}")
    writer.log_metrics([("rmse", 1.0, 1, None)])
    writer.close(status="FINISHED")

    (problem,) = project.check(base="main").problems

    assert problem.code == "rewritten-run"
    assert problem.message == "the run of version 2 of model 'm' was rewritten: metrics"


def test_links_among_the_tables_of_the_base_are_left_alone(project):
    """A link in a branch leads nowhere, and stops no review of what stands beside it."""
    (project.store.root / "runs" / "elsewhere.parquet").symlink_to("/dev/null")
    project.commit("Link")
    project.switch("-c", "rewrite")
    writer = project.store.resume_run(f"{2:032x}")
    writer.log_metrics([("rmse", 1.0, 1, None)])
    writer.close(status="FINISHED")

    assert "rewritten-run" in project.codes(base="main")


def test_what_only_the_merge_gets_wrong_is_found(project):
    """The base went on: Git would merge cleanly, and a stage would point to an archived version."""
    project.register(3)
    project.commit("Register 3")
    project.switch("-c", "promote")
    project.promote(3, "Production")
    project.commit("Promote")
    project.switch("main")
    archive_version(project.registry, name="m", version=3)
    project.commit("Archive")
    project.switch("promote")

    assert project.codes() == []
    checked = project.check(base="main")

    assert [p.code for p in checked.problems] == ["archived-pointer"]
    assert checked.problems[0].hint.endswith(
        "merge main first: Git merges without a conflict, and the result is wrong"
    )


def test_what_the_base_did_meanwhile_is_not_held_against_a_branch(project):
    """A version that was registered on the base since is not removed by this branch."""
    project.switch("-c", "describe")
    set_description(project.registry, name="m", description="Minutes")
    project.commit("Describe")
    project.switch("main")
    project.register(3)
    project.commit("Register")
    project.switch("describe")

    checked = project.check(base="main")

    assert [p.code for p in checked.problems if p.code != "unknown-run"] == []
    assert [str(move) for move in checked.moves] == ["m: description = Minutes"]


def test_a_conflict_with_the_base_is_told(project):
    """Two promotions to one stage cannot both be."""
    project.register(3)
    project.commit("Register")
    project.switch("-c", "promote")
    project.promote(2)
    project.commit("Promote 2")
    project.switch("main")
    project.promote(3)
    project.commit("Promote 3")
    project.switch("promote")

    assert "merge-conflict" in project.codes(base="main")


@pytest.mark.parametrize(
    ("rev", "message"),
    [
        ("nowhere", "Git knows no revision 'nowhere'"),
        ("-h", "Git knows no"),
        ("", "Git knows no revision ''"),  # a variable that is not set: no check without its base
    ],
)
def test_a_base_that_is_not_there_is_told(project, rev, message):
    """A shallow clone or a typo is answered by what to do."""
    with pytest.raises(RegistryError, match=message) as caught:
        project.check(base=rev)

    assert caught.value.hint == "fetch it first: git fetch --unshallow, or fetch-depth: 0 in CI"


def test_a_base_without_a_registry_is_an_empty_one(project):
    """The pull request that brings the registry is reviewed like any other."""
    empty = git(project.folder, "commit-tree", "-m", "x", git(project.folder, "mktree"))
    git(project.folder, "replace", "--graft", "HEAD", empty)

    checked = project.check(base=empty)

    assert [p.code for p in checked.problems] == []
    assert str(checked.moves[0]) == "m is new"


def test_missing_runs_and_files_are_found(project):
    """What a clone lacks is told at the version's line; of archived versions as a warning."""
    artifacts = project.store.artifacts_dir(f"{2:032x}") / "model"
    (artifacts / "weights.txt").write_text("other\n")
    assert project.codes() == ["changed-files"]
    (artifacts / "link").symlink_to("weights.txt")
    assert project.codes() == ["unreadable-files"]
    artifacts.rename(artifacts.with_name("gone"))
    assert project.codes() == ["missing-files"]
    archive_version(project.registry, name="m", version=2)
    assert project.check().count("error") == 0
    project.registry.write_text(project.registry.read_text().replace(f"{1:032x}", "f" * 32))
    assert project.codes() == ["unknown-run", "missing-files"]


def test_a_pointer_to_nothing_hides_no_other_problem(project):
    """All problems are told in one run, gates of what is there included."""
    project.add_gates("{metric: rmse, max: 1}", stage="Staging")
    text = project.registry.read_text().replace("Production: 1", "Production: 9")
    project.registry.write_text(text)
    assert project.codes() == ["missing-version", "gate-failed"]


def test_a_store_that_is_not_there_is_told_once(project):
    """Neither each version nor each gate repeats it; the file alone can still be checked."""
    project.add_gates("{metric: rmse, max: 1}", "git: clean")
    missing = Store.open(project.folder / "nowhere", missing_ok=True)

    (problem,) = project.check(store=missing).problems

    assert problem.code == "missing-store"
    assert problem.message == (
        f"there is no store at {quote(str(project.folder / 'nowhere'))}:"
        " runs and gates are not checked"
    )
    assert project.codes(store=None) == []


def test_an_empty_registry_needs_no_store(tmp_path):
    """Before the first version there is nothing to look up."""
    (tmp_path / "registry.yaml").write_text("format: 1\n")
    store = Store.open(tmp_path / "runs", missing_ok=True)
    options = CheckOptions(now=NOW, store=store)
    assert check_registry(tmp_path / "registry.yaml", options=options).problems == ()


def test_a_run_that_is_not_there_fails_its_gates_in_one_line(project):
    """What is not known is no reason to promote; that it is not known is said once."""
    project.add_gates("{metric: rmse, max: 9}", "git: clean", "{param: alpha, equals: '0.1'}")
    project.registry.write_text(project.registry.read_text().replace(f"{1:032x}", "f" * 32))

    checked = project.check()

    assert [(p.code, p.message) for p in checked.problems] == [
        (
            "gate-failed",
            (
                "version 1 of model 'm' in Production has 3 gates to pass,"
                " and its run is not in the store"
            ),
        ),
        (
            "unknown-run",
            (f"version 1 of model 'm' comes from run '{'f' * 32}', which the store does not hold"),
        ),
    ]


def test_models_kept_elsewhere_are_one_warning(project):
    """A project may keep model files out of Git: a clone says once that it cannot compare them."""
    shutil.rmtree(project.folder / "runs" / "artifacts")
    (problem,) = project.check().problems
    assert (problem.code, problem.severity, problem.line) == ("missing-files", "warning", 0)


def write_pointers(files: Iterable[Path]) -> None:
    for path in files:
        data = path.read_bytes()
        path.write_text(
            "version https://git-lfs.github.com/spec/v1\n"
            f"oid sha256:{hashlib.sha256(data).hexdigest()}\nsize {len(data)}\n"
        )


def test_git_lfs_pointers_of_models_count_as_the_files(project):
    """A checkout without the large files still tells whether they are those registered."""
    models = project.folder / "runs" / "artifacts"
    write_pointers(path for path in models.rglob("*") if path.is_file())
    assert project.codes() == []

    pointer = models / f"{2:032x}" / "model" / "weights.txt"
    pointer.write_text(pointer.read_text().replace("oid sha256:", "oid sha256:" + "0" * 8)[:-20])
    assert project.codes() == ["changed-files"]


def test_git_lfs_pointers_in_place_of_the_runs_are_told_once(project):
    """The remedy stands beside it; no version is said to lack its run."""
    write_pointers((project.folder / "runs" / "runs").glob("*.parquet"))

    (problem,) = project.check().problems

    assert problem.code == "unreadable-store"
    assert problem.message.startswith("2 files of the store cannot be read: 'runs/00000")
    assert problem.message.endswith(".parquet' is a Git LFS pointer")
    assert problem.hint == "fetch what it stands for: git lfs pull"


def test_a_damaged_part_is_told_with_its_reason(project):
    """Damage is no missing run."""
    part = next((project.folder / "runs" / "runs").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])
    (problem,) = project.check().problems
    assert problem.code == "unreadable-store"
    assert problem.message.startswith("one file of the store cannot be read: ")
    assert problem.hint == "runsite doctor tells of each"


def test_cards_of_versions_in_stages_are_looked_at(project, monkeypatch):
    """What a card lacks is a warning at its own line, once for all versions that it speaks of."""
    monkeypatch.chdir(project.folder)
    assert project.codes() == []  # a project without a folder of cards writes none
    cards = project.folder / "cards"
    cards.mkdir()
    assert [(p.code, p.file) for p in project.check().problems] == [("card-missing", "cards/m.md")]
    card = "---\nlicense: mit\nowner: ada\n---\n# m\n\n{{ metrics.nothing }}\n"
    (cards / "m.md").write_text(card)
    config = Config(folder=project.folder, cards=CardConfig(required=("Limitations",)))

    problems = project.check(config=config).problems

    assert [(p.code, p.file, p.line, str(p.severity)) for p in problems] == [
        ("card-field", "cards/m.md", 1, "warning"),
        ("card-section", "cards/m.md", 1, "warning"),
        ("card-reference", "cards/m.md", 7, "warning"),
    ]


def test_with_a_base_only_the_cards_of_what_changed_are_looked_at(project):
    """A pull request is not told of cards that it does not touch, and neither is its comment."""
    (project.folder / "cards").mkdir()
    (project.folder / "cards" / "notes.txt").write_text("soon\n")
    project.commit("Cards")
    project.switch("-c", "other")
    project.register(3, name="other")
    assert project.codes(base="main") == []
    project.promote(1, "Staging", name="other")
    assert project.codes(base="main") == ["card-missing"]


def test_a_hint_s_command_quotes_the_model_s_name(project):
    """The command that a failed gate names can be pasted, whatever the model is called."""
    text = project.registry.read_text()
    project.registry.write_text(text.replace("  m:\n", "  my model:\n"))
    project.add_gates("card: complete")

    (failed,) = [p for p in project.check().problems if p.code == "gate-failed"]

    assert failed.hint == "runsite card check 'my model' 1"
