"""A build that died leaves whole files, and the next one mends what it left."""

from __future__ import annotations

import pytest

from runsite.errors import BuildError
from runsite.output.manifest import MANIFEST_NAME
from runsite.output.unfinished import UNFINISHED_NAME, PathLog, read_paths
from runsite.output.writer import SiteWriter


def append_path(folder, path):
    log = PathLog(folder)
    log.append(path)
    log.close()


def write(folder, files, *, keys=False):
    writer = SiteWriter(folder)
    for path, text in files.items():
        if not (keys and writer.keep(path, key=text)):
            writer.write(path, text, key=text if keys else "")
    return writer


def read(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST_NAME
    }


def test_files_of_a_dead_build_are_no_strangers(tmp_path):
    """What it wrote first is overwritten with other content, or removed, by the next build."""
    write(tmp_path, {"a.html": "old", "b.html": "old"})  # never finished
    writer = write(tmp_path, {"a.html": "new"})
    changes = writer.finish()
    assert read(tmp_path) == {"a.html": "new"}
    assert changes.removed == ["b.html"]


def test_a_file_newer_than_the_manifest_is_not_kept(tmp_path):
    """Same size and an old key do not make the dead build's content the old one."""
    write(tmp_path, {"a.html": "one"}, keys=True).finish(inputs="x")
    write(tmp_path, {"a.html": "two"}, keys=True)  # never finished
    writer = SiteWriter(tmp_path)
    assert not writer.is_complete()
    assert writer.before.inputs == ""
    write(tmp_path, {"a.html": "one"}, keys=True).finish(inputs="x")
    assert read(tmp_path) == {"a.html": "one"}


def test_half_written_files_go(tmp_path):
    """A temporary file that the dead build left beside its target is removed."""
    append_path(tmp_path, "pages/a.html")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html.runsite-tmp").write_text("ha")
    write(tmp_path, {"b.html": "b"}).finish()
    assert read(tmp_path) == {"b.html": "b"}


def test_a_torn_last_line_is_passed_over(tmp_path):
    """The line was not whole, so its file had not been touched."""
    append_path(tmp_path, "a.html")
    with (tmp_path / UNFINISHED_NAME).open("ab") as file:
        file.write(b'"b.ht')
    assert read_paths(tmp_path) == {"a.html"}


def test_a_lying_list_removes_nothing_outside(tmp_path):
    """A list that came with a pull request cannot make a build delete files elsewhere."""
    outside = tmp_path / "precious.txt"
    outside.write_text("keep")
    (tmp_path / "precious.txt.runsite-tmp").write_text("keep")
    site = tmp_path / "site"
    append_path(site, "../precious.txt")
    write(site, {"b.html": "b"}).finish()
    assert outside.read_text() == "keep"
    assert (tmp_path / "precious.txt.runsite-tmp").exists()


def test_an_unreadable_list_is_said(tmp_path):
    """Without the list nobody knows whose files these are."""
    (tmp_path / UNFINISHED_NAME).write_bytes(b"\xff{\n")
    with pytest.raises(BuildError, match="cannot be read"):
        SiteWriter(tmp_path)
