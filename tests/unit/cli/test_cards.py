from __future__ import annotations

import json
import re

import pytest

from support.cards import CARD_TEXT, MODEL, PNG, write_project
from support.repository import git


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path / "project")


def test_init_writes_a_card_and_never_overwrites(cli, tmp_path):
    """The path is what a program reads; a second time is an error that names the file."""
    done = cli("card", "init", "taxi", cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (0, "cards/taxi.md\n")
    assert "## Intended use" in (tmp_path / "cards" / "taxi.md").read_text(encoding="utf-8")
    (tmp_path / "cards" / "taxi.md").write_text("mine")
    again = cli("card", "init", "taxi", cwd=tmp_path)
    assert again.exit_code == 1
    assert again.stderr == (
        "error: model 'taxi' has a card already\n"
        "  where: cards/taxi.md\n"
        "  hint:  edit it; runsite card check says what it lacks\n"
    )
    assert (tmp_path / "cards" / "taxi.md").read_text() == "mine"


def test_init_for_a_version_and_the_projects_own_sections(cli, tmp_path):
    """A version has its own file, in the folder that the settings name, with the sections they ask."""
    (tmp_path / "runsite.yaml").write_text("cards: {folder: docs, required: [Carbon]}")
    done = cli("card", "init", "a/b", "--version", "3", cwd=tmp_path)
    assert done.stdout == "docs/a%2Fb/3.md\n"
    assert "## Carbon" in (tmp_path / "docs" / "a%2Fb" / "3.md").read_text(encoding="utf-8")


def test_check_is_quiet_about_a_complete_card(cli, project):
    """Exit code 0, nothing for programs, one line for people."""
    done = cli("card", "check", cwd=project)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"cards/{MODEL}.md: complete\n"


@pytest.fixture
def faulty(project):
    path = project / "cards" / f"{MODEL}.md"
    text = CARD_TEXT.replace("owner: Fleet team\n", "").replace("metrics.rmse:.1f", "metrics.x")
    path.write_text(text.replace("figures/residuals.png", "gone.png"), encoding="utf-8")
    return project


def test_check_tells_every_problem_with_its_line(cli, faulty):
    """People get paragraphs with place, hint and code, and exit code 1."""
    done = cli("card", "check", MODEL, cwd=faulty)
    assert done.exit_code == 1
    name = f"cards/{MODEL}.md"
    assert done.stdout == (
        f"{name}:1:1: error: the front matter has no 'owner'\n"
        "    hint: write owner: between the two lines of dashes at the top\n"
        "    code: card-field\n"
        f"{name}:13:50: error: no fact is called 'metrics.x'\n"
        "    hint: did you mean 'metrics.rmse' or 'metrics.rmse.max' or 'metrics.rmse.min'?\n"
        "    code: card-reference\n"
        f"{name}:16:1: error: the picture 'gone.png' is not there\n"
        "    hint: paths are relative to the card's file\n"
        "    code: card-figure\n"
    )


def test_check_speaks_to_programs(cli, faulty):
    """GitHub gets annotations at the lines, other programs JSON."""
    github = cli("card", "check", MODEL, "--format", "github", cwd=faulty)
    assert github.exit_code == 1
    assert github.stdout.startswith(
        f"::error file=cards/{MODEL}.md,title=card-field,line=1,col=1::"
    )
    data = json.loads(cli("card", "check", MODEL, "--format", "json", cwd=faulty).stdout)
    assert [p["code"] for p in data["problems"]] == ["card-field", "card-reference", "card-figure"]


def test_check_notices_a_model_without_a_card(cli, tmp_path):
    """A registered model that nobody described is not complete."""
    write_project(tmp_path, card=None)
    done = cli("card", "check", cwd=tmp_path)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (
        1,
        f"cards/{MODEL}.md: error: there is no card",
    )


def test_show_reads_words_then_facts(cli, project):
    """The terminal shows the front matter, the filled words and the facts of Production."""
    done = cli("card", "show", MODEL, cwd=project)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "Licence: apache-2.0"
    assert "NYC taxi trip duration" in lines
    assert "Facts of version 2" in lines
    assert any("The typical error is 6.5 minutes" in line for line in lines)
    first = cli("card", "show", MODEL, "1", cwd=project)
    assert "Facts of version 1" in first.stdout.splitlines()


def test_show_tells_who_promoted_it(cli, git_repo):
    """In a Git checkout the card ends with the stages' history."""
    write_project(git_repo)
    git(git_repo, "add", "registry.yaml")
    git(git_repo, "commit", "-q", "-m", "Promote depth 29")
    done = cli("card", "show", MODEL, cwd=git_repo)
    rows = [line for line in done.stdout.splitlines() if "Promote depth 29" in line]
    assert len(rows) == 1
    assert re.split(r" {2,}", rows[0])[1:5] == ["2", "None", "Production", "Ada Tester"]


def test_show_lets_nothing_steer_the_terminal(cli, project):
    """A card from a stranger's pull request cannot move the cursor or hide a line."""
    path = project / "cards" / f"{MODEL}.md"
    path.write_text(
        '---\nowner: "a\\e[2Jb"\n---\n# t\n\n\x1b]0;x\x07 \u202e end\n', encoding="utf-8"
    )
    done = cli("card", "show", MODEL, cwd=project)
    assert done.exit_code == 0
    assert all(char == "\n" or char.isprintable() for char in done.stdout)


@pytest.mark.parametrize("form", ["huggingface", "markdown"])
def test_export_copies_the_pictures_beside_markdown(cli, project, form):
    """The document and what it shows arrive together."""
    done = cli("card", "export", MODEL, "--to", form, "--output", "out/README.md", cwd=project)
    assert (done.exit_code, done.stderr) == (0, "wrote out/README.md\n")
    text = (project / "out" / "README.md").read_text(encoding="utf-8")
    assert "![residuals](figures/residuals.png)" in text
    assert (project / "out" / "figures" / "residuals.png").read_bytes() == PNG


def test_export_prints_without_an_output(cli, project):
    """A pipe gets the document and nothing else."""
    done = cli("card", "export", MODEL, "2", "--to", "json", cwd=project)
    assert json.loads(done.stdout)["facts"]["identity"]["version"] == 2
    dashed = cli("card", "export", MODEL, "2", "--to", "json", "--output", "-", cwd=project)
    assert dashed.stdout == done.stdout
    bom = cli("card", "export", MODEL, "@none", "--to", "cyclonedx", cwd=project)
    assert bom.exit_code == 1


def test_a_pdf_needs_a_file_and_a_browser(cli, project, monkeypatch):
    """What is missing is said, with what to do."""
    done = cli("card", "export", MODEL, "--to", "pdf", cwd=project)
    assert done.stderr == "error: a PDF goes into a file\n  hint:  add --output card.pdf\n"
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("RUNSITE_CHROMIUM", raising=False)
    done = cli("card", "export", MODEL, "--to", "pdf", "--output", "c.pdf", cwd=project)
    assert done.stderr == (
        "error: printing a card needs a Chromium, Chrome or Edge, and none was found\n"
        "  hint:  name one in RUNSITE_CHROMIUM, or export to html and print that\n"
    )


def test_an_export_that_cannot_be_written_is_an_error(cli, project):
    """A folder in the way is told, not a traceback."""
    (project / "out.md").mkdir()
    done = cli("card", "export", MODEL, "--to", "markdown", "--output", "out.md", cwd=project)
    assert (done.exit_code, done.stderr) == (
        1,
        "error: the card cannot be written: Is a directory\n  where: out.md\n",
    )


def test_a_card_with_a_wrong_reference_is_not_exported(cli, faulty):
    """A sentence with a hole in it stays at home."""
    done = cli("card", "export", MODEL, "--to", "huggingface", cwd=faulty)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no fact is called 'metrics.x'\n")
