"""``runsite init``: a project's configuration, registry, ignore lines and workflows.

It only adds. A file that exists is left as it is, whatever is in it, and the ignore file gets
the lines that it lacks; so the command can be run again after an upgrade, or with ``--github``
later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath

import click

from runsite import __version__
from runsite.cli.schema import SCHEMA_PATH, format_schema
from runsite.config import CONFIG_NAME, Config, load_config
from runsite.errors import ConfigError, quote
from runsite.registry.git import find_checkout

__all__ = ["IgnoreEdit", "init", "make_ignore_edit"]

_IGNORE_NAME = ".gitignore"
_IGNORE_HEAD = "# runsite: journals of runs in progress, and the built site"
_WORKFLOWS = ("runsite-review.yml", "runsite-pages.yml")
_NEXT = """\

Next:
  python train.py       your training code, with `import runsite`
  runsite runs          what it logged
  runsite build         the site: open {index}"""
_NEXT_GITHUB = """\
  .github/CODEOWNERS    who has to approve a promotion: {registry} @your-org/reviewers"""
_BRANCHES = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True)
class IgnoreEdit:
    """What an ignore file gets: the text to append, and the patterns that are new in it."""

    text: str
    added: tuple[str, ...]


@click.command()
@click.option(
    "--github",
    is_flag=True,
    help="Also write workflows: a check of every pull request, and the site on GitHub Pages.",
)
def init(*, github: bool) -> None:
    """Set up runsite in the current folder.

    Writes runsite.yaml (settings, all of them commented out), registry.yaml (no models yet), a
    schema by which editors complete and check it, and the lines that .gitignore needs. Nothing
    that exists is overwritten, so it is safe to run again.
    """
    folder = Path()
    _create(folder / CONFIG_NAME, _read_scaffold("runsite.yaml"))
    config = load_config(folder)
    registry = folder / config.registry
    _create(registry, _read_scaffold("registry.yaml"))
    _create(registry.parent / SCHEMA_PATH, format_schema())
    _ignore(folder / _IGNORE_NAME, config)
    if github:
        branch = _find_default_branch(registry)
        for name in _WORKFLOWS:
            text = _read_scaffold(f"github/{name}").replace("@VERSION@", __version__)
            text = text.replace('"@BRANCH@"', json.dumps(branch))
            _create(folder / ".github" / "workflows" / name, text)
    click.echo(_NEXT.format(index=f"{PurePosixPath(config.site.output) / 'index.html'}"), err=True)
    if github:
        click.echo(_NEXT_GITHUB.format(registry=f"/{PurePosixPath(config.registry)}"), err=True)


def make_ignore_edit(existing: str, *, patterns: tuple[str, ...]) -> IgnoreEdit:
    """Return what to append so that an ignore file has these patterns. Pure.

    A pattern counts as there when it stands on a line of its own, with or without the slashes
    around it. Line ends follow the file's own.
    """
    have = {line.strip().strip("/") for line in existing.splitlines()}
    added = tuple(pattern for pattern in patterns if pattern.strip("/") not in have)
    if not added:
        return IgnoreEdit("", ())
    end = "\r\n" if "\r\n" in existing else "\n"
    lines = [_IGNORE_HEAD, *added] if _IGNORE_HEAD.strip("/") not in have else [*added]
    gap = "" if not existing else end if existing.endswith("\n") else end * 2
    return IgnoreEdit(gap + end.join(lines) + end, added)


def _find_default_branch(path: Path) -> str:
    """Return the branch that pull requests merge into, as far as the checkout tells."""
    checkout = find_checkout(path)
    if checkout is None:
        return _BRANCHES[0]
    head = checkout.ask("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    if head:
        return head.removeprefix("origin/")
    current = checkout.branch()
    known = (checkout.ask("branch", "--format=%(refname:short)") or "").split()
    usual = [name for name in _BRANCHES if name == current or name in known]
    return usual[0] if usual else current or _BRANCHES[0]


def _read_scaffold(name: str) -> str:
    path = resources.files("runsite.cli").joinpath("scaffold", *name.split("/"))
    return path.read_text(encoding="utf-8")


def _create(path: Path, text: str) -> None:
    """Write a new file and say so; leave one that exists and say that."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a file stands where a folder should be, or no permission
        raise _cannot_write(path.parent, error) from error
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:  # x: never overwrites
            file.write(text)
    except FileExistsError:
        click.echo(f"exists   {path} (left as it is)", err=True)
    except OSError as error:
        raise _cannot_write(path, error) from error
    else:
        click.echo(f"created  {path}", err=True)


def _ignore(path: Path, config: Config) -> None:
    """Append the missing patterns to the ignore file and say which."""
    try:
        existing = path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""
        edit = make_ignore_edit(existing, patterns=_ignore_patterns(config))
        if edit.added:
            with path.open("ab") as file:
                file.write(edit.text.encode("utf-8"))
    except OSError as error:
        raise _cannot_write(path, error) from error
    if edit.added:
        click.echo(f"added    to {path}: {', '.join(edit.added)}", err=True)
    else:
        click.echo(f"exists   {path} (nothing to add)", err=True)


def _ignore_patterns(config: Config) -> tuple[str, ...]:
    """Return the patterns of this project; a folder elsewhere is not this repository's matter."""
    folders = [f"{config.store}/live", config.site.output]
    inside = [
        PurePosixPath(folder)
        for folder in folders
        if "://" not in folder and not folder.startswith(("/", "~"))
    ]
    return tuple(f"/{folder}/" for folder in inside if ".." not in folder.parts)


def _cannot_write(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"cannot write {quote(str(path))}: {error.strerror or error}",
        hint="run `runsite init` in a folder that you may write to",
    )
