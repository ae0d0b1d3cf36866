"""The writer changes what changed, removes what it wrote, and touches nothing else."""

from __future__ import annotations

import pytest

from runsite.errors import BuildError
from runsite.output.manifest import MANIFEST_NAME, read_manifest
from runsite.output.unfinished import UNFINISHED_NAME
from runsite.output.writer import SiteWriter


def write(folder, files, *, inputs=""):
    writer = SiteWriter(folder)
    for path, text in files.items():
        writer.write(path, text)
    return writer.finish(inputs=inputs)


def stamps(folder):
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_only_what_changed_is_written(tmp_path):
    """The second build tells what was added, changed and removed, and leaves the rest alone."""
    write(tmp_path, {"a.html": "a", "b.html": "b", "c/d.html": "d"})
    kept = stamps(tmp_path)[str(tmp_path / "a.html")]
    changes = write(tmp_path, {"a.html": "a", "b.html": "new", "e.html": "e"})
    assert (changes.added, changes.changed, changes.removed, changes.n_same) == (
        ["e.html"],
        ["b.html"],
        ["c/d.html"],
        1,
    )
    assert stamps(tmp_path)[str(tmp_path / "a.html")] == kept
    assert not (tmp_path / "c").exists()


def test_the_same_again_writes_nothing(tmp_path):
    """Not even the manifest is touched when all is as it was."""
    write(tmp_path, {"a.html": "a"}, inputs="x")
    before = stamps(tmp_path)
    write(tmp_path, {"a.html": "a"}, inputs="x")
    assert stamps(tmp_path) == before


def test_strangers_files_stay(tmp_path):
    """A file that no build wrote is neither removed nor overwritten."""
    write(tmp_path, {"pages/a.html": "a"})
    (tmp_path / "pages" / "CNAME").write_text("example.org")
    write(tmp_path, {"b.html": "b"})
    assert (tmp_path / "pages" / "CNAME").read_text() == "example.org"
    writer = SiteWriter(tmp_path)
    with pytest.raises(BuildError) as caught:
        writer.write("pages/CNAME", "mine")
    assert str(caught.value) == (
        f"'{tmp_path}/pages/CNAME' stands in the way, and no build of runsite wrote it\n"
        "  hint:  move it away, or build into a folder of its own: --output DIR"
    )


def test_a_damaged_page_is_mended(tmp_path):
    """A page that somebody emptied or removed is written again."""
    files = {"a.html": "aaa", "b.html": "b"}
    write(tmp_path, files)
    (tmp_path / "a.html").write_text("")
    (tmp_path / "b.html").unlink()
    writer = SiteWriter(tmp_path)
    assert not writer.is_complete()
    write(tmp_path, files)
    assert (tmp_path / "a.html").read_text() == "aaa"
    assert SiteWriter(tmp_path).is_complete()


def test_two_pages_for_one_path_are_an_error(tmp_path):
    """Pages never overwrite each other without a word."""
    writer = SiteWriter(tmp_path)
    writer.write("a.html", "a")
    with pytest.raises(BuildError, match=r"^two pages want the path 'a\.html'$"):
        writer.write("a.html", "b")


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../../x", "a\\b"])
def test_no_path_leads_out(tmp_path, path):
    """Whatever a page is called, it stays in the folder."""
    with pytest.raises(BuildError, match="leads out of the site"):
        SiteWriter(tmp_path).write(path, "x")


def test_a_lying_manifest_removes_nothing_outside(tmp_path):
    """A manifest that came with a pull request cannot make a build delete files elsewhere."""
    site = tmp_path / "site"
    write(site, {"a.html": "a"})
    outside = tmp_path / "precious.txt"
    outside.write_text("keep")
    (site / "link").symlink_to(tmp_path)
    text = (site / MANIFEST_NAME).read_text()
    for lie in ("../precious.txt", "link/precious.txt", str(outside)):
        (site / MANIFEST_NAME).write_text(text.replace("a.html", lie))
        write(site, {"b.html": "b"})
        assert outside.read_text() == "keep"


def test_keys_spare_the_work(tmp_path):
    """A file made from the same inputs is kept without being made; another key is not."""
    writer = SiteWriter(tmp_path)
    writer.write("a.html", "a", key="k1")
    writer.finish()
    again = SiteWriter(tmp_path)
    assert not again.keep("a.html", key="k2")
    assert not again.keep("a.html", key="")
    assert again.keep("a.html", key="k1")
    again.finish()
    assert read_manifest(tmp_path).files["a.html"].key == "k1"


def test_an_output_that_is_a_file(tmp_path):
    """A file cannot be a site."""
    target = tmp_path / "site"
    target.write_text("x")
    with pytest.raises(BuildError) as caught:
        SiteWriter(target)
    assert str(caught.value) == f"the output '{target}' is a file\n  hint:  name a folder"


def test_an_unreadable_manifest_is_refused(tmp_path):
    """Without a manifest that can be trusted nothing is deleted: the build stops."""
    (tmp_path / MANIFEST_NAME).write_text("{")
    with pytest.raises(BuildError, match="build into an empty folder"):
        SiteWriter(tmp_path)
    (tmp_path / MANIFEST_NAME).write_text('{"format": 99}')
    with pytest.raises(BuildError, match="written by a newer runsite"):
        SiteWriter(tmp_path)


def test_a_place_that_cannot_be_written(tmp_path):
    """The error names the file and the reason, and leaves no half-written file."""
    (tmp_path / "a").write_text("a file where a folder must be")
    with pytest.raises(BuildError) as caught:
        SiteWriter(tmp_path).write("a/b.html", "b")
    assert str(caught.value).startswith(f"cannot write '{tmp_path}/a/b.html': ")
    assert {path.name for path in tmp_path.iterdir()} == {"a", UNFINISHED_NAME}
