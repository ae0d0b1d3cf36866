"""What an import costs, told by what it loads; milliseconds are for ``benchmarks/``."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

import pytest

from support.repository import ROOT

TIMEOUT_S = 60
HEAVY = {"altair", "jinja2", "numpy", "pandas", "polars", "pyarrow", "sklearn", "vl_convert"}

SOURCE = ROOT / "src" / "runsite"
FRAMEWORK_LAYERS = {"data", "integrations", "models", "tracking"}
IMPORTERS = {
    # Which layers may import a library. A library that is not here may be imported by none.
    "altair": {"charts"},
    "click": {"cli"},
    "jinja2": {"build", "render"},
    "latex2mathml": {"cards"},
    "markupsafe": {"render"},
    "markdown_it": {"cards"},
    "mdit_py_plugins": {"cards"},
    "nh3": {"cards"},
    "packaging": {"cards"},
    "polars": {"build", "cli", "data", "integrations", "models", "queries", "render"}
    | {"review", "store", "tracking"},
    "pyarrow": {"data", "store"},
    "pygments": {"cards"},
    "tree_sitter": {"render"},
    "tree_sitter_css": {"render"},
    "tree_sitter_javascript": {"render"},
    "vl_convert": {"build", "review"},
    "yaml": {"artifacts", "cards", "config", "importers", "models", "registry", "tracking"},
    # Found, never required: each is imported only where the user has it.
    "IPython": {"capture", "tracking"},
    "catboost": FRAMEWORK_LAYERS | {"catboost"},
    "cloudpickle": FRAMEWORK_LAYERS,
    "fsspec": {"store"},
    "hyperopt": FRAMEWORK_LAYERS | {"hyperopt"},
    "lightgbm": FRAMEWORK_LAYERS | {"lightgbm"},
    "matplotlib": FRAMEWORK_LAYERS,
    "numpy": FRAMEWORK_LAYERS | {"queries"},
    "pandas": FRAMEWORK_LAYERS,
    "plotly": FRAMEWORK_LAYERS,
    "PIL": FRAMEWORK_LAYERS | {"artifacts"},
    "psutil": {"tracking"},
    "pynvml": {"tracking"},
    "pyspark": FRAMEWORK_LAYERS,
    "scipy": FRAMEWORK_LAYERS,
    "sklearn": FRAMEWORK_LAYERS | {"metrics", "queries", "sklearn"},
    "skops": FRAMEWORK_LAYERS | {"sklearn"},
    "xgboost": FRAMEWORK_LAYERS | {"xgboost"},
}
PACKAGES = {
    # The library's package, where it is called otherwise.
    "markdown_it": "markdown-it-py",
    "mdit_py_plugins": "mdit-py-plugins",
    "tree_sitter": "tree-sitter",
    "tree_sitter_css": "tree-sitter-css",
    "tree_sitter_javascript": "tree-sitter-javascript",
    "vl_convert": "vl-convert-python",
    "yaml": "pyyaml",
}


def find_imports() -> dict[str, set[str]]:
    """Return, for each third-party library, the layers whose code imports it anywhere."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in SOURCE.rglob("*.py"):
        layer = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found[name.partition(".")[0]].add(layer)
    own = {*sys.stdlib_module_names, "runsite"}
    return {name: layers for name, layers in found.items() if name not in own}


def test_each_library_is_known_in_the_layers_that_need_it():
    """Who imports what is a list that somebody decided: Altair only in charts, and so on."""
    strays = {
        name: sorted(layers - IMPORTERS.get(name, set()))
        for name, layers in find_imports().items()
        if layers - IMPORTERS.get(name, set())
    }
    assert strays == {}


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


def test_logging_loads_nothing_but_runsite(tmp_path):
    """While a run goes on, its process pays for no library of runsite's; only sealing needs them."""
    code = (
        "import runsite\n"
        "runsite.start_run()\n"
        "runsite.log_param('alpha', 0.1)\n"
        "runsite.log_metric('rmse', 7.7, step=1)\n"
        "runsite.set_tag('who', 'me')"
    )
    assert loaded_by(code, cwd=tmp_path) & HEAVY == set()  # printed before the run ends by itself


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["init"]], ids=" ".join)
def test_a_light_command_loads_no_heavy_library(args, tmp_path):
    """A question about the program itself does not wait for Parquet or charts."""
    code = (
        "import contextlib, io, runsite.cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        f"    runsite.cli.main({args!r})"
    )
    assert loaded_by(code, cwd=tmp_path) & HEAVY == set()


@pytest.mark.parametrize("args", [["runs"], ["build"]], ids=" ".join)
def test_reading_a_store_loads_no_arrow(args, tmp_path):
    """Who reads what is sealed waits for Polars alone: Arrow and NumPy cost as much again."""
    logged = "import runsite\nwith runsite.start_run():\n    runsite.log_metric('rmse', 7.7)"
    subprocess.run([sys.executable, "-c", logged], cwd=tmp_path, timeout=TIMEOUT_S, check=True)
    code = (
        "import contextlib, io, runsite.cli\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        f"    runsite.cli.main({args!r})"
    )
    loaded = loaded_by(code, cwd=tmp_path)
    assert "polars" in loaded
    assert loaded & {"altair", "numpy", "pandas", "pyarrow", "sklearn"} == set()


def test_the_base_install_is_enough():
    """All but the makers of chart specs, and Hyperopt's own trials, import without any extra."""
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {re.split(r"[^\w-]", entry)[0].lower() for entry in metadata["project"]["dependencies"]}
    optional = sorted(name for name in IMPORTERS if PACKAGES.get(name, name).lower() not in named)
    assert {"altair", "numpy", "pandas", "sklearn"} <= set(optional)
    code = (
        "import importlib, pkgutil, runsite\n"
        f"sys.modules.update(dict.fromkeys({optional!r}))  # an import of these fails now\n"
        "found = {module.name for module in pkgutil.walk_packages(runsite.__path__, 'runsite.')}\n"
        "makers = {name for name in found if name.startswith('runsite.charts.')}\n"
        "for name in sorted(found - makers - {'runsite.hyperopt', 'runsite.__main__'}):\n"
        "    importlib.import_module(name)"
    )
    loaded_by(code, cwd=ROOT)


def test_a_helper_of_a_build_loads_no_tables(tmp_path):
    """A process that makes pages begins in a quarter of a second: it needs templates alone."""
    loaded = loaded_by("import runsite.render.pressing", cwd=tmp_path)
    assert loaded & HEAVY == {"jinja2"}
