"""``runsite check`` and ``runsite diff``: the registry validated, and its changes with evidence."""

from __future__ import annotations

import contextlib
import difflib
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from runsite import __version__
from runsite.config import load_config
from runsite.errors import InvalidValueError, quote
from runsite.locate import find_registry_path, find_store_uri
from runsite.registry.codes import CODES
from runsite.registry.formats import format_github, format_json, format_sarif, format_text
from runsite.registry.git import find_checkout
from runsite.registry.problems import Problem, Severity

__all__ = ["check", "diff"]


@click.command()
@click.option("--registry", metavar="FILE", help="The registry (default: ./registry.yaml).")
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@click.option("--no-store", is_flag=True, help="Look at the file alone, not at runs and models.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json", "sarif"]),
    default="text",
    show_default=True,
)
@click.option("--base", metavar="REV", help="Also what must not have changed since a revision.")
@click.option("--allow", metavar="CODE", multiple=True, help="This is meant: warn of it only.")
@click.option("--strict", is_flag=True, help="Exit with 3 where there are warnings only.")
def check(  # noqa: PLR0913 - one parameter for each option
    *,
    registry: str | None,
    store: str | None,
    no_store: bool,
    form: str,
    base: str | None,
    allow: tuple[str, ...],
    strict: bool,
) -> int:
    """Validate the registry: every problem, with its line.

    Looks at the file, at the runs that its versions name, at the models' files, and at the gates
    of each stage. With --base, the merge into that branch is checked: versions and runs that
    changed, and gates that were loosened by the change that they would have stopped.

    Exit codes: 0 sound, 1 errors, 3 warnings under --strict. docs/errors.md explains the codes.
    """
    from runsite.review.check import CheckOptions, check_registry
    from runsite.store import Store

    _check_codes(allow)
    config = load_config()
    path = find_registry_path(registry, config=config)
    location = find_store_uri(store, config=config)
    options = CheckOptions(
        now=datetime.now(UTC),
        store=None if no_store else Store.open(location, missing_ok=True),
        config=config,
        base=base,
        allow=frozenset(allow),
    )
    checked = check_registry(path, options=options)
    click.echo(_format(checked.problems, str(path), form), nl=False)
    errors, warnings = checked.count(Severity.ERROR), checked.count(Severity.WARNING)
    click.echo(_summary(str(path), len(checked.registry.models), errors, warnings), err=True)
    if not checked.exists:
        click.echo(f"there is no {path}: nothing is registered yet", err=True)
    return 1 if errors else 3 if warnings and strict else 0


def _check_codes(codes: tuple[str, ...]) -> None:
    """Refuse a code that no problem has: a misspelt one would allow nothing, without a word."""
    for code in codes:
        if code not in CODES:
            close = difflib.get_close_matches(code, CODES, n=1)
            raise InvalidValueError(
                f"no problem has the code {quote(code)}",
                hint=f"did you mean {quote(close[0])}?" if close else "docs/errors.md lists them",
            )


@click.command()
@click.argument("base")
@click.argument("head", required=False)
@click.option("--registry", metavar="FILE", help="The registry (default: ./registry.yaml).")
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html", "json"]),
    default="text",
    show_default=True,
)
@click.option("--output", metavar="FILE", help="Write here instead of standard output.")
def diff(  # noqa: PLR0913 - one parameter for each option
    base: str,
    head: str | None,
    *,
    registry: str | None,
    store: str | None,
    form: str,
    output: str | None,
) -> None:
    """Show what a change does to the registry, with the evidence for and against it.

    Compares BASE, a branch or commit, with HEAD, or with the working tree: every change, the
    gates of each promotion, metrics against the version that it would replace, params, data and
    code that changed, what the model card lacks, and how to go back. Says nothing where nothing
    changed.
    """
    from runsite.review.diff import checked_out

    if head is None:
        text = _diff(base, registry, store, form)
    else:
        path = find_registry_path(registry)
        here = find_checkout(path)
        inside = here.relative(Path.cwd()) if here else None
        registry, store = _relative(registry), _relative(store)
        with checked_out(path, head) as folder:
            place = folder / (inside or "")
            place.mkdir(parents=True, exist_ok=True)  # HEAD may be older than this folder
            with contextlib.chdir(place):
                text = _diff(base, registry, store, form)
    if not text:
        click.echo("nothing changed", err=True)
    if output is None:
        click.echo(text.encode("utf-8"), nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidValueError(
            f"cannot write {quote(output)}: {error.strerror or error}"
        ) from error
    click.echo(f"wrote {output}", err=True)


def _relative(path: str | None) -> str | None:
    """Make a path relative to this folder, so that it means the same in another checkout."""
    return path if path is None or "://" in path else os.path.relpath(path)


def _diff(base: str, registry: str | None, store: str | None, form: str) -> str:
    from runsite.review.check import CheckOptions
    from runsite.review.diff import diff_registry, find_current_runs
    from runsite.review.json_report import format_json_report
    from runsite.review.markdown import format_markdown
    from runsite.review.text import format_text_report
    from runsite.store import Store

    config = load_config()
    path = find_registry_path(registry, config=config)
    opened = Store.open(find_store_uri(store, config=config), missing_ok=True)
    options = CheckOptions(now=datetime.now(UTC), store=opened, config=config, base=base)
    report, checked = diff_registry(path, options=options)
    match form:
        case "markdown":
            return format_markdown(report)
        case "json":
            return format_json_report(report)
        case "text":
            return format_text_report(report)
    from runsite.review.html import render_html_report
    from runsite.review.pictures import draw_curves

    if not report:
        return ""
    current = find_current_runs(report, checked)
    return render_html_report(report, pictures=draw_curves(report, opened, current=current))


def _format(problems: tuple[Problem, ...], name: str, form: str) -> str:
    match form:
        case "github":
            return format_github(problems, name=name)
        case "json":
            return format_json(problems, name=name)
        case "sarif":
            return format_sarif(problems, name=name, version=__version__)
        case _:
            return format_text(problems, name=name)


def _summary(name: str, models: int, errors: int, warnings: int) -> str:
    def count(number: int, noun: str) -> str:
        return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

    found = f"{count(errors, 'error')}, {count(warnings, 'warning')}"
    verdict = "sound" if not errors and not warnings else found
    return f"{name}: {count(models, 'model')}, {verdict}"
