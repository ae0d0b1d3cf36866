"""``runsite check``: the registry, validated."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from runsite import __version__
from runsite.config import load_config
from runsite.locate import find_registry_path, find_store_uri
from runsite.registry.formats import format_github, format_json, format_sarif, format_text
from runsite.registry.problems import Problem, Severity

__all__ = ["check"]


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
