from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.examples import taxi_module

__all__ = ["taxi_module"]

WHOLE = b"PAR1" + b"x" * 1000 + b"PAR1"
HANGS = threading.Event()


class Publisher(BaseHTTPRequestHandler):
    """Serves one answer for each name, the bad ones that a network can give among them."""

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        if name == "hangs":
            HANGS.wait(20)
            return
        if name == "trickles":
            self.trickle()
            return
        body = {"whole": WHOLE, "html": b"<html>", "cut": WHOLE, "long": WHOLE * 200}.get(name)
        self.send_response(200 if body else 404)
        announced = len(WHOLE) * 2 if name == "cut" else len(body or b"")
        self.send_header("Content-Length", str(announced))
        self.end_headers()
        self.wfile.write(body or b"")

    def trickle(self):
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while not HANGS.wait(0.02):
                self.wfile.write(b"x")

    def log_message(self, *args):
        """Keep the test's output to the test's own words."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    HANGS.set()
    server.shutdown()
    server.server_close()
    thread.join()
    HANGS.clear()


@pytest.fixture
def download(taxi_module, monkeypatch):
    module = taxi_module("download")
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "CONNECT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(module, "DEADLINE_S", 5.0)
    monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    return module


def test_files_are_fetched_once_and_kept(download, url, tmp_path):
    """The first call fetches into the cache; the second needs no network."""
    assert download.fetch_files(("whole",), url=url, cache=tmp_path) == tmp_path
    assert (tmp_path / "whole").read_bytes() == WHOLE
    nowhere = "http://127.0.0.1:9"
    assert download.fetch_files(("whole",), url=nowhere, cache=tmp_path) == tmp_path


@pytest.mark.parametrize("name", ["html", "cut", "long", "missing"])
def test_an_answer_that_is_not_the_whole_file_is_not_kept(download, url, tmp_path, name):
    """A page of a captive portal, half a file, an endless one or none: nothing reaches the cache."""
    assert download.fetch_files((name,), url=url, cache=tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_does_not_answer_is_given_up_soon(download, url, tmp_path, monkeypatch):
    """A silent server costs the time-out, a slow one the deadline, a silent name server too."""
    start = time.monotonic()
    assert download.fetch_files(("hangs",), url=url, cache=tmp_path) is None
    monkeypatch.setattr(download, "DEADLINE_S", 0.2)
    assert download.fetch_files(("trickles",), url=url, cache=tmp_path) is None
    monkeypatch.setattr(download.urllib.request, "urlopen", find_no_name)
    assert download.fetch_files(("whole",), url=url, cache=tmp_path) is None
    assert time.monotonic() - start < 10


def find_no_name(url, *, timeout):
    """Wait as a resolver does: no matter which time-out it is given."""
    HANGS.wait(20)
    raise OSError(url)


def test_a_cache_that_cannot_be_written_is_no_error(download, url, tmp_path):
    """Where the cache's place is taken by a file, the caller is told that there is nothing."""
    (tmp_path / "cache").write_text("taken")
    assert download.fetch_files(("whole",), url=url, cache=tmp_path / "cache") is None
