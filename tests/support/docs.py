"""Running the code blocks of a Markdown page, in the page's order, as a reader would.

Run as ``python tests/support/docs.py PAGE`` in an empty folder:

- ``python`` blocks share their names, like one session of a person who reads on;
- ``bash`` and ``console`` blocks run under ``bash -e``; a console block with lines that start
  with ``$`` runs only those, and the lines below each must be what it prints: ``…`` stands for
  any text in a line, and for any lines when it stands alone;
- a block under a comment ``<!-- not run: REASON -->`` is left out;
- a block under a comment ``<!-- needs: pandas, java -->`` is left out where one of these Python
  modules or programs is missing; what was left out is printed at the end, a line each;
- a block under a comment ``<!-- file: NAME -->`` is written to that file, whatever its language.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Block", "check_output", "parse_blocks", "parse_console"]

RUNNABLE = {"python", "py", "bash", "sh", "console"}
NOT_RUN = re.compile(r"<!--\s*not run:\s*(?P<reason>\S.*?)\s*-->")
NEEDS = re.compile(r"<!--\s*needs:\s*(?P<names>[\w., -]+?)\s*-->")
FILE = re.compile(r"<!--\s*file:\s*(?P<name>[\w./-]+)\s*-->")
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        language: First word of the fence's info string, in lower case.
        text: The content.
        line: Number of the content's first line.
        not_run: Why the block is left out, or None.
        needs: Python modules and programs without which the block is left out.
        file: The file that the block is the content of, or None.
    """

    language: str
    text: str
    line: int
    not_run: str | None = None
    needs: tuple[str, ...] = ()
    file: str | None = None


def parse_blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    lines = text.splitlines()
    number = 0
    comment = ""
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening is None:
            comment = lines[number].strip() or comment
            number += 1
            continue
        start = number + 1
        closing = re.compile(rf"^ *{opening['fence'][0]}{{{len(opening['fence'])},}} *$")
        end = next((n for n in range(start, len(lines)) if closing.match(lines[n])), len(lines))
        body = [line.removeprefix(opening["indent"]) for line in lines[start:end]]
        language = (opening["info"].split() or [""])[0].lower()
        not_run, file = NOT_RUN.fullmatch(comment), FILE.fullmatch(comment)
        needs = NEEDS.fullmatch(comment)
        yield Block(
            language=language,
            text="\n".join(body) + "\n",
            line=start + 1,
            not_run=not_run["reason"] if not_run else None,
            needs=tuple(re.split(r"[,\s]+", needs["names"])) if needs else (),
            file=file["name"] if file else None,
        )
        number, comment = end + 1, ""


def parse_console(text: str) -> list[tuple[str, list[str] | None]]:
    """Split a console block into commands, each with the output that it must have.

    Without a prompt in the block all of it is one script, and its output is not looked at.
    """
    lines = text.splitlines()
    if not any(line.startswith("$ ") for line in lines):
        return [(text, None)]
    steps: list[tuple[str, list[str] | None]] = []
    for line in lines:
        if line.startswith("$ "):
            steps.append((line[2:], None))
        elif line.startswith("> ") and steps[-1][1] is None:
            steps[-1] = (f"{steps[-1][0]}\n{line[2:]}", None)
        else:
            command, output = steps[-1]
            steps[-1] = (command, [*(output or []), line])
    return steps


def check_output(expected: list[str], *, actual: str) -> bool:
    """Tell whether a command printed what the page shows."""
    pattern = "".join(
        r"(?:.*\n)*?"
        if line.strip() == "…"
        else ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ \t]*\n"
        for line in "\n".join(expected).strip().split("\n")
    )
    return re.fullmatch(pattern, actual.strip("\n") + "\n") is not None


def _run_console(block: Block) -> None:
    for command, expected in parse_console(block.text):
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"line {block.line}: {command}\nexit code {done.returncode}\n{done.stdout}")
        if expected is not None and not check_output(expected, actual=done.stdout):
            shown = "\n".join(expected)
            sys.exit(f"line {block.line}: {command}\nprinted\n{done.stdout}\nnot\n{shown}")


def run_page(page: Path) -> None:
    """Run the blocks of a page; exit with the block's line where one fails."""
    names: dict[str, object] = {"__name__": "__main__"}
    left_out = []
    for block in parse_blocks(page.read_text(encoding="utf-8")):
        missing = [need for need in block.needs if not _is_here(need)]
        if missing:
            left_out.append(f"left out: line {block.line} needs {', '.join(missing)}")
        elif block.file:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.not_run or block.language not in RUNNABLE:
            continue
        elif block.language in {"python", "py"}:
            padding = "\n" * (block.line - 1)  # tracebacks then name the page's own lines
            exec(compile(padding + block.text, str(page), "exec"), names)
        else:
            _run_console(block)
    print("\n".join(left_out))


def _is_here(need: str) -> bool:
    return shutil.which(need) is not None or importlib.util.find_spec(need) is not None


if __name__ == "__main__":
    run_page(Path(sys.argv[1]))
