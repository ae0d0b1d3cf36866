"""A static host as a site finds it: under a sub-path, with its own page for what is missing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

__all__ = ["SUB_PATH", "serve_folder"]

SUB_PATH = "/team/report/"


class _Pages(SimpleHTTPRequestHandler):
    """Answers below the sub-path as GitHub Pages does; outside it there is nothing."""

    def translate_path(self, path: str) -> str:
        address = path.partition("?")[0].partition("#")[0]
        if not address.startswith(SUB_PATH):
            return str(Path(self.directory) / ".outside")
        return super().translate_path(address.removeprefix(SUB_PATH[:-1]))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not self.path.startswith(SUB_PATH):
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: a test's output is its own."""


@contextlib.contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback while the block runs; give the address that it begins at.

    Args:
        folder: What lies under the sub-path.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
