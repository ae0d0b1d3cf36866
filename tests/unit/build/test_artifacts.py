"""Files of runs on the site: each content once, within the limits, the true ones only."""

from __future__ import annotations

import hashlib
import struct

import polars as pl
import pytest

import runsite
from runsite.config import Config, SiteConfig
from runsite.store import Store
from support.html import parse_elements
from support.sites import build_site, read_site

EVIL = "<script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 4, 3) + b"\x08\x02\0\0\0"


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Log one run with these files (artifact path → bytes); returns its id."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNSITE_CAPTURE", "off")

    def log(files, **others):
        runsite.set_tracking_uri(str(tmp_path / "runs"))
        with runsite.start_run() as run:
            for path, data in files.items():
                source = tmp_path / "made" / path
                source.parent.mkdir(parents=True, exist_ok=True)
                source.write_bytes(data)
                folder = path.rpartition("/")[0]
                runsite.log_artifact(str(source), artifact_path=folder or None)
        return run.info.run_id

    return log


@pytest.fixture
def built(tmp_path):
    """Build with these site settings; returns the report and path → bytes of the site."""

    def built(**settings):
        config = Config(site=SiteConfig(**settings), folder=tmp_path)
        report = build_site(tmp_path / "runs", tmp_path / "site", config=config)
        return report, read_site(tmp_path / "site")

    return built


def address_of(data, ending):
    digest = hashlib.sha256(data).hexdigest()
    return f"files/{digest[:2]}/{digest[:32]}.{ending}"


def page_of(site, run_id):
    return site[f"runs/{run_id}.html"].decode()


def test_a_content_is_copied_once(log, built):
    """Two runs with the same file share it; each offers it under its own name."""
    first, second = log({"a.txt": b"same"}), log({"b/c.txt": b"same"})
    _, site = built()
    address = address_of(b"same", "txt")
    assert [path for path in site if path.startswith("files/")] == [address]
    offered = {
        run_id: [
            e.attrs["download"]
            for e in parse_elements(page_of(site, run_id))
            if "download" in e.attrs
        ]
        for run_id in (first, second)
    }
    assert offered == {first: ["a.txt"], second: ["c.txt"]}


def test_what_could_run_is_text(log, built):
    """A page or a drawing that was logged is never at an address that shows it as one."""
    log({"report.html": EVIL.encode(), "x.svg": b"<svg><script>1</script></svg>", "y.js": b"1"})
    _, site = built()
    endings = {path.rpartition(".")[2] for path in site if path.startswith("files/")}
    assert endings == {"txt"}


def test_previews_are_only_shown(log, built):
    """Hostile text, Markdown, names and cells stay text on the page."""
    run_id = log(
        {
            "a.txt": EVIL.encode(),
            "b.md": f"# T\n\n{EVIL} [go](javascript:alert(1)) ![x](https://example.org/x.png)".encode(),
            "c.csv": f"a,{EVIL}\n{EVIL},2\n".encode(),
            "'><script>alert(2)<.txt": b"name",
            "d.png": PNG,
            "e.svg": b"<svg><script>1</script></svg>",
        }
    )
    _, site = built()
    page = page_of(site, run_id)
    elements = parse_elements(page)
    scripts = [e for e in elements if e.tag == "script" and "src" not in e.attrs]
    assert [e.attrs.get("type") for e in scripts] == ["application/json"] * len(scripts)
    assert not [e for e in elements if e.attrs.get("href", "").startswith("javascript:")]
    pictures = [e.attrs for e in elements if e.tag == "img"]
    assert [(p["alt"], p.get("width")) for p in pictures] == [("d.png", "4"), ("e.svg", None)]
    assert pictures[0]["src"] == f"../{address_of(PNG, 'png')}"
    assert pictures[1]["src"].startswith("data:image/svg+xml;base64,")


def test_a_note_shows_pictures_of_its_run_and_asks_for_no_other_file(log, built):
    """What is no picture of the run would be a request that fails: its words are left."""
    run_id = log({"plots/a b.png": PNG, "x.txt": b"text"})
    note = "![loss](plots/a%20b.png) ![gone](gone.png) [notes](x.txt) [web](https://example.org/)"
    runsite.tracking.RunsiteClient().set_tag(run_id, "mlflow.note.content", note)
    _, site = built()
    page = page_of(site, run_id)
    note = parse_elements(page.split('<div class="prose">')[1].split("</div>")[0])
    assert [e.attrs["src"] for e in note if e.tag == "img"] == ["../" + address_of(PNG, "png")]
    links = [e.attrs.get("href") for e in note if e.tag == "a"]
    assert [link for link in links if link] == ["https://example.org/"]
    assert next(e for e in note if e.tag == "p").text.split() == ["gone", "notes", "web"]


def test_limits_are_kept_and_said(log, built):
    """A file that is too large and one that no longer fits say so; nothing fails for it."""
    older = log({"c.bin": b"c" * 600_000})
    run_id = log({"a.bin": b"a" * 1_100_000, "b.bin": b"b" * 600_000})
    report, site = built(max_file_mb=1, max_artifacts_mb=1)
    assert sorted(path for path in site if path.startswith("files/")) == [
        address_of(b"b" * 600_000, "bin")
    ]
    assert "larger than 1 MB" in page_of(site, run_id)
    assert "the site&#39;s 1 MB are full" in page_of(site, older)
    assert report.warnings == ()


def test_no_file_is_copied_on_request(log, built, tmp_path):
    """A limit of nothing keeps all files out, empty ones too, and misses none that is away."""
    run_id = log({"a.txt": b"x", "b.txt": b"y", "empty.txt": b"", "gone.txt": b""})
    for name in ("b.txt", "gone.txt"):
        (tmp_path / "runs" / "artifacts" / run_id / name).unlink()
    report, site = built(max_artifacts_mb=0)
    assert [path for path in site if path.startswith("files/")] == []
    assert report.warnings == ()


def test_a_missing_or_changed_file_is_a_warning(log, built, tmp_path):
    """The site says what the store lacks, and never shows a file that is not the logged one."""
    run_id = log({"a.txt": b"one", "b.txt": b"two"})
    folder = tmp_path / "runs" / "artifacts" / run_id
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_bytes(b"owt")
    report, site = built()
    assert report.warnings == (f"artifact {run_id}/a.txt is not in the store, and 1 more files",)
    assert "not in the store" in page_of(site, run_id)
    assert "not the file that was logged" in page_of(site, run_id)
    assert [path for path in site if path.startswith("files/")] == []


def test_a_link_out_of_the_store_is_not_followed(log, built, tmp_path):
    """A symbolic link in place of a file gives nothing away."""
    run_id = log({"a.txt": b"one"})
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"one")
    path = tmp_path / "runs" / "artifacts" / run_id / "a.txt"
    path.unlink()
    path.symlink_to(secret)
    _, site = built()
    assert "not in the store" in page_of(site, run_id)


def test_images_by_step_are_a_series(log, built):
    """Three images of one key are one figure with a slider, the last one shown."""
    run_id = log({f"images/sample/{n:08d}.png": PNG + bytes([n]) for n in range(3)})
    _, site = built()
    elements = parse_elements(page_of(site, run_id))
    (slider,) = [e.attrs for e in elements if e.attrs.get("type") == "range"]
    (image,) = [e.attrs for e in elements if e.tag == "img"]
    assert (slider["min"], slider["max"], image["alt"]) == ("0", "2", "sample at step 2")
    assert image["src"] == f"../{address_of(PNG + bytes([2]), 'png')}"


def test_a_parquet_table_is_shown(log, built, tmp_path):
    """The first rows of a logged table stand on the page; a file that is none does not."""
    path = tmp_path / "t.parquet"
    pl.DataFrame({"n": range(30), "word": ["x"] * 30}).write_parquet(path)
    run_id = log({"t.parquet": path.read_bytes(), "u.parquet": b"PAR1nothing"})
    _, site = built()
    page = page_of(site, run_id)
    assert "The first 20 rows." in page
    summaries = [e.text.strip() for e in parse_elements(page) if e.tag == "summary"]
    assert "t.parquet" in summaries
    assert "u.parquet" not in summaries


def test_a_link_is_not_shown_for_a_file_that_another_run_has(log, built, tmp_path):
    """A page shows the content that was compared with the digest, not what its folder holds now."""
    (tmp_path / "secret.txt").write_text("s3cr3t-word")
    first, second = log({"a.txt": b"same"}), log({"a.txt": b"same"})
    path = tmp_path / "runs" / "artifacts" / first / "a.txt"
    path.unlink()
    path.symlink_to(tmp_path / "secret.txt")
    _, site = built()
    assert [path for path, data in site.items() if b"s3cr3t-word" in data] == []
    assert "same" in page_of(site, second)


def test_no_evaluation_is_read_through_a_link(log, built, tmp_path):
    """Neither a file of a run nor its folder may lead a build out of the store."""
    data = b'{"classes": ["s3cr3t", "b"], "confusion": [[1, 2], [3, 4]]}'
    run_id = log({"confusion_matrix.json": data})
    assert Store.open(str(tmp_path / "runs")).find_artifact(run_id, "confusion_matrix.json")
    folder = tmp_path / "runs" / "artifacts" / run_id
    outside = tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    store = Store.open(str(tmp_path / "runs"))
    for path in (
        "confusion_matrix.json",
        "../../../outside/confusion_matrix.json",
        "a\0b",
        "x" * 999,
    ):
        assert store.find_artifact(run_id, path) is None
    _, site = built()
    assert b"s3cr3t" not in site[f"runs/{run_id}.html"]
