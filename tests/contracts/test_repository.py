"""What lies in the repository, and what must never."""

from __future__ import annotations

import re
import tomllib

import pytest

from support.repository import ROOT, tracked_files

# Put together here, so that this file does not find itself.
FORBIDDEN = {
    "a package index's host": ["pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs"],
    "a mirror's host": ["deb." + "debian.org"],
    "a path of somebody's machine": [r"/(?:" + "work|farm|root|home/[a-z]+" + r")/[\w.]"],
}
BINARY = {".gif", ".ico", ".jpg", ".parquet", ".pkl", ".png", ".skops", ".ubj", ".woff2", ".zip"}
MAX_BYTES = 1_000_000


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Return every tracked text file."""
    files = tracked_files()
    if not files:
        pytest.skip("not a Git checkout")
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in files
        if path.suffix not in BINARY
    }


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_address_or_path_of_a_machine_is_tracked(what, texts):
    """A clone works anywhere: nothing in it points at one index or one machine."""
    pattern = re.compile("|".join(FORBIDDEN[what]))
    assert [name for name, text in texts.items() if pattern.search(text)] == []


def test_no_tracked_file_is_big():
    """Data and builds stay out of Git."""
    big = [path.name for path in tracked_files() if path.stat().st_size > MAX_BYTES]
    assert big == []


def test_the_pins_are_exact_and_cover_what_is_declared():
    """constraints.txt pins, once and exactly, all that the two commands install by name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    names = [normal(pin.partition("==")[0]) for pin in pins]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []
    assert len(names) == len(set(names))
    assert declared() - set(names) == set()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Return the projects that pyproject.toml names for Linux, but for developers' extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = [
        *project["project"]["dependencies"],
        *(entry for name in ("demo", "lint", "test") for entry in groups[name]),
    ]
    return {
        normal(re.match(r"[\w.-]+", entry)[0])
        for entry in wanted
        if isinstance(entry, str) and "!= 'linux'" not in entry
    }


def test_the_version_is_said_once_for_all():
    """``runsite.__version__``, the package's metadata and the changelog agree."""
    import runsite

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == runsite.__version__
    assert re.search(r"^## \[(.+?)\]", changelog, flags=re.MULTILINE)[1] in {
        "Unreleased",
        runsite.__version__,
    }


def test_every_decision_has_its_number_once():
    """Decision records are numbered without a gap filled twice, and say when and why."""
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", path.name) for path in files)
    assert len(numbers) == len(set(numbers))


def test_no_source_file_has_outgrown_its_reader():
    """400 lines are the habit; a file well beyond them is two files."""
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "themes").rglob("*.js")]
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sources
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 500
    }
    assert long == {}
