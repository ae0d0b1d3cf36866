"""The registry against the store: do the runs exist, are the models' files what they were?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runsite.errors import ModelError, NotFoundError, quote
from runsite.models.digest import digest_folder
from runsite.registry import Model, ModelVersion, Problem, Registry, Severity
from runsite.review.places import Finder
from runsite.store import Store

__all__ = ["find_store_problems"]


def find_store_problems(registry: Registry, store: Store, finder: Finder) -> Iterator[Problem]:
    """Yield what the store has to say about each version; of archived ones as warnings.

    Raises:
        StoreError: The store cannot be read.
    """
    frame = store.read_runs().select("run_id", "lifecycle_stage")
    check = _StoreCheck(store, dict(frame.iter_rows()), finder)
    for model in registry.models.values():
        for version in model.versions:
            yield from check.check(model, version)


@dataclass(frozen=True, slots=True)
class _StoreCheck:
    store: Store
    stages: dict[str, str]
    finder: Finder

    def check(self, model: Model, version: ModelVersion) -> Iterator[Problem]:
        level = Severity.WARNING if version.archived else Severity.ERROR
        what = f"version {version.version} of model {quote(model.name)}"
        at_run = self.finder.version(model.name, version.version, "run")
        if version.run not in self.stages:
            message = f"{what} comes from run {quote(version.run)}, which the store does not hold"
            hint = "commit the store's new files together with the registry"
            yield Problem("unknown-run", message, hint, *at_run, level)
            return
        if self.stages[version.run] == "deleted":
            message = f"{what} comes from run {quote(version.run)}, which is deleted"
            hint = "restore the run, or archive the version"
            yield Problem("deleted-run", message, hint, *at_run, Severity.WARNING)
        yield from self._check_files(model, version, what, level)

    def _check_files(
        self, model: Model, version: ModelVersion, what: str, level: Severity
    ) -> Iterator[Problem]:
        folder = self.store.artifacts_dir(version.run) / version.artifact
        at = self.finder.version(model.name, version.version, "artifact")
        try:
            digest = digest_folder(folder)
        except NotFoundError:
            message = f"the files of {what} are missing: {quote(version.artifact)}"
            hint = "fetch them (Git LFS, DVC), or archive the version"
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
