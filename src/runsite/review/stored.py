"""The registry against the store: do the runs exist, are the models' files what they were?

What a checkout lacks as a whole (the store, the models' files, everything that Git LFS holds) is
told once, and not again for each version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import ModelError, NotFoundError, quote
from runsite.models.digest import digest_folder, find_pointed_hash
from runsite.registry import Model, ModelVersion, Problem, Registry, Severity
from runsite.review.places import Finder
from runsite.store import Store

__all__ = ["find_store_problems"]

_NO_FILES = "the store holds no model files: whether they are those registered is not checked"


def find_store_problems(registry: Registry, store: Store, finder: Finder) -> Iterator[Problem]:
    """Yield what the store has to say about each version; of archived ones as warnings.

    Raises:
        StoreError: The store cannot be read.
    """
    if not any(model.versions for model in registry.models.values()):
        return
    if not store.exists:
        message = f"there is no store at {quote(str(store.root))}: runs and gates are not checked"
        hint = "name it with --store, or look at the file alone with --no-store"
        yield Problem("missing-store", message, hint)
        return
    frame = store.read_runs().select("run_id", "lifecycle_stage")
    damaged = _explain_damage(store)
    if damaged is not None:
        yield damaged
    files = store.layout.artifacts.is_dir()
    if not files:
        hint = "fetch them, or look at the file alone with --no-store"
        yield Problem("missing-files", _NO_FILES, hint, severity=Severity.WARNING)
    check = _StoreCheck(store, dict(frame.iter_rows()), finder, files=files, whole=damaged is None)
    for model in registry.models.values():
        for version in model.versions:
            yield from check.check(model, version)


def _explain_damage(store: Store) -> Problem | None:
    """Tell in one problem that parts of the store cannot be read."""
    if not store.problems:
        return None
    path, reason = store.problems[0]
    number = len(store.problems)
    what = "one file" if number == 1 else f"{number} files"
    hint = "runsite doctor tells of each"
    if _is_pointer(path):
        reason, hint = "is a Git LFS pointer", "fetch what it stands for: git lfs pull"
    name = quote(f"{path.parent.name}/{path.name}")
    message = f"{what} of the store cannot be read: {name} {reason}"
    return Problem("unreadable-store", message, hint)


def _is_pointer(path: Path) -> bool:
    try:
        return find_pointed_hash(path) is not None
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class _StoreCheck:
    """Looks at one version after the other.

    Attributes:
        files: The store has model files at all.
        whole: All of the store could be read: a run that is not there is not there.
    """

    store: Store
    stages: dict[str, str]
    finder: Finder
    files: bool
    whole: bool

    def check(self, model: Model, version: ModelVersion) -> Iterator[Problem]:
        level = Severity.WARNING if version.archived else Severity.ERROR
        what = f"version {version.version} of model {quote(model.name)}"
        at_run = self.finder.version(model.name, version.version, "run")
        if version.run not in self.stages:
            if self.whole:
                message = (
                    f"{what} comes from run {quote(version.run)}, which the store does not hold"
                )
                hint = "commit the store's new files together with the registry"
                yield Problem("unknown-run", message, hint, *at_run, level)
            return
        if self.stages[version.run] == "deleted":
            message = f"{what} comes from run {quote(version.run)}, which is deleted"
            hint = "restore the run, or archive the version"
            yield Problem("deleted-run", message, hint, *at_run, Severity.WARNING)
        if self.files:
            yield from self._check_files(model, version, what, level)

    def _check_files(
        self, model: Model, version: ModelVersion, what: str, level: Severity
    ) -> Iterator[Problem]:
        folder = self.store.artifacts_dir(version.run) / version.artifact
        at = self.finder.version(model.name, version.version, "artifact")
        try:
            digest = digest_folder(folder, through_pointers=True)
        except NotFoundError:
            message = f"the files of {what} are missing: {quote(version.artifact)}"
            hint = "fetch them (git lfs pull, dvc pull), or archive the version"
            yield Problem("missing-files", message, hint, *at, level)
            return
        except (ModelError, OSError) as error:
            message = f"the files of {what} cannot be read: {str(error).splitlines()[0]}"
            yield Problem("unreadable-files", message, "", *at, level)
            return
        if version.digest and digest != version.digest:
            message = f"the files of {what} changed since they were registered: {digest}"
            hint = "bring them back, or register them as a new version"
            at = self.finder.version(model.name, version.version, "digest")
            yield Problem("changed-files", message, hint, *at, level)
