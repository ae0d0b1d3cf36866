"""What a file is called on the site, and what its page shows of it."""

from __future__ import annotations

import base64
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.pages.files import (
    EXCERPT_ROOM,
    MAX_HEAD_BYTES,
    StepImage,
    find_image_size,
    group_images,
    make_file_path,
    make_preview,
    make_table_preview,
)

DIGEST = "ab" * 32
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0"
# What a web server could send as a page or a script of the site.
ACTIVE = (".html", ".htm", ".xhtml", ".xht", ".svg", ".svgz", ".xml", ".xsl", ".mht", ".js", ".mjs")


def preview(path, content, *, size=None):
    data = content.encode() if isinstance(content, str) else content
    return make_preview(
        path, head=data[:MAX_HEAD_BYTES], size_bytes=size or len(data), address="files/ab/x.png"
    )


@given(stem=st.text(max_size=20), suffix=st.sampled_from(ACTIVE) | st.text(max_size=6))
def test_no_file_is_published_as_something_that_runs(stem, suffix):
    """Whatever a file is called, its address is the digest with a passive ending."""
    path = make_file_path(DIGEST, name=stem + suffix)
    start, _, ending = path.rpartition(".")
    assert start == f"files/ab/{'ab' * 16}"
    assert f".{ending}" not in ACTIVE
    assert ending.isalnum()


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("plots/roc.PNG", "png"),
        ("report.html", "txt"),
        ("figure.svg", "txt"),
        ("train.py", "txt"),
        ("model/MLmodel", "txt"),
        ("model.pkl", "bin"),
        ("data.parquet", "parquet"),
        ("no-ending", "bin"),
        (".hidden", "bin"),
    ],
)
def test_the_ending_tells_a_browser_what_to_do(name, ending):
    """Pictures and tables keep theirs, text is text, and everything else is downloaded."""
    assert make_file_path(DIGEST, name=name) == f"files/ab/{'ab' * 16}.{ending}"


def test_a_picture_has_its_size():
    """Width and height stand in the page, so that nothing jumps when the picture comes."""
    shown = preview("roc.png", PNG)
    assert (shown.kind, shown.address, shown.width, shown.height) == (
        "image",
        "files/ab/x.png",
        640,
        480,
    )


def test_a_picture_must_be_one():
    """A file that only has the name of a picture is not shown as one."""
    assert preview("roc.png", "<script>") is None


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (PNG, (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 3, 4) + b"\0", (3, 4)),
        (
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">HH", 20, 30) + b"\3\1",
            (30, 20),
        ),
        (b"\xff\xd8\xff\xe0\xff\xff", (0, 0)),
        (b"RIFF\0\0\0\0WEBPVP8 ", (0, 0)),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_sizes_of_pictures(head, size):
    """The first bytes of each kind tell the size, or that it is a picture, or that it is none."""
    assert find_image_size(head) == size


def test_a_drawing_is_a_data_address():
    """An SVG stands in the page as a picture, never as markup and never under an address."""
    evil = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    shown = preview("figure.svg", evil)
    assert shown.kind == "image"
    start, _, data = shown.address.partition(",")
    assert start == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == evil
    assert preview("figure.svg", "no drawing") is None
    assert preview("figure.svg", evil, size=10**7) is None


def test_text_is_cut():
    """The first lines are shown, and how many."""
    shown = preview("train.log", "\n".join(f"step {n}" for n in range(1000)))
    assert shown.text.splitlines()[-1] == "step 149"
    assert shown.note == "The first 150 lines."
    whole = preview("train.log", "step 1\nstep 2\n")
    assert (whole.kind, whole.text, whole.note) == ("text", "step 1\nstep 2", "")


def test_text_can_be_cut_within_a_character():
    """The first 64 kB may end in the middle of one; a file that is not text is not shown."""
    data = "ä".encode() * MAX_HEAD_BYTES
    assert preview("a.txt", b"x" + data).text.startswith("xä")
    assert preview("a.txt", b"\xff\xfe\xfd") is None
    assert preview("a.txt", b"abc\0def") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("t.csv", "a,b\n1,2\n"), ("t.csv", "a;b\r\n1;2\r\n"), ("t.tsv", "a\tb\n1\t2\n")],
)
def test_tables_of_text(name, text):
    """Commas, semicolons and tabs make columns; the first line names them."""
    shown = preview(name, text)
    assert (shown.kind, shown.columns, shown.rows, shown.note) == (
        "table",
        ("a", "b"),
        (("1", "2"),),
        "",
    )


def test_a_logged_table_is_a_table():
    """JSON in the form that `log_table` writes has columns; other JSON is text."""
    rows = [[n, None, {"a": [1]}] for n in range(25)]
    shown = preview("t.json", json.dumps({"columns": ["n", "none", "deep"], "data": rows}))
    assert shown.columns == ("n", "none", "deep")
    assert shown.rows[1] == ("1", "", '{"a": [1]}')
    assert (len(shown.rows), shown.note) == (20, "The first 20 of 25 rows.")
    assert preview("t.json", '{"columns": 3}').kind == "text"
    assert preview("t.json", "[" * 100_000).kind == "text"


def test_a_wide_table_is_cut():
    """Columns beyond thirty and characters beyond two hundred are left out, and said so."""
    wide = make_table_preview(
        "t", columns=[f"c{n}" for n in range(40)], rows=[["x" * 500] * 40], whole=True
    )
    assert (len(wide.columns), len(wide.rows[0]), len(wide.rows[0][0])) == (30, 30, 200)
    assert wide.note == "30 of 40 columns."


def test_images_by_step():
    """Images of one key are a series in the order of their steps, as runsite and MLflow write."""
    addresses = {
        "images/sample/00000010.png": "files/c",
        "images/sample/00000002.png": "files/b",
        "images/in#side%step%3%timestamp%17%0193a5c0-e9.png": "files/d",
        "images/plain.png": "files/e",
    }
    assert group_images(addresses) == {
        "in/side": (StepImage(3, "files/d"),),
        "sample": (StepImage(2, "files/b"), StepImage(10, "files/c")),
    }


@given(st.binary(max_size=300), st.sampled_from(["a.png", "a.csv", "a.json", "a.md", "a.svg", "a"]))
def test_no_content_is_an_error(data, name):
    """Whatever stands in a file, its page is built."""
    preview(name, data)


@pytest.mark.parametrize(("name", "kind"), [("a.WAV", "audio"), ("film.webm", "video")])
def test_sounds_and_films_are_played_from_their_file(name, kind):
    """A page offers them under the address that they have on the site, and reads nothing of them."""
    found = preview(name, b"\x00\x01")
    assert (found.kind, found.address) == (kind, "files/ab/x.png")


def test_an_excerpt_has_more_room_than_a_page():
    """A page holds the previews of all files at once, an excerpt comes alone."""
    text = "\n".join(map(str, range(500)))
    shown = make_preview(
        "a.txt", head=text.encode(), size_bytes=len(text), address="", room=EXCERPT_ROOM
    )
    assert shown.text == text
    assert preview("a.txt", text).note == "The first 150 lines."
