import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runsite import __version__
from runsite.cli.project import make_ignore_edit
from runsite.config import Config, load_config, parse_config
from support.repository import git

PATTERNS = ("/runs/live/", "/site/")
NEXT = """
Next:
  python train.py       your training code, with `import runsite`
  runsite runs          what it logged
  runsite build         the site: open site/index.html
"""
OWNERS = (
    "  .github/CODEOWNERS    who has to approve a promotion: /registry.yaml @your-org/reviewers\n"
)


def test_init_says_what_it_made(cli, tmp_path):
    """A new project gets settings, registry and ignore file, and is told what comes next."""
    result = cli("init")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "created  runsite.yaml\n"
        "created  registry.yaml\n"
        "created  .runsite/registry.schema.json\n"
        "added    to .gitignore: /runs/live/, /site/\n" + NEXT
    )
    assert {path.name for path in tmp_path.iterdir()} == {
        "runsite.yaml",
        "registry.yaml",
        ".runsite",
        ".gitignore",
    }


def test_init_again_changes_nothing(cli, tmp_path):
    """Whoever runs it twice keeps every byte and learns that all was there."""
    cli("init", "--github")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = cli("init", "--github")
    assert result.exit_code == 0
    assert result.stderr == (
        "exists   runsite.yaml (left as it is)\n"
        "exists   registry.yaml (left as it is)\n"
        "exists   .runsite/registry.schema.json (left as it is)\n"
        "exists   .gitignore (nothing to add)\n"
        "exists   .github/workflows/runsite-review.yml (left as it is)\n"
        "exists   .github/workflows/runsite-pages.yml (left as it is)\n" + NEXT + OWNERS
    )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_init_never_overwrites(cli, tmp_path):
    """Files of the project's own stay as they are, also where their content is odd."""
    own = {
        "runsite.yaml": b"store: data/tracking\nsite:\n  output: public\n",
        "registry.yaml": b"\xef\xbb\xbfformat: 1 # mine\r\n",
        ".gitignore": b"*.pyc",
    }
    for name, content in own.items():
        (tmp_path / name).write_bytes(content)
    assert cli("init").exit_code == 0
    for name, content in own.items():
        assert (tmp_path / name).read_bytes().startswith(content), name
    assert (tmp_path / ".gitignore").read_text() == (
        "*.pyc\n\n"
        "# runsite: journals of runs in progress, and the built site\n"
        "/data/tracking/live/\n/public/\n"
    )


def test_a_dangling_link_is_not_written_through(cli, tmp_path):
    """A name that is taken by a broken link is taken: nothing appears at the link's end."""
    elsewhere = tmp_path / "elsewhere.yaml"
    (tmp_path / "registry.yaml").symlink_to(elsewhere)
    result = cli("init")
    assert "exists   registry.yaml (left as it is)\n" in result.stderr
    assert not elsewhere.exists()


def test_the_settings_written_are_the_defaults(cli, tmp_path):
    """As written the file sets nothing; with every setting uncommented it says the defaults."""
    cli("init")
    text = (tmp_path / "runsite.yaml").read_text()
    assert parse_config(text).explicit == {"format"}
    settings = "\n".join(
        # Prose follows its # after one space, a setting after none or two.
        line.removeprefix("#") if re.match(r"#(\S|  )", line) else line
        for line in text.splitlines()
    )
    config = parse_config(settings)
    assert config.explicit == {"format", "store", "registry", "site", "cards"}
    plain = Config()
    assert (config.store, config.registry) == (plain.store, plain.registry)
    assert (config.site, config.cards) == (plain.site, plain.cards)


def test_the_registry_written_is_an_empty_one(cli, tmp_path):
    """The new registry holds the format line and no model."""
    cli("init")
    assert yaml.safe_load((tmp_path / "registry.yaml").read_text()) == {"format": 1}
    assert load_config(tmp_path).registry == "registry.yaml"


def test_git_ignores_what_is_not_for_it(cli, git_repo):
    """Git sees the new files, and neither journals nor the built site."""
    cli("init", cwd=git_repo)
    for name in ("runs/live/a.journal", "site/index.html", "runs/runs/a.parquet"):
        path = git_repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    status = git(git_repo, "status", "--porcelain", "--untracked-files=all").splitlines()
    assert [line.removeprefix("?? ") for line in status] == [
        ".gitignore",
        ".runsite/registry.schema.json",
        "registry.yaml",
        "runs/runs/a.parquet",
        "runsite.yaml",
    ]


def test_the_workflows_install_this_version(cli, tmp_path):
    """CI reads the store with the version that the project was set up with."""
    cli("init", "--github")
    for path in sorted((tmp_path / ".github" / "workflows").iterdir()):
        text = path.read_text()
        assert f'pip install "runsite=={__version__}"' in text
        assert "@VERSION@" not in text


def test_the_workflows_name_the_default_branch(cli, git_repo):
    """A repository whose branch is called otherwise gets workflows for that branch."""
    git(git_repo, "switch", "--quiet", "--orphan", "master")
    cli("init", "--github", cwd=git_repo)
    text = (git_repo / ".github" / "workflows" / "runsite-pages.yml").read_text()
    assert yaml.safe_load(text)[True]["push"]["branches"] == ["master"]


def test_the_registry_names_its_schema(cli, tmp_path):
    """An editor finds the schema by the registry's first line."""
    cli("init")
    first = (tmp_path / "registry.yaml").read_text().splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((tmp_path / named).read_text())["title"] == "runsite model registry"


def test_a_file_in_the_way_is_named(cli, tmp_path):
    """A file where a folder should be is a problem with a name, not a traceback."""
    (tmp_path / ".github").write_text("")
    result = cli("init", "--github")
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "error: cannot write '.github/workflows': Not a directory\n"
        "  hint:  run `runsite init` in a folder that you may write to\n"
    )


def test_a_folder_in_the_place_of_the_settings_is_named(cli, tmp_path):
    """Settings that cannot be read stop the command before it writes anything else."""
    (tmp_path / "runsite.yaml").mkdir()
    result = cli("init")
    assert result.exit_code == 1
    assert "error: cannot read 'runsite.yaml': " in result.stderr
    assert not (tmp_path / "registry.yaml").exists()


@pytest.mark.parametrize(
    ("existing", "text"),
    [
        ("", "{head}\n/runs/live/\n/site/\n"),
        ("*.pyc\n", "\n{head}\n/runs/live/\n/site/\n"),
        ("*.pyc", "\n\n{head}\n/runs/live/\n/site/\n"),
        ("*.pyc\r\n", "\r\n{head}\r\n/runs/live/\r\n/site/\r\n"),
        ("site\n", "\n{head}\n/runs/live/\n"),
        ("/site/\nruns/live/\n", ""),
    ],
)
def test_lines_are_added_in_the_files_own_manner(existing, text):
    """Only the missing patterns are appended, after an empty line, with the file's line ends."""
    head = "# runsite: journals of runs in progress, and the built site"
    assert make_ignore_edit(existing, patterns=PATTERNS).text == text.format(head=head)


@given(st.text(alphabet=st.sampled_from("ab/#! \r\n"), max_size=40))
def test_adding_twice_adds_once(existing):
    """Whatever stands in the file, it is kept, and a second edit finds nothing to do."""
    once = existing + make_ignore_edit(existing, patterns=PATTERNS).text
    assert once.startswith(existing)
    assert make_ignore_edit(once, patterns=PATTERNS).added == ()


def test_a_store_that_is_named_and_not_there_empties_no_site(cli, tmp_path):
    """A slip in `--store` is an error, and what an earlier build wrote stays; a new project needs none."""
    assert cli("build").exit_code == 0
    before = sorted(tmp_path.rglob("*"))
    result = cli("build", "--store", "rnus")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: there is no runsite store at 'rnus'\n"
        "  hint:  log a run first, or name the store with --store or RUNSITE_TRACKING_URI\n"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_an_address_that_is_none_is_wrong_usage(cli, tmp_path):
    """It would stand in every page as the site's own."""
    result = cli("build", "--base-url", "javascript:x", cwd=tmp_path)
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: Invalid value for --base-url: 'javascript:x' is no web address; "
        "write it as https://example.org/taxi/\n"
    )
    assert not (tmp_path / "site").exists()
