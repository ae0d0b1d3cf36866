import pytest

from support.docs import check_output, parse_blocks, parse_console

PAGE = """\
# Title

```python
x = 1
```

<!-- not run: needs a network -->

```bash
pip install runsite
```

1. item

   ```console
   $ echo a
   a
   ```

Text between forgets a comment. <!-- not run: no -->

~~~
plain
~~~
"""


def test_blocks_are_found_with_their_lines():
    """Language, text, line, and the reason of a block that is not run."""
    found = [(b.language, b.text, b.line, b.not_run) for b in parse_blocks(PAGE)]
    assert found == [
        ("python", "x = 1\n", 4, None),
        ("bash", "pip install runsite\n", 10, "needs a network"),
        ("console", "$ echo a\na\n", 16, None),
        ("", "plain\n", 23, None),
    ]


def test_a_reason_holds_for_the_next_block_only():
    """A comment with text between it and the block does not reach the block."""
    blocks = parse_blocks("<!-- not run: x -->\n\nWords.\n\n```bash\nfalse\n```\n")
    assert [block.not_run for block in blocks] == [None]


def test_a_block_can_be_a_file():
    """A page shows a file and then uses it."""
    (block,) = parse_blocks("<!-- file: conf/a.yaml -->\n```yaml\na: 1\n```\n")
    assert (block.file, block.text, block.not_run) == ("conf/a.yaml", "a: 1\n", None)


def test_a_block_says_what_it_needs():
    """Modules and programs stand in a comment above the block."""
    (block,) = parse_blocks("<!-- needs: pyspark, java -->\n```python\n1\n```\n")
    assert block.needs == ("pyspark", "java")


def test_a_console_block_is_commands_and_what_they_print():
    """Prompts mark commands; the lines below each are its output."""
    assert parse_console("$ a \\\n> b\nout\n$ c\n") == [("a \\\nb", ["out"]), ("c", None)]


def test_a_console_block_without_prompts_is_a_script():
    """Commands to copy stand without prompts; their output is not shown."""
    assert parse_console("a\nb\n") == [("a\nb\n", None)]


@pytest.mark.parametrize(
    ("expected", "actual", "fits"),
    [
        (["one"], "one\n", True),
        (["one"], "two\n", False),
        (["one"], "one\ntwo\n", False),
        (["run … ended"], "run 01 ended\n", True),
        (["…"], "", True),
        (["a", "…", "z"], "a\nb\nc\nz\n", True),
        (["a", "…", "z"], "a\nz\n", True),
        (["a.c"], "abc\n", False),
    ],
)
def test_output_is_compared(expected, actual, fits):
    """Only … stands for something else than itself."""
    assert check_output(expected, actual=actual) is fits
