"""Two registries → what happened between them, in the registry's own words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from runsite.registry.records import ARCHIVED, NO_STAGE, Model, ModelVersion, Registry

__all__ = ["Move", "MoveKind", "compare_registries", "is_promotion"]


class MoveKind(StrEnum):
    """What a move did."""

    MODEL_ADDED = "model-added"
    MODEL_REMOVED = "model-removed"
    MODEL_RENAMED = "model-renamed"
    REGISTERED = "registered"
    VERSION_REMOVED = "version-removed"
    VERSION_CHANGED = "version-changed"
    STAGE = "stage"
    ALIAS = "alias"
    DESCRIPTION = "description"
    TAG = "tag"
    GATES = "gates"


@dataclass(frozen=True, slots=True)
class Move:
    """One change of a registry.

    Attributes:
        version: Number of the version that it is about; None for the model as a whole.
        field: What of it: the alias, the tag, the stage whose gates, the field of the version.
        before: What it was: a stage, a version's number, a text; empty where there was none.
        after: What it is.
    """

    kind: MoveKind
    model: str
    version: int | None = None
    field: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        what = f"{self.model} {self.version}" if self.version else self.model
        match self.kind:
            case MoveKind.MODEL_ADDED:
                return f"{what} is new"
            case MoveKind.MODEL_REMOVED:
                return f"{what} is removed"
            case MoveKind.MODEL_RENAMED:
                return f"{self.before} is called {self.after}"
            case MoveKind.REGISTERED:
                return f"{what} is registered"
            case MoveKind.VERSION_REMOVED:
                return f"{what} is removed"
            case MoveKind.STAGE:
                return f"{what}: {self.before} → {self.after}"
            case _:
                return self._describe_field(what)

    def _describe_field(self, what: str) -> str:
        name = f"{self.kind} {self.field}" if self.field else f"{self.kind}"
        if self.kind is MoveKind.VERSION_CHANGED:
            name = self.field
        if self.kind is MoveKind.GATES:
            return f"{what}: the gates of {self.field} changed"
        if not self.before:
            return f"{what}: {name} = {self.after}"
        if not self.after:
            return f"{what}: {name} removed (was {self.before})"
        return f"{what}: {name} {self.before} → {self.after}"


def compare_registries(before: Registry, after: Registry) -> tuple[Move, ...]:
    """List what changed from one registry to another: models in order, then what is in them.

    A model that is gone while one of the same versions is new counts as renamed.
    """
    renamed = _find_renamed(before, after)
    moves: list[Move] = []
    for old, new in renamed.items():
        moves.append(Move(MoveKind.MODEL_RENAMED, new, before=old, after=new))
    gone = [name for name in before.models if name not in after.models and name not in renamed]
    moves += [Move(MoveKind.MODEL_REMOVED, name) for name in gone]
    origins = {new: old for old, new in renamed.items()}
    for name, model in after.models.items():
        earlier = before.models.get(origins.get(name, name))
        if earlier is None:
            moves.append(Move(MoveKind.MODEL_ADDED, name))
        moves += _compare_models(earlier or Model(name=name), model)
    return tuple(moves)


def _find_renamed(before: Registry, after: Registry) -> dict[str, str]:
    """Match models that vanished with new ones that hold the same versions."""
    new = {name for name in after.models if name not in before.models}
    renamed: dict[str, str] = {}
    for name, model in before.models.items():
        if name in after.models or not model.versions:
            continue
        identity = _identify(model)
        for candidate in sorted(new - set(renamed.values())):
            if _identify(after.models[candidate])[: len(identity)] == identity:
                renamed[name] = candidate
                break
    return renamed


def _identify(model: Model) -> list[tuple[int, str, str]]:
    return [(v.version, v.run, v.digest) for v in model.versions]


def _compare_models(before: Model, after: Model) -> Iterator[Move]:
    name = after.name
    old, new = ({v.version: v for v in model.versions} for model in (before, after))
    for number in sorted(old.keys() - new.keys()):
        yield Move(MoveKind.VERSION_REMOVED, name, number)
    for number in sorted(new.keys() - old.keys()):
        yield Move(MoveKind.REGISTERED, name, number)
    for number in sorted(new):
        first, then = before.stage_of(number), after.stage_of(number)
        if first != then:
            yield Move(MoveKind.STAGE, name, number, before=first, after=then)
    yield from _compare_aliases(before, after)
    yield from _compare_texts(name, None, before, after)
    for number in sorted(new.keys() & old.keys()):
        yield from _compare_versions(name, old[number], new[number])
    for stage in sorted(before.gates.keys() | after.gates.keys()):
        first_gates, then_gates = before.gates.get(stage, ()), after.gates.get(stage, ())
        if first_gates != then_gates:
            texts = ("; ".join(map(str, gates)) for gates in (first_gates, then_gates))
            yield Move(MoveKind.GATES, name, None, stage, *texts)


def _compare_aliases(before: Model, after: Model) -> Iterator[Move]:
    for alias in sorted(before.aliases.keys() | after.aliases.keys()):
        first, then = before.aliases.get(alias), after.aliases.get(alias)
        if first != then:
            numbers = (str(number or "") for number in (first, then))
            yield Move(MoveKind.ALIAS, after.name, then or first, alias, *numbers)


def _compare_versions(name: str, before: ModelVersion, after: ModelVersion) -> Iterator[Move]:
    for field in ("run", "artifact", "digest", "registered_at", "registered_by"):
        first, then = str(getattr(before, field)), str(getattr(after, field))
        if first != then:
            yield Move(MoveKind.VERSION_CHANGED, name, after.version, field, first, then)
    yield from _compare_texts(name, after.version, before, after)


def _compare_texts(
    name: str, version: int | None, before: Model | ModelVersion, after: Model | ModelVersion
) -> Iterator[Move]:
    if before.description != after.description:
        texts = before.description, after.description
        yield Move(MoveKind.DESCRIPTION, name, version, "", *texts)
    for key in sorted(before.tags.keys() | after.tags.keys()):
        first, then = before.tags.get(key, ""), after.tags.get(key, "")
        if first != then:
            yield Move(MoveKind.TAG, name, version, key, first, then)


def is_promotion(move: Move) -> bool:
    """Tell whether a move gives a stage to a version."""
    return move.kind is MoveKind.STAGE and move.after not in (NO_STAGE, ARCHIVED)
