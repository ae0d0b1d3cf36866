"""A project under review: a Git repository with a store and a registry."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runsite.config import Config
from runsite.models.digest import digest_folder
from runsite.registry import load_registry, promote_version, register_version
from runsite.review.check import Checked, CheckOptions, check_registry
from runsite.store import Store
from support.models import log_model_run
from support.repository import git

__all__ = ["NOW", "Project"]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Project:
    """The repository and what tests do in it."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    day: int = 0

    @property
    def registry(self) -> Path:
        return self.folder / "registry.yaml"

    @property
    def store(self) -> Store:
        return Store.create(self.folder / "runs")

    @property
    def config(self) -> Config:
        return Config(folder=self.folder)

    def log(self, number: int, **fields: object) -> str:
        return log_model_run(self.store, number, **fields)

    def register(self, number: int, name: str = "m", **fields: object) -> int:
        """Log a run and register its model."""
        run_id = self.log(number, **fields)
        return register_version(
            self.registry,
            name=name,
            run_id=run_id,
            artifact="model",
            digest=digest_folder(self.store.artifacts_dir(run_id) / "model"),
            registered_at=NOW,
            registered_by="ada",
        ).version

    def promote(
        self, version: int, stage: str = "Production", name: str = "m", **how: bool
    ) -> None:
        promote_version(self.registry, name=name, version=version, stage=stage, **how)

    def add_gates(self, *gates: str, stage: str = "Production") -> None:
        """Write gates into the registry's only model, in place of those that it has."""
        lines = self.registry.read_text().split("\n")
        if "    gates:" in lines:
            start = lines.index("    gates:")
            end = next(n for n in range(start + 1, len(lines)) if not lines[n].startswith("     "))
            del lines[start:end]
        at = lines.index("    versions:")
        added = ["    gates:", f"      {stage}:", *(f"        - {gate}" for gate in gates)]
        self.registry.write_text("\n".join([*lines[:at], *(added if gates else []), *lines[at:]]))

    def commit(self, message: str = "Change") -> None:
        """Commit everything, a day after the commit before."""
        self.day += 1
        moment = (NOW - timedelta(days=100 - self.day)).isoformat()
        self.monkeypatch.setenv("GIT_COMMITTER_DATE", moment)
        self.monkeypatch.setenv("GIT_AUTHOR_DATE", moment)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", message)

    def switch(self, *args: str) -> None:
        git(self.folder, "switch", "-q", *args)

    def check(self, **options: object) -> Checked:
        plain = CheckOptions(now=NOW, store=self.store, config=self.config)
        return check_registry(self.registry, options=dataclasses.replace(plain, **options))

    def codes(self, **options: object) -> list[str]:
        return [problem.code for problem in self.check(**options).problems]

    def stages(self, name: str = "m") -> dict[str, int]:
        return dict(load_registry(self.registry).models[name].stages)
