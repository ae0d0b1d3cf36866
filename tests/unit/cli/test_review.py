"""``runsite check`` and ``diff`` on the command line: forms, exit codes, revisions, folders."""

from __future__ import annotations

import json

import pytest

from runsite.review.markdown import MARKER
from support.html import parse_elements
from support.projects import Project
from support.repository import git


@pytest.fixture
def project(git_repo, monkeypatch) -> Project:
    """Return a project on branch ``promote``, where version 2 takes version 1's place."""
    made = Project(git_repo, monkeypatch)
    made.register(1, metrics={"rmse": 6.5})
    made.register(2, metrics={"rmse": 6.4})
    made.promote(1)
    made.add_gates("{metric: rmse, better_than: Production}")
    made.commit("Begin")
    made.switch("-c", "promote")
    made.promote(2)
    made.commit("Promote 2")
    return made


def test_diff_writes_every_form(project, cli):
    """One report, for the terminal, a comment, a file and a program."""
    folder = project.folder
    text = cli("diff", "main", cwd=folder)
    assert text.exit_code == 0
    assert text.stdout.startswith("Ready: the only gate passes\n\n  m 1: stage Production → None\n")
    assert "  back: runsite promote m 1 Production\n" in text.stdout
    comment = cli("diff", "main", "--format", "markdown", cwd=folder).stdout
    assert comment.startswith(f"{MARKER}\n### ✅ Ready: the only gate passes\n")
    page = cli("diff", "main", "--format", "html", cwd=folder).stdout
    (verdict,) = [e for e in parse_elements(page) if e.tag == "h1"]
    assert (verdict.attrs["class"], verdict.text) == (
        "verdict ready",
        "Ready the only gate passes",
    )
    told = json.loads(cli("diff", "main", "--format", "json", cwd=folder).stdout)
    assert told["verdict"]["state"] == "ready"
    assert [gate["got"] for gate in told["versions"][0]["gates"]] == ["6.4, version 1 has 6.5"]


def test_diff_writes_to_a_file(project, cli):
    """Standard output stays empty; a place that cannot be written is named."""
    done = cli("diff", "main", "--output", "report.txt", cwd=project.folder)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "wrote report.txt\n")
    assert (project.folder / "report.txt").read_text().startswith("Ready")
    failed = cli("diff", "main", "--output", "no/where.txt", cwd=project.folder)
    assert (failed.exit_code, failed.stderr) == (
        1,
        "error: cannot write 'no/where.txt': No such file or directory\n",
    )


def test_diff_of_nothing_says_so(project, cli):
    """No comment is written where nothing changed."""
    done = cli("diff", "promote", "--format", "markdown", cwd=project.folder)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "nothing changed\n")


def test_diff_compares_two_revisions_and_leaves_the_checkout_alone(project, cli):
    """Also from a folder that the revision does not have yet, whatever the working tree holds."""
    project.registry.write_text("broken: [")
    folder = project.folder / "later"
    folder.mkdir()

    done = cli(
        "diff",
        "main",
        "promote",
        "--registry",
        "../registry.yaml",
        "--store",
        "../runs",
        cwd=folder,
    )

    assert done.exit_code == 0
    assert done.stdout.startswith("Ready: the only gate passes\n")
    assert project.registry.read_text() == "broken: ["
    assert len(git(project.folder, "worktree", "list").splitlines()) == 1
    assert git(project.folder, "branch", "--show-current") == "promote"


@pytest.mark.parametrize(
    "args", [["nowhere"], ["main", "nowhere"], ["--", "--help"], [""], ["main", ""]]
)
def test_a_revision_that_is_not_there_is_told(project, cli, args):
    """A typo or a shallow clone is answered by what to do, an option by a refusal."""
    done = cli("diff", *args, cwd=project.folder)
    assert done.exit_code == 1
    assert done.stderr == (
        f"error: Git knows no revision '{args[-1]}'\n  where: registry.yaml\n"
        "  hint:  fetch it first: git fetch --unshallow, or fetch-depth: 0 in CI\n"
    )


@pytest.mark.parametrize(
    ("asked", "two"),
    [("main..promote", "main promote"), ("main...", "main HEAD"), ("..promote", "HEAD promote")],
)
def test_a_range_is_answered_by_its_two_ends(project, cli, asked, two):
    """Who writes a range, as for git diff, is told how two revisions are compared here."""
    done = cli("diff", asked, cwd=project.folder)
    assert done.stderr.endswith(
        f"hint:  name one revision, not a range; two revisions are compared by runsite diff {two}\n"
    )


def test_a_misspelt_code_is_not_allowed_silently(project, cli):
    """A code that no problem has would allow nothing: it is refused with the one that was meant."""
    done = cli("check", "--allow", "gate-fail", cwd=project.folder)
    assert done.exit_code == 1
    assert done.stderr == (
        "error: no problem has the code 'gate-fail'\n  hint:  did you mean 'gate-failed'?\n"
    )
    done = cli("check", "--allow", "zzz", cwd=project.folder)
    assert done.stderr.endswith("  hint:  docs/errors.md lists them\n")


def test_check_fails_by_its_exit_code_in_every_form(project, cli):
    """1 for an error, 3 for a warning under --strict, 0 for what is allowed."""
    project.add_gates("{metric: rmse, max: 1}")
    for form in ("text", "github", "json", "sarif"):
        done = cli("check", "--base", "main", "--format", form, cwd=project.folder)
        assert done.exit_code == 1, form
        assert "gate-failed" in done.stdout
        assert done.stderr == "registry.yaml: 1 model, 1 error, 0 warnings\n"
    allowed = ["check", "--base", "main", "--allow", "gate-failed"]
    assert cli(*allowed, cwd=project.folder).exit_code == 0
    assert cli(*allowed, "--strict", cwd=project.folder).exit_code == 3


def test_check_of_a_sound_registry_prints_forms_that_programs_read(project, cli):
    """An empty list is a list."""
    told = json.loads(cli("check", "--format", "json", cwd=project.folder).stdout)
    assert told == {"errors": 0, "warnings": 0, "problems": []}
    log = json.loads(cli("check", "--format", "sarif", cwd=project.folder).stdout)
    assert log["runs"][0]["results"] == []
    assert cli("check", "--format", "github", cwd=project.folder).stdout == ""
