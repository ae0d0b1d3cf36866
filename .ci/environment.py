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

MLFLOW = VENV / "mlflow"
MLFLOW_CONSTRAINTS = ROOT / ".ci" / "mlflow-constraints.txt"

MIN_PIP = "pip>=25.1"  # the first that understands dependency groups


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def venv_python(folder: Path = VENV) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


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

    It sees the packages of the first one, so that both sides use the same libraries, and holds
    what MLflow needs beside them or in other versions.

    Raises:
        SetupError: It cannot be made where ``CI`` is set.
    """
    if os.environ.get("RUNSITE_MLFLOW_PYTHON"):
        return
    stamp = MLFLOW / ".installed"
    digest = make_digest(ROOT / "pyproject.toml", CONSTRAINTS, MLFLOW_CONSTRAINTS, Path(__file__))
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("preparing an environment with MLflow (a minute or two, once)", flush=True)
    python = venv_python(MLFLOW)
    pip = [venv_python(), "-m", "pip", "--disable-pip-version-check", "--python", python]
    pins = ["--constraint", MLFLOW_CONSTRAINTS] if MLFLOW_CONSTRAINTS.exists() else []
    try:
        run(venv_python(), "-m", "venv", "--clear", "--without-pip", MLFLOW)
        (site_packages(python) / "shared.pth").write_text(f"{site_packages(venv_python())}\n")
        run(*pip, "install", "--quiet", "--group", "mlflow", *pins)
    except subprocess.CalledProcessError as error:
        if os.environ.get("CI"):
            raise SetupError("cannot install MLflow, which tests exchange models with") from error
        print("cannot install MLflow: the tests that need it are skipped", flush=True)
        return
    stamp.write_text(digest)


def site_packages(python: Path) -> Path:
    """Return where an environment keeps its packages."""
    probe = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def freeze() -> None:
    """Write the constraints files: exact versions that the environments hold, no addresses.

    Raises:
        SetupError: A package came from somewhere else than an index.
    """
    write_pins(CONSTRAINTS, "`make demo` and `make test` install", "--local")
    for group in INCLUDES:
        stamp = stamp_path(group)
        if stamp.exists():  # the environment holds exactly these: nothing to install again
            stamp.write_text(environment_digest())
    python = venv_python(MLFLOW)
    if python.exists():
        write_pins(MLFLOW_CONSTRAINTS, "MLflow needs beside", "--path", str(site_packages(python)))


def write_pins(path: Path, purpose: str, *options: str) -> None:
    """Write what ``pip freeze`` lists with these options as a constraints file.

    Raises:
        SetupError: A package came from somewhere else than an index.
    """
    listing = subprocess.run(
        [venv_python(), "-m", "pip", "freeze", "--exclude-editable", *options],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    pins = []
    for line in listing.splitlines():
        name, _, version = line.strip().partition("==")
        if not re.fullmatch(r"[A-Za-z0-9.!+_-]+", version):
            raise SetupError(f"not from a package index: {line}")
        pins.append(f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}")
    head = f"# The versions that {purpose}. Made by `make constraints`.\n"
    path.write_text(head + "\n".join(sorted(pins)) + "\n", encoding="utf-8")
    print(f"{len(pins)} versions written to {shown(path)}")


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
    tasks = {"freeze": freeze, "node": ensure_node_tools, "mlflow": ensure_mlflow}
    try:
        tasks.get(task, lambda: ensure(task))()
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    tasks = [*INCLUDES, "node", "mlflow", "freeze"]
    if len(sys.argv) != 2 or sys.argv[1] not in tasks:
        sys.exit(f"usage: python .ci/environment.py {'|'.join(tasks)}")
    sys.exit(main(sys.argv[1]))
