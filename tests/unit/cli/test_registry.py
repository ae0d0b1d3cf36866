"""The registry's commands print the diff that they made, and what comes next in Git."""

from __future__ import annotations

import pytest

from runsite.models.digest import digest_folder
from runsite.registry import load_registry
from runsite.store import Store
from support.models import log_model_run
from support.registries import REGISTRY
from support.repository import git

NAME = "nyc-taxi-regressor"
MODELS = f"  where: runs/artifacts/{2:032x}/c\n  hint:  the run's models are 'a', 'b'"
INSIDE = "  hint:  write a relative path with '/' between, such as plots/roc.png"


@pytest.fixture
def project(tmp_path):
    """A folder with a registry of two versions and an empty store."""
    (tmp_path / "registry.yaml").write_text(REGISTRY)
    return tmp_path


@pytest.fixture
def repo(git_repo):
    """The same inside a Git repository."""
    (git_repo / "registry.yaml").write_text(REGISTRY)
    git(git_repo, "add", ".")
    git(git_repo, "commit", "-qm", "Begin")
    return git_repo


def test_register_writes_a_version_and_prints_the_diff(tmp_path, cli):
    """The run is named by its first digits; the folder is pinned by its digest."""
    store = Store.create(tmp_path / "runs")
    run_id = log_model_run(store, 7)
    log_model_run(store, 8)

    result = cli("register", run_id, "--name", "m", "--by", "ada", "--description", "First")

    assert result.exit_code == 0
    (version,) = load_registry(tmp_path / "registry.yaml").models["m"].versions
    assert (version.run, version.artifact, version.registered_by) == (run_id, "model", "ada")
    assert version.digest == digest_folder(store.artifacts_dir(run_id) / "model")
    assert result.stdout.startswith("--- /dev/null\n+++ b/registry.yaml\n@@ -0,0 +1,")
    assert f'\n+        run: "{run_id}"\n' in result.stdout
    assert result.stderr == f"m version 1 is run {run_id}\n"
    again = cli("register", f"runs:/{run_id}/model", "--name", "m", "--dry-run")
    assert again.stderr == (f"dry run: nothing was written\nm version 2 would be run {run_id}\n")
    assert cli("check").exit_code == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["f" * 32],
            f"error: no run '{'f' * 32}' in the store 'runs'\n",
        ),
        (
            [f"{2:032x}"],
            (
                f"error: run {2:032x} logged 2 models\n"
                "  hint:  choose one by its path (--artifact): 'a', 'b'\n"
            ),
        ),
        (
            [f"{2:032x}", "--artifact", "c"],
            f"error: run {2:032x} has no folder 'c' among its artifacts\n{MODELS}\n",
        ),
        (
            [f"runs:/{2:032x}/../x"],
            f"error: artifact path '../x' leads out of the run's folder\n{INSIDE}\n",
        ),
    ],
)
def test_register_refuses_what_is_not_there(tmp_path, cli, args, message):
    """Nothing is registered that the store does not hold, and the hint says what it does."""
    log_model_run(Store.create(tmp_path / "runs"), 2, "a", "b")

    result = cli("register", *args, "--name", "m")

    assert result.exit_code == 1
    assert result.stderr.startswith(message)
    assert not (tmp_path / "registry.yaml").exists()


def test_register_refuses_files_that_are_not_those_of_the_run(tmp_path, cli):
    """A model that was changed after the run logged it is not the run's."""
    store = Store.create(tmp_path / "runs")
    run_id = log_model_run(store, 7)
    (store.artifacts_dir(run_id) / "model" / "weights.txt").write_text("other\n")

    result = cli("register", run_id, "--name", "m")

    assert result.exit_code == 1
    assert "error: the files of 'model' are not those that the run logged" in result.stderr


def test_promote_prints_the_change_and_nothing_else_to_standard_output(project, cli):
    """A program can apply what it reads; outside Git there is nothing more to say."""
    result = cli("promote", NAME, "2", "Production", "--archive-existing")

    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if line[0] in "+-"] == [
        "--- a/registry.yaml",
        "+++ b/registry.yaml",
        "-      Production: 1         # since spring",
        "-      Staging: 2",
        "+      Production: 2         # since spring",
        "+        archived: true",
    ]
    assert result.stderr == (
        "warning: registry.yaml:9:17: the alias 'champion' names version 1, which is archived\n"
    )


def test_what_is_so_already_is_said(project, cli):
    """A promotion twice prints no diff and is no failure."""
    result = cli("promote", NAME, "1", "Production")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing to change: the registry says so already\n"


def test_inside_git_the_next_commands_are_printed(repo, cli):
    """From the change to the pull request, ready to be copied."""
    git(repo, "remote", "add", "origin", "git@github.com:team/taxi.git")

    result = cli("promote", NAME, "2", "Production", cwd=repo)

    assert (
        result.stderr
        == """
Next:
  git switch -c runsite/promote-nyc-taxi-regressor-2-to-production
  git add -- registry.yaml
  git commit -m 'Promote nyc-taxi-regressor 2 to Production' -- registry.yaml
  git push -u origin runsite/promote-nyc-taxi-regressor-2-to-production
  open https://github.com/team/taxi/compare/runsite/promote-nyc-taxi-regressor-2-to-production?expand=1
"""
    )


def test_branch_and_commit_do_the_git_part(repo, cli):
    """The change is alone in a commit on a branch of its own; other work stays as it is."""
    (repo / "other.txt").write_text("mine\n")
    git(repo, "add", "other.txt")

    result = cli("promote", NAME, "2", "Production", "--branch", "--commit", cwd=repo)

    assert result.exit_code == 0, result.stderr
    assert git(repo, "branch", "--show-current") == (
        "runsite/promote-nyc-taxi-regressor-2-to-production"
    )
    assert git(repo, "log", "-1", "--format=%s") == "Promote nyc-taxi-regressor 2 to Production"
    assert git(repo, "show", "--name-only", "--format=") == "registry.yaml"
    assert git(repo, "show", "--shortstat", "--format=") == (
        "1 file changed, 1 insertion(+), 2 deletions(-)"
    )
    assert git(repo, "status", "--short") == "A  other.txt"


def test_a_refused_edit_makes_no_branch(repo, cli):
    """What fails leaves the repository as it was."""
    result = cli("promote", NAME, "9", "Production", "--branch", "b", cwd=repo)

    assert result.exit_code == 1
    assert git(repo, "branch", "--format=%(refname:short)") == "main"
    assert git(repo, "status", "--short") == ""


def test_branch_outside_git_is_refused(project, cli):
    """There is nothing to branch."""
    result = cli("archive", NAME, "2", "--commit")

    assert result.exit_code == 1
    assert result.stderr == (
        "error: 'registry.yaml' does not lie in a Git checkout\n"
        "  hint:  leave out --branch and --commit, or run `git init`\n"
    )


def test_archive_unassign_alias_and_describe_edit_the_registry(project, cli):
    """Each verb has its command."""
    for args in (
        ("archive", NAME, "2"),
        ("unassign", NAME, "1"),
        ("alias", NAME, "challenger", "1"),
        ("alias", NAME, "champion", "--delete"),
        ("describe", NAME, "Minutes: from A to B"),
        ("describe", NAME, "Second", "--version", "2"),
    ):
        assert cli(*args).exit_code == 0

    model = load_registry(project / "registry.yaml").models[NAME]
    assert dict(model.stages) == {}
    assert model.get_version(2).archived
    assert dict(model.aliases) == {"challenger": 1}
    assert model.description == "Minutes: from A to B"
    assert model.get_version(2).description == "Second"


def test_check_reports_every_problem_and_its_exit_code(project, cli):
    """Errors are 1; a sound file is 0; the summary goes to standard error."""
    text = REGISTRY.replace("Staging: 2", "Stagging: 2")
    (project / "registry.yaml").write_text(text)

    result = cli("check", "--no-store")

    assert result.exit_code == 1
    assert result.stdout == (
        "registry.yaml:8:7: error: unknown stage 'Stagging' for model 'nyc-taxi-regressor'\n"
        "    hint: use one of: Staging, Production, Archived\n"
        "    code: unknown-stage\n"
    )
    assert result.stderr == "registry.yaml: 1 model, 1 error, 0 warnings\n"
    github = cli("check", "--no-store", "--format", "github")
    assert github.stdout == (
        "::error file=registry.yaml,title=unknown-stage,line=8,col=7::unknown stage 'Stagging'"
        " for model 'nyc-taxi-regressor'%0Ahint: use one of: Staging, Production, Archived\n"
    )


def test_check_looks_at_runs_and_files(tmp_path, cli):
    """A run that is not there, and a file that changed, are found at their lines."""
    store = Store.create(tmp_path / "runs")
    run_id = log_model_run(store, 1)
    cli("register", run_id, "--name", "m", "--by", "ada")
    cli("register", run_id, "--name", "m", "--by", "ada")
    registry = tmp_path / "registry.yaml"
    registry.write_text(registry.read_text().replace(run_id, "f" * 32, 1))
    (store.artifacts_dir(run_id) / "model" / "weights.txt").write_text("other\n")

    lines = cli("check").stdout.splitlines()

    assert lines[0] == (
        "registry.yaml:8:14: error: version 1 of model 'm' comes from run"
        f" '{'f' * 32}', which the store does not hold"
    )
    assert lines[3].startswith(
        "registry.yaml:16:17: error: the files of version 2 of model 'm' changed"
        " since they were registered: sha256:"
    )


def test_warnings_fail_a_strict_check_only(project, cli):
    """Exit code 3 says that there are warnings and nothing worse."""
    text = REGISTRY.replace("- version: 1", "- version: 1\n        archived: true").replace(
        "      Production: 1         # since spring\n", ""
    )
    (project / "registry.yaml").write_text(text)

    assert cli("check", "--no-store").exit_code == 0
    assert cli("check", "--no-store", "--strict").exit_code == 3


def test_a_missing_registry_is_sound(cli):
    """Before the first registration there is nothing to find."""
    result = cli("check")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "registry.yaml: 0 models, sound\nthere is no registry.yaml: nothing is registered yet\n"
    )
