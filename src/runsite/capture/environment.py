"""Where the run happens: user, host, Python, platform, and the versions of what is imported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

__all__ = [
    "find_packages",
    "format_requirements",
    "read_host",
    "read_platform",
    "read_python",
    "read_user",
]

_DIST_INFO = re.compile(r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>[^-]+)\.(?:dist-info|egg-info)")


def read_user() -> str:
    """Return the name of who runs this; empty where the system does not know."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if value := os.environ.get(name):
            return value
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError, OSError):
        return ""


def read_host() -> str:
    """Return the machine's name."""
    import socket

    return socket.gethostname()


def read_python() -> str:
    """Return the version of Python, such as ``3.12.4``; other implementations are named."""
    version = ".".join(map(str, sys.version_info[:3]))
    name = sys.implementation.name
    return version if name == "cpython" else f"{name} {version}"


def read_platform() -> str:
    """Return system, release and machine, such as ``Linux-6.8.0-x86_64``."""
    import platform

    parts = (platform.system(), platform.release(), platform.machine())
    return "-".join(part for part in parts if part)


def find_packages(modules: Mapping[str, object], *, path: Iterable[str]) -> dict[str, str]:
    """Map the distributions that some imported modules come from to their versions.

    Names and versions are those of the ``*.dist-info`` folders; only where a module's name is not
    its distribution's (sklearn, yaml) the lists of files inside are read. `importlib.metadata`
    reads all of them, which takes thirty times as long.

    Args:
        modules: `sys.modules`.
        path: `sys.path`.
    """
    wanted = {
        name: module
        for name, module in list(modules.items())
        if "." not in name and not name.startswith("_") and name not in sys.stdlib_module_names
    }
    found: dict[str, str] = {}
    others: list[tuple[str, str, Path]] = []
    for name, version, folder in _list_distributions(path):
        if wanted.pop(name.replace("-", "_"), None) is not None:
            found[name] = version
        else:
            others.append((name, version, folder))
    left = {name for name, module in wanted.items() if _is_installed(module)}
    for name, version, folder in others:
        if not left:
            break
        provided = left & _list_modules(folder, left)
        if provided:
            found[name] = version
            left -= provided
    return dict(sorted(found.items()))


def format_requirements(packages: Mapping[str, str]) -> str:
    """Write packages as ``requirements.txt``."""
    return "".join(f"{name}=={version}\n" for name, version in packages.items())


def _list_distributions(path: Iterable[str]) -> Iterator[tuple[str, str, Path]]:
    seen: set[str] = set()
    for entry in path:
        folder = Path(entry or ".")
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            match = _DIST_INFO.fullmatch(name)
            if match is None:
                continue
            distribution = re.sub(r"[-_.]+", "-", match["name"]).lower()
            if distribution not in seen:  # the first on the path is the one that is imported
                seen.add(distribution)
                yield distribution, match["version"], folder / name


def _is_installed(module: object) -> bool:
    file = getattr(module, "__file__", None) or ""
    return "site-packages" in file or "dist-packages" in file


def _list_modules(folder: Path, wanted: set[str]) -> set[str]:
    """List which of `wanted` a distribution provides, from its list of files."""
    try:
        text = (folder / "top_level.txt").read_text(encoding="utf-8")
        return set(text.split())
    except OSError:
        pass
    try:
        text = "\n" + (folder / "RECORD").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    return {name for name in wanted if f"\n{name}/" in text or f"\n{name}." in text}
