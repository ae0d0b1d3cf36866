"""The documentation tells the truth: its code runs, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.docs import parse_blocks
from support.repository import ROOT

TIMEOUT_S = 300
PAGES = [
    path
    for path in sorted(
        [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/README.md")]
    )
    if "decisions" not in path.parts
]
ALL_PAGES = sorted([*PAGES, *(ROOT / "docs" / "decisions").glob("*.md")])
LINK = re.compile(r"(?<!\\)!?\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_code_on_a_page_runs(page, tmp_path):
    """Every block runs, in order, in an empty folder; one that cannot says why."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "PYTHONPATH": "",
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", ROOT / "tests" / "support" / "docs.py", page],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{name(page)}: {done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    left_out = [line for line in done.stdout.splitlines() if line.startswith("left out: ")]
    if left_out:
        pytest.skip(f"all else on {name(page)} runs; {'; '.join(left_out)}")


@pytest.mark.parametrize("page", ALL_PAGES, ids=name)
def test_links_inside_the_repository_lead_somewhere(page):
    """A relative link names a file that exists, and its anchor a heading of that file."""
    broken = [
        target
        for target in find_links(page.read_text(encoding="utf-8"))
        if not leads_somewhere(target, page=page)
    ]
    assert broken == []


@pytest.mark.parametrize("page", ALL_PAGES, ids=name)
def test_blocks_say_their_language(page):
    """A fenced block names its language, or is plain text on purpose (``text``)."""
    silent = [
        block.line
        for block in parse_blocks(page.read_text(encoding="utf-8"))
        if not block.language and not is_drawing(block.text)
    ]
    assert silent == []


def find_links(text: str) -> list[str]:
    outside = re.sub(r"^( *)(```|~~~).*?^\1\2", "", text, flags=re.DOTALL | re.MULTILINE)
    return [match["target"] for match in LINK.finditer(re.sub(r"`[^`\n]*`", "", outside))]


def leads_somewhere(target: str, *, page: Path) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or anchor in find_anchors(file.read_text(encoding="utf-8"))


def find_anchors(text: str) -> set[str]:
    """Derive the anchors of headings the way GitHub does."""
    headings = re.findall(r"^#{1,6} +(.+?) *#*$", text, flags=re.MULTILINE)
    plain = [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def is_drawing(text: str) -> bool:
    return any(character in text for character in "─│▶└├┐┘")
