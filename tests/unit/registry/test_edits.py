"""Edits of single odd places, each as a person wrote it."""

from __future__ import annotations

import pytest

from runsite.registry.changes import RemoveEntry, SetEntry
from runsite.registry.document import parse_document
from runsite.registry.edits import edit_document


def edited(text: str, *changes: object) -> str:
    return edit_document(parse_document(text), changes, name="r.yaml").text


def test_a_block_that_keeps_its_blank_lines_can_be_replaced():
    """The line's end belongs to ``|+`` as content, and to the file as a line's end."""
    text = "a:\n  d: |+\n    one\n\n\n  e: 1\n"
    assert edited(text, SetEntry(("a",), "d", "two")) == "a:\n  d: two\n\n\n  e: 1\n"
    assert edited(text, SetEntry(("a",), "d", "x\ny")) == "a:\n  d: |-\n    x\n    y\n\n\n  e: 1\n"


def test_an_entry_behind_a_block_that_keeps_its_blank_lines_adds_none():
    """One more blank line would be one more line of somebody's text."""
    text = "m:\n  a:\n    d: 1\n\n  b:\n    d: |+\n      kept\n\n\n"
    assert edited(text, SetEntry(("m",), "c", {"d": 1})) == text + "  c:\n    d: 1\n"


@pytest.mark.parametrize("flow", ["{a: 1,}", "{ a: 1 , }", "{\n  a: 1,\n  }"])
def test_the_only_entry_in_brackets_goes_with_its_comma(flow):
    """A comma alone between brackets is no YAML."""
    after = edited(f"m: {flow}\nn: 2\n", RemoveEntry(("m",), "a"))
    assert "a" not in after
    assert "," not in after
    assert after.endswith("}\nn: 2\n")
