"""Check a registry against the store: do the runs exist, are the models' files what they were?

The registry's own rules are in `runsite.registry.parse`; here is what needs more than the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runsite.errors import ModelError, NotFoundError, quote
from runsite.models.digest import digest_folder
from runsite.registry.document import Document, decode_text, parse_document
from runsite.registry.files import read_bytes
from runsite.registry.nodes import Node, SeqNode, deref, find_node, find_value
from runsite.registry.parse import parse_registry
from runsite.registry.problems import Problem, Severity
from runsite.registry.records import Model, ModelVersion, Registry
from runsite.store import Store

__all__ = ["Checked", "check_registry"]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check: all problems in the order of the file."""

    registry: Registry
    problems: tuple[Problem, ...]
    exists: bool = True

    def count(self, severity: Severity) -> int:
        """Return how many problems are of a severity."""
        return sum(problem.severity is severity for problem in self.problems)


def check_registry(path: str | os.PathLike[str], *, store: Store | None = None) -> Checked:
    """Validate a registry and return every problem of it.

    Args:
        path: The file; none is no problem.
        store: Where its runs and model files lie; without one they are not looked at.

    Raises:
        RegistryError: The file cannot be read at all.
        StoreError: The store cannot be read.
    """
    data = read_bytes(Path(path))
    if data is None:
        return Checked(Registry(), (), exists=False)
    text, problem = decode_text(data)
    if problem is not None:
        return Checked(Registry(), (problem,))
    document = parse_document(text)
    parsed = parse_registry(document)
    problems = list(parsed.problems)
    if store is not None and document.root is not None:
        problems += _StoreCheck(document, store).run(parsed.registry)
    problems.sort(key=lambda found: (found.line, found.column))
    return Checked(parsed.registry, tuple(problems))


@dataclass(frozen=True, slots=True)
class _StoreCheck:
    document: Document
    store: Store

    def run(self, registry: Registry) -> Iterator[Problem]:
        """Yield what the store has to say about each version that is not archived."""
        stages = self._read_stages()
        for model in registry.models.values():
            for version in model.versions:
                yield from self._check(model, version, stages)

    def _read_stages(self) -> dict[str, str]:
        frame = self.store.read_runs().select("run_id", "lifecycle_stage")
        return dict(frame.iter_rows())

    def _check(
        self, model: Model, version: ModelVersion, stages: dict[str, str]
    ) -> Iterator[Problem]:
        what = f"version {version.version} of model {quote(model.name)}"
        level = Severity.WARNING if version.archived else Severity.ERROR
        if version.run not in stages:
            message = f"{what} comes from run {quote(version.run)}, which the store does not hold"
            hint = "commit the store's new files together with the registry"
            yield self._problem("unknown-run", message, hint, (model, version, "run"), level)
            return
        if stages[version.run] == "deleted":
            message = f"{what} comes from run {quote(version.run)}, which is deleted"
            hint = "restore the run, or archive the version"
            place = (model, version, "run")
            yield self._problem("deleted-run", message, hint, place, Severity.WARNING)
        yield from self._check_files(model, version, what, level)

    def _check_files(
        self, model: Model, version: ModelVersion, what: str, level: Severity
    ) -> Iterator[Problem]:
        folder = self.store.artifacts_dir(version.run) / version.artifact
        try:
            digest = digest_folder(folder)
        except NotFoundError:
            message = f"the files of {what} are missing: {quote(version.artifact)}"
            hint = "fetch them (Git LFS, DVC), or archive the version"
            yield self._problem("missing-files", message, hint, (model, version, "artifact"), level)
            return
        except (ModelError, OSError) as error:
            message = f"the files of {what} cannot be read: {error}"
            place = (model, version, "artifact")
            yield self._problem("unreadable-files", message.splitlines()[0], "", place, level)
            return
        if version.digest and digest != version.digest:
            message = f"the files of {what} changed since they were registered: {digest}"
            hint = "bring them back, or register them as a new version"
            yield self._problem("changed-files", message, hint, (model, version, "digest"), level)

    def _problem(
        self,
        code: str,
        message: str,
        hint: str,
        place: tuple[Model, ModelVersion, str],
        level: Severity,
    ) -> Problem:
        model, version, field = place
        node = _find_field(self.document, model.name, version.version, field)
        line, column = self.document.locate(node.start) if node is not None else (0, 0)
        return Problem(code, message, hint, line, column, level)


def _find_field(document: Document, model: str, version: int, field: str) -> Node | None:
    """Return the node of a version's field, or of the nearest thing around it."""
    listed = find_node(document.root, ("models", model, "versions"))
    target = deref(listed) if listed is not None else None
    for item in target.items if isinstance(target, SeqNode) else ():
        number = find_value(item, "version")
        if number is not None and getattr(deref(number), "text", "") == str(version):
            return find_value(item, field) or item
    return listed
