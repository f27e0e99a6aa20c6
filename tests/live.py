"""Real servers on loopback, for tests that need one: uvicorn or a plain http server in a thread, or `hoitin serve` itself."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

ROOT = Path(__file__).parent.parent
PATIENCE = 120  # seconds, for a machine that has much else to do


@contextmanager
def serving(app: ASGIApp, root_path: str = "", **options: object) -> Iterator[int]:
    """Serve `app` on 127.0.0.1 and yield the port. The socket listens at once: nobody has to wait. options: uvicorn's."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        config = uvicorn.Config(
            app, log_level="error", server_header=False, timeout_graceful_shutdown=1, root_path=root_path, **options
        )  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=20)


class Served:
    """`hoitin serve` in a process of its own, as a service manager runs it. Lines: what it says, as it says it."""

    def __init__(self, data: Path, *arguments: str, command: tuple[str, ...] = (), **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOITIN_")}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings}
        program = command or (sys.executable, "-m", "webui.cli")
        self.process = subprocess.Popen(
            [*program, "serve", "--port", str(self.port), "--data", str(data), *arguments],
            cwd=data, env=environment, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def until_it_says(self, words: str) -> str:
        """Return the next line with these words in it, waiting for it."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            self.said.append(line)
            if words in line:
                return line
            assert line or self.process.poll() is None, "\n".join(self.said)

    def connect(self, sent: bytes) -> socket.socket:
        """Return a connection over which `sent` was sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        connection.sendall(sent)
        return connection

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self, sig: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and return the exit code when the process has ended."""
        self.process.send_signal(sig)
        return self.ended()

    def ended(self) -> int:
        """Return the exit code when the process has ended, and keep what it said."""
        code = self.process.wait(PATIENCE)
        with suppress(queue.Empty):
            while line := self._lines.get(timeout=5):
                self.said.append(line)
        return code


@contextmanager
def served(data: Path, *arguments: str, command: tuple[str, ...] = (), **settings: str) -> Iterator[Served]:
    """Run `hoitin serve` over a data folder and yield it, ready. settings: HOITIN_* variables."""
    server = Served(data, *arguments, command=command, **settings)
    try:
        server.until_it_says("/chat/")
        yield server
    finally:
        server.process.kill()
        server.process.wait(PATIENCE)


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
