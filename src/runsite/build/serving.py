"""The site over HTTP, for this machine only: files, and the news for pages that are open.

Whoever can reach the port could read the runs, so it listens on the loopback address; a foreign
website in the same browser is kept out by the Host header (DNS rebinding) and by what the browser
says about where a request comes from.
"""

from __future__ import annotations

import json
import mimetypes
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from runsite.build.live import LiveSite
from runsite.errors import BuildError

__all__ = ["HOST", "make_server"]

HOST = "127.0.0.1"
NEWS = "/-/events"
SCRIPT = "/-/live.js"

_HOSTS = {"127.0.0.1", "localhost"}
_BEAT_S = 10.0
_MAX_DIGITS = 20
_PATIENCE_S = 60.0
"""How long a connection may say nothing, or take nothing, before its thread is let go."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
_SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def make_server(folder: Path, *, site: LiveSite, port: int) -> ThreadingHTTPServer:
    """Listen on the loopback address; serving begins with ``serve_forever``.

    Args:
        folder: Of the built site.
        site: Whose news the pages ask for.
        port: 0 for any that is free.

    Raises:
        BuildError: The port is taken or not allowed.
    """
    try:
        server = _Server((HOST, port), partial(_Handler, folder=folder.resolve(), site=site))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BuildError(
            f"cannot listen on port {port}: {reason}",
            hint="another program uses it? --port 0 takes any that is free",
        ) from error
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a page that waits for news must not keep the program alive
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that goes away in the middle is no error."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE_S
    server_version = "runsite"
    sys_version = ""

    def __init__(self, *args: object, folder: Path, site: LiveSite) -> None:
        self._folder = folder
        self._site = site
        super().__init__(*args)  # type: ignore[arg-type]  # what the server hands over

    def log_message(self, *_: object) -> None:
        """Keep the terminal for builds and their errors."""

    def do_GET(self) -> None:
        """Answer with a file of the site, or with news."""
        if not self._is_welcome():
            self._send(HTTPStatus.FORBIDDEN, b"this site is for this machine only\n")
            return
        parts = urlsplit(self.path)
        if parts.path == NEWS:
            self._send_news(parse_qs(parts.query))
        elif parts.path == SCRIPT:
            script = Path(__file__).with_name("live.js").read_bytes()
            self._send(HTTPStatus.OK, script, kind=_TYPES[".js"])
        else:
            self._send_file(unquote(parts.path))

    do_HEAD = do_GET  # noqa: N815 - the name that the base class calls

    def _is_welcome(self) -> bool:
        host = self.headers.get("Host", "")
        name, _, port = host.partition(":")
        if name not in _HOSTS or port not in {"", str(self.connection.getsockname()[1])}:
            return False
        foreign = self.headers.get("Sec-Fetch-Site", "none") in {"cross-site", "same-site"}
        # A link on another site may lead here; its scripts and frames may not.
        return not foreign or self.headers.get("Sec-Fetch-Dest") == "document"

    def _send_file(self, path: str) -> None:
        status, target = HTTPStatus.OK, self._find(path)
        if target is None and not path.endswith("/") and self._find(f"{path}/"):
            address = f"{urlsplit(self.path).path}/"
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", extra={"Location": address})
            return
        if target is None:
            status, target = HTTPStatus.NOT_FOUND, self._folder / "404.html"
        try:
            data = target.read_bytes()
            mark = f'"{target.stat().st_mtime_ns:x}-{len(data):x}"'
        except OSError:
            self._send(HTTPStatus.NOT_FOUND, b"not built yet\n")
            return
        kind = _TYPES.get(target.suffix) or mimetypes.guess_type(target.name)[0]
        if target.suffix == ".html":
            self._send(status, self._enliven(data), kind=kind)
        elif self.headers.get("If-None-Match") == mark:
            self._send(HTTPStatus.NOT_MODIFIED, b"", extra={"ETag": mark})
        else:
            self._send(status, data, kind=kind, extra={"ETag": mark})

    def _find(self, path: str) -> Path | None:
        """Return the file at a path of the site; None where there is none inside its folder."""
        inside = PurePosixPath(path.lstrip("/") + ("index.html" if path.endswith("/") else ""))
        if "\0" in path or "\\" in path or any(part.startswith(".") for part in inside.parts):
            return None
        try:
            target = self._folder / inside
            sound = target.resolve().is_relative_to(self._folder) and target.is_file()
        except (OSError, ValueError, RuntimeError):  # too long, no text, a loop of links
            return None
        return target if sound else None

    def _enliven(self, page: bytes) -> bytes:
        """Let a page ask for news: the script, and the policy that allows it to ask."""
        told = f'data-session="{self._site.session}" data-number="{self._site.number}"'
        script = f'<script defer src="{SCRIPT}" {told}></script>\n</head>'
        page = page.replace(b"connect-src 'none'", b"connect-src 'self'", 1)
        return page.replace(b"</head>", script.encode(), 1)

    def _send(
        self,
        status: HTTPStatus,
        data: bytes,
        *,
        kind: str | None = "text/plain; charset=utf-8",
        extra: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        cached = bool(extra and "ETag" in extra)
        headers = {
            "Content-Type": kind or "application/octet-stream",
            "Content-Length": str(len(data)),
            "Cache-Control": "no-cache" if cached else "no-store",
            **_SAFETY,
            **(extra or {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _send_news(self, query: dict[str, list[str]]) -> None:
        """Send an event for each build until the page or the server goes away."""
        text = query.get("since", ["0"])[0]
        since = int(text) if text.isdecimal() and len(text) < _MAX_DIGITS else 0
        if query.get("session", [""])[0] != self._site.session:
            since = -1
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while not self._site.closed:
            update = self._site.wait(since=since, timeout_s=_BEAT_S)
            if update is None:
                self.wfile.write(b": still here\n\n")
            else:
                since = update.number
                self.wfile.write(f"data: {json.dumps(asdict(update))}\n\n".encode())
            self.wfile.flush()
