"""What the workflows of ``runsite init --github`` and the action do, on a real merge commit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from support.command import run_cli
from support.projects import Project
from support.repository import ROOT, git
from support.steps import Runner, load_steps

MARKER = "<!-- runsite diff -->"
BASE = "github.event.merge_group.base_sha || 'HEAD^1'"
GH = """\
#!/usr/bin/env python3
import json, os, pathlib, sys
log = pathlib.Path(os.environ["GH_LOG"])
arguments = sys.argv[1:]
bodies = [a.split("=", 1)[1] for a in arguments if a.startswith("body=@")]
text = pathlib.Path(bodies[0][1:]).read_text() if bodies else None
with log.open("a") as file:
    file.write(json.dumps([arguments, text]) + "\\n")
if "--paginate" in arguments:
    print(os.environ["GH_FOUND"], end="")
"""


@pytest.fixture
def project(git_repo: Path, monkeypatch) -> Project:
    """Return a repository with two versions, version 1 in Production, committed on main."""
    made = Project(git_repo, monkeypatch)
    made.register(1)
    made.register(2)
    made.promote(1)
    assert run_cli("init", "--github", cwd=git_repo).exit_code == 0
    made.commit("Begin")
    return made


def merge(project: Project) -> None:
    """Check out what a host checks out for a pull request: the merge of branch into main."""
    git(project.folder, "switch", "-q", "--detach", "main")
    git(project.folder, "merge", "-q", "--no-ff", "-m", "Merge", "change")


def review(project: Project, tmp_path: Path, **values: str) -> tuple[Runner, list[int]]:
    """Run the shell steps of the job that reviews."""
    path = project.folder / ".github" / "workflows" / "runsite-review.yml"
    base = yaml.safe_load(path.read_text())["jobs"]["review"]["env"]["BASE"]
    runner = Runner(project.folder, tmp_path / "runner", {BASE: "HEAD^1", **values})
    return runner, runner.run(load_steps(path, "review"), env={"BASE": base})


def comment(project: Project, tmp_path: Path, *, found: str) -> list[tuple[list[str], str | None]]:
    """Run the step that comments, with a stand-in for GitHub's own program; return its calls."""
    runner = Runner(
        project.folder,
        tmp_path / "commenting",
        {
            "github.token": "token",
            "github.repository": "team/trips",
            "github.event.pull_request.number": "7",
        },
    )
    program = runner.scratch / "bin" / "gh"
    program.parent.mkdir(parents=True)
    program.write_text(GH)
    program.chmod(0o755)
    log = tmp_path / "calls"
    path = project.folder / ".github" / "workflows" / "runsite-review.yml"
    codes = runner.run(load_steps(path, "comment"), env={"GH_LOG": str(log), "GH_FOUND": found})
    assert codes == [0], runner.output
    return [tuple(json.loads(line)) for line in log.read_text().splitlines()]


def test_a_promotion_is_checked_shown_and_built(project, tmp_path):
    """A sound pull request passes, its evidence is in the summary, and the site is there."""
    project.switch("-c", "change")
    project.promote(2)
    project.commit("Promote 2")
    merge(project)
    runner, codes = review(project, tmp_path)
    assert codes == [0, 0, 0], runner.output
    assert runner.summary.startswith(MARKER)
    assert "`Production`" in runner.summary
    assert (project.folder / "review" / "diff.html").read_text().startswith("<!doctype html>")
    assert (project.folder / "site" / "index.html").exists()


def test_a_stopped_promotion_is_red_and_still_shown(project, tmp_path):
    """A gate that fails fails the job with an annotation; the evidence is there all the same."""
    project.add_gates("{metric: rmse, max: 0.0001}")
    project.commit("Gates")
    project.switch("-c", "change")
    project.promote(2)
    project.commit("Promote 2")
    merge(project)
    runner, codes = review(project, tmp_path)
    assert codes == [1, 0, 0], runner.output
    assert "::error file=registry.yaml,title=gate-failed,line=" in runner.output
    assert "❌" in runner.summary


def test_a_change_elsewhere_says_nothing(project, tmp_path):
    """A pull request that leaves the registry alone gets neither summary nor comment."""
    project.switch("-c", "change")
    (project.folder / "README.md").write_text("trips\n")
    project.commit("Words")
    merge(project)
    runner, codes = review(project, tmp_path)
    assert codes == [0, 0, 0], runner.output
    assert runner.summary == ""
    calls = comment(project, tmp_path, found="")
    assert [call[0][:2] for call in calls] == [["api", "--paginate"]]


@pytest.mark.parametrize("found", ["", "41\n42\n"])
def test_there_is_one_comment(project, tmp_path, found):
    """The first push writes the comment, the next ones replace it."""
    project.switch("-c", "change")
    project.promote(2)
    project.commit("Promote 2")
    merge(project)
    review(project, tmp_path)
    _, (arguments, text) = comment(project, tmp_path, found=found)
    assert text is not None
    assert text.startswith(MARKER)
    assert ("PATCH" in arguments) == bool(found)
    issue = "repos/team/trips/issues"
    assert (f"{issue}/comments/41" if found else f"{issue}/7/comments") in arguments


def test_a_comment_is_taken_back_when_the_change_is(project, tmp_path):
    """A push that takes the promotion back leaves no evidence for it standing."""
    project.switch("-c", "change")
    (project.folder / "README.md").write_text("trips\n")
    project.commit("Words")
    merge(project)
    review(project, tmp_path)
    _, (arguments, text) = comment(project, tmp_path, found="41\n")
    assert "PATCH" in arguments
    assert text == f"{MARKER}\nThe registry is as it was: nothing to review any more.\n"


@pytest.mark.parametrize("before", ["main~1", "0" * 40, ""])
def test_a_push_is_checked_against_what_was_there(project, tmp_path, before):
    """A push that rewrites a version is red; where nothing is known of before, the file counts."""
    text = project.registry.read_text()
    rewritten = project.log(9)
    first = text.split('run: "')[1][:32]
    project.registry.write_text(text.replace(first, rewritten))
    project.commit("Rewrite")
    path = project.folder / ".github" / "workflows" / "runsite-pages.yml"
    rev = git(project.folder, "rev-parse", before) if before.startswith("main") else before
    runner = Runner(project.folder, tmp_path / "runner", {"github.event.before": rev})
    runner.run(load_steps(path, "check"))
    assert ("title=changed-version" in runner.output) == before.startswith("main")


ACTION = {
    "inputs.base": "",
    "inputs.registry": "",
    "inputs.store": "",
    "inputs.strict": "false",
    "inputs.base-url": "",
    "inputs.base || github.event.merge_group.base_sha || "
    "(github.event_name == 'pull_request' && 'HEAD^1') || github.event.before": "HEAD^1",
    "inputs.token": "token",
    "github.repository": "team/trips",
    "github.event.pull_request.number": "7",
}


def test_the_action_does_it_in_one_step(project, tmp_path):
    """The composite action checks, shows, builds and says where everything is."""
    project.switch("-c", "change")
    project.promote(2)
    project.commit("Promote 2")
    merge(project)
    values = {**ACTION, "steps.install.outputs.python": sys.executable}
    runner = Runner(project.folder, tmp_path / "runner", values)
    program = runner.scratch / "bin" / "gh"
    program.parent.mkdir(parents=True)
    program.write_text(GH)
    program.chmod(0o755)
    log = tmp_path / "calls"
    codes = runner.run(load_steps(ROOT / "action.yml"), env={"GH_LOG": str(log), "GH_FOUND": ""})
    assert codes == [0, 0, 0, 0], runner.output
    assert runner.summary.startswith(MARKER)
    assert Path(runner.values["steps.review.outputs.report"]).read_text().startswith(MARKER)
    assert Path(runner.values["steps.build.outputs.site"], "index.html").exists()
    assert json.loads(log.read_text().splitlines()[-1])[1].startswith(MARKER)
