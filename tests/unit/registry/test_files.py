from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runsite.errors import RegistryError
from runsite.registry import load_registry, promote_version, register_version, set_description
from runsite.registry.files import edit_registry, make_diff
from support.registries import DIGEST, REGISTRY

NAME = "nyc-taxi-regressor"


def register(path: Path, name: str = "m", run: str = "1") -> int:
    return register_version(
        path,
        name=name,
        run_id=run,
        artifact="model",
        digest=DIGEST,
        registered_at=datetime(2026, 11, 23, tzinfo=UTC),
        registered_by="ada",
    ).version


def test_a_missing_registry_is_an_empty_one(tmp_path):
    """Nothing needs to be set up before the first registration, which makes the file."""
    path = tmp_path / "new" / "registry.yaml"

    assert dict(load_registry(path).models) == {}
    assert register(path) == 1
    assert register(path) == 2
    assert [v.version for v in load_registry(path).models["m"].versions] == [1, 2]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_ends_and_byte_order_mark_stay(tmp_path, mark, ending):
    """A file from another system keeps its ways, in the lines that are new too."""
    path = tmp_path / "registry.yaml"
    path.write_bytes((mark + REGISTRY.replace("\n", ending)).encode())

    register(path, NAME)
    set_description(path, name=NAME, description="One\nTwo")

    data = path.read_bytes()
    assert data.startswith(mark.encode())
    assert data.count(b"\n") == data.count(ending.encode())
    assert data.count(b"\r") == (data.count(b"\n") if ending == "\r\n" else 0)


def test_mode_bits_and_symbolic_links_stay(tmp_path):
    """The edit goes through a link to its target, and leaves permissions as they are."""
    target, link = tmp_path / "real.yaml", tmp_path / "registry.yaml"
    target.write_text(REGISTRY)
    target.chmod(0o640)
    link.symlink_to(target)

    promote_version(link, name=NAME, version=2, stage="Production")

    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert load_registry(target).models[NAME].stages == {"Production": 2}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["real.yaml", "registry.yaml"]


def test_a_refused_edit_leaves_the_file_alone(tmp_path):
    """A registry with a fault of its own is not made worse: the fault is named."""
    path = tmp_path / "registry.yaml"
    text = REGISTRY.replace("      Staging: 2\n", "      Production: 2\n")
    path.write_text(text)
    before = path.stat()

    with pytest.raises(RegistryError) as caught:
        promote_version(path, name=NAME, version=2, stage="Staging")

    assert str(caught.value) == (
        "the key 'Production' stands twice, first on line 7\n"
        f"  where: {path}:8:7\n"
        "  hint:  keep one; other YAML readers keep the last without a word"
    )
    assert path.read_text() == text
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_an_edit_that_would_add_an_error_is_refused(tmp_path):
    """Whatever a caller wishes, no edit makes a sound registry unsound."""
    from runsite.registry.changes import SetEntry

    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY)

    with pytest.raises(RegistryError, match="points to version 9, which is missing"):
        edit_registry(path, lambda _: [SetEntry(("models", NAME, "stages"), "Staging", 9)])

    assert path.read_text() == REGISTRY


def test_a_faulty_registry_can_be_repaired_by_an_edit(tmp_path):
    """A pointer that leads nowhere does not stop the promotion that sets it right."""
    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY.replace("Production: 1 ", "Production: 7 "))

    promote_version(path, name=NAME, version=1, stage="Production")

    assert load_registry(path).models[NAME].stages == {"Production": 1, "Staging": 2}


def test_a_registry_of_a_newer_format_is_not_edited(tmp_path):
    """What a newer format means is not known here, so nothing is written into it."""
    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY.replace("format: 1", "format: 2"))
    before = path.read_bytes()

    with pytest.raises(RegistryError, match="the format '2' is not known") as caught:
        promote_version(path, name=NAME, version=1, stage="Staging")

    assert caught.value.hint == "install a newer runsite"
    assert path.read_bytes() == before


def test_a_refused_edit_counts_items_from_one(tmp_path):
    """Who edits by hand after a refusal is told the place as people count."""
    path = tmp_path / "registry.yaml"
    path.write_text(
        REGISTRY.replace("    versions:", "    versions: &v", 1) + "  other: {versions: *v}\n"
    )

    with pytest.raises(RegistryError) as caught:
        set_description(path, name=NAME, version=1, description="new")

    assert "under models → nyc-taxi-regressor → versions → item 1, write" in caught.value.hint


def test_a_dry_run_writes_nothing(tmp_path):
    """The diff of a dry run is that of the edit; no file appears."""
    path = tmp_path / "registry.yaml"

    result = edit_registry(path, lambda e: e.create_model("m"), dry_run=True, name="registry.yaml")

    assert result.diff.startswith("--- /dev/null\n+++ b/registry.yaml\n@@ -0,0 +1,6 @@\n")
    assert not path.exists()


def test_a_file_that_changes_under_the_edit_is_read_again(tmp_path):
    """An editor that saves in the middle of an edit loses nothing, and neither does the edit."""
    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY)
    seen = []

    def plan(edit):
        if not seen:
            path.write_text(path.read_text() + "# saved meanwhile\n")
        seen.append(edit.registry)
        return edit.promote(NAME, 2, "Production")

    edit_registry(path, plan)

    assert len(seen) == 2
    assert path.read_text().endswith("# saved meanwhile\n")
    assert load_registry(path).models[NAME].stages == {"Production": 2}


def _register_many(path: Path, run: str) -> None:
    for _ in range(10):
        register(path, run=run)


def test_processes_that_register_at_once_all_land(tmp_path):
    """Six writers, sixty registrations: sixty versions, each number once."""
    path = tmp_path / "registry.yaml"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_register_many, args=(path, str(n))) for n in range(1, 7)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    versions = load_registry(path).models["m"].versions
    assert [v.version for v in versions] == list(range(1, 61))
    assert sorted(v.run for v in versions) == sorted(str(n) for n in range(1, 7) for _ in range(10))
    assert [p.name for p in tmp_path.iterdir()] == ["registry.yaml"]


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path, monkeypatch):
    """What the system refuses is told with the path; the old file and no other is there."""
    path = tmp_path / "registry.yaml"
    path.write_text(REGISTRY)

    def refuse(source: str, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(RegistryError) as caught:
        promote_version(path, name=NAME, version=2, stage="Production")

    assert str(caught.value) == (f"cannot write '{path}': No space left on device\n  where: {path}")
    assert path.read_text() == REGISTRY
    assert [p.name for p in tmp_path.iterdir()] == ["registry.yaml"]


def test_a_folder_in_place_of_the_registry_is_named(tmp_path):
    """A path that is no file is refused with the system's reason."""
    with pytest.raises(RegistryError) as caught:
        load_registry(tmp_path)

    assert str(caught.value) == (
        f"cannot read the registry '{tmp_path}': Is a directory\n"
        f"  where: {tmp_path}\n"
        "  hint:  name the registry with --registry PATH"
    )


@pytest.mark.parametrize("tail", ["", "\n"])
def test_diffs_are_ones_that_git_applies(tmp_path, tail):
    """The printed diff turns the old file into the new one, by Git's own judgement."""
    old = "".join(f"line {n}\n" for n in range(2000)) + "end" + tail
    new = old.replace("line 7\n", "seven\n").replace("line 1500\n", "").replace("end", "END\nmore")
    (tmp_path / "r.yaml").write_text(old)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    diff = make_diff(old, new, name="r.yaml")

    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)

    assert (tmp_path / "r.yaml").read_text() == new
