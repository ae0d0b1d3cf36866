"""What a stage demands of a version: gates as values; `str` says what one needs. Pure.

How a gate is put to the test is in `runsite.review.gates`; here is what can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = [
    "CardGate",
    "DatasetGate",
    "DurationGate",
    "Gate",
    "GitGate",
    "LicenceGate",
    "Margin",
    "MetricGate",
    "PathGate",
    "PresenceGate",
    "PythonGate",
    "RepeatsGate",
    "ValueGate",
    "stages_named_by",
]


@dataclass(frozen=True, slots=True)
class Margin:
    """How much a comparison gives or asks: in the metric's unit, or in percent of the other."""

    amount: float = 0.0
    percent: bool = False

    def of(self, value: float) -> float:
        """Return the margin around a value, in its unit."""
        return abs(value) * self.amount / 100 if self.percent else self.amount

    def __str__(self) -> str:
        return f"{self.amount:g}{'%' if self.percent else ''}"


@dataclass(frozen=True, slots=True)
class MetricGate:
    """A metric within bounds, or compared with that of another version.

    Attributes:
        of: Which value counts: ``last``, ``min`` or ``max`` over the run.
        better_than: Stage, ``@alias`` or number of a version that must be beaten by `margin`.
        no_worse_than: The same, for one that may be missed by `margin` at most.
        direction: ``min`` or ``max`` is better; empty where the metric's name or the project tells.
    """

    metric: str
    of: str = "last"
    min: float | None = None
    max: float | None = None
    better_than: str = ""
    no_worse_than: str = ""
    margin: Margin = Margin()
    direction: str = ""

    def __str__(self) -> str:
        parts = [self.metric if self.of == "last" else f"{self.of} of {self.metric}"]
        if self.min is not None:
            parts.append(f"at least {self.min:g}")
        if self.max is not None:
            parts.append(("and " if self.min is not None else "") + f"at most {self.max:g}")
        if self.better_than:
            by = f" by {self.margin}" if self.margin.amount else ""
            parts.append(f"better than {self.better_than}{by}")
        if self.no_worse_than:
            more = f" by more than {self.margin}" if self.margin.amount else ""
            parts.append(f"no worse than {self.no_worse_than}{more}")
        return " ".join(parts) if len(parts) > 1 else f"{parts[0]} logged"


@dataclass(frozen=True, slots=True)
class ValueGate:
    """A param or tag that is there, one of some values, or within bounds."""

    kind: str
    key: str
    one_of: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None

    def __str__(self) -> str:
        parts = [_either(self.one_of)] if self.one_of else []
        if self.min is not None:
            parts.append(f"at least {self.min:g}")
        if self.max is not None:
            parts.append(f"at most {self.max:g}")
        return f"{self.kind} {self.key} {' and '.join(parts) or 'set'}"


@dataclass(frozen=True, slots=True)
class PresenceGate:
    """A signature or an input example that was logged with the model."""

    what: str

    def __str__(self) -> str:
        return f"{self.what.replace('_', ' ')} present"


@dataclass(frozen=True, slots=True)
class DatasetGate:
    """A dataset of that name or context that was used; the same as another version's if asked."""

    dataset: str
    same_as: str = ""

    def __str__(self) -> str:
        return f"dataset {self.dataset} " + (
            f"the same as {self.same_as}'s" if self.same_as else "logged"
        )


@dataclass(frozen=True, slots=True)
class GitGate:
    """The run came from committed code."""

    def __str__(self) -> str:
        return "committed code"


@dataclass(frozen=True, slots=True)
class CardGate:
    """The model card says all that the project asks of one."""

    def __str__(self) -> str:
        return "complete model card"


@dataclass(frozen=True, slots=True)
class LicenceGate:
    """The card names a licence; one of some if asked."""

    one_of: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"licence {_either(self.one_of) if self.one_of else 'named'}"


@dataclass(frozen=True, slots=True)
class DurationGate:
    """The version was in a stage for some days, by the registry's history."""

    stage: str
    days: float

    def __str__(self) -> str:
        return f"{self.days:g} days in {self.stage}"


@dataclass(frozen=True, slots=True)
class PathGate:
    """The version comes from one of these stages."""

    stages: tuple[str, ...]

    def __str__(self) -> str:
        return f"comes from {_either(self.stages)}"


@dataclass(frozen=True, slots=True)
class RepeatsGate:
    """The run or its siblings repeat the training: that many values of a param, such as seed."""

    param: str
    min: int

    def __str__(self) -> str:
        return f"{self.min} repeats over {self.param}"


@dataclass(frozen=True, slots=True)
class PythonGate:
    """A team's own: the name of an entry point in the group ``runsite.gates``."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"check {self.name}"


Gate = (
    MetricGate
    | ValueGate
    | PresenceGate
    | DatasetGate
    | GitGate
    | CardGate
    | LicenceGate
    | DurationGate
    | PathGate
    | RepeatsGate
    | PythonGate
)


def stages_named_by(gate: Gate) -> tuple[str, ...]:
    """Return the stages that a gate speaks of; numbers and aliases of versions are left out."""
    named: tuple[str, ...] = ()
    match gate:
        case MetricGate():
            named = (gate.better_than, gate.no_worse_than)
        case DatasetGate():
            named = (gate.same_as,)
        case DurationGate():
            named = (gate.stage,)
        case PathGate():
            named = gate.stages
    return tuple(name for name in named if name and not name.startswith("@") and not name.isdigit())


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)
