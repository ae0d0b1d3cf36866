"""``runsite check``: the registry, validated."""

from __future__ import annotations

import click

from runsite import __version__
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
@click.option("--strict", is_flag=True, help="Exit with 3 where there are warnings only.")
def check(
    *, registry: str | None, store: str | None, no_store: bool, form: str, strict: bool
) -> int:
    """Validate the registry: every problem, with its line.

    Looks at the file, at the runs that its versions name, and at the models' files. Exit codes:
    0 sound, 1 errors, 3 warnings under --strict.
    """
    from runsite.review.check import check_registry
    from runsite.store import Store

    path = find_registry_path(registry)
    opened = None if no_store else Store.open(find_store_uri(store), missing_ok=True)
    checked = check_registry(path, store=opened)
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
