"""Excerpts of files: each content once, only of files on the site, whatever stands in them."""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pytest

import runsite
from runsite.config import Config, SiteConfig
from support.sites import build_site, read_site


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Log one run with these files: artifact path → bytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNSITE_CAPTURE", "off")

    def log(files):
        runsite.set_tracking_uri(str(tmp_path / "runs"))
        with runsite.start_run():
            for path, data in files.items():
                source = tmp_path / "made" / path
                source.parent.mkdir(parents=True, exist_ok=True)
                source.write_bytes(data)
                runsite.log_artifact(str(source))

    return log


@pytest.fixture
def built(tmp_path):
    """Build with these site settings; returns path → bytes of the site."""

    def built(**settings):
        config = Config(site=SiteConfig(**settings), folder=tmp_path)
        build_site(tmp_path / "runs", tmp_path / "site", config=config)
        return read_site(tmp_path / "site")

    return built


def excerpt_of(site, data, kind):
    digest = hashlib.sha256(data).hexdigest()
    path = f"data/files/{digest[:2]}/{digest[:32]}-{kind}.js"
    name, _, body = site[path].decode().removeprefix("runsite.put(").partition(",")
    assert json.loads(name) == path
    return json.loads(body.removesuffix(");\n"))


def list_excerpts(site):
    return [path for path in site if path.startswith("data/files/")]


def test_a_content_has_one_excerpt(log, built):
    """Runs that logged the same file share its excerpt; by another name it can be a table."""
    data = b"a,b\n1,2\n"
    log({"x.csv": data})
    log({"x.csv": data, "y.txt": data})
    site = built()
    assert len(list_excerpts(site)) == 2
    assert excerpt_of(site, data, "text") == {"text": "a,b\n1,2", "note": ""}
    assert excerpt_of(site, data, "table") == {
        "columns": ["a", "b"],
        "rows": [["1", "2"]],
        "note": "",
    }


def test_every_kind_has_its_form(log, built, tmp_path):
    """Parquet and tables of log_table are tables, a drawing is an address that runs nothing."""
    pl.DataFrame({"n": range(300)}).write_parquet(tmp_path / "n.parquet")
    parquet = (tmp_path / "n.parquet").read_bytes()
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    table = b'{"columns": ["a"], "data": [[1], [null]]}'
    log({"n.parquet": parquet, "d.svg": drawing, "t.json": table, "m.bin": b"\x00\x01"})
    site = built()
    found = excerpt_of(site, parquet, "parquet")
    assert found["columns"] == ["n"]
    assert len(found["rows"]) == 200
    assert found["note"] == "The first 200 rows."
    assert excerpt_of(site, drawing, "drawing")["image"].startswith("data:image/svg+xml;base64,")
    assert excerpt_of(site, table, "json")["rows"] == [["1"], [""]]
    assert len(list_excerpts(site)) == 3


def test_what_breaks_text_breaks_no_shard(log, built):
    """Half a surrogate pair, separators of lines and the end of a script are only characters."""
    half = b'{"columns": ["\\ud800"], "data": []}'
    odd = "</script>\u2028`${1}`\\".encode()
    log({"half.json": half, "odd.txt": odd})
    site = built()
    assert excerpt_of(site, half, "json")["columns"] == ["?"]
    assert excerpt_of(site, odd, "text")["text"].startswith("</script>")


def test_only_files_on_the_site_have_excerpts(log, built):
    """A file that is left out is left out whole."""
    log({"x.txt": b"words"})
    assert list_excerpts(built(max_artifacts_mb=0)) == []


def test_a_later_build_keeps_them(log, built):
    """Nothing changed: the same files, and one more run adds its own."""
    log({"x.txt": b"words"})
    before = built()
    assert built() == before
    log({"x.txt": b"other words"})
    after = built()
    assert set(list_excerpts(before)) < set(list_excerpts(after))
