"""Files of a run: where they land, what is recorded, what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import yaml

import runsite
from runsite.errors import InvalidValueError, NotFoundError
from runsite.tracking import RunsiteClient, uris


def recorded(run):
    store = uris.open_store()
    return {item.path: item for item in store.read_run(run.info.run_id).artifacts}


def folder_of(run):
    return uris.open_store().artifacts_dir(run.info.run_id)


@pytest.fixture
def run():
    with runsite.start_run() as active:
        yield active


def test_a_file_is_copied_with_its_digest(run):
    """What is kept is the content, and proof of it."""
    Path("model.txt").write_text("weights")
    runsite.log_artifact("model.txt", "models/best")
    item = recorded(run)["models/best/model.txt"]
    assert (folder_of(run) / item.path).read_text() == "weights"
    assert (item.size_bytes, item.sha256) == (7, hashlib.sha256(b"weights").hexdigest())


def test_a_file_logged_again_replaces_the_first(run):
    """The record is that of the file that is there."""
    for text in ("one", "second"):
        runsite.log_text(text, "notes.txt")
    assert [item.size_bytes for item in recorded(run).values()] == [6]


def test_a_folder_is_copied_with_all_that_is_in_it(run):
    """log_artifacts copies the content, log_artifact of a folder the folder itself."""
    for name in ("data/a.txt", "data/inner/b.txt", "data/.hidden"):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    runsite.log_artifacts("data", "all")
    runsite.log_artifact("data")
    names = {"a.txt", "inner/b.txt", ".hidden"}
    assert set(recorded(run)) == {f"{top}/{name}" for top in ("all", "data") for name in names}


def test_links_to_files_are_followed_and_links_to_folders_passed_over(run, caplog):
    """A link is kept as what it points to; a loop of folders ends nothing."""
    data = Path("data")
    data.mkdir()
    (data / "a.txt").write_text("a")
    (data / "link.txt").symlink_to("a.txt")
    (data / "broken").symlink_to("missing")
    (data / "loop").symlink_to(".")
    runsite.log_artifacts("data")
    assert set(recorded(run)) == {"a.txt", "link.txt"}
    assert not (folder_of(run) / "link.txt").is_symlink()
    assert [record.message for record in caplog.records] == [
        "not logged: 'data/loop' links to a folder",
        "not logged: 'data/broken' is no file",
    ]


def test_a_folder_that_holds_the_store_is_copied_without_it(run, tracked, caplog):
    """What a run logs does not grow with what all runs have logged before, nor without end."""
    runsite.log_text("earlier", "earlier.txt")
    Path("a.txt").write_text("a")
    Path("zoo/runs").mkdir(parents=True)
    Path("zoo/runs/z.txt").write_text("z")
    runsite.log_artifacts(".", "all")
    assert set(recorded(run)) == {"earlier.txt", "all/a.txt", "all/zoo/runs/z.txt"}
    assert [record.message for record in caplog.records] == ["not logged: 'runs' is the store"]


def test_a_folder_inside_the_store_is_copied_once(run):
    """The copies land below the folder that is copied, and are not copied in their turn."""
    names = {"a.txt", "plots/b.txt"}
    for name in sorted(names):
        runsite.log_text(name, name)
    runsite.log_artifacts(folder_of(run), "plots/copy")
    assert set(recorded(run)) == names | {f"plots/copy/{name}" for name in names}


def test_a_folder_with_a_name_that_is_refused_leaves_nothing_behind(run):
    """No file is copied that the run's record does not have."""
    data = Path("data")
    data.mkdir()
    for name in ("a.txt", "b:c.txt"):
        (data / name).write_text(name)
    with pytest.raises(InvalidValueError, match=r"artifact path 'b:c.txt'"):
        runsite.log_artifacts("data")
    assert recorded(run) == {}
    assert not folder_of(run).exists() or list(folder_of(run).iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="such names are only possible elsewhere")
def test_names_with_times_and_with_bytes_that_are_no_text_are_kept(run):
    """A file has the name under which it is recorded, so nobody looks for it in vain."""
    data = Path("data")
    data.mkdir()
    (data / os.fsdecode(b"r\xe9sum\xe9.txt")).write_text("latin")
    runsite.log_artifacts("data")
    runsite.log_text("x", "plot_2026-12-01 17:46:25.txt")
    names = {"r%E9sum%E9.txt", "plot_2026-12-01 17:46:25.txt"}
    assert set(recorded(run)) == {path.name for path in folder_of(run).iterdir()} == names
    uri = f"runs:/{run.info.run_id}/plot_2026-12-01 17:46:25.txt"
    assert runsite.artifacts.load_text(uri) == "x"


@pytest.mark.parametrize(
    "path",
    ["../x.txt", "a/../../x.txt", "/etc/x.txt", "C:/x.txt", "a\\..\\x.txt", "a\0.txt", "~/x.txt"],
)
def test_a_path_cannot_lead_out_of_the_run(run, path, tracked):
    """No name that a program is handed writes anywhere else."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_text("x", path)
    assert str(caught.value) == (
        f"artifact path '{path}' leads out of the run's folder\n".replace("\0", "\\x00")
        + "  hint:  write a relative path with '/' between, such as plots/roc.png"
    )
    with pytest.raises(InvalidValueError):
        runsite.log_artifact(__file__, path)
    assert list(tracked.rglob("x.txt")) == []


def test_a_link_in_the_run_s_folder_is_not_written_through(run, tmp_path):
    """A repository from elsewhere may hold links; files do not follow them out."""
    outside = tmp_path / "outside"
    outside.mkdir()
    folder_of(run).mkdir(parents=True)
    (folder_of(run) / "plots").symlink_to(outside)
    with pytest.raises(InvalidValueError, match="goes through a link out of the run's folder"):
        runsite.log_text("x", "plots/a.txt")
    assert list(outside.iterdir()) == []
    with pytest.raises(InvalidValueError, match="is a link out of the run's folder"):
        runsite.artifacts.download_artifacts(f"runs:/{run.info.run_id}/plots")


def test_paths_are_tidied(run):
    """Doubled and dotted separators name the same file."""
    runsite.log_text("x", "./a//b/./c.txt")
    assert set(recorded(run)) == {"a/b/c.txt"}


@pytest.mark.parametrize("path", ["", ".", "a/.."])
def test_a_file_needs_a_name(run, path):
    """The root of the artifacts is no file."""
    with pytest.raises(InvalidValueError):
        runsite.log_text("x", path)


def test_a_folder_is_not_replaced_by_a_file(run):
    """What is there stays."""
    runsite.log_text("x", "a/b.txt")
    with pytest.raises(InvalidValueError, match="artifact path 'a' is a folder already"):
        runsite.log_text("x", "a")


@pytest.mark.parametrize("log", [runsite.log_artifact, runsite.log_artifacts])
def test_what_is_not_there_cannot_be_logged(run, log):
    """A wrong path is an error, not an empty artifact."""
    with pytest.raises(NotFoundError, match="'missing' to log"):
        log("missing")


def test_dictionaries_are_json_or_yaml(run):
    """The suffix decides; NumPy, sets, paths and dates become plain values."""
    value = {"a": np.float32(0.5), "b": {2, 1}, "c": Path("x"), "d": np.arange(2), 3: None}
    expected = {"a": 0.5, "b": [1, 2], "c": "x", "d": [0, 1], "3": None}
    runsite.log_dict(value, "a.json")
    runsite.log_dict(value, "a.yml")
    assert json.loads((folder_of(run) / "a.json").read_text()) == expected
    assert yaml.safe_load((folder_of(run) / "a.yml").read_text()) == expected
    assert runsite.artifacts.load_dict(f"runs:/{run.info.run_id}/a.yml") == expected


def test_a_dictionary_that_has_no_form_is_refused(run):
    """The message says what cannot be written."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_dict({"f": object}, "a.json")
    assert str(caught.value) == (
        "'a.json' cannot hold this dict: type '<class 'object'>' has no plain form"
    )


def test_nan_is_text_in_json(run):
    """JSON has no NaN: a file that others cannot read helps nobody."""
    runsite.log_dict({"a": float("nan")}, "a.json")
    assert json.loads((folder_of(run) / "a.json").read_text()) == {"a": "nan"}


def test_a_stream_is_copied(run):
    """What a stream still holds is written as it is."""
    runsite.log_stream(io.BytesIO(b"\0\1" * 1000), "blob.bin")
    assert recorded(run)["blob.bin"].size_bytes == 2000


def read_png(data):
    """Decode an 8-bit PNG of ours: ``(width, height, colour type, rows)``."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    place, body = 8, b""
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        kind, chunk = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        stored = int.from_bytes(data[place + 8 + length : place + 12 + length], "big")
        assert zlib.crc32(kind + chunk) == stored
        if kind == b"IHDR":
            width, height = (int.from_bytes(chunk[i : i + 4], "big") for i in (0, 4))
            colour = chunk[9]
        body += chunk if kind == b"IDAT" else b""
        place += 12 + length
    return width, height, colour, zlib.decompress(body)


@pytest.mark.parametrize(
    ("array", "colour", "first_row"),
    [
        (np.array([[0, 255, 7]], np.uint8), 0, b"\0\x00\xff\x07"),
        (np.array([[True, False]]), 0, b"\0\xff\x00"),
        (np.array([[[0.0, 0.5, 1.0]]]), 2, b"\0\x00\x80\xff"),
        (np.full((1, 1, 4), 9), 6, b"\0\x09\x09\x09\x09"),
        (np.full((1, 1, 1), 9), 0, b"\0\x09"),
    ],
)
def test_arrays_are_written_as_png(run, array, colour, first_row):
    """Grey, RGB and RGBA; bytes, truth values and floats; without another library."""
    runsite.log_image(array, "a.png")
    width, height, found, rows = read_png((folder_of(run) / "a.png").read_bytes())
    assert (height, width) == array.shape[:2]
    assert (found, rows) == (colour, first_row)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(3), "an image has the shape (height, width[, 1 to 4]), not (3,)"),
        (np.zeros((2, 2, 5)), "an image has the shape (height, width[, 1 to 4]), not (2, 2, 5)"),
        (np.full((2, 2), 1.5), "an image of floats must be between 0 and 1"),
        (np.full((2, 2), 300), "an image of whole numbers must be between 0 and 255"),
        (np.full((2, 2), "x"), "an image cannot have the dtype <U1"),
        ("x.png", "log_image takes a Pillow image or an array, not str"),
    ],
)
def test_what_is_no_image_is_refused(run, array, message):
    """A wrong scale would be a black picture that nobody understands."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_image(array, "a.png")
    assert str(caught.value) == message


def test_images_of_a_series_are_named_by_their_step(run):
    """Sorted by name they are in the order of steps."""
    for step in (0, 10, 9):
        runsite.log_image(np.zeros((1, 1)), key="samples/val", step=step)
    assert sorted(recorded(run)) == [f"images/samples/val/{step:08d}.png" for step in (0, 9, 10)]


@pytest.mark.parametrize("arguments", [{}, {"artifact_file": "a.png", "key": "k"}])
def test_an_image_needs_a_file_or_a_key(run, arguments):
    """Both or neither is a mistake."""
    with pytest.raises(InvalidValueError, match=r"needs either artifact_file= or key="):
        runsite.log_image(np.zeros((1, 1)), **arguments)


def test_an_altair_chart_is_a_figure_that_needs_no_network(run):
    """The page carries its scripts, the JSON is the chart's own."""
    import altair as alt

    chart = alt.Chart(alt.InlineData([{"a": 1}])).mark_point().encode(x="a:Q")
    runsite.log_figure(chart, "plot.json")
    runsite.log_figure(chart, "plot.svg")
    assert json.loads((folder_of(run) / "plot.json").read_text())["mark"]["type"] == "point"
    assert "<svg" in (folder_of(run) / "plot.svg").read_text()


class Drawing:
    """Saves as Matplotlib does: a path without a suffix gets one, unless the format is given."""

    def savefig(self, path, **options):
        """Write the name of the format."""
        path = Path(path)
        format_ = options.get("format") or path.suffix.lstrip(".")
        target = path if format_ else Path(f"{path}.png")
        target.write_text(format_ or "png")


@pytest.mark.parametrize(("name", "kind"), [("plot", "png"), ("sub/.png", "png"), ("a.svg", "svg")])
def test_a_figure_without_a_suffix_is_a_png_of_that_name(run, name, kind):
    """Matplotlib adds a suffix of its own, and the file that it wrote was lost."""
    runsite.log_figure(Drawing(), name)
    assert (folder_of(run) / name).read_text() == kind
    assert list(recorded(run)) == [name]


class Photograph:
    """Saves as Pillow does, for which a format that cannot hold the mode is an OSError."""

    mode = "RGBA"

    def save(self, target):
        """Write the suffix of the file, where the format knows transparency."""
        if target.name.endswith(".jpg"):
            raise OSError("cannot write mode RGBA as JPEG")
        target.write(target.name.encode())


def test_an_image_is_encoded_in_the_format_of_its_name(run):
    """The library finds the format by the name."""
    runsite.log_image(Photograph(), "sub/cat.webp")
    assert (folder_of(run) / "sub/cat.webp").read_bytes() == b"cat.webp"


def test_an_image_that_its_format_cannot_hold_is_refused(run):
    """It was taken for a failure of the disk: a warning, and no file."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_image(Photograph(), "cat.jpg")
    assert str(caught.value) == (
        "'cat.jpg' cannot hold this image: cannot write mode RGBA as JPEG\n"
        "  hint:  name a .png file, or convert the image to the mode 'RGB'"
    )
    assert recorded(run) == {}


def test_an_array_in_another_format_than_png_needs_pillow(run, monkeypatch):
    """Without it the error says what to do."""
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_image(np.zeros((2, 2, 3)), "a.jpg")
    assert str(caught.value) == (
        "an array is written as PNG, not as 'a.jpg'\n  hint:  name a .png file, or install Pillow"
    )


def test_what_is_no_figure_is_refused(run):
    """The message says what is one, and what to use instead."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_figure([1, 2], "a.png")
    assert str(caught.value) == (
        "log_figure takes a figure of Matplotlib, Plotly or Altair, not list\n"
        "  hint:  log_image takes images, log_artifact any file"
    )


@pytest.mark.parametrize("name", ["eval.json", "eval.parquet"])
def test_rows_are_added_to_a_table(run, name):
    """A table grows call by call, and new columns are empty before."""
    import pandas as pd

    runsite.log_table({"q": ["a", "b"], "score": [1, 2]}, name)
    runsite.log_table(pd.DataFrame({"q": ["c"], "score": [3], "note": ["x"]}), name)
    runsite.log_table({"q": "d", "score": 4}, name)
    table = runsite.load_table(name, run_ids=[run.info.run_id], extra_columns=["run_id"])
    assert table["q"].tolist() == ["a", "b", "c", "d"]
    assert table["score"].tolist() == [1, 2, 3, 4]
    assert table["note"].isna().tolist() == [True, True, False, True]
    assert set(table["run_id"]) == {run.info.run_id}


@pytest.mark.parametrize("name", ["t.json", "t.parquet"])
def test_what_a_dataframe_lacks_is_missing_in_the_table(run, name):
    """Dates, nullable numbers, text and categories with gaps are what evaluations are made of."""
    import pandas as pd

    gaps = {
        "day": pd.to_datetime(["2026-11-23", None]),
        "at": pd.to_datetime(["2026-11-23", None], utc=True),
        "took": pd.to_timedelta([90, None], unit="s"),
        "n": pd.array([1, None], dtype="Int64"),
        "kind": pd.Categorical(["a", None]),
        "word": ["x", None],
        "month": pd.PeriodIndex(["2026-11", None], freq="M"),
    }
    runsite.log_table(pd.DataFrame(gaps), name)
    table = runsite.load_table(name)
    assert table.isna().all().tolist() == [False] * len(gaps)
    assert table.loc[1].isna().all()
    assert (table["n"][0], table["kind"][0], table["month"][0]) == (1, "a", "2026-11")


def test_all_rows_of_a_table_say_what_its_columns_hold(run):
    """A note that only the last of many rows has is read, and rows can be added after it."""
    many = 150
    runsite.log_table({"note": [None] * many + ["late"], "n": [1] * many + [1.5]}, "t.json")
    runsite.log_table({"note": ["more"], "n": [2]}, "t.json")
    table = runsite.load_table("t.json", run_ids=[run.info.run_id])
    assert table["note"].tolist()[many:] == ["late", "more"]
    assert table["note"].isna().sum() == many
    assert table["n"].tolist() == [1.0] * many + [1.5, 2.0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"lr": 1}', "t.json"),
        ("no JSON", "t.json"),
        ('{"columns": ["a"], "data": [[1, 2]]}', "t.json"),
        ('{"columns": 1, "data": 2}', "t.json"),
        ("no Parquet", "t.parquet"),
    ],
)
def test_an_artifact_that_is_no_table_is_named(run, text, name):
    """A file of the same name is neither read as a table nor replaced by one."""
    runsite.log_text(text, name)
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_table({"a": [1]}, name)
    assert str(caught.value) == (
        f"the artifact '{name}' is no table\n"
        f"  where: {folder_of(run) / name}\n"
        "  hint:  log_table writes one; give it another name"
    )
    assert (folder_of(run) / name).read_text() == text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("t.json", "'t.json' cannot hold this dict: bytes 'b'x'' has no plain form"),
        ("t.parquet", "'t.parquet' cannot hold these rows: "),
    ],
)
def test_values_that_have_no_place_in_a_table_are_refused(run, name, message):
    """The message names the file; rows that were there before stay."""
    runsite.log_table({"a": [1]}, name)
    before = (folder_of(run) / name).read_bytes()
    value = b"x" if name == "t.json" else object()
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_table({"b": [value]}, name)
    assert str(caught.value).startswith(message)
    assert (folder_of(run) / name).read_bytes() == before


def test_two_columns_of_one_name_are_refused(run):
    """A table finds its columns by their names; one of the two would be lost."""
    import pandas as pd

    with pytest.raises(InvalidValueError) as caught:
        runsite.log_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), "t.json")
    assert str(caught.value) == "the table has two columns 'a'"


def test_tables_of_an_experiment_are_read_together():
    """Without run ids every run of the active experiment counts that has the table."""
    for number in range(2):
        with runsite.start_run():
            runsite.log_table({"n": [number]}, "t.json")
    with runsite.start_run():
        pass
    assert sorted(runsite.load_table("t.json")["n"]) == [0, 1]
    with pytest.raises(NotFoundError, match=r"no table 'other.json' in 3 runs"):
        runsite.load_table("other.json")
    client = RunsiteClient()
    assert sorted(client.load_table("0", "t.json")["n"]) == [0, 1]


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        ({"a": [1]}, "t.csv", "a table is written as .json or .parquet, not as 't.csv'"),
        ([1], "t.json", "a table is a mapping of columns or a DataFrame, not list"),
    ],
)
def test_what_is_no_table_is_refused(run, data, name, message):
    """The message says what would do."""
    with pytest.raises(InvalidValueError) as caught:
        runsite.log_table(data, name)
    assert str(caught.value) == message


def test_the_artifact_uri_is_where_the_files_are(run):
    """What get_artifact_uri gives can be handed to every function that reads."""
    runsite.log_text("hi", "a/b.txt")
    assert runsite.get_artifact_uri() == run.info.artifact_uri
    assert runsite.artifacts.load_text(runsite.get_artifact_uri("a/b.txt")) == "hi"


def test_artifacts_are_listed_level_by_level(run):
    """As in MLflow: files and folders, sorted; nothing for a file or what is not there."""
    runsite.log_text("hi", "a/b.txt")
    runsite.log_text("hello", "c.txt")
    client = RunsiteClient()
    top = client.list_artifacts(run.info.run_id)
    assert [(i.path, i.is_dir, i.file_size) for i in top] == [
        ("a", True, None),
        ("c.txt", False, 5),
    ]
    inner = runsite.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="a")
    assert [(i.path, i.is_dir, i.file_size) for i in inner] == [("a/b.txt", False, 2)]
    assert client.list_artifacts(run.info.run_id, "c.txt") == []
    assert client.list_artifacts(run.info.run_id, "missing") == []


def test_downloading_copies_only_where_it_is_asked_to(run, tmp_path):
    """A store on this machine needs no copy; a folder of one's own gets one."""
    runsite.log_text("hi", "a/b.txt")
    uri = f"runs:/{run.info.run_id}/a"
    assert runsite.artifacts.download_artifacts(uri) == str(folder_of(run) / "a")
    copy = runsite.artifacts.download_artifacts(uri, dst_path=str(tmp_path / "new"))
    assert copy == str(tmp_path / "new" / "a")
    assert Path(copy, "b.txt").read_text() == "hi"
    client = RunsiteClient()
    path = client.download_artifacts(run.info.run_id, "a/b.txt", str(tmp_path))
    assert path == str(tmp_path / "a" / "b.txt")
    with pytest.raises(NotFoundError, match="no artifact 'x'"):
        client.download_artifacts(run.info.run_id, "x")
    with pytest.raises(NotFoundError, match="no folder"):
        client.download_artifacts(run.info.run_id, "a", str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("s3://bucket/x", "an artifact cannot be read from 's3://bucket/x'"),
        ("models:/m/1", "no model 'm' in the registry"),
        ("models:/m", "'models:/m' does not name a registered version"),
        ("runs:/ffffffff/x", "no run 'ffffffff'"),
        ("missing.txt", "no artifact 'missing.txt'"),
    ],
)
def test_a_uri_that_leads_nowhere_says_so(run, uri, message):
    """Each kind of wrong URI has its own answer."""
    with pytest.raises((InvalidValueError, NotFoundError)) as caught:
        runsite.artifacts.load_text(uri)
    assert str(caught.value).startswith(message)


def test_text_must_be_text(run):
    """A picture read as text is an error that names it."""
    runsite.log_stream(io.BytesIO(b"\xff\xfe\xff"), "a.bin")
    uri = f"runs:/{run.info.run_id}/a.bin"
    with pytest.raises(InvalidValueError) as caught:
        runsite.artifacts.load_text(uri)
    assert str(caught.value) == f"artifact '{uri}' is no text in UTF-8"


@pytest.mark.parametrize("text", ["[1]", "a: [", "2026-13-45", "!!bool x"])
def test_a_dictionary_must_be_one(run, text):
    """A list is no dictionary, nor is what YAML cannot read or make."""
    runsite.log_text(text, "a.yaml")
    with pytest.raises(InvalidValueError, match="holds no mapping in JSON or YAML"):
        runsite.artifacts.load_dict(f"runs:/{run.info.run_id}/a.yaml")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (5, "a file's path must be text or a Path, not int '5'"),
        (None, "a file's path must be text or a Path, not NoneType 'None'"),
        (b"a", "a file's path must be text or a Path, not bytes 'b'a''"),
        ("a\0b", "'a\\x00b' can be no path of a file"),
    ],
)
@pytest.mark.usefixtures("run")
def test_what_is_no_path_is_refused(path, message):
    """Files and folders to be logged are named by text or a Path."""
    for log in (runsite.log_artifact, runsite.log_artifacts):
        with pytest.raises(InvalidValueError) as caught:
            log(path)
        assert str(caught.value) == message
