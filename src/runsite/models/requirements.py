"""What a model needs to be loaded elsewhere, found without starting another process.

The modules that a serialised model names (its pickle's or skops file's own list) say which
distributions must be there, and the versions are those installed now. Three files carry them:
``requirements.txt``, ``conda.yaml`` and ``python_env.yaml``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import platform
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from runsite.errors import ModelError, quote
from runsite.models.dependencies import list_local_imports

__all__ = [
    "ENVIRONMENT",
    "find_distribution",
    "find_requirements",
    "make_conda_env",
    "merge_requirements",
    "write_environment",
]

ENVIRONMENT = {"conda": "conda.yaml", "virtualenv": "python_env.yaml"}
"""What the flavor ``python_function`` says of these files."""

# Where the distribution's name cannot be guessed from the module's, most common first.
_DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
}
_NEVER = frozenset({"__main__", "__mp_main__", "builtins", "mlflow", "pip", "setuptools"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def find_requirements(modules: Iterable[str]) -> list[str]:
    """List pinned requirements for modules: ``name==version``, sorted, one a distribution.

    Modules of the standard library and unknown ones add nothing; of the user's own modules that
    are imported it is their imports that count.
    """
    found: dict[str, str] = {}
    named = set(modules)
    for module in named | list_local_imports(named):
        distribution = find_distribution(module.partition(".")[0])
        if distribution:
            name, version = distribution
            found[_normalise(name)] = f"{name}=={version}"
    return [found[name] for name in sorted(found)]


@functools.lru_cache(maxsize=512)
def find_distribution(module: str) -> tuple[str, str] | None:
    """Find the installed distribution that provides a top-level module: name and version."""
    if module in sys.stdlib_module_names or module in _NEVER or not module:
        return None
    for name in (_DISTRIBUTIONS.get(module, module), module):
        try:
            found = importlib.metadata.distribution(name)
        except (importlib.metadata.PackageNotFoundError, ValueError):
            continue
        return str(found.name), _public_version(found.version)
    providers = _providers().get(module)
    if not providers:
        return None
    return providers[0], _public_version(importlib.metadata.version(providers[0]))


def merge_requirements(
    inferred: Sequence[str],
    *,
    given: Sequence[str] | str | None,
    extra: Sequence[str] | str | None,
) -> list[str]:
    """Combine what was found with what the caller says.

    Args:
        inferred: As `find_requirements` gives them.
        given: Takes the place of ``inferred``: lines, or the path of a requirements file.
        extra: Comes on top; a line for the same distribution wins over the inferred one.

    Raises:
        ModelError: Both are given, or a requirements file cannot be read.
    """
    if given is not None and extra is not None:
        raise ModelError(
            "pip_requirements and extra_pip_requirements exclude each other",
            hint="the first says everything, the second adds to what was found",
        )
    if given is not None:
        return _lines(given)
    more = _lines(extra) if extra is not None else []
    named = {_requirement_name(line) for line in more}
    return [line for line in inferred if _requirement_name(line) not in named] + more


def write_environment(
    folder: Path,
    *,
    requirements: Sequence[str],
    conda_env: Mapping[str, object] | str | Path | None = None,
) -> None:
    """Write ``requirements.txt``, ``conda.yaml`` and ``python_env.yaml`` into a model folder.

    Args:
        folder: The model folder.
        requirements: Lines as pip reads them.
        conda_env: Takes the place of ``conda.yaml``: its contents or its path.

    Raises:
        ModelError: The conda file cannot be read.
    """
    python = platform.python_version()
    (folder / "requirements.txt").write_text("\n".join(requirements) + "\n", encoding="utf-8")
    dependencies = ["-r requirements.txt"]
    build = ["pip", "setuptools", "wheel"]
    _write_yaml(
        folder / ENVIRONMENT["virtualenv"],
        {"python": python, "build_dependencies": build, "dependencies": dependencies},
    )
    conda = folder / ENVIRONMENT["conda"]
    if isinstance(conda_env, str | Path):
        conda.write_bytes(_read(conda_env))
        return
    _write_yaml(conda, conda_env or make_conda_env(requirements))


def make_conda_env(requirements: Sequence[str]) -> dict[str, object]:
    """Make the content of a ``conda.yaml`` that installs requirements by pip into this Python."""
    dependencies = [f"python={platform.python_version()}", "pip", {"pip": list(requirements)}]
    return {"name": "runsite-env", "channels": ["conda-forge"], "dependencies": dependencies}


@functools.lru_cache(maxsize=1)
def _providers() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def _public_version(version: str) -> str:
    # A local part (1.2+cu121) names a build that no index serves under that name.
    return version.partition("+")[0]


def _lines(given: Sequence[str] | str) -> list[str]:
    lines = _read(given).decode("utf-8").splitlines() if isinstance(given, str) else list(given)
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {quote(str(path))}: {error.strerror}") from error


def _requirement_name(line: str) -> str:
    match = _NAME.match(line)
    return _normalise(match.group()) if match else line


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _write_yaml(path: Path, data: Mapping[str, object]) -> None:
    import yaml

    path.write_text(yaml.safe_dump(dict(data), sort_keys=False), encoding="utf-8")
