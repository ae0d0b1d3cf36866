"""What is known about a version besides the registry: its run, its files, its card, its past.

Everything is read when it is first asked for, and kept: a review asks for the same run often.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from runsite.cards import Card
from runsite.cards.check import CardRules, check_card, find_meta
from runsite.cards.collect import Surroundings, collect_facts
from runsite.cards.files import find_figures, load_card
from runsite.cards.values import make_values
from runsite.config import Config
from runsite.errors import ModelError, NotFoundError, RunsiteError
from runsite.models.mlmodel import MLModel, read_mlmodel
from runsite.records import RunRecord
from runsite.registry import Model, ModelVersion, Problem, Registry, resolve_model_uri
from runsite.registry.history import History, load_history
from runsite.review.base import Base
from runsite.store import Store

__all__ = ["Evidence"]


@dataclass
class Evidence:
    """The surroundings of one review; lives as long as it, on one thread.

    Attributes:
        registry: What stages and aliases in gates mean: the registry before the change.
        registry_path: The file whose Git history tells the time in a stage.
        store: Where the runs and models lie.
        config: Directions of metrics, and what a complete card is.
        now: The time of the review; lasting stages end there.
        base: The base, whose history counts, and whose runs are asked for those that are not here;
            without one the history of ``HEAD`` counts.
    """

    registry: Registry
    registry_path: str | os.PathLike[str]
    store: Store
    config: Config
    now: datetime
    base: Base | None = None
    _runs: dict[str, RunRecord | None] = field(default_factory=dict, repr=False)
    _history: History | None = field(default=None, repr=False)

    @property
    def history(self) -> History:
        """The timeline of the registry."""
        if self._history is None:
            rev = self.base.commit if self.base else "HEAD"
            self._history = load_history(self.registry_path, rev=rev)
        return self._history

    def find_run(self, run_id: str) -> RunRecord | None:
        """Return a run of the store, else of the base's, or None."""
        if run_id not in self._runs:
            try:
                found = self.store.read_run(run_id) if run_id else None
            except NotFoundError:
                found = None
            if found is None and run_id and self.base is not None and self.base.behind:
                found = self.base.read_runs([run_id], store=self.store).get(run_id)
            self._runs[run_id] = found if found is not None and found.run_id == run_id else None
        return self._runs[run_id]

    def resolve(self, model: str, reference: str) -> ModelVersion | None:
        """Return the version that a gate speaks of, or None where nobody holds that stage or name.

        Args:
            model: The model's name.
            reference: A stage, ``@alias`` or number.
        """
        separator = "" if reference.startswith("@") else "/"
        try:
            return resolve_model_uri(f"models:/{model}{separator}{reference}", self.registry)
        except RunsiteError:
            return None

    def find_siblings(self, run: RunRecord) -> list[dict[str, str]]:
        """Return the params of the runs that repeat a training: its children, else its siblings.

        A run that is nested under none and has none under it stands alone.
        """
        import polars as pl

        runs = self.store.read_runs().filter(pl.col("status") == "FINISHED")
        family = runs.filter(pl.col("parent_run_id") == run.run_id)
        if family.is_empty() and run.parent_run_id:
            family = runs.filter(pl.col("parent_run_id") == run.parent_run_id)
        if family.is_empty():
            return [dict(run.params)]
        return [dict(params or {}) for params in family["params"].to_list()]

    def model_folder(self, version: ModelVersion) -> Path:
        """Return where the version's files are, or would be."""
        return self.store.artifacts_dir(version.run) / version.artifact

    def find_mlmodel(self, version: ModelVersion) -> MLModel | None:
        """Return the version's MLmodel file, or None where it cannot be read."""
        try:
            return read_mlmodel(self.model_folder(version))
        except (ModelError, NotFoundError, OSError):
            return None

    def find_card(self, model: str, version: int) -> Card | None:
        """Return the version's card, else the model's, else None.

        Raises:
            CardError: The card's file cannot be read.
        """
        return load_card(self.cards_folder, model=model, version=version)

    def list_card_problems(self, model: Model, version: ModelVersion) -> tuple[Problem, ...]:
        """Say what the version's card lacks; empty where it is complete.

        Raises:
            CardError: The card's file cannot be read.
        """
        folder = self.cards_folder
        card = self.find_card(model.name, version.version)
        around = Surroundings(directions=self.config.site.directions)
        facts = collect_facts(self.store, model, version=version.version, around=around)
        _, missing = find_figures(card, folder=folder) if card else ((), ())
        rules = CardRules(self.config.cards.required, self.config.cards.fields)
        values = make_values(facts)
        return check_card(card, rules=rules, values=values, figure_problems=missing)

    def list_card_gaps(self, model: Model, version: ModelVersion) -> tuple[str, ...]:
        """Say in words what the version's card lacks; empty where it is complete.

        Raises:
            CardError: The card's file cannot be read.
        """
        return tuple(problem.message for problem in self.list_card_problems(model, version))

    def find_licence(self, model: str, version: int) -> str:
        """Return the licence that the version's card names, or ``""``.

        Raises:
            CardError: The card's file cannot be read.
        """
        card = self.find_card(model, version)
        return find_meta(card, "license") if card else ""

    def count_days(self, model: str, version: int, stage: str) -> float | None:
        """Return how long a version was in a stage, in days; None where it is not known."""
        history = self.history
        spans = [span for span in history.spans(model, version) if span.stage == stage]
        if history.shallow or not history.states:
            return None
        seconds = sum(((span.until or self.now) - span.since).total_seconds() for span in spans)
        return max(0.0, seconds) / 86400

    @property
    def cards_folder(self) -> Path:
        """Where the cards lie, or would lie."""
        return self.config.folder / self.config.cards.folder
