"""An interpreter with MLflow in it, for the tests that run both against each other.

``RUNSITE_MLFLOW_PYTHON`` names one; ``make test`` makes one beside its own environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

__all__ = ["MlflowPeer", "mlflow_peer"]


class MlflowPeer:
    """Runs Python code where MLflow is installed. One for the whole test session."""

    def __init__(self, python: str) -> None:
        self.python = python

    def run(self, code: str, *, cwd: Path) -> str:
        """Run code in a process of its own and return what it printed.

        Raises:
            AssertionError: It fails; the message holds what it said.
        """
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST")},
            "MLFLOW_ALLOW_FILE_STORE": "true",
            "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
            "GIT_PYTHON_REFRESH": "quiet",
        }
        done = subprocess.run(
            [self.python, "-c", textwrap.dedent(code)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="session")
def mlflow_peer() -> MlflowPeer:
    """Return the peer, or skip where there is none."""
    beside = (
        Path(sys.prefix) / "mlflow" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    )
    named = os.environ.get("RUNSITE_MLFLOW_PYTHON")
    for python in (named, str(beside), sys.executable):
        if python and Path(python).exists():
            probe = [python, "-c", "import importlib.util as u; exit(not u.find_spec('mlflow'))"]
            if subprocess.run(probe, check=False, timeout=60).returncode == 0:
                return MlflowPeer(python)
    pytest.skip("MLflow is not installed here; RUNSITE_MLFLOW_PYTHON names an interpreter with it")
