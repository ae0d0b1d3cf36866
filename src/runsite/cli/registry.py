"""``runsite register``, ``promote``, ``archive``, ``unassign``, ``alias``, ``describe``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runsite.cli.completion import complete_models, complete_runs
from runsite.cli.proposal import Proposal, edit_options, propose
from runsite.errors import quote
from runsite.locate import find_registry_path, find_store_uri
from runsite.registry.changes import Change
from runsite.registry.plans import Edit
from runsite.registry.records import ModelVersion

if TYPE_CHECKING:
    from runsite.store import Store
    from runsite.tracking.registered import FoundModel

__all__ = ["alias", "archive", "describe", "promote", "register", "unassign"]


@click.command()
@click.argument("run", metavar="RUN_OR_URI", shell_complete=complete_runs)
@click.option("--name", required=True, help="The registered model; made where there is none.")
@click.option("--artifact", metavar="PATH", help="The model's folder among the run's artifacts.")
@click.option("--description", default="", help="What is new in this version.")
@click.option(
    "--by",
    metavar="USER",
    help="Who registers it (default: your name in Git, else that of your account).",
)
@click.option("--store", metavar="PATH", help="The store (default: runsite.yaml, else ./runs).")
@edit_options
def register(  # noqa: PLR0913 - one parameter for each option
    run: str,
    *,
    name: str,
    artifact: str | None,
    description: str,
    by: str | None,
    store: str | None,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Record a run's model as the next version of a registered model.

    RUN_OR_URI is a run's id, as many digits of it as are unique, or runs:/<run_id>/<path>. The
    folder is pinned by the digest of its files.
    """
    from runsite.store import Store
    from runsite.tracking.registered import find_registrar

    location = find_store_uri(store)
    path = find_registry_path(registry)
    found = _find_model(Store.open(location), run, artifact)
    plan = _Registration(
        name=name,
        found=found,
        registered_at=datetime.now(UTC),
        registered_by=by or find_registrar(path),
        description=description,
    )
    title = f"Register {name} from run {found.run_id[:12]}"
    wish = Proposal(title, branch, commit, dry_run, paths=(Path(location),))
    result = propose(path, plan, wish)
    number = result.registry.get_model(name).versions[-1].version
    verb = "would be" if dry_run else "is"
    click.echo(f"{_plain(name)} version {number} {verb} run {found.run_id}", err=True)


@click.command()
@click.argument("model", shell_complete=complete_models)
@click.argument("version", type=int)
@click.argument("stage")
@click.option(
    "--archive-existing", is_flag=True, help="Archive the version that holds the stage now."
)
@edit_options
def promote(  # noqa: PLR0913 - one parameter for each option
    model: str,
    version: int,
    stage: str,
    *,
    archive_existing: bool,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Give a stage to a version: Staging, Production, or one of your own.

    The version that held the stage has none after.
    """

    def plan(edit: Edit) -> Sequence[Change]:
        return edit.promote(model, version, stage, archive_existing=archive_existing)

    wish = Proposal(f"Promote {model} {version} to {stage}", branch, commit, dry_run)
    propose(find_registry_path(registry), plan, wish)


@click.command()
@click.argument("model", shell_complete=complete_models)
@click.argument("version", type=int)
@edit_options
def archive(  # noqa: PLR0913 - one parameter for each option
    model: str,
    version: int,
    *,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Retire a version: it loses its stage and cannot get one until it is unassigned."""
    wish = Proposal(f"Archive {model} {version}", branch, commit, dry_run)
    propose(find_registry_path(registry), lambda edit: edit.archive(model, version), wish)


@click.command()
@click.argument("model", shell_complete=complete_models)
@click.argument("version", type=int)
@edit_options
def unassign(  # noqa: PLR0913 - one parameter for each option
    model: str,
    version: int,
    *,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Take the stage from a version, or bring an archived one back."""
    wish = Proposal(f"Take the stage from {model} {version}", branch, commit, dry_run)
    propose(find_registry_path(registry), lambda edit: edit.unassign(model, version), wish)


@click.command()
@click.argument("model", shell_complete=complete_models)
@click.argument("name", metavar="ALIAS")
@click.argument("version", type=int, required=False)
@click.option("--delete", is_flag=True, help="Remove the alias.")
@edit_options
def alias(  # noqa: PLR0913 - one parameter for each option
    model: str,
    name: str,
    version: int | None,
    *,
    delete: bool,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Point an alias, such as champion, to a version; several may name the same one."""
    if delete == (version is not None):
        raise click.UsageError("give a VERSION, or --delete to remove the alias")

    def plan(edit: Edit) -> Sequence[Change]:
        if version is None:
            return edit.delete_alias(model, name)
        return edit.set_alias(model, name, version)

    title = f"Remove alias {name} of {model}" if delete else f"Point {model}@{name} to {version}"
    propose(find_registry_path(registry), plan, Proposal(title, branch, commit, dry_run))


@click.command()
@click.argument("model", shell_complete=complete_models)
@click.argument("text")
@click.option("--version", type=int, help="Describe this version instead of the model.")
@edit_options
def describe(  # noqa: PLR0913 - one parameter for each option
    model: str,
    text: str,
    *,
    version: int | None,
    registry: str | None,
    branch: str | None,
    commit: bool,
    dry_run: bool,
) -> None:
    """Set the description of a model, or of one version; an empty TEXT removes it."""
    title = f"Describe {model}" + (f" {version}" if version else "")

    def plan(edit: Edit) -> Sequence[Change]:
        return edit.describe(model, text, version=version)

    propose(find_registry_path(registry), plan, Proposal(title, branch, commit, dry_run))


@dataclass(frozen=True, slots=True)
class _Registration:
    """The plan of a registration: the version's number is known when the file is read."""

    name: str
    found: FoundModel
    registered_at: datetime
    registered_by: str
    description: str

    def __call__(self, edit: Edit) -> Sequence[Change]:
        version = ModelVersion(
            version=edit.next_version(self.name),
            run=self.found.run_id,
            artifact=self.found.artifact,
            digest=self.found.digest,
            registered_at=self.registered_at,
            registered_by=self.registered_by,
            description=self.description,
        )
        return edit.register(self.name, version)


def _find_model(store: Store, run: str, artifact: str | None) -> FoundModel:
    from runsite.tracking.registered import find_model

    prefix = run
    if run.startswith("runs:"):
        prefix, _, path = run.removeprefix("runs:").lstrip("/").partition("/")
        artifact = artifact or path.strip("/") or None
    found = find_model(store, prefix, artifact)
    folder = store.artifacts_dir(found.run_id) / found.artifact
    if not (folder / "MLmodel").is_file():
        click.echo(f"warning: {folder} holds no MLmodel file: nothing can load it", err=True)
    return found


def _plain(text: str) -> str:
    """Keep control characters of a name out of the terminal."""
    return quote(text)[1:-1]
