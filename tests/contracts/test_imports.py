"""What an import costs, told by what it loads; milliseconds are for ``benchmarks/``."""

from __future__ import annotations

import subprocess
import sys

import pytest

TIMEOUT_S = 60
HEAVY = {"altair", "jinja2", "numpy", "pandas", "polars", "pyarrow", "sklearn", "vl_convert"}


def loaded_by(code: str, *, cwd) -> set[str]:
    """Return the top-level modules that a script leaves loaded, without those that it began with."""
    script = (
        "import sys; before = set(sys.modules)\n"
        f"{code}\n"
        "print('loaded', *{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_import_loads_the_standard_library_only(tmp_path):
    """A training script pays for `import runsite` next to nothing."""
    loaded = loaded_by("import runsite", cwd=tmp_path)
    assert loaded - set(sys.stdlib_module_names) == {"runsite"}


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["init"]], ids=" ".join)
def test_a_light_command_loads_no_heavy_library(args, tmp_path):
    """A question about the program itself does not wait for Parquet or charts."""
    code = (
        "import contextlib, io, runsite.cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        f"    runsite.cli.main({args!r})"
    )
    assert loaded_by(code, cwd=tmp_path) & HEAVY == set()
