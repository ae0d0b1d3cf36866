"""``runsite history``: the registry's timeline, and what it said on a day."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

import click

from runsite.cli.models import form_option, model_object, print_table, registry_option
from runsite.cli.output import format_json, plain
from runsite.errors import InvalidValueError, RegistryError, quote
from runsite.locate import find_registry_path
from runsite.registry import Model, Registry, read_registry
from runsite.registry.history import Event, History, load_history

__all__ = ["history"]


@click.command()
@click.argument("model", required=False)
@click.option("--on", metavar="DATE", help="What held which stage then: a day (UTC), or a time.")
@registry_option
@form_option("text", "json")
def history(model: str | None, *, on: str | None, registry: str | None, form: str) -> None:
    """Tell who moved what, when, in which commit and pull request, and why: newest first.

    Read from the Git history of the registry's file. Without MODEL, all models are told. With
    --on, the state at the end of that day, or at that time, is shown instead.
    """
    from runsite.registry.git import find_checkout

    path = find_registry_path(registry)
    if find_checkout(path) is None:
        raise RegistryError(
            f"{quote(str(path))} does not lie in a Git checkout",
            hint="the registry's history is that of its file in Git: git init, git commit",
        )
    told = load_history(path)
    names = _find_names(told, model, read_registry(path).registry) if model else None
    for note in _notes(told):
        click.echo(note, err=True)
    if on is not None:
        _print_state(told, _parse_moment(on), names, form)
        return
    events = _newest_first([e for e in told.events if names is None or e.move.model in names])
    if form == "json":
        click.echo(format_json([_event_object(event) for event in events]), nl=False)
        return
    click.echo("".join(f"{line}\n" for line in _timeline(events)), nl=False)
    if not events:
        known = "nothing is known to have happened" if told.shallow else "nothing happened yet"
        click.echo(known, err=True)


def _find_names(told: History, model: str, registry: Registry) -> frozenset[str]:
    """Return the names that a model had; one that is gone by now is known by its events."""
    names = told.names_of(model)
    if not any(event.move.model in names for event in told.events):
        registry.get_model(model)
    return names


def _notes(told: History) -> list[str]:
    notes = [f"warning: {note}" for note in told.notes]
    if told.shallow:
        since = f" before {told.states[0][0].time:%Y-%m-%d}" if told.states else ""
        notes.append(
            f"warning: this clone is shallow: what happened{since} is not known here;"
            " fetch the rest by git fetch --unshallow"
        )
    return notes


def _parse_moment(text: str) -> datetime:
    """Read a day, which means its end, or a time; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        hint = "write it as 2026-11-23 or 2026-11-23T15:00"
        raise InvalidValueError(f"{quote(text)} is not a date", hint=hint) from None
    if len(text.strip()) <= len("2026-11-23"):
        moment = datetime.combine(moment.date(), time.max)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print_state(told: History, moment: datetime, names: frozenset[str] | None, form: str) -> None:
    state = told.find_state(moment)
    commit = told.find_commit(moment)
    found = [
        model
        for model in (state.models.values() if state else ())
        if names is None or model.name in names
    ]
    if form == "json":
        document = {
            "on": moment,
            "commit": commit.commit if commit else None,
            "models": [model_object(model) for model in found],
        }
        click.echo(format_json(document), nl=False)
        return
    rows = [
        [plain(model.name), plain(name), str(number), plain(run[:12])]
        for model in found
        for name, number in [
            *model.stages.items(),
            *((f"@{a}", n) for a, n in model.aliases.items()),
        ]
        for run in [_run_of(model, number)]
    ]
    if rows:
        print_table(
            [["model", "stage", "version", "run"], *rows], right=[False, False, True, False]
        )
    day = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if commit is not None:
        click.echo(f"as of {day}: commit {commit.commit[:10]}, {plain(commit.subject)}", err=True)
    elif told.shallow:
        click.echo(f"as of {day}: not known in a shallow clone", err=True)
        return
    if not rows:
        click.echo(f"no version had a stage or an alias on {day}", err=True)


def _run_of(model: Model, number: int) -> str:
    version = model.find_version(number)
    return version.run if version else ""


def _newest_first(events: Sequence[Event]) -> list[Event]:
    """Turn the commits around; what one commit did stays in its order."""
    groups = [list(moved) for _, moved in itertools.groupby(events, key=lambda e: e.commit)]
    return [event for group in reversed(groups) for event in group]


def _timeline(events: Sequence[Event]) -> Iterator[str]:
    """Yield a commit's line and message, then what it moved."""
    for commit, moved in itertools.groupby(events, key=lambda event: event.commit):
        if commit is None:
            yield click.style("not committed yet", bold=True)
        else:
            number = f" #{commit.pull_request}" if commit.pull_request else ""
            head = f"{commit.time:%Y-%m-%d %H:%M}  {commit.commit[:10]}{number}"
            yield f"{click.style(head, bold=True)}  {plain(commit.author)}"
            for line in (commit.subject, *filter(None, commit.body.splitlines())):
                yield f"    {plain(line)}"
        for event in moved:
            yield f"  {plain(str(event.move))}"


def _event_object(event: Event) -> dict[str, object]:
    move, commit = event.move, event.commit
    return {
        "kind": move.kind.value,
        "model": move.model,
        "version": move.version,
        "field": move.field,
        "before": move.before,
        "after": move.after,
        "time": commit.time if commit else None,
        "commit": commit.commit if commit else None,
        "author": commit.author if commit else None,
        "subject": commit.subject if commit else None,
        "body": commit.body if commit else None,
        "pull_request": commit.pull_request if commit else None,
    }
