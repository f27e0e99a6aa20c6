"""A news site on loopback that a test writes page by page, and that remembers who asked for what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Answer:
    """One page. stream: writes the body itself, for servers that misbehave."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    stream: Callable[[Any], None] | None = None


class Site:
    """Answers what `pages` says, 404 for the rest; knows its pages again by ETag."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, str, int]] = []  # host, path, status
        self.headers: list[dict[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        """Stop answering; once is enough."""
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def put(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        """Set a page; an underscore in a header's name stands for '-'."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Answer(data, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def paths(self) -> list[str]:
        """Return what was asked for since the last call, robots.txt left out."""
        found = [path for _, path, _ in self.asked if path != "/robots.txt"]
        self.asked.clear()
        return found

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        page = self.pages.get(handler.path, Answer(status=404))
        tag = f'"{hashlib.sha256(page.body).hexdigest()[:8]}"'
        status = 304 if page.status == 200 and handler.headers.get("If-None-Match") == tag else page.status
        self.asked.append((handler.headers.get("Host", ""), handler.path, status))
        self.headers.append(dict(handler.headers))
        if page.stream:
            page.stream(handler)
            return
        handler.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", "ETag": tag, **page.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0" if status == 304 else str(len(page.body)))
        handler.end_headers()
        if status != 304:
            handler.wfile.write(page.body)
