"""Fetch the taxi files from their publisher, or give up soon."""

from __future__ import annotations

import http.client
import os
import threading
import time
import urllib.request
from pathlib import Path

URL = "https://d37ci6vzurychx.cloudfront.net/trip-data"

CONNECT_TIMEOUT_S = 3.0
DEADLINE_S = 30.0
MAX_BYTES = 50_000_000


def fetch_files(
    names: tuple[str, ...], *, url: str = URL, cache: Path | None = None
) -> Path | None:
    """Return the folder that holds the named files, fetched if need be; None without a network.

    Never takes longer than the deadline: a thread does the work, since a name server that does
    not answer heeds no time-out.
    """
    folder = cache or _cache_folder()
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        worker = threading.Thread(target=_fetch_into, args=(folder, missing, url), daemon=True)
        worker.start()
        worker.join(DEADLINE_S + CONNECT_TIMEOUT_S)
    return folder if all((folder / name).is_file() for name in names) else None


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "runsite" / "nyc_taxi"


def _fetch_into(folder: Path, names: list[str], url: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            partial = folder / f".{name}.{os.getpid()}"
            partial.write_bytes(_fetch_parquet(f"{url}/{name}", deadline=deadline))
            partial.replace(folder / name)  # whole or not at all
    except (OSError, ValueError, http.client.HTTPException):
        return  # no network is no error: the caller has other data


def _fetch_parquet(url: str, *, deadline: float) -> bytes:
    """Fetch a Parquet file; ValueError where it is too long, too slow, cut short or not one."""
    content = bytearray()
    with urllib.request.urlopen(url, timeout=CONNECT_TIMEOUT_S) as response:  # noqa: S310 - https
        announced = response.headers.get("Content-Length")
        while chunk := response.read(1 << 16):
            content += chunk
            if len(content) > MAX_BYTES or time.monotonic() > deadline:
                raise ValueError(f"{url} is too long or too slow")
    if announced is not None and int(announced) != len(content):
        raise ValueError(f"{url} was cut short")
    if content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError(f"{url} is not a Parquet file")
    return bytes(content)
