"""Make the virtual environment that a make target needs, once.

``python .ci/environment.py demo`` or ``… test`` creates ``.venv`` (or ``$VENV``), installs this
checkout with the dependency group of that name, and remembers by a digest of everything that
decides what is installed. The next call with the same digest does nothing and needs no network.

``… freeze`` writes constraints.txt from what the environment holds; ``… node`` installs the few
checkers that come from npm; ``… mlflow`` makes an environment with MLflow inside the other one,
for the tests that exchange models with it.

Standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = Path(os.environ.get("VENV") or ROOT / ".venv").resolve()
CONSTRAINTS = ROOT / "constraints.txt"
NODE_TOOLS = ROOT / ".ci" / "node"
INCLUDES = {"demo": ("demo", "test"), "test": ("test",)}
"""Group → the groups that hold all of it, so that `make demo` after `make test` installs nothing."""

MLFLOW = (
    "mlflow>=3.17",
    "scikit-learn>=1.9",
    "skops>=0.16",
    "xgboost-cpu>=3.2; sys_platform == 'linux'",
    "xgboost>=3.2; sys_platform != 'linux'",
)
"""What the peer needs to load our models; it pins too much to share the environment."""

MIN_PIP = "pip>=25.1"  # the first that understands dependency groups


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def venv_python() -> Path:
    """Return the interpreter of the environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_digest(*paths: Path) -> str:
    """Digest what decides the contents of an environment: files, Python, place."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for path in paths:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()


def ensure(group: str) -> None:
    """Create the environment and install a dependency group, unless that was done."""
    digest = environment_digest()
    stamps = [stamp_path(name) for name in INCLUDES[group]]
    if any(stamp.exists() and stamp.read_text() == digest for stamp in stamps) and is_usable():
        return
    print(
        f"preparing {shown(VENV)} for `make {group}` (a minute or two, once; later it works offline)",
        flush=True,
    )
    if not is_usable():
        create_venv()
    install(group)
    stamp_path(group).write_text(digest)


def environment_digest() -> str:
    """Digest what decides which packages the environment holds."""
    return make_digest(ROOT / "pyproject.toml", CONSTRAINTS, Path(__file__))


def stamp_path(group: str) -> Path:
    """Return the file that says for which digest a group was installed."""
    return VENV / f".installed-{group}"


def is_usable() -> bool:
    """Tell whether the environment is there, runs, and has this Python's version."""
    probe = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [venv_python(), "-c", probe], capture_output=True, text=True, check=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.stdout.split() == [str(part) for part in sys.version_info[:2]]


def create_venv() -> None:
    """Create an empty environment.

    Raises:
        SetupError: This Python cannot make one.
    """
    try:
        run(sys.executable, "-m", "venv", "--clear", VENV)
    except subprocess.CalledProcessError as error:
        message = (
            f"{sys.executable} cannot make a virtual environment in {shown(VENV)}\n"
            "  hint:  on Debian and Ubuntu: apt-get install python3-venv"
        )
        raise SetupError(message) from error


def install(group: str) -> None:
    """Install this checkout, editable, with a group; by uv where it is on the PATH, else by pip.

    Raises:
        SetupError: The installer failed; what it said stands above.
    """
    pins = ["--constraint", str(CONSTRAINTS)] if CONSTRAINTS.exists() else []
    what = ["--editable", str(ROOT), "--group", group, *pins]
    uv = shutil.which("uv")
    try:
        if uv:
            run(uv, "pip", "install", "--quiet", "--python", venv_python(), *what)
            return
        pip = [venv_python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        run(*pip, "--upgrade", MIN_PIP, *pins)
        run(*pip, *what)
    except subprocess.CalledProcessError as error:
        message = (
            f"cannot install the packages of group {group!r}\n"
            "  hint:  the first time this needs a package index; see the installer's words above"
        )
        raise SetupError(message) from error


def ensure_node_tools() -> None:
    """Install the checkers from npm, unless that was done; without npm say what is left out.

    Raises:
        SetupError: npm failed, or is missing where ``CI`` is set.
    """
    target = VENV / "node"
    stamp = target / ".installed"
    sources = [NODE_TOOLS / "package.json", NODE_TOOLS / "package-lock.json"]
    digest = make_digest(*sources)
    if stamp.exists() and stamp.read_text() == digest:
        return
    npm = shutil.which("npm")
    if npm is None:
        message = "no npm here: the checks that come from npm are left out"
        if os.environ.get("CI"):
            raise SetupError(message + "\n  hint:  install Node.js 20 or newer")
        print(message, flush=True)
        return
    target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copy(source, target)
    try:
        run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", cwd=target)
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI"):
            raise SetupError("npm cannot install the checkers of .ci/node/package.json") from error
        print("npm cannot install its checkers: those checks are left out", flush=True)
        return
    stamp.write_text(digest)


def ensure_mlflow() -> None:
    """Make the environment with MLflow, unless that was done; offline say what is left out.

    Raises:
        SetupError: It cannot be made where ``CI`` is set.
    """
    if os.environ.get("RUNSITE_MLFLOW_PYTHON"):
        return
    target = VENV / "mlflow"
    python = target / venv_python().relative_to(VENV)
    stamp = target / ".installed"
    if stamp.exists() and stamp.read_text() == " ".join(MLFLOW):
        return
    print("preparing an environment with MLflow (a minute or two, once)", flush=True)
    uv = shutil.which("uv")
    try:
        run(venv_python(), "-m", "venv", "--clear", target)
        if uv:
            run(uv, "pip", "install", "--quiet", "--python", python, *MLFLOW)
        else:
            run(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *MLFLOW)
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI"):
            raise SetupError("cannot install MLflow, which tests exchange models with") from error
        print("cannot install MLflow: the tests that need it are skipped", flush=True)
        return
    stamp.write_text(" ".join(MLFLOW))


def freeze() -> None:
    """Write constraints.txt: the exact versions that the environment holds, no addresses.

    Raises:
        SetupError: A package came from somewhere else than an index.
    """
    listing = subprocess.run(
        [venv_python(), "-m", "pip", "freeze", "--exclude-editable", "--local"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pins = sorted(line.strip().lower() for line in listing.splitlines() if line.strip())
    odd = [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", pin)]
    if odd:
        raise SetupError(f"not from a package index: {', '.join(odd)}")
    head = "# The versions that `make demo` and `make test` install. Made by `make constraints`.\n"
    CONSTRAINTS.write_text(head + "\n".join(pins) + "\n", encoding="utf-8")
    for group in INCLUDES:
        stamp = stamp_path(group)
        if stamp.exists():  # the environment holds exactly these: nothing to install again
            stamp.write_text(environment_digest())
    print(f"{len(pins)} versions written to {shown(CONSTRAINTS)}")


def shown(path: Path) -> str:
    """Return a path as a person in the checkout would write it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def run(*command: object, cwd: Path = ROOT) -> None:
    """Run a command, its output shown.

    Raises:
        subprocess.CalledProcessError: It fails.
    """
    subprocess.run([str(part) for part in command], check=True, cwd=cwd)


def main(task: str) -> int:
    """Do one task; return the exit code."""
    try:
        if task == "freeze":
            freeze()
        elif task == "node":
            ensure_node_tools()
        elif task == "mlflow":
            ensure_mlflow()
        else:
            ensure(task)
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    tasks = [*INCLUDES, "node", "mlflow", "freeze"]
    if len(sys.argv) != 2 or sys.argv[1] not in tasks:
        sys.exit(f"usage: python .ci/environment.py {'|'.join(tasks)}")
    sys.exit(main(sys.argv[1]))
