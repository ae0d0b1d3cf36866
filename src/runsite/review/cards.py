"""The registry against the model cards: what the cards of versions that have a stage lack."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator

from runsite.cards import make_card_path
from runsite.errors import RunsiteError
from runsite.registry import Model, ModelVersion, Problem, Severity
from runsite.review.evidence import Evidence

__all__ = ["find_card_problems"]


def find_card_problems(models: Iterable[Model], evidence: Evidence) -> Iterator[Problem]:
    """Yield what the cards lack, as warnings: a gate (``card: complete``) makes it binding.

    A project without a folder of cards writes none, and is not asked for any.
    """
    if not evidence.cards_folder.is_dir():
        return
    told: set[Problem] = set()
    for model in models:
        held = map(model.find_version, sorted(set(model.stages.values())))
        for version in filter(None, held):
            for problem in _check_card(model, version, evidence):
                if problem not in told:
                    told.add(problem)
                    yield problem


def _check_card(model: Model, version: ModelVersion, evidence: Evidence) -> Iterator[Problem]:
    path = make_card_path(evidence.cards_folder, model=model.name)
    try:
        card = evidence.find_card(model.name, version.version)
        path = card.path if card else path
        problems = evidence.list_card_problems(model, version)
    except RunsiteError as error:
        problems = (Problem("card-metadata", error.problem, error.hint or ""),)
    for problem in problems:
        file = os.path.relpath(path)
        yield dataclasses.replace(problem, severity=Severity.WARNING, file=file)
