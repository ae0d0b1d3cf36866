"""``runsite import``: bring over what MLflow recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click

from runsite.cli.output import plain, show_progress
from runsite.errors import ForeignStoreError, quote
from runsite.locate import find_store_uri

if TYPE_CHECKING:
    from runsite.importers.found import Source
    from runsite.importers.runs import ImportReport

__all__ = ["import_"]

_SHOWN_PROBLEMS = 20


@click.command(
    "import",
    epilog="""\b
Examples:
  runsite import mlruns                         all runs, with their files
  runsite import sqlite:///mlflow.db            the same from a database
  runsite import mlruns --registry registry.yaml    registered models too
  runsite import old/mlflow.db --artifacts old/mlartifacts --dry-run
""",
)
@click.argument("source", metavar="SOURCE")
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@click.option("--registry", metavar="FILE", help="Register the models there too.")
@click.option(
    "--artifacts",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the files of a database's runs lie, if not beside it.",
)
@click.option("--no-artifacts", is_flag=True, help="Leave the runs' files where they are.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported, and do nothing.")
def import_(  # noqa: PLR0913 - one parameter for each option
    source: str,
    *,
    store: str | None,
    registry: str | None,
    artifacts: Path | None,
    no_artifacts: bool,
    dry_run: bool,
) -> int:
    """Bring over experiments, runs, files and models from MLflow.

    SOURCE is a folder of MLflow's file store (mlruns/), or a SQLite database. It is only read:
    as YAML and SQL, nothing is unpickled, and MLflow need not be installed. Runs keep their ids.
    Importing again adds what is new.
    """
    from runsite.importers.models import import_models
    from runsite.importers.runs import import_runs
    from runsite.store import Store

    opened = open_source(source, artifacts=artifacts)
    uri = find_store_uri(store)
    target = Store.open(uri, missing_ok=True) if dry_run else Store.create(uri)
    with show_progress(opened.count_runs(), "importing") as progress:
        report = import_runs(
            opened, store=target, copy_files=not no_artifacts, dry_run=dry_run, progress=progress
        )
    models = opened.list_models()
    if registry and not dry_run:
        import_models(opened, store=target, registry=Path(registry), report=report)
    _tell(report, store=target.location, dry_run=dry_run)
    if models and not registry:
        click.echo(
            f"{len(models)} registered model(s) left out: --registry registry.yaml imports them",
            err=True,
        )
    return 0


def open_source(text: str, *, artifacts: Path | None = None) -> Source:
    """Open what is to be imported: a folder, a database, or a URL of one.

    Raises:
        ForeignStoreError: There is nothing that can be imported.
    """
    from runsite.importers.mlflow_database import DatabaseSource, is_database
    from runsite.importers.mlflow_files import FileSource, find_file_store

    path = _find_path(text)
    if path.is_file() and is_database(path):
        return DatabaseSource(path, artifacts=artifacts)
    root = find_file_store(path)
    if root is not None:
        return FileSource(root)
    inner = path / "mlflow.db"
    if inner.is_file() and is_database(inner):
        return DatabaseSource(inner, artifacts=artifacts)
    problem = "holds no runs of MLflow" if path.exists() else "is not there"
    raise ForeignStoreError(
        f"{quote(text)} {problem}",
        hint="name a folder such as mlruns, or a database such as sqlite:///mlflow.db",
    )


def _find_path(text: str) -> Path:
    scheme = urlsplit(text).scheme if "://" in text or text.startswith("sqlite:") else ""
    if scheme == "sqlite":
        return Path(unquote(text.partition(":///")[2].partition("?")[0]))
    if scheme == "file":
        return Path(unquote(urlsplit(text).path))
    if scheme:
        raise ForeignStoreError(
            f"nothing can be imported from {quote(text)}",
            hint="name a folder (mlruns) or a SQLite database; `mlflow` can copy a server's runs "
            "into one: pip install mlflow-export-import",
        )
    return Path(text).expanduser()


def _tell(report: ImportReport, *, store: str, dry_run: bool) -> None:
    verb = "would import" if dry_run else "imported"
    click.echo(
        f"{verb} {report.runs} run(s), {report.points} point(s), {report.files} file(s), "
        f"{report.experiments} experiment(s), {report.models} model(s), "
        f"{report.versions} version(s) into {plain(store)}"
    )
    if report.known:
        click.echo(f"{report.known} run(s) were there already", err=True)
    if report.without_files:
        click.echo(f"{report.without_files} run(s) have no files on this machine", err=True)
    for place, reason in report.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"note: {plain(place)}: {plain(reason)}", err=True)
    if len(report.problems) > _SHOWN_PROBLEMS:
        click.echo(f"note: and {len(report.problems) - _SHOWN_PROBLEMS} more", err=True)
