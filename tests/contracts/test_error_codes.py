"""Codes of problems: those in the source, those in the catalogue and those on the page agree."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

from runsite import errors
from runsite.errors import RunsiteError
from runsite.registry.codes import CODES
from support.repository import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Call → position of the code among its arguments.
CALLS = {
    "Problem": 0,
    "add": 0,
    "_RefusalError": 0,
    "_finding": 0,
    "_refuse": None,
    "_problem_at": 2,
    "append": None,
}


def find_codes() -> Iterator[tuple[str, str]]:
    """Find the codes that the source makes problems with, and where."""
    for folder in ("registry", "review", "cards"):
        for path in (ROOT / "src" / "runsite" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from ((code, path.name) for code in codes_of(node))


def codes_of(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    position = CALLS.get(name)
    arguments: list[ast.expr] = []
    if position is not None:
        arguments = call.args[position : position + 1]
    elif name == "append" and ast.unparse(call.func).endswith("found.append"):
        arguments = [a.elts[1] for a in call.args if isinstance(a, ast.Tuple) and len(a.elts) > 1]
    for argument in arguments:
        value = getattr(argument, "value", None)
        if isinstance(value, str) and CODE.fullmatch(value):
            yield value


def test_every_code_of_the_source_is_in_the_catalogue():
    """A problem that nobody can look up helps nobody; a code that nothing uses misleads."""
    found = dict(find_codes())
    assert {code: place for code, place in found.items() if code not in CODES} == {}
    # `--allow` and the documents may still name a code that is retired: none is so far.
    assert CODES.keys() - found.keys() == set()


def test_the_page_explains_every_code_in_the_order_of_the_catalogue():
    """docs/errors.md has a heading for each code, and none for what is no code."""
    headings = re.findall(r"^### (.+)$", PAGE, flags=re.MULTILINE)
    assert headings == list(CODES)


def test_every_code_is_a_name_and_every_meaning_a_sentence():
    """Codes go into URLs, options and annotations as they are."""
    assert [code for code in CODES if not CODE.fullmatch(code)] == []
    assert [text for text in CODES.values() if not re.fullmatch(r"[A-Z].*\.", text)] == []


def test_the_page_lists_every_exception_with_its_built_in():
    """The table on the page is the tree of the code."""
    rows = dict(re.findall(r"^\| `(\w+Error)` \| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    classes = [
        value
        for value in vars(errors).values()
        if inspect.isclass(value) and issubclass(value, RunsiteError) and value is not RunsiteError
    ]
    known = {}
    for kind in classes:
        base = kind.__bases__[0] if kind.__bases__[0] is not RunsiteError else kind.__bases__[-1]
        known[kind.__name__] = base.__name__
    assert rows == known
