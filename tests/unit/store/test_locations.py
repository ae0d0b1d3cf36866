"""Which file system a URL opens, without a network; and what is said where none can be."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from runsite.errors import StoreError
from runsite.store import Store
from runsite.store.locations import open_file_system


@pytest.mark.parametrize(
    ("uri", "kind", "path"),
    [
        ("gs://bucket/team/runs", "GcsFileSystem", "bucket/team/runs"),
        ("gcs://bucket/runs/", "GcsFileSystem", "bucket/runs"),
        ("s3://bucket/runs?region=eu-west-1", "S3FileSystem", "bucket/runs"),
        ("abfs://box@acc.dfs.core.windows.net/runs", "AzureFileSystem", "box/runs"),
        ("abfss://box@acc.dfs.core.windows.net/runs", "AzureFileSystem", "box/runs"),
    ],
)
def test_arrow_opens_the_clouds(uri, kind, path):
    """Google, Amazon and Azure are Arrow's own; nothing is asked of them before it is needed."""
    fs = pytest.importorskip("pyarrow.fs")
    if not hasattr(fs, kind):
        pytest.skip(f"this Arrow is built without {kind}")
    system, found = open_file_system(uri)
    assert (type(system).__name__, found) == (kind, path)


def test_azure_by_its_short_scheme(monkeypatch):
    """adlfs opens ``az://`` where it is installed; else the error names it."""
    if find_spec("adlfs") is None:
        with pytest.raises(StoreError) as caught:
            Store.open("az://box/team/runs")
        assert str(caught.value) == (
            "'az://box/team/runs' needs packages that are not installed: adlfs\n"
            "  hint:  pip install adlfs"
        )
        return
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "acc")
    system, path = open_file_system("az://box/team/runs")
    assert (system.type_name, path) == ("py::fsspec+('abfs', 'az', 'abfss')", "box/team/runs")


def test_an_address_that_no_file_system_takes_is_one_clear_error(monkeypatch, tmp_path):
    """What the library says stands in the error, with what to look at."""
    monkeypatch.setenv("RUNSITE_MIRRORS", str(tmp_path))
    with pytest.raises(StoreError) as caught:
        Store.open("abfs://nohost/x")
    assert str(caught.value) == (
        "cannot reach the store 'abfs://nohost/x': AzureOptions doesn't contain a valid account "
        "name\n  hint:  check the address, the rights and the network"
    )


def test_an_error_does_not_repeat_a_password(monkeypatch, tmp_path):
    """Errors end in logs that others read; a URL may hold a password or a key, and so may its query."""
    monkeypatch.setenv("RUNSITE_MIRRORS", str(tmp_path))
    for uri in ("s3://key:secret@bucket/x?endpoint_override=nohost:1&scheme=oops&region=secret",
                "smb://me:secret@nohost.invalid/x"):  # fmt: skip
        with pytest.raises(StoreError) as caught:
            Store.open(uri)
        assert "secret" not in str(caught.value)
        assert "…@" in str(caught.value)
