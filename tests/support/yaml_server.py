"""Talking to the YAML language server that editors use, over its standard input and output."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

__all__ = ["YamlServer", "find_yaml_server"]

TIMEOUT_S = 60


def find_yaml_server() -> Path | None:
    """Return the server's program where ``make test`` has installed it."""
    path = Path(sys.prefix) / "node" / "node_modules" / ".bin" / "yaml-language-server"
    return path if path.exists() else None


class YamlServer:
    """A language server for one folder; a context manager that ends its process."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._process = subprocess.Popen(
            [program, "--stdio"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._ids = 0
        settings = {"capabilities": {}, "processId": None, "rootUri": folder.as_uri()}
        self._ask("initialize", settings)
        self._tell("initialized", {})
        options = {"yaml": {"schemaStore": {"enable": False}, "completion": True, "hover": True}}
        self._tell("workspace/didChangeConfiguration", {"settings": options})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._reader.join()

    def problems(self, path: Path, text: str) -> list[tuple[int, int, str]]:
        """Open a file with this text; return (line, column, message) from 1 of what is wrong."""
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        found = self._wait(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == path.as_uri()
            )
        )
        return [
            (
                each["range"]["start"]["line"] + 1,
                each["range"]["start"]["character"] + 1,
                each["message"],
            )
            for each in found["params"]["diagnostics"]
        ]

    def complete(self, path: Path, line: int, column: int) -> list[str]:
        """Return what the server offers at a place of an open file, counted from 1."""
        place = {"line": line - 1, "character": column - 1}
        asked = {"textDocument": {"uri": path.as_uri()}, "position": place}
        answer = self._ask("textDocument/completion", asked)
        items = answer["items"] if isinstance(answer, dict) else answer
        return [item["label"] for item in items]

    def hover(self, path: Path, line: int, column: int) -> str:
        """Return the words that an editor shows for a place of an open file."""
        place = {"line": line - 1, "character": column - 1}
        asked = {"textDocument": {"uri": path.as_uri()}, "position": place}
        answer = self._ask("textDocument/hover", asked)
        return str(answer["contents"]["value"]) if answer else ""

    def _ask(self, method: str, params: object) -> Any:
        self._ids += 1
        number = self._ids
        self._send({"id": number, "method": method, "params": params})
        return self._wait(lambda m: m.get("id") == number and "method" not in m).get("result")

    def _tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, object]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def _wait(self, wanted: Any) -> dict[str, Any]:
        while True:
            message = self._messages.get(timeout=TIMEOUT_S)
            if "id" in message and "method" in message:
                self._answer(message)
            elif wanted(message):
                return message

    def _answer(self, question: dict[str, Any]) -> None:
        """Answer what a server asks of its editor: it has no settings and accepts everything."""
        items = question.get("params") or {}
        result = [None for _ in items.get("items", [])] if "items" in items else None
        self._send({"id": question["id"], "result": result})

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            self._messages.put(json.loads(stream.read(length)))
