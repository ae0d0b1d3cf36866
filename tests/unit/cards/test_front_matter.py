from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards.front_matter import CardProblem, split_front_matter


def read(source: str):
    return split_front_matter(f"---\n{source}\n---\nbody\n")


def test_simple_values_keep_their_kind():
    """Text, numbers, booleans, null, lists and mappings come out as what they are."""
    front = read("a: x\nb: 3\nc: 0.5\nd: true\ne:\nf: [1, two]\ng: {h: [i]}")
    assert dict(front.meta) == {
        "a": "x",
        "b": 3,
        "c": 0.5,
        "d": True,
        "e": None,
        "f": (1, "two"),
        "g": {"h": ("i",)},
    }
    assert front.problems == ()
    assert front.body == "body\n"
    assert front.body_line == 10


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("2026-11-23", "2026-11-23"),
        ("12:30:00", "12:30:00"),
        ("12e4567", "12e4567"),
        ("007", "007"),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        (".inf", ".inf"),
        ("1" * 5000, "1" * 5000),
        ("-3", -3),
        ("1e-3", 0.001),
        ("~", None),
        ("False", False),
    ],
)
def test_scalars_mean_what_their_author_meant(source, value):
    """Norwegian is not false, a commit not infinity, a date not an object, a bare number a number."""
    assert read(f"language: {source}").meta["language"] == value


def test_the_metadata_cannot_be_changed():
    """A card handed across layers stays what was read."""
    with pytest.raises(TypeError):
        read("a: {b: c}").meta["a"] = 1
    with pytest.raises(TypeError):
        read("a: {b: c}").meta["a"]["b"] = 1


@pytest.mark.parametrize("text", ["# Title\n", "", "\n\n", "text\n---\na: b\n---\n"])
def test_a_text_without_front_matter_is_all_body(text):
    """Front matter is optional, and a rule further down is not one."""
    front = split_front_matter(text)
    assert (dict(front.meta), front.body, front.body_line, front.problems) == ({}, text, 1, ())


def test_empty_front_matter_is_no_problem():
    """Two lines of dashes with nothing between say nothing."""
    front = split_front_matter("---\n---\nx")
    assert (dict(front.meta), front.body, front.body_line, front.problems) == ({}, "x", 3, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "---\na: b\n",
            CardProblem(
                "the front matter is not closed", 1, 1, "end it with a line of three dashes"
            ),
        ),
        (
            "---\n[]\n---\n",
            CardProblem("the front matter must be a mapping of keys to values, not a list", 2),
        ),
        (
            "---\njust words\n---\n",
            CardProblem(
                "the front matter must be a mapping of keys to values, not a single value", 2
            ),
        ),
        (
            "---\na: b\nc: [1,\n---\n",
            CardProblem(
                "the front matter is not valid YAML: did not find expected node content", 4, 1
            ),
        ),
        (
            "---\na: 1\nb: 2\na: 3\n---\n",
            CardProblem(
                "the key 'a' stands twice, first on line 2",
                4,
                1,
                "keep one of them; the first counts",
            ),
        ),
        (
            "---\na: !!python/object:os.system x\n---\n",
            CardProblem(
                "the tag '!!python/object:os.system' is ignored",
                2,
                4,
                "write a plain value",
            ),
        ),
        (
            "---\n{{card_data}}\n---\n",
            CardProblem("a key of the front matter must be text", 2, 2, "write a name"),
        ),
        (
            "---\na: *b\n---\n",
            CardProblem("the front matter is not valid YAML: found undefined alias", 2, 4),
        ),
        (
            "---\na: \x07\n---\n",
            CardProblem(
                "the front matter is not valid YAML: control characters are not allowed", 2
            ),
        ),
    ],
)
def test_a_problem_is_told_with_its_line(text, problem):
    """What is wrong in front matter is reported where it stands, and never raised."""
    assert split_front_matter(text).problems == (problem,)


def test_the_first_of_two_keys_counts():
    """A duplicate key does not silently replace what a reader saw first."""
    assert dict(read("a: 1\na: 2").meta) == {"a": 1}


BOMB = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12))]
)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (BOMB, "the front matter has more than 10,000 values"),
        ("a: " + "[" * 100_000, "the front matter is nested deeper than 20 levels"),
        ("a: &a [*a]", "the front matter is nested deeper than 20 levels"),
        (
            "a: " + "x" * 300_000,
            "the front matter has 300,003 characters; the most that is read is 262,144",
        ),
    ],
    ids=["alias bomb", "depth", "cycle", "size"],
)
def test_bombs_end_in_a_problem_at_once(source, message):
    """Front matter made to exhaust the reader is refused in bounded time."""
    start = time.perf_counter()
    front = read(source)
    assert [problem.message for problem in front.problems] == [message]
    assert dict(front.meta) == {}
    assert time.perf_counter() - start < 5


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_without_an_error(text):
    """Whatever stands between the dashes, the result is metadata and problems."""
    front = split_front_matter(f"---\n{text}\n---\nrest")
    assert front.body_line >= 1
    assert all(problem.line >= 1 and problem.message for problem in front.problems)
