"""``runsite models`` and ``models show``: look at the registry from the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from runsite.cli.output import align, format_json, plain
from runsite.config import load_config
from runsite.errors import NotFoundError
from runsite.locate import find_registry_path, find_store_uri
from runsite.registry import Model, ModelVersion, load_registry

if TYPE_CHECKING:
    from runsite.records import RunRecord

__all__ = ["form_option", "model_object", "models", "print_table", "registry_option"]

_Command = TypeVar("_Command", bound=Callable[..., object])
_MAX_CELL = 60
_MAX_METRICS = 4


def registry_option(command: _Command) -> _Command:
    """Add the option ``--registry``."""
    text = "The registry (default: runsite.yaml, else ./registry.yaml)."
    return click.option("--registry", metavar="FILE", help=text)(command)


def form_option(*forms: str) -> Callable[[_Command], _Command]:
    """Make the option ``--format``; the first form is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help="For people, or for programs.",
    )


@click.group(invoke_without_command=True)
@registry_option
@form_option("table", "json", "csv")
@click.pass_context
def models(ctx: click.Context, *, registry: str | None, form: str) -> None:
    """List the registered models: versions, who holds which stage, aliases.

    `runsite models show MODEL` tells all of one.
    """
    if ctx.invoked_subcommand is not None:
        ctx.obj = registry
        return
    found = list(load_registry(find_registry_path(registry)).models.values())
    if form == "json":
        click.echo(format_json([model_object(model) for model in found]), nl=False)
    elif form == "csv":
        click.echo(_csv([_model_row(model) for model in found], _MODEL_COLUMNS), nl=False)
    elif not found:
        click.echo("no models: runsite register RUN --name NAME makes one", err=True)
    else:
        head = [name.replace("_", " ") for name in _MODEL_COLUMNS]
        rows = [[_cut(plain(cell)) for cell in _model_row(model)] for model in found]
        print_table([head, *rows], right=[False, True, False, False, False, False])


@models.command()
@click.argument("model")
@registry_option
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@form_option("text", "json")
@click.pass_obj
def show(
    outer: str | None, model: str, *, registry: str | None, store: str | None, form: str
) -> None:
    """Show one model: stages, aliases, gates, and its versions with what their runs measured."""
    config = load_config()
    path = find_registry_path(registry or outer, config=config)
    found = load_registry(path).get_model(model)
    runs = _read_runs(found, find_store_uri(store, config=config))
    if form == "json":
        document = model_object(found) | {
            "gates": {stage: [str(gate) for gate in gates] for stage, gates in found.gates.items()},
            "versions": [_version_object(found, v, runs.get(v.run)) for v in found.versions],
        }
        click.echo(format_json(document), nl=False)
        return
    click.echo("\n".join(_describe(found, runs, config.site.directions)))


# ── a model ────────────────────────────────────────────────────────────────────────────────


_MODEL_COLUMNS = ("model", "versions", "stages", "aliases", "newest", "description")


def _model_row(model: Model) -> list[str]:
    newest = model.versions[-1] if model.versions else None
    return [
        model.name,
        str(len(model.versions)),
        _pairs(model.stages),
        _pairs(model.aliases),
        f"{newest.version} ({newest.registered_at:%Y-%m-%d})" if newest else "",
        model.description,
    ]


def _pairs(pointers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in pointers.items())


def model_object(model: Model) -> dict[str, object]:
    """Return what a program is told of a model."""
    return {
        "name": model.name,
        "description": model.description,
        "tags": dict(model.tags),
        "stages": dict(model.stages),
        "aliases": dict(model.aliases),
        "versions": [version.version for version in model.versions],
    }


def _version_object(
    model: Model, version: ModelVersion, run: RunRecord | None
) -> dict[str, object]:
    metrics = {key: m.last for key, m in run.metrics.items()} if run else None
    return {
        "version": version.version,
        "stage": model.stage_of(version.version),
        "aliases": model.aliases_of(version.version),
        "run": version.run,
        "artifact": version.artifact,
        "digest": version.digest,
        "registered_at": version.registered_at,
        "registered_by": version.registered_by,
        "description": version.description,
        "tags": dict(version.tags),
        "metrics": metrics,
    }


def _read_runs(model: Model, location: str) -> dict[str, RunRecord]:
    """Read the runs of the versions; those that the store does not hold are left out."""
    from runsite.store import Store

    store = Store.open(location, missing_ok=True)
    found: dict[str, RunRecord] = {}
    for version in model.versions:
        try:
            found[version.run] = store.read_run(version.run)
        except NotFoundError:
            continue
    return found


def _describe(
    model: Model, runs: Mapping[str, RunRecord], directions: Mapping[str, str]
) -> list[str]:
    facts = {
        "model": model.name,
        "description": model.description,
        "stages": _pairs(model.stages),
        "aliases": _pairs(model.aliases),
        "tags": ", ".join(f"{key}={value}" for key, value in model.tags.items()),
    }
    lines = align([[key, plain(text)] for key, text in facts.items() if text], right=[False, False])
    for stage, gates in model.gates.items():
        lines += ["", click.style(f"gates of {plain(stage)}", bold=True)]
        lines += [f"  {plain(str(gate))}" for gate in gates]
    if model.versions:
        lines += ["", *_version_table(model, runs, directions)]
    return lines


def _version_table(
    model: Model, runs: Mapping[str, RunRecord], directions: Mapping[str, str]
) -> list[str]:
    from runsite.directions import rank_metric

    counts: dict[str, int] = {}
    for run in runs.values():
        for key in run.metrics:
            counts[key] = counts.get(key, 0) + 1
    ranked = sorted(
        counts, key=lambda key: (rank_metric(key, directions=directions), -counts[key], key)
    )
    keys = ranked[:_MAX_METRICS]
    head = ["version", "stage", "aliases", "run", "registered", "by", *map(plain, keys), ""]
    rows = [_version_row(model, v, runs.get(v.run), keys) for v in reversed(model.versions)]
    right = [True, *[False] * 5, *[True] * len(keys), False]
    table = align([head, *rows], right=right)
    return [click.style(table[0], bold=True), *table[1:]]


def _version_row(
    model: Model, version: ModelVersion, run: RunRecord | None, keys: Sequence[str]
) -> list[str]:
    metrics = run.metrics if run else {}
    stage = model.stage_of(version.version)
    return [
        str(version.version),
        plain(stage if stage != "None" else ""),
        ", ".join(model.aliases_of(version.version)),
        plain(version.run[:12]) if run else f"{plain(version.run[:12])} (not in the store)",
        f"{version.registered_at:%Y-%m-%d}",
        plain(version.registered_by),
        *(f"{metrics[key].last:.6g}" if key in metrics else "" for key in keys),
        _cut(plain(version.description)),
    ]


# ── output ─────────────────────────────────────────────────────────────────────────────────


def print_table(rows: Sequence[Sequence[str]], *, right: Sequence[bool]) -> None:
    """Print rows under a bold head."""
    lines = align(rows, right=right)
    click.echo("\n".join([click.style(lines[0], bold=True), *lines[1:]]))


def _csv(rows: Sequence[Sequence[str]], columns: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([columns, *rows])
    return buffer.getvalue()


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"
