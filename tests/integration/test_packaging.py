"""What users install is whole: wheel, sdist and editable install, each in an environment of its own.

The environments see this one's dependencies by a path file, so nothing is downloaded.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from runsite import __version__
from support.repository import ROOT, git

pytestmark = pytest.mark.slow

TIMEOUT_S = 180
NOT_SHIPPED = {"__pycache__", ".DS_Store"}


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def source_files() -> list[str]:
    """List what belongs to the project: tracked or new, and not ignored."""
    names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """Return a copy of the project, so that building leaves nothing in the real one."""
    folder = tmp_path_factory.mktemp("packaging") / "checkout"
    for name in source_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


@pytest.fixture(scope="module")
def built(checkout) -> Path:
    """Return the folder with the sdist, the wheel made from it, and ``direct/`` made without."""
    dist = checkout / "dist"
    build = [sys.executable, "-m", "build", "--no-isolation"]
    run(*build, "--outdir", dist, ".", cwd=checkout)
    run(*build, "--wheel", "--outdir", dist / "direct", ".", cwd=checkout)
    return dist


class Environment:
    """A virtual environment that sees this one's dependencies, and not this one's runsite."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.folder = folder
        self.bin = folder / "bin"
        here = {"base": str(folder), "platbase": str(folder)}
        self.packages = Path(sysconfig.get_path("purelib", vars=here))
        dependencies = sysconfig.get_path("purelib")
        (self.packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")

    def install(self, *what: object) -> None:
        pip = [sys.executable, "-m", "pip", "--python", self.bin / "python", "install"]
        flags = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--no-compile"]
        run(*pip, *flags, "--force-reinstall", *what, cwd=self.folder)

    def python(self, code: str) -> str:
        return run(self.bin / "python", "-I", "-c", code, cwd=self.folder).strip()


@pytest.fixture
def environment(tmp_path) -> Environment:
    return Environment(tmp_path / "venv")


def theme_files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not NOT_SHIPPED & set(path.parts)
    }


@pytest.mark.parametrize("form", ["wheel", "sdist", "editable"])
def test_an_installation_is_whole(form, environment, built, checkout):
    """Each way to install gives the command, the version and every file of the themes."""
    if form == "editable":
        environment.install("--editable", checkout)
    else:
        (archive,) = built.glob("*.whl" if form == "wheel" else "*.tar.gz")
        environment.install(archive)
    home = checkout / "src" if form == "editable" else environment.folder
    assert Path(environment.python("import runsite; print(runsite.__file__)")).is_relative_to(home)
    code = "from runsite.render.themes import find_theme_folder as f; print(f())"
    themes = Path(environment.python(code))
    assert themes.is_relative_to(checkout if form == "editable" else environment.folder)
    assert theme_files(themes) == theme_files(checkout / "themes") != set()
    version = run(environment.bin / "runsite", "--version", cwd=environment.folder)
    assert version == f"runsite, version {__version__}\n"
    run(environment.bin / "runsite", "init", "--github", cwd=environment.folder)
    assert (environment.folder / ".github/workflows/runsite-pages.yml").exists()


def test_an_editable_install_copies_nothing(environment, checkout):
    """A theme edited in the checkout is the theme in use: there is no copy to fall behind."""
    environment.install("--editable", checkout)
    assert not (environment.packages / "runsite").exists()


def test_a_checkout_needs_no_installation(checkout):
    """``PYTHONPATH=src`` is enough to find the themes at the top of a checkout."""
    code = "from runsite.render.themes import find_theme_folder as f; print(f())"
    path = run(sys.executable, "-c", f"import sys; sys.path.insert(0, 'src'); {code}", cwd=checkout)
    assert Path(path.strip()) == checkout / "themes"


def test_the_sdist_holds_all_that_the_wheel_needs(built):
    """A wheel made from the sdist is the wheel made from the checkout."""

    def contents(path: Path) -> dict[str, int]:
        with zipfile.ZipFile(path) as archive:
            return {entry.filename: entry.CRC for entry in archive.infolist()}

    (wheel,) = built.glob("*.whl")
    (direct,) = (built / "direct").glob("*.whl")
    assert contents(wheel) == contents(direct)


def test_the_wheel_holds_what_belongs_in_it(built):
    """Code, types marker, themes and licence; no tests, examples or stray files."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    info = f"runsite-{__version__}.dist-info"
    assert {"runsite/py.typed", f"{info}/licenses/LICENSE", f"{info}/entry_points.txt"} <= names
    assert {name.split("/")[0] for name in names} == {"runsite", info}
    assert [name for name in names if name.endswith((".pyc", ".so", ".orig"))] == []


def test_the_metadata_names_the_extras(environment, built):
    """Users can ask for each extra, and for all of them together."""
    (wheel,) = built.glob("*.whl")
    environment.install(wheel)
    code = "from importlib.metadata import metadata as m; print(*m('runsite').get_all('Provides-Extra'))"
    extras = ["all", "catboost", "hyperopt", "lightgbm", "pandas", "sklearn", "system", "xgboost"]
    assert environment.python(code).split() == extras
