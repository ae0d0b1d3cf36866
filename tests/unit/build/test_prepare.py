"""The chart library is made once, by whatever is installed."""

from __future__ import annotations

import subprocess

import pytest

from runsite.build import prepare
from runsite.build.prepare import Preparation, find_cache_folder
from runsite.errors import BuildError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A cache folder that has been filled once."""
    cache = tmp_path_factory.mktemp("cache")
    with Preparation(cache) as preparation:
        preparation.read_library()
    return cache


def no_process(path):
    raise AssertionError(f"{path.name} is made again")


def test_the_second_time_costs_nothing(folder, monkeypatch):
    """What the cache has is read, and no process is started."""
    monkeypatch.setattr(prepare, "_start", no_process)
    with Preparation(folder) as preparation:
        assert "vegaEmbed" in preparation.read_library()


def test_another_version_is_another_file(folder, monkeypatch):
    """After an upgrade the old file is not used."""
    monkeypatch.setattr(prepare, "version", lambda _: "99.0")
    monkeypatch.setattr(prepare, "_start", no_process)
    with pytest.raises(AssertionError, match="is made again"):
        Preparation(folder)


def test_the_library_is_the_same_each_time(folder):
    """Two machines make the same bytes."""
    (stored,) = folder.glob("library-*")
    assert prepare.make_library() == stored.read_text(encoding="utf-8")


def test_a_cache_that_cannot_be_written(tmp_path):
    """Without a cache folder the build works, and leaves nothing behind."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with Preparation(blocked / "cache") as preparation:
        assert "vegaEmbed" in preparation.read_library()
    assert blocked.read_text() == "in the way"


def test_a_failure_is_told(tmp_path, monkeypatch):
    """The last line of what went wrong reaches the person who builds."""
    broken = ["python", "-c", "raise SystemExit('no module named vl_convert')"]
    monkeypatch.setattr(
        prepare, "_start", lambda *_: subprocess.Popen(broken, stderr=subprocess.PIPE)
    )
    with Preparation(tmp_path) as preparation, pytest.raises(BuildError) as caught:
        preparation.read_library()
    assert str(caught.value) == (
        "the chart library cannot be made: no module named vl_convert\n"
        "  hint:  pip install --force-reinstall vl-convert-python"
    )


def test_the_cache_folder_can_be_told(monkeypatch, tmp_path):
    """``RUNSITE_CACHE_DIR`` wins over the system's folder."""
    monkeypatch.setenv("RUNSITE_CACHE_DIR", str(tmp_path))
    assert find_cache_folder() == tmp_path
    monkeypatch.delenv("RUNSITE_CACHE_DIR")
    assert find_cache_folder().name in {"runsite", "cache"}
