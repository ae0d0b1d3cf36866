"""The card as the Hugging Face hub reads it: front matter with ``model-index``, then Markdown.

Pure. What the author wrote in the front matter stays; what data knows is added to it: results,
datasets, the library. Source: the hub's model card metadata,
https://github.com/huggingface/hub-docs/blob/main/modelcard.md
"""

from __future__ import annotations

import math
import re

from runsite.cards.check import find_meta
from runsite.cards.document import Card
from runsite.cards.exports.document import format_body, format_front_matter, thaw_meta
from runsite.cards.facts import CardFacts, MetricFact
from runsite.records import InputRecord

__all__ = ["format_huggingface", "make_huggingface_meta"]

_LIBRARIES = {"sklearn": "sklearn", "xgboost": "xgboost", "lightgbm": "lightgbm"}
_EVALUATION = ("test", "testing", "evaluation", "eval", "validation", "valid", "val")
_RESERVED = ("model-index", "model_name", "eval_results")


def format_huggingface(facts: CardFacts, *, card: Card | None) -> str:
    """Write the ``README.md`` of a repository on the hub.

    Raises:
        CardError: A reference of the card names no fact.
    """
    meta = make_huggingface_meta(facts, card=card)
    return format_front_matter(meta) + format_body(facts, card=card)


def make_huggingface_meta(facts: CardFacts, *, card: Card | None) -> dict[str, object]:
    """Make the front matter; the author's own values win over what data would say."""
    written = thaw_meta(card.meta) if card else {}
    meta = {k: v for k, v in written.items() if v not in (None, "", []) and k not in _RESERVED}
    license_id = find_meta(card, "license") if card else ""
    if license_id and "license" not in meta:
        meta["license"] = license_id
    library = next((_LIBRARIES[f] for f in facts.identity.flavors if f in _LIBRARIES), None)
    if library:
        meta.setdefault("library_name", library)
    _join(meta, "tags", [*facts.identity.flavors, "runsite"])
    _join(meta, "metrics", sorted({m.name for m in facts.metrics if not m.slice}))
    results = _make_results(facts, task=str(meta.get("pipeline_tag", "") or "other"))
    if results:
        meta["model-index"] = [{"name": facts.identity.model, "results": results}]
    return meta


def _join(meta: dict[str, object], key: str, values: list[str]) -> None:
    """Add values to a list of the front matter, each once, the author's first."""
    present = meta.get(key)
    first = present if isinstance(present, list) else [present] if present else []
    joined = list(dict.fromkeys([str(item) for item in first if item is not None] + values))
    if joined:
        meta[key] = joined


def _make_results(facts: CardFacts, *, task: str) -> list[dict[str, object]]:
    """Group the metrics by the data that they were measured on, as the hub does."""
    groups: dict[tuple[str, str], list[MetricFact]] = {}
    for metric in facts.metrics:
        if math.isfinite(metric.value):
            groups.setdefault((metric.split, metric.slice), []).append(metric)
    return [
        {
            "task": {"type": task},
            "dataset": _make_dataset(facts, split=split, part=part),
            "metrics": [
                {"name": metric.key, "type": metric.name, "value": metric.value}
                for metric in metrics
            ],
        }
        for (split, part), metrics in groups.items()
    ]


def _make_dataset(facts: CardFacts, *, split: str, part: str) -> dict[str, object]:
    data = _find_data(facts, split=split)
    name = data.name if data else "not recorded"
    dataset: dict[str, object] = {
        "name": name,
        "type": re.sub(r"[^a-z0-9_.-]+", "-", name.lower()).strip("-") or "dataset",
    }
    if part:
        dataset["config"] = part  # the hub tells results apart by it, and not by the name
    if split:
        dataset["split"] = split
    if data and data.digest:
        dataset["revision"] = data.digest
    return dataset


def _find_data(facts: CardFacts, *, split: str) -> InputRecord | None:
    """Find the dataset that metrics of a split were measured on: the evaluation's by default."""
    contexts = {item.context.lower(): item for item in reversed(facts.data)}
    if split in contexts:
        return contexts[split]
    if split == "train":
        return contexts.get("training")
    return next((contexts[name] for name in _EVALUATION if name in contexts), None)
