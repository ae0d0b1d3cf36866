"""The tables of a published site are read from a plain web server."""

from __future__ import annotations

import functools
import http.server
import threading

import pytest

import runsite
from runsite.errors import ForeignStoreError
from runsite.store import Store


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain web server that keeps no log."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(cli, tmp_store, monkeypatch):
    """Publish a site of one run on loopback."""
    monkeypatch.chdir(tmp_store.parent)
    runsite.set_tracking_uri(tmp_store)
    with runsite.start_run(run_name="first"):
        for step in (1, 2):
            runsite.log_metric("rmse", 6.2 / step, step=step)
    site = tmp_store.parent / "site"
    assert cli("build", "--store", tmp_store, "--output", site).exit_code == 0
    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_pandas_reads_a_published_site(address):
    """Runs and points come over plain HTTP, as docs/locations.md says."""
    pd = pytest.importorskip("pandas")
    runs = pd.read_parquet(f"{address}/data/runs.parquet")
    assert runs["run_name"].tolist() == ["first"]
    points = pd.read_parquet(f"{address}/data/metrics.parquet")
    assert points[["key", "step", "value"]].values.tolist() == [["rmse", 1, 6.2], ["rmse", 2, 3.1]]


def test_a_published_site_is_no_store(address):
    """Its address keeps the error that says what a store is."""
    with pytest.raises(ForeignStoreError) as caught:
        Store.open(address)
    assert "names a tracking server; a runsite store is a folder" in str(caught.value)
