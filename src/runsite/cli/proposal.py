"""From an edit of the registry to a pull request: branch, commit, and the commands that follow."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from runsite.errors import RegistryError, quote
from runsite.registry import EditResult, Severity, edit_registry
from runsite.registry.changes import Change
from runsite.registry.git import Checkout, find_checkout
from runsite.registry.plans import Edit

__all__ = ["Proposal", "edit_options", "propose"]

_Command = TypeVar("_Command", bound=Callable[..., object])
_SLUG = re.compile(r"[^A-Za-z0-9_]+")
_GITHUB = re.compile(r"(?:https://|git@|ssh://git@)(github\.com)[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done with an edit.

    Attributes:
        title: One line: the commit's subject.
        paths: Files and folders that the commit takes in beside the registry.
        branch: Name of the branch to make; empty for one made of the title; None for none.
        commit: Commit the change.
        dry_run: Show the change only.
    """

    title: str
    branch: str | None
    commit: bool
    dry_run: bool
    paths: tuple[Path, ...] = ()


def edit_options(command: _Command) -> _Command:
    """Add the options that every editing command has."""
    options = [
        click.option(
            "--registry",
            metavar="FILE",
            help="The registry (default: runsite.yaml, else ./registry.yaml).",
        ),
        click.option(
            "--branch",
            is_flag=False,
            flag_value="",
            metavar="[NAME]",
            help="Make a Git branch for the change first.",
        ),
        click.option("--commit", is_flag=True, help="Commit the change."),
        click.option("--dry-run", is_flag=True, help="Show the change, write nothing."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def propose(path: Path, plan: Callable[[Edit], Sequence[Change]], proposal: Proposal) -> EditResult:
    """Make an edit as proposed: the diff to standard output, what comes next to standard error.

    The edit is tried before a branch is made, so a refused one leaves nothing behind.

    Raises:
        RegistryError: The edit is refused, or Git says no.
    """
    checkout = find_checkout(path)
    wants_git = proposal.branch is not None or proposal.commit
    if wants_git and checkout is None:
        hint = "leave out --branch and --commit, or run `git init`"
        raise RegistryError(f"{quote(str(path))} does not lie in a Git checkout", hint=hint)
    name = (checkout.relative(path) if checkout else None) or path.as_posix()
    new_branch = checkout is not None and proposal.branch is not None
    result = edit_registry(path, plan, dry_run=proposal.dry_run or new_branch, name=name)
    if not result.diff:
        click.echo("nothing to change: the registry says so already", err=True)
        return result
    if proposal.dry_run:
        click.echo(result.diff, nl=False)
        click.echo("dry run: nothing was written", err=True)
        return result
    branch = proposal.branch or _branch_name(proposal.title)
    if checkout and new_branch:
        checkout.run("switch", "--quiet", "--create", branch)
        result = edit_registry(path, plan, name=name)
    click.echo(result.diff, nl=False)
    _warn(result, name)
    if checkout:
        _finish(checkout, [path, *proposal.paths], proposal, branch)
    return result


def _warn(result: EditResult, name: str) -> None:
    for problem in result.problems:
        if problem.severity is Severity.WARNING and problem.code == "archived-pointer":
            click.echo(f"warning: {problem.where(name)}: {problem.message}", err=True)


def _finish(checkout: Checkout, files: list[Path], proposal: Proposal, branch: str) -> None:
    paths = [p for file in files if file.exists() and (p := checkout.relative(file))]
    if proposal.commit:
        checkout.run("add", "--", *paths)
        checkout.run("commit", "--quiet", "--message", proposal.title, "--", *paths)
        click.echo(f"committed: {proposal.title}", err=True)
    steps = _next_steps(checkout, paths, proposal, branch)
    if steps:
        click.echo("\nNext:", err=True)
        for step in steps:
            click.echo(f"  {step}", err=True)


def _next_steps(checkout: Checkout, paths: list[str], proposal: Proposal, branch: str) -> list[str]:
    steps: list[str] = []
    title = shlex.quote(proposal.title)
    listed = shlex.join(paths)
    on_branch = proposal.branch is not None
    if not on_branch and not proposal.commit:
        steps.append(f"git switch -c {branch}")
        on_branch = True
    if not proposal.commit:
        steps += [f"git add -- {listed}", f"git commit -m {title} -- {listed}"]
    remote = checkout.remote()
    if remote and (on_branch or checkout.branch()):
        head = branch if on_branch else checkout.branch() or "HEAD"
        steps.append(f"git push -u {shlex.quote(remote)} {shlex.quote(head)}")
        steps.append(_open_request(checkout, remote, head))
    return steps


def _open_request(checkout: Checkout, remote: str, branch: str) -> str:
    url = checkout.ask("remote", "get-url", remote) or ""
    match = _GITHUB.fullmatch(url)
    if match:
        return f"open https://{match[1]}/{match[2]}/compare/{branch}?expand=1"
    return "open the pull request"


def _branch_name(title: str) -> str:
    return "runsite/" + (_SLUG.sub("-", title.lower()).strip("-")[:80] or "change")
