"""Real servers on loopback, for tests that need one: uvicorn or a plain http server, each in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp, root_path: str = "") -> Iterator[int]:
    """Serve `app` on 127.0.0.1 and yield the port. The socket listens at once: nobody has to wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        config = uvicorn.Config(app, log_level="error", server_header=False, timeout_graceful_shutdown=1, root_path=root_path)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@contextmanager
def serving_pages(pages: Mapping[str, tuple[str, str]]) -> Iterator[int]:
    """Serve a mapping, path -> (HTML, Content-Security-Policy), that may still grow, and yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if page:
                self.send_header("Content-Security-Policy", page[1])
            self.end_headers()
            self.wfile.write(page[0].encode() if page else b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(timeout=20)
