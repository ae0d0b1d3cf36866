"""Comments leave scripts and styles, and not one token of the rest does."""

from __future__ import annotations

import pytest
import tree_sitter_css
import tree_sitter_javascript
from tree_sitter import Language, Parser

from runsite.render.comments import strip_comments
from runsite.render.themes import load_theme

GRAMMARS = {".js": tree_sitter_javascript.language, ".css": tree_sitter_css.language}
SOURCES = {
    name: path
    for name, path in load_theme().list_static().items()
    if path.suffix in GRAMMARS and path.stat().st_size
}


def list_tokens(source, suffix):
    """List the leaves of the syntax tree but comments."""
    parser = Parser(Language(GRAMMARS[suffix]()))
    tokens, waiting = [], [parser.parse(source).root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "comment":
            continue
        if node.children and node.type not in {"template_string", "string", "string_value"}:
            waiting += reversed(node.children)
        else:
            tokens.append((node.type, node.text))
    return tokens


@pytest.mark.parametrize("name", SOURCES)
def test_the_theme_s_files_lose_comments_alone(name):
    """Every token of every script and style stands in the short version, in the same order."""
    path = SOURCES[name]
    source = path.read_bytes()
    short = strip_comments(source, suffix=path.suffix)
    assert list_tokens(short, path.suffix) == list_tokens(source, path.suffix)
    assert len(short) < len(source)


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("a; // one\n  b;", "a; \nb;"),
        ("/** @type {X} */ const a = 1;", "const a = 1;"),
        ("return /* two\nlines */ a;", "return \na;"),
        ("return/**/a", "return/**/a"),
        ("const a = `x // ${`y /* ${b} */`}\n    //z`; // c", "const a = `x // ${`y /* ${b} */`}\n    //z`; "),
        ('const a = "// no", b = /\\/\\*["`]/; // yes', 'const a = "// no", b = /\\/\\*["`]/; '),
        ("const a = 'one\\\n   two';\n   b", "const a = 'one\\\n   two';\nb"),
        ("a = b / c; /* d / e */ f", "a = b / c;  f"),
        ("", ""),
        ("// nothing else", ""),
    ],
)  # fmt: skip
def test_scripts(source, short):
    """Comments and indentation go; literals that look like them stay; line breaks still count."""
    assert strip_comments(source.encode(), suffix=".js").decode() == short


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("/* a */\na {\n  color: red; /* b */\n}\n", "a {\ncolor: red; \n}\n"),
        ('a::after { content: "/* c */"; }', 'a::after { content: "/* c */"; }'),
        ("a { b: c/* d */d; }", "a { b: c/**/d; }"),
    ],
)
def test_styles(source, short):
    """In styles too, and a comment between two words goes on parting them."""
    assert strip_comments(source.encode(), suffix=".css").decode() == short


def test_what_cannot_be_read_stays():
    """A file with a fault, or newer than the parser, is handed on as it is."""
    source = b"const = ; // why\n   ((("
    assert strip_comments(source, suffix=".js") == source
