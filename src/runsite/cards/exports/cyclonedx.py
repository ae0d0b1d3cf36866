"""The card as a CycloneDX 1.6 ML-BOM, for software inventories. Pure.

The model is the component that the document describes, with its ``modelCard``, its files and their
hashes; the libraries of its training environment are components that it depends on. The document
depends on nothing but the version: made twice, it is the same. Source: CycloneDX 1.6 JSON,
https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from urllib.parse import quote as quote_url
from urllib.parse import urlsplit

from runsite.cards.check import find_meta
from runsite.cards.document import Card
from runsite.cards.escape import format_fact
from runsite.cards.exports.document import fill_card
from runsite.cards.facts import CardFacts, MetricFact, SignatureFacts
from runsite.cards.parser import parse_tokens
from runsite.cards.renderer import collect_text
from runsite.cards.sections import find_section, is_placeholder
from runsite.models.mlmodel import PYFUNC

__all__ = ["format_cyclonedx"]

_NAMESPACE = uuid.UUID("5f0c3b52-6f5e-5b0e-9d5a-2f1f6f0c7a11")
_MODEL_REF = "model"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_USE_SECTIONS = {
    "users": ("Intended users", "Primary intended users"),
    "useCases": ("Intended use",),
    "technicalLimitations": ("Limitations", "Out-of-scope use"),
}


def format_cyclonedx(facts: CardFacts, *, card: Card | None) -> str:
    """Write the ML-BOM as JSON.

    Raises:
        CardError: A reference of the card names no fact.
    """
    words = fill_card(card, facts=facts) if card else None
    libraries = list(_libraries(facts))
    identity = facts.identity
    name = f"{identity.model}/{identity.version}/{identity.digest}"
    document: dict[str, object] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, name)}",
        "version": 1,
        "metadata": {
            "timestamp": f"{identity.registered_at:%Y-%m-%dT%H:%M:%SZ}",
            "component": _model(facts, card=words),
        },
        "components": [*libraries],
        "dependencies": [
            {"ref": _MODEL_REF, "dependsOn": [str(library["bom-ref"]) for library in libraries]}
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _model(facts: CardFacts, *, card: Card | None) -> dict[str, object]:
    identity = facts.identity
    component: dict[str, object] = {
        "type": "machine-learning-model",
        "bom-ref": _MODEL_REF,
        "name": identity.model,
        "version": str(identity.version),
        "description": identity.description or identity.model_description,
        "licenses": _licenses(find_meta(card, "license") if card else ""),
        "externalReferences": list(_references(facts)),
        "components": list(_files(facts)),
        "modelCard": _drop_empty(
            {
                "modelParameters": _parameters(facts, card=card),
                "quantitativeAnalysis": _analysis(facts),
                "considerations": _considerations(card),
                "properties": list(_properties(facts, card=card)),
            }
        ),
    }
    owner = find_meta(card, "owner") if card else ""
    if owner:
        component["manufacturer"] = {"name": owner}
    return _drop_empty(component)


def _parameters(facts: CardFacts, *, card: Card | None) -> dict[str, object]:
    task = find_meta(card, "pipeline_tag") if card else ""
    datasets = [
        _drop_empty(
            {
                "type": "dataset",
                "bom-ref": f"data:{index}",
                "name": item.name,
                "contents": {"properties": _pairs(digest=item.digest, source=item.source)},
                "description": f"{item.context or 'input'}"
                + (f", {item.rows:,} rows" if item.rows is not None else ""),
            }
        )
        for index, item in enumerate(facts.data)
    ]
    return _drop_empty(
        {
            "task": task,
            "modelArchitecture": ", ".join(f for f in facts.identity.flavors if f != PYFUNC),
            "datasets": datasets,
            "inputs": _formats(facts.signature, "inputs"),
            "outputs": _formats(facts.signature, "outputs"),
        }
    )


def _formats(signature: SignatureFacts, part: str) -> list[dict[str, str]]:
    fields = signature.inputs if part == "inputs" else signature.outputs
    return [{"format": f"{field.name}: {field.type}"} for field in fields]


def _analysis(facts: CardFacts) -> dict[str, object]:
    return _drop_empty({"performanceMetrics": [_metric(metric) for metric in facts.metrics]})


def _metric(metric: MetricFact) -> dict[str, object]:
    parts = [part for part in (metric.split, metric.slice) if part]
    measured: dict[str, object] = {"type": metric.name, "value": repr(metric.value)}
    if parts:
        measured["slice"] = ", ".join(parts)
    if metric.low is not None and metric.high is not None:
        bounds = {"lowerBound": repr(metric.low), "upperBound": repr(metric.high)}
        measured["confidenceInterval"] = bounds
    return measured


def _considerations(card: Card | None) -> dict[str, object]:
    if card is None:
        return {}
    considerations: dict[str, object] = {
        key: [item for title in titles for item in _read_items(card, title)]
        for key, titles in _USE_SECTIONS.items()
    }
    risks = _read_items(card, "Ethical considerations")
    considerations["ethicalConsiderations"] = [{"name": risk} for risk in risks]
    return _drop_empty(considerations)


def _read_items(card: Card, title: str) -> list[str]:
    """Read a section as plain sentences: one for each paragraph or item of a list."""
    section = find_section(card, title)
    if section is None or is_placeholder(section.text):
        return []
    texts = []
    for token in parse_tokens(section.text):
        words = [child for child in token.children or [] if child.type != "image"]
        texts.append(collect_text(words))
    return [text for text in texts if text and not is_placeholder(text)]


def _properties(facts: CardFacts, *, card: Card | None) -> Iterator[dict[str, str]]:
    identity, run = facts.identity, facts.run
    known = {
        "stage": identity.stage,
        "aliases": ", ".join(identity.aliases),
        "digest": identity.digest,
        "registered_by": identity.registered_by,
        "contact": find_meta(card, "contact") if card else "",
        "run_id": identity.run_id,
    }
    if run is not None:
        dirty = run.source.git_dirty
        known |= {
            "experiment": run.experiment,
            "git_commit": run.source.git_commit,
            "git_dirty": "" if dirty is None else format_fact(dirty),
            "python": run.source.python,
            "platform": run.source.platform,
            **{f"param:{key}": value for key, value in sorted(run.params.items())},
        }
    yield from _pairs(**known)


def _pairs(**known: str) -> list[dict[str, str]]:
    return [{"name": f"runsite:{key}", "value": value} for key, value in known.items() if value]


def _files(facts: CardFacts) -> Iterator[dict[str, object]]:
    for item in facts.files:
        file: dict[str, object] = {
            "type": "file",
            "bom-ref": f"file:{item.path}",
            "name": item.path,
        }
        if _SHA256.fullmatch(item.sha256):
            file["hashes"] = [{"alg": "SHA-256", "content": item.sha256}]
        yield file


def _libraries(facts: CardFacts) -> Iterator[dict[str, object]]:
    packages = facts.run.source.packages if facts.run else {}
    for name, version in sorted(packages.items()):
        normal = re.sub(r"[-_.]+", "-", name).lower()
        yield _drop_empty(
            {
                "type": "library",
                "bom-ref": f"library:{name}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{quote_url(normal, safe='')}@{quote_url(version, safe='')}",
            }
        )


def _references(facts: CardFacts) -> Iterator[dict[str, str]]:
    remote = facts.repository_url or (facts.run.source.git_remote if facts.run else "")
    if _is_web_address(remote):
        yield {"type": "vcs", "url": remote}


def _is_web_address(url: str) -> bool:
    if not re.fullmatch(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+", url, re.ASCII):
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _licenses(text: str) -> list[dict[str, object]]:
    """Give the licence as an SPDX expression where it is one, else by its name."""
    if not text:
        return []
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return [{"expression": str(canonicalize_license_expression(text))}]
    except InvalidLicenseExpression:
        return [{"license": {"name": text}}]


def _drop_empty(data: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}
