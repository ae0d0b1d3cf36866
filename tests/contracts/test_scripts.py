"""The site's scripts: plain classic JavaScript whose JSDoc types hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.repository import ROOT

SCRIPTS = sorted((ROOT / "themes").glob("*/static/scripts/*.js"))
CONFIG = ROOT / ".ci" / "node" / "tsconfig.json"
TSC = Path(sys.prefix) / "node" / "node_modules" / ".bin" / "tsc"
TIMEOUT_S = 240
MAX_LINES = 400


def run_tsc(config: Path) -> str:
    if not TSC.exists() or shutil.which("node") is None:
        pytest.skip("TypeScript is not installed: `make test` gets it where npm is at hand")
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    done = subprocess.run(
        [str(TSC), "--pretty", "false", "-p", str(config)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_types_hold():
    """Every script passes the TypeScript checker in its strict mode."""
    assert run_tsc(CONFIG) == ""


def test_the_checker_reads_the_comments(tmp_path):
    """A value that breaks its JSDoc type is found, so that silence means something."""
    (tmp_path / "bad.js").write_text('/** @type {number} */\nconst a = "b";\n', encoding="utf-8")
    config = tmp_path / "tsconfig.json"
    config.write_text(json.dumps({"extends": str(CONFIG), "include": ["bad.js"]}), encoding="utf-8")
    assert "Type 'string' is not assignable to type 'number'" in run_tsc(config)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_classic_and_small(path):
    """Scripts work from disk (no module, no import), keep their names to themselves, stay small."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    code = [line for line in lines if line and not line.startswith("//")]
    assert len(lines) <= MAX_LINES
    assert code[0] == "(function () {"
    assert code[1] == '  "use strict";'
    assert code[-1] == "})();"
