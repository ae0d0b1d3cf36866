"""The same inputs give the same site, whoever builds it, where and when."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from runsite.output.manifest import MANIFEST_NAME
from support.sites import make_run, make_taxi_runs, read_site, write_store

SURROUNDINGS = {
    "plain": {},
    "elsewhere": {
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "tr_TR.UTF-8",
        "POLARS_MAX_THREADS": "1",
    },
    "utf8 off": {"PYTHONHASHSEED": "99", "PYTHONUTF8": "0", "LC_ALL": "C", "TZ": "Pacific/Apia"},
}


def build(folder, name, *, environment):
    command = [sys.executable, "-m", "runsite", "build", "--output", name, "--store", "runs"]
    done = subprocess.run(
        [*command, "--base-url", "https://example.org/lab/"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return read_site(folder / name)


@pytest.mark.parametrize("name", [name for name in SURROUNDINGS if name != "plain"])
@pytest.mark.parametrize("run_pages", [5, 2000])
def test_two_builds_are_the_same_byte_by_byte(tmp_path, name, run_pages):
    """Hash seed, time zone, locale, encoding and threads change nothing, the manifest included."""
    runs = make_taxi_runs(12, points=700)
    runs.append((make_run(40, run_name="läuft", experiment="Zoë İ"), {"µ": [1.0, 2.0]}))
    write_store(tmp_path / "runs", runs)
    (tmp_path / "runsite.yaml").write_text(f"site:\n  run_pages: {run_pages}\n")
    first = build(tmp_path, "a", environment=SURROUNDINGS["plain"])
    second = build(tmp_path, "b", environment=SURROUNDINGS[name])
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []
    assert MANIFEST_NAME in first
