"""Running the shell steps of a workflow or an action as a runner would, without the runner.

Steps that use other actions are left out, and so is the installation of runsite: the one under
test is on the PATH. Expressions are looked up in a table that the test gives, so a test fails
where a step asks for something that it does not know.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Runner", "load_steps"]

TIMEOUT_S = 300
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}", re.DOTALL)
INSTALL = re.compile(r"-m pip install\b")


def load_steps(path: Path, job: str = "") -> list[dict[str, Any]]:
    """Return the steps of a workflow's job, or of a composite action."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    listed: list[dict[str, Any]] = data["jobs"][job]["steps"] if job else data["runs"]["steps"]
    return [{"env": {}, **step} for step in listed]


@dataclass
class Runner:
    """Runs steps in a folder, one after the other.

    Attributes:
        folder: The checkout.
        scratch: Folder for the runner's own files and programs that stand in for others.
        values: What each expression is, by its text.
    """

    folder: Path
    scratch: Path
    values: Mapping[str, str]
    summary: str = ""
    output: str = field(default="")

    def run(
        self, steps: list[dict[str, Any]], *, env: Mapping[str, str] | None = None
    ) -> list[int]:
        """Run the shell steps, also after one that failed; return their exit codes."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        ours = [step for step in steps if "run" in step and not INSTALL.search(step["run"])]
        return [self._run(step, env or {}) for step in ours]

    def _run(self, step: dict[str, Any], env: Mapping[str, str]) -> int:
        files = {name: self.scratch / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        given = {**env, **step["env"]}
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")},
            "PATH": os.pathsep.join(
                [str(self.scratch / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
            ),
            "RUNNER_TEMP": str(self.scratch),
            **{name: str(path) for name, path in files.items()},
            **{name: self._fill(str(value)) for name, value in given.items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        self.output += done.stdout + done.stderr
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        told = files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
        found = dict(line.split("=", 1) for line in told.splitlines())
        outputs = {f"steps.{step.get('id')}.outputs.{k}": v for k, v in found.items()}
        self.values = {**self.values, **outputs}
        return done.returncode

    def _fill(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self.values[match[1]], text)
