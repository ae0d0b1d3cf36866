"""The digest of a model folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from runsite.errors import ModelError, NotFoundError
from runsite.models.digest import digest_files, digest_folder, find_pointed_hash


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "model"
    (root / "code" / "deep").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "MLmodel").write_bytes(b"flavors: {}\n")
    (root / "model.ubj").write_bytes(b"\x00\x01")
    (root / "code" / "deep" / "naïve name.py").write_bytes(b"x = 1\n")
    return root


def test_is_the_hash_of_sorted_lines(folder: Path) -> None:
    """The digest is what the documentation says, computed here by hand."""
    names = ["MLmodel", "model.ubj", "code/deep/naïve name.py"]
    lines = sorted(
        f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n".encode() for n in names
    )
    assert digest_folder(folder) == "sha256:" + hashlib.sha256(b"".join(lines)).hexdigest()


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum of GNU coreutils")
def test_equals_the_documented_shell_line(folder: Path) -> None:
    """A person without runsite can compute the digest with the tools of every Linux."""
    line = r"find . -type f -printf '%P\n' | xargs -d '\n' sha256sum | LC_ALL=C sort | sha256sum"
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, capture_output=True, text=True, check=True
    )
    assert digest_folder(folder) == "sha256:" + done.stdout.split()[0]


def test_notices_every_kind_of_change(folder: Path) -> None:
    """Other bytes, another name, one more file and one less each change the digest."""
    before = digest_folder(folder)
    seen = {before}
    (folder / "model.ubj").write_bytes(b"\x00\x02")
    seen.add(digest_folder(folder))
    (folder / "model.ubj").rename(folder / "model.json")
    seen.add(digest_folder(folder))
    (folder / "extra").write_bytes(b"")
    seen.add(digest_folder(folder))
    (folder / "MLmodel").unlink()
    seen.add(digest_folder(folder))
    assert len(seen) == 5


def test_does_not_depend_on_place_or_time(folder: Path, tmp_path: Path) -> None:
    """A copy elsewhere with other times has the same digest."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
    assert digest_folder(copy) == digest_folder(folder)


def test_files_are_named_relative_and_sorted(folder: Path) -> None:
    """Paths are relative with slashes between, in the order of their names."""
    assert list(digest_files(folder)) == ["MLmodel", "code/deep/naïve name.py", "model.ubj"]


def test_refuses_a_symbolic_link(folder: Path) -> None:
    """A link could later point elsewhere under the same digest, so it is refused by name."""
    (folder / "code" / "link").symlink_to("/etc/hostname")
    with pytest.raises(ModelError) as caught:
        digest_folder(folder)
    assert str(caught.value) == (
        "cannot pin a model that holds 'code/link', a symbolic link\n"
        f"  where: {folder}\n"
        "  hint:  a model folder holds plain files only; put a copy of the file in its place"
    )


def test_refuses_a_pipe_and_a_line_break(folder: Path) -> None:
    """A pipe would block, and a name with a line break could imitate two files."""
    os.mkfifo(folder / "pipe")
    with pytest.raises(ModelError, match="'pipe', neither a file nor a folder"):
        digest_folder(folder)
    (folder / "pipe").unlink()
    (folder / "a\nb").write_bytes(b"")
    with pytest.raises(ModelError, match="a name with a line break"):
        digest_folder(folder)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """A missing folder is answered as missing, not as an empty model."""
    with pytest.raises(NotFoundError) as caught:
        digest_folder(tmp_path / "nowhere")
    assert str(caught.value) == f"no model folder '{tmp_path / 'nowhere'}'"


def write_pointer(path: Path, *, extra: str = "") -> None:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    start = f"version https://git-lfs.github.com/spec/v1\n{extra}"
    path.write_text(f"{start}oid sha256:{digest}\nsize {len(data)}\n")


def test_a_git_lfs_pointer_can_count_as_the_file_that_it_stands_for(folder: Path) -> None:
    """A checkout without the large files gives the digest that was registered."""
    digest = digest_folder(folder)
    write_pointer(folder / "model.ubj")

    assert digest_folder(folder, through_pointers=True) == digest
    assert digest_folder(folder) != digest


def test_only_a_whole_pointer_counts(folder: Path) -> None:
    """A file that mentions one, or a large one, is a file like any other."""
    path = folder / "model.ubj"
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    assert find_pointed_hash(path) is None
    write_pointer(path, extra="ext-0-x sha256:00\n")
    assert find_pointed_hash(path) == known
    path.write_text(path.read_text() + "more\n")
    assert find_pointed_hash(path) is None
