from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runsite.registry.document import parse_document
from runsite.registry.nodes import find_value
from runsite.registry.scalars import Quoted, format_flow, format_key, format_lines, format_scalar
from runsite.registry.trees import make_tree, tree_of

ODD_TEXTS = [
    *("null", "12e4567", "0x1f", "1:30", "yes", "~", "=", "<<", "- a", "a: b", "a #b", "*x", "&x"),
    *(
        "a,b",
        "x]",
        "{",
        "'",
        '"',
        "\\",
        "a\nb",
        " a",
        "a ",
        "\ufeffa",
        "\u2028",
        "---",
        "2026-01-02",
    ),
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(ODD_TEXTS)


@given(text=TEXTS, style=st.sampled_from(["", "'", '"']))
def test_text_that_is_written_reads_as_the_same_text(text, style):
    """Whatever a name or description holds, YAML gives it back, in block and in brackets."""
    written = format_scalar(text, style=style)

    assert "\n" not in written
    assert yaml.load(f"k: {written}  # c\n", Loader=yaml.CSafeLoader) == {"k": text}
    assert yaml.safe_load(f"[{format_flow(text)}, 1]") == [text, 1]
    assert make_tree(parse_document(f"k: {written}").root) == {"k": ("str", text)}


@given(text=TEXTS)
def test_keys_read_as_the_same_name(text):
    """A model or tag may be called anything."""
    assert yaml.safe_load(f"{format_key(text)}: 1\n") == {text: 1}


VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(0, 99) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(value=VALUES, step=st.sampled_from([1, 2, 4]))
def test_values_of_any_shape_are_written_as_blocks(value, step):
    """Nested values come back with the same content and types."""
    text = "\n".join(format_lines("key", value, step=step)) + "\n"
    document = parse_document(text)

    assert {p.code for p in document.problems} <= {"line-separator"}
    found = find_value(document.root, "key")
    # An item that is an empty collection inside a list is written as such: no null.
    assert make_tree(found) == tree_of(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Depth 30, no early stopping", '"Depth 30, no early stopping"'),
        ("moshifa", "moshifa"),
        ("models/best", "models/best"),
        ("12e4567", '"12e4567"'),
        ("Trip duration in minutes", "Trip duration in minutes"),
        (Quoted("plain"), '"plain"'),
        ("\x1b[31m", '"\\u001b[31m"'),
        (3, "3"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_plain_words_stay_plain_and_all_else_is_quoted(value, expected):
    """What a person reads without doubt has no quotes; an escape character never reaches a file."""
    assert format_scalar(value) == expected


def test_lines_of_text_become_a_literal_block():
    """A description of several lines is written so that people can edit it."""
    assert format_lines("description", "One.\n\nTwo: three", step=2) == [
        "description: |-",
        "  One.",
        "",
        "  Two: three",
    ]
