"""``runsite card init``, ``check``, ``show`` and ``export``: model cards."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runsite.config import Config, load_config
from runsite.errors import AlreadyExistsError, CardError, InvalidValueError, quote
from runsite.locate import find_registry_path, find_store_uri

if TYPE_CHECKING:
    from runsite.cards import Card
    from runsite.cards.facts import CardFacts
    from runsite.cards.figures import Figure
    from runsite.registry import Model, Problem, Registry

__all__ = ["card"]

_FORMS = ("huggingface", "cyclonedx", "markdown", "html", "json", "pdf")

_WITH_FILES = ("huggingface", "markdown")
"""Exports that name pictures by their files."""

_registry_option = click.option(
    "--registry", metavar="FILE", help="The registry (default: ./registry.yaml)."
)
_store_option = click.option(
    "--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs)."
)


@dataclass(frozen=True, slots=True)
class _Project:
    """Where the commands here look: the settings, and what the options said."""

    config: Config
    store: str | None
    registry: str | None

    @property
    def cards(self) -> Path:
        return self.config.folder / self.config.cards.folder

    def load_registry(self) -> Registry:
        from runsite.registry import load_registry

        return load_registry(find_registry_path(self.registry, config=self.config))

    def collect(self, model: Model, *, version: int) -> CardFacts:
        from runsite.cards.collect import Surroundings, collect_facts, make_stage_moves
        from runsite.registry.history import load_history
        from runsite.store import Store

        store = Store.open(find_store_uri(self.store, config=self.config), missing_ok=True)
        site = self.config.site
        history = load_history(find_registry_path(self.registry, config=self.config))
        around = Surroundings(
            history=make_stage_moves(history, model=model.name),
            directions=site.directions,
            repository_url=site.repository_url,
        )
        return collect_facts(store, model, version=version, around=around)

    def check(self, found: Card | None, *, facts: CardFacts) -> tuple[Problem, ...]:
        from runsite.cards.check import CardRules, check_card
        from runsite.cards.files import find_figures
        from runsite.cards.values import make_values

        rules = CardRules(self.config.cards.required, self.config.cards.fields)
        problems = find_figures(found, folder=self.cards)[1] if found else ()
        values = make_values(facts)
        return check_card(found, rules=rules, values=values, figure_problems=problems)


@click.group()
def card() -> None:
    """Model cards: the words that only people can write, beside the facts that data gives.

    The words are Markdown in cards/MODEL.md, and in cards/MODEL/VERSION.md where a version needs
    its own; the facts are filled in. See docs/cards.md.
    """


@card.command()
@click.argument("model")
@click.option("--version", type=click.IntRange(min=1), help="A card for this version alone.")
def init(model: str, *, version: int | None) -> None:
    """Write a new card for MODEL, with a question under each heading.

    Never overwrites. Prints the path of the file.
    """
    from runsite.cards.files import make_card_path
    from runsite.cards.guidance import make_card_text

    project = _Project(load_config(), None, None)
    path = make_card_path(project.cards, model=model, version=version)
    text = make_card_text(model, required=project.config.cards.required)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise AlreadyExistsError(
            f"model {quote(model)} has a card already",
            where=str(path),
            hint="edit it; runsite card check says what it lacks",
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CardError(f"the card cannot be written: {reason}", where=str(path)) from error
    click.echo(str(path))
    click.echo(f"fill it in, then: runsite card check {shlex.quote(model)}", err=True)


@card.command()
@click.argument("model", required=False)
@click.argument("version", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    show_default=True,
)
@_registry_option
@_store_option
def check(
    model: str | None,
    version: str | None,
    *,
    form: str,
    registry: str | None,
    store: str | None,
) -> int:
    """Say what cards lack: sections, owner, licence, pictures, references to facts.

    Without MODEL, the cards of all registered models. VERSION is a number, a stage or an @alias;
    without it, what is in Production, else the newest version. Exit code 1 where a card is not
    complete; what complete means is in runsite.yaml (cards.required, cards.fields).
    """
    from runsite.registry.formats import format_github, format_json, format_text

    project = _Project(load_config(), store, registry)
    found = project.load_registry()
    names = [model] if model else list(found.models)
    formats = {"github": format_github, "json": format_json, "text": format_text}
    incomplete = 0
    for name in names:
        path, problems = _check_model(project, found, model=name, version=version)
        incomplete += bool(problems)
        if problems or form == "json":
            click.echo(formats[form](problems, name=path), nl=False)
        if not problems:
            click.echo(f"{path}: complete", err=True)
    if not names:
        click.echo("no model is registered yet", err=True)
    return 1 if incomplete else 0


def _check_model(
    project: _Project, registry: Registry, *, model: str, version: str | None
) -> tuple[str, tuple[Problem, ...]]:
    from runsite.cards import load_card, make_card_path
    from runsite.cards.collect import choose_version

    number = choose_version(registry, model=model, version=version)
    found = load_card(project.cards, model=model, version=number)
    facts = project.collect(registry.get_model(model), version=number)
    path = found.path if found else make_card_path(project.cards, model=model)
    return str(path), project.check(found, facts=facts)


@card.command()
@click.argument("model")
@click.argument("version", required=False)
@_registry_option
@_store_option
def show(model: str, version: str | None, *, registry: str | None, store: str | None) -> None:
    """Read a card in the terminal: words, then facts.

    VERSION is a number, a stage or an @alias; without it, what is in Production, else the newest
    version.
    """
    from runsite.cards.check import describe_meta
    from runsite.cards.exports.document import format_body
    from runsite.cards.terminal import render_terminal

    project = _Project(load_config(), store, registry)
    facts, found = _load(project, model=model, version=version)
    width = min(100, shutil.get_terminal_size().columns)
    for label, value in describe_meta(found):
        click.echo(f"{click.style(label + ':', bold=True)} {quote(value)[1:-1]}")
    text = render_terminal(format_body(facts, card=found), width=width, style=click.style)
    click.echo(text, nl=False)
    gaps = project.check(found, facts=facts)
    if gaps:
        words = "1 thing is" if len(gaps) == 1 else f"{len(gaps)} things are"
        click.echo(f"{words} missing: runsite card check {shlex.quote(model)}", err=True)


@card.command()
@click.argument("model")
@click.argument("version", required=False)
@click.option("--to", "form", type=click.Choice(_FORMS), required=True)
@click.option(
    "--output", type=click.Path(path_type=Path), help="File to write; - for standard output."
)
@_registry_option
@_store_option
def export(  # noqa: PLR0913 - one parameter for each option
    model: str,
    version: str | None,
    *,
    form: str,
    output: Path | None,
    registry: str | None,
    store: str | None,
) -> None:
    """Write a card for another reader: a hub, an inventory, a printer.

    Prints to standard output, or writes the file that --output names; pictures of the card are
    copied beside a Markdown file. pdf needs --output, and a Chromium, Chrome or Edge.
    """
    project = _Project(load_config(), store, registry)
    facts, found = _load(project, model=model, version=version)
    target = None if output is None or str(output) == "-" else output
    if target is None:
        if form == "pdf":
            raise InvalidValueError("a PDF goes into a file", hint="add --output card.pdf")
        click.echo(_export(project, facts, found, form=form).encode("utf-8"), nl=False)
        return
    if form == "pdf":
        from runsite.build.card_page import write_pdf

        write_pdf(_export(project, facts, found, form="html"), path=target)
    else:
        text = _export(project, facts, found, form=form)
        _write(target, text, figures=_figures(project, found) if form in _WITH_FILES else ())
    click.echo(f"wrote {target}", err=True)


def _load(project: _Project, *, model: str, version: str | None) -> tuple[CardFacts, Card | None]:
    from runsite.cards import load_card
    from runsite.cards.collect import choose_version

    registry = project.load_registry()
    number = choose_version(registry, model=model, version=version)
    facts = project.collect(registry.get_model(model), version=number)
    return facts, load_card(project.cards, model=model, version=number)


def _export(project: _Project, facts: CardFacts, found: Card | None, *, form: str) -> str:
    match form:
        case "huggingface":
            from runsite.cards.exports.huggingface import format_huggingface

            return format_huggingface(facts, card=found)
        case "cyclonedx":
            from runsite.cards.exports.cyclonedx import format_cyclonedx

            return format_cyclonedx(facts, card=found)
        case "json":
            from runsite.cards.exports.jsonable import format_json

            return format_json(facts, card=found, problems=project.check(found, facts=facts))
        case "html" | "pdf":
            return _export_html(project, facts, found)
        case _:
            from runsite.cards.exports.document import format_markdown

            return format_markdown(facts, card=found)


def _export_html(project: _Project, facts: CardFacts, found: Card | None) -> str:
    from runsite.build.card_page import CardDocument, embed_pictures, render_card_document
    from runsite.cards.figures import Figure
    from runsite.store import Store

    store = Store.open(find_store_uri(project.store, config=project.config), missing_ok=True)
    logged = store.artifacts_dir(facts.identity.run_id)
    document = CardDocument(
        facts=facts,
        card=found,
        gaps=tuple(problem.message for problem in project.check(found, facts=facts)),
        figures=embed_pictures(_figures(project, found)),
        plots=embed_pictures([Figure(a.path, logged / a.path) for a in facts.plots]),
    )
    return render_card_document(document)


def _figures(project: _Project, found: Card | None) -> tuple[Figure, ...]:
    from runsite.cards.files import find_figures

    return find_figures(found, folder=project.cards)[0] if found else ()


def _write(output: Path, text: str, *, figures: tuple[Figure, ...]) -> None:
    """Write the file, and the pictures that it names into places relative to it."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", newline="\n")
        for figure in figures:
            target = output.parent / figure.source
            if ".." in Path(figure.source).parts or target.exists():
                continue  # above the file, or there already: a copy could overwrite another's
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(figure.path, target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CardError(f"the card cannot be written: {reason}", where=str(output)) from error
