"""The names under which a card's words can refer to facts: ``metrics.rmse``, ``code.commit`` … Pure.

``docs/cards.md`` lists them; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from runsite.cards.escape import FactValue, format_size
from runsite.cards.facts import CardFacts
from runsite.cards.references import ANY
from runsite.records import RunRecord

__all__ = ["make_values"]

_NOTHING = "–"


def make_values(facts: CardFacts) -> dict[str, FactValue]:
    """Name every fact that a sentence may need; a fact that is not known has no name."""
    pairs: list[tuple[str, FactValue | None]] = [*_identity(facts), *_metrics(facts)]
    if facts.run is not None:
        pairs += _run(facts.run)
    for change in facts.changes:
        for reason in map(str.lower, change.reasons):
            pairs.append((f"{reason}.version", change.version))
            pairs += [(f"{reason}.metrics.{m.key}", m.other) for m in change.metrics]
    known = {name: value for name, value in pairs if value is not None and value != ""}
    return known | {f"{group}{ANY}": _NOTHING for group in _find_unknown(facts)}


def _find_unknown(facts: CardFacts) -> Iterator[str]:
    """Yield the groups of which nothing can be known here: that is not the author's mistake.

    The first version has none before it, and a card is shared by all versions.
    """
    reasons = {reason.lower() for change in facts.changes for reason in change.reasons}
    yield from {"previous", "production"} - reasons
    if facts.run is None:
        yield from ("metrics", "params", "tags", "data", "run", "code", "environment", "packages")


def _identity(facts: CardFacts) -> Iterator[tuple[str, FactValue | None]]:
    identity = facts.identity
    yield "model.name", identity.model
    yield "model.version", identity.version
    yield "model.stage", identity.stage
    yield "model.aliases", ", ".join(identity.aliases)
    yield "model.digest", identity.digest
    yield "model.description", identity.model_description
    yield "model.registered", f"{identity.registered_at:%Y-%m-%d}"
    yield "model.registered_by", identity.registered_by
    yield "model.flavors", ", ".join(identity.flavors)
    if facts.files:
        yield "model.size", format_size(facts.size_bytes)


def _metrics(facts: CardFacts) -> Iterator[tuple[str, FactValue | None]]:
    for metric in facts.metrics:
        name = f"metrics.{metric.key}"
        if metric.slice:
            name = f"{name}[{metric.slice}]"
        yield name, metric.value
        yield f"{name}.low", metric.low
        yield f"{name}.high", metric.high


def _run(run: RunRecord) -> Iterator[tuple[str, FactValue | None]]:
    for key, metric in run.metrics.items():
        yield f"metrics.{key}", metric.last
        yield f"metrics.{key}.min", metric.min
        yield f"metrics.{key}.max", metric.max
    yield from ((f"params.{key}", value) for key, value in run.params.items())
    yield from ((f"tags.{key}", value) for key, value in run.tags.items())
    for item in run.inputs:
        name = f"data.{item.context or item.name}"
        yield f"{name}.name", item.name
        yield f"{name}.digest", item.digest
        yield f"{name}.rows", item.rows
        yield f"{name}.source", item.source
    yield "run.id", run.run_id
    yield "run.name", run.run_name
    yield "run.experiment", run.experiment
    yield "run.user", run.source.user
    yield "run.started", f"{run.start_time:%Y-%m-%d %H:%M}"
    yield "code.commit", run.source.git_commit
    yield "code.branch", run.source.git_branch
    yield "code.remote", run.source.git_remote
    yield "code.dirty", run.source.git_dirty
    yield "environment.python", run.source.python
    yield "environment.platform", run.source.platform
    yield from ((f"packages.{k}", version) for k, version in run.source.packages.items())
