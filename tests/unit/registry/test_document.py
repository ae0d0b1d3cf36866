from __future__ import annotations

import subprocess
import sys

import pytest

from runsite.registry.document import MAX_BYTES, decode_text, parse_document

CONFLICT = """\
format: 1
models:
  m:
    stages:
<<<<<<< HEAD
      Production: 1
=======
      Production: 2
>>>>>>> other
"""

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def problems_of(text: str) -> list[tuple[str, int, int]]:
    return [(p.code, p.line, p.column) for p in parse_document(text).problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", [("duplicate-key", 2, 1)]),
        ("a: {b: 1, b: 2}\n", [("duplicate-key", 1, 11)]),
        ('a: 1\n"a": 2\n', [("duplicate-key", 2, 1)]),
        (CONFLICT, [("merge-marker", 5, 1)]),
        ("a:\n\t- b\n", [("tab", 2, 1)]),
        ("a:\n  b: [1\nc: 2\n", [("syntax", 3, 2)]),
        ("a: b: c\n", [("syntax", 1, 5)]),
        ("a: \x01\n", [("syntax", 1, 4)]),
        ("a: *x\n", [("unknown-alias", 1, 4)]),
        ("a: &x [*x]\n", [("unknown-alias", 1, 8)]),
        ("a: 1\n---\nb: 2\n", [("several-documents", 2, 1)]),
        ("a: !!python/object:os.system x\n", [("unknown-tag", 1, 4)]),
        ("? [a]\n: 1\n", [("complex-key", 1, 3)]),
        ("a: 'x\u2028y'\n", [("line-separator", 1, 6)]),
        ("a: 1\n# x\u0085b: 2\n", [("line-separator", 2, 4)]),
        ("[" * 100_000, [("too-deep", 1, 41)]),
        ("- " * 100_000, [("too-deep", 1, 81)]),
        (BOMB, [("too-large", 7, 8)]),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_is_wrong_with_the_yaml_is_named_with_its_place(text, expected):
    """Each trap of YAML has a code of its own, and the line and column that an editor shows."""
    assert problems_of(text) == expected


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_columns_count_characters_behind_a_byte_order_mark(ending):
    """Line and column are those of an editor, whatever line ends and encodings do."""
    assert problems_of(f"\ufeff# é😀{ending}é: 1{ending}'😀': {{x: 1, x: 2}}") == [
        ("duplicate-key", 3, 13)
    ]


def test_an_empty_file_has_no_root_and_no_problem():
    """A registry of comments only is an empty one."""
    document = parse_document("# nothing yet\n\n")

    assert document.root is None
    assert document.problems == ()


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed():
    """100 MB are answered by a clear sentence, not by a parser at work."""
    _, problem = decode_text(b"a: 1\n" * (MAX_BYTES // 5 + 1))

    assert problem is not None
    assert problem.message == "the file has 16,777,220 bytes; a registry may have 16,777,216"


def test_bytes_that_are_no_utf8_are_named_with_their_place():
    """A file in another encoding is refused with the position of the first foreign byte."""
    _, problem = decode_text("a: 1\nné: é".encode("latin-1"))

    assert problem is not None
    assert (problem.code, problem.line, problem.column) == ("not-utf8", 2, 2)
    assert problem.message == "byte 0xe9 is not UTF-8"


MEASURE = """\
import resource, sys
from runsite.registry.document import parse_document
text = eval(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
problems = parse_document(text).problems
print(problems[0].code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("text", [repr(BOMB), "'- a\\n' * 4_000_000", "'[1,' * 5_000_000"])
def test_hostile_files_end_in_bounded_memory(text):
    """No file of the permitted size takes more than half a gigabyte."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, text],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    code, size = done.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    assert code in ("too-large", "too-deep")
    assert int(size) * unit < 500e6
