"""What a registry says, as plain values. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runsite.errors import NotFoundError, quote
from runsite.registry.gates import Gate

__all__ = ["ARCHIVED", "DEFAULT_STAGES", "NO_STAGE", "Model", "ModelVersion", "Registry"]

NO_STAGE = "None"
ARCHIVED = "Archived"
DEFAULT_STAGES = ("Staging", "Production")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One registered version: which folder of which run, and who registered it when.

    Attributes:
        version: Number from 1.
        run: Id of the run that logged the model.
        artifact: Path of the model's folder inside the run's artifacts, ``/`` between.
        digest: ``sha256:`` and 64 hex digits over the folder's files; empty where not recorded.
        registered_at: UTC.
        archived: Retired: it can hold no stage.
    """

    version: int
    run: str
    artifact: str
    digest: str
    registered_at: datetime
    registered_by: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model.

    Attributes:
        stages: Stage → number of the version that holds it.
        aliases: Alias → number of the version that it names.
        versions: By number.
        gates: Stage → what it demands of a version.
    """

    name: str
    description: str = ""
    stages: Mapping[str, int] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()
    gates: Mapping[str, tuple[Gate, ...]] = field(default_factory=dict)

    def stage_of(self, version: int) -> str:
        """Return the stage of a version: ``None`` (the word) where it has none."""
        for stage, number in self.stages.items():
            if number == version:
                return stage
        found = self.find_version(version)
        return ARCHIVED if found and found.archived else NO_STAGE

    def aliases_of(self, version: int) -> tuple[str, ...]:
        """Return the aliases of a version, sorted."""
        return tuple(sorted(name for name, number in self.aliases.items() if number == version))

    def find_version(self, version: int) -> ModelVersion | None:
        """Return the version of that number, or None."""
        at = bisect.bisect_left(self.versions, version, key=lambda known: known.version)
        found = self.versions[at] if at < len(self.versions) else None
        return found if found and found.version == version else None

    def get_version(self, version: int) -> ModelVersion:
        """Return the version of that number.

        Raises:
            NotFoundError: The model has no such version.
        """
        found = self.find_version(version)
        if found is None:
            numbers = ", ".join(str(known.version) for known in self.versions[-20:])
            hint = f"its versions are {numbers}" if numbers else "it has no versions yet"
            raise NotFoundError(f"model {quote(self.name)} has no version {version}", hint=hint)
        return found


@dataclass(frozen=True, slots=True)
class Registry:
    """All registered models, and the stages that a version can hold besides Archived."""

    models: Mapping[str, Model] = field(default_factory=dict)
    stages: tuple[str, ...] = DEFAULT_STAGES

    def get_model(self, name: str) -> Model:
        """Return a model.

        Raises:
            NotFoundError: There is no such model; the hint names near ones.
        """
        if name in self.models:
            return self.models[name]
        raise NotFoundError(f"no model {quote(name)} in the registry", hint=self._near(name))

    def _near(self, name: str) -> str:
        import difflib

        if not self.models:
            return "no model is registered yet: runsite register RUN --name NAME"
        near = difflib.get_close_matches(name, self.models, n=5) or sorted(self.models)[:10]
        return "the models are " + ", ".join(quote(known) for known in near)
