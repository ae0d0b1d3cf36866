"""Edits of registries as people write them: what was meant is there, and nothing else moved."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from runsite.errors import RegistryError
from runsite.registry.document import parse_document
from runsite.registry.edits import edit_document
from runsite.registry.parse import parse_registry
from runsite.registry.plans import Edit
from support.registries import Written, written_registries

PLENTY = settings(max_examples=400, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True, slots=True)
class Move:
    """An action, what it makes of plain data, and how many lines it may add and remove."""

    name: str
    plan: Callable[[Edit], Any]
    mean: Callable[[dict[str, Any]], None]
    added: int = 2
    removed: int = 2


def drawn_move(draw: st.DataObject, data: dict[str, Any]) -> Move:
    """Draw an action that makes sense for the registry."""
    name = draw.draw(st.sampled_from(sorted(data["models"])), label="model")
    model = data["models"][name]
    number = draw.draw(st.sampled_from([v["version"] for v in model["versions"]]), label="version")
    make = draw.draw(
        st.sampled_from([promotion, archival, unassignment, aliasing, description, tagging]),
        label="action",
    )
    return make(draw, name, number)


def find(data: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    return next(v for v in data["models"][name]["versions"] if v["version"] == number)


def free(model: dict[str, Any], number: int) -> None:
    model["stages"] = {k: v for k, v in (model.get("stages") or {}).items() if v != number}


def promotion(draw: st.DataObject, name: str, number: int) -> Move:
    stage = draw.draw(st.sampled_from(["Production", "Staging"]))
    archive = draw.draw(st.booleans())

    def mean(data: dict[str, Any]) -> None:
        model = data["models"][name]
        held = (model.get("stages") or {}).get(stage)
        if held == number:
            return
        free(model, number)
        model["stages"][stage] = number
        find(data, name, number).pop("archived", None)
        if archive and held is not None:
            find(data, name, held)["archived"] = True

    return Move("promote", lambda e: e.promote(name, number, stage, archive_existing=archive), mean)


def archival(draw: st.DataObject, name: str, number: int) -> Move:
    def mean(data: dict[str, Any]) -> None:
        free(data["models"][name], number)
        find(data, name, number)["archived"] = True

    return Move("archive", lambda e: e.archive(name, number), mean)


def unassignment(draw: st.DataObject, name: str, number: int) -> Move:
    def mean(data: dict[str, Any]) -> None:
        free(data["models"][name], number)
        find(data, name, number).pop("archived", None)

    return Move("unassign", lambda e: e.unassign(name, number), mean)


def aliasing(draw: st.DataObject, name: str, number: int) -> Move:
    alias = draw.draw(st.sampled_from(["champion", "new"]))

    def mean(data: dict[str, Any]) -> None:
        model = data["models"][name]
        model["aliases"] = {**(model.get("aliases") or {}), alias: number}

    return Move("alias", lambda e: e.set_alias(name, alias, number), mean)


def description(draw: st.DataObject, name: str, number: int) -> Move:
    text = draw.draw(st.text(min_size=1, max_size=30) | st.sampled_from(["a\nb", "x: y", "é"]))
    whole = draw.draw(st.booleans())

    def mean(data: dict[str, Any]) -> None:
        place = data["models"][name] if whole else find(data, name, number)
        place["description"] = text

    return Move(
        "describe",
        lambda e: e.describe(name, text, version=None if whole else number),
        mean,
        added=1 + text.count("\n") + 1,
        removed=3,
    )


def tagging(draw: st.DataObject, name: str, number: int) -> Move:
    key, value = draw.draw(st.text(min_size=1, max_size=10)), draw.draw(st.text(max_size=10))

    def mean(data: dict[str, Any]) -> None:
        place = find(data, name, number)
        place["tags"] = {**(place.get("tags") or {}), key: value}

    return Move(
        "tag",
        lambda e: e.set_tag(name, key, value, version=number),
        mean,
        added=2 + value.count("\n") + 1,
    )


def tidy(value: Any) -> Any:
    """Make null, an empty list and an empty mapping the same."""
    if isinstance(value, dict):
        return {k: tidy(v) for k, v in value.items()} or None
    if isinstance(value, list):
        return [tidy(item) for item in value] or None
    return value


def load(text: str) -> Any:
    return yaml.load(text.removeprefix("\ufeff"), Loader=yaml.CSafeLoader)


def with_model_gaps(data: dict[str, Any]) -> Any:
    """Leave out what an emptied mapping leaves behind: the key without a value."""
    data = tidy(data)
    for model in data["models"].values():
        for place in [model, *(model.get("versions") or [])]:
            for key in [k for k, v in place.items() if v is None]:
                del place[key]
    return data


@PLENTY
@given(written=written_registries())
def test_a_registry_reads_the_same_in_every_style(written: Written):
    """Styles, quotes, comments and line ends do not change what a registry says."""
    parsed = parse_registry(parse_document(written.text))

    found = {
        (name, v.version, v.archived, v.registered_by, v.description)
        for name, model in parsed.registry.models.items()
        for v in model.versions
    }
    meant = {
        (
            name,
            v["version"],
            bool(v.get("archived")),
            v.get("registered_by", ""),
            v.get("description", ""),
        )
        for name, model in written.data["models"].items()
        for v in model["versions"]
    }
    assert found == meant
    held = {name: model.stages for name, model in parsed.registry.models.items()}
    assert held == {n: m.get("stages") or {} for n, m in written.data["models"].items()}


@PLENTY
@given(written=written_registries(), draw=st.data())
def test_an_edit_means_what_it_should_and_moves_nothing_else(written: Written, draw: st.DataObject):
    """After an edit the content is the intended one, in at most +2 -2 lines for a promotion."""
    move = drawn_move(draw, written.data)
    document = parse_document(written.text)
    parsed = parse_registry(document)
    meant = copy.deepcopy(load(written.text))
    move.mean(meant)
    changes = move.plan(Edit(document, parsed.registry))

    try:
        after = edit_document(document, changes, name="r.yaml").text
    except RegistryError as refusal:
        event(f"refused {move.name}: {refusal.problem}")
        raise AssertionError(str(refusal)) from refusal

    assert with_model_gaps(load(after)) == with_model_gaps(meant)
    old, new = document.text.splitlines(keepends=True), after.splitlines(keepends=True)
    for lines in (old, new):  # whether the last line ends is no matter of the lines above it
        if not lines[-1].endswith("\n"):
            lines[-1] += "\r\n" if "\r\n" in document.text else "\n"
    diff = [line[0] for line in difflib.ndiff(old, new) if line[0] in "+-"]
    # A version that stands on one line, in brackets, shows its mark of being archived by a line
    # that changes, where one in block style gets or loses a line.
    more = 1 if "{version" in written.text.replace("'", "").replace('"', "").replace(" ", "") else 0
    assert diff.count("+") <= move.added + more, after
    assert diff.count("-") <= move.removed + more, after
