"""uvicorn, with an end to everything: to a slow head, a body that never comes, a reader who does not read, and to itself."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from .access.addresses import Network, address_key, as_address
from .listening import raise_file_limit
from .settings import Settings
from .stopping import PATIENCE, Stopping

_HEAD = 10.0  # seconds for the head of a request, from its first byte (of the first, from the connection)
_REST = 5.0  # seconds for the rest of a body that nobody waits for any more
_STALLED = 60.0  # seconds in which a reader takes nothing of what we send
_OWN_CONNECTIONS = 200  # of one address
_SPARE_FILES = 256  # for the index, the library, the log
_LAST = PATIENCE + 1.2  # seconds after which the process ends, whatever still runs in it
_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_CROWDED = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

log = logging.getLogger("hoitin")


class Crowd:
    """Counts the connections of each address. most: of one; trusted: those who stand for many, a proxy say."""

    def __init__(self, most: int = _OWN_CONNECTIONS, trusted: Sequence[Network] = ()) -> None:
        self._most = most
        self._trusted = tuple(trusted)
        self._open: Counter[str] = Counter()

    def enter(self, client: tuple[str, int] | None) -> Callable[[], None] | None:
        """Return what to call when the connection ends, None if its address has too many."""
        key = address_key({"client": client})
        address = as_address(client[0]) if client else None
        trusted = address is not None and any(address.version == net.version and address in net for net in self._trusted)
        if self._open[key] >= self._most and not trusted:
            return None
        self._open[key] += 1
        return partial(self._leave, key)

    def _leave(self, key: str) -> None:
        self._open[key] -= 1
        if not self._open[key]:
            del self._open[key]


class Connection(H11Protocol):
    """A connection that has so much time for each thing that it does."""

    def __init__(self, crowd: Crowd, *given: Any, head: float = _HEAD, stalled: float = _STALLED, **named: Any) -> None:
        super().__init__(*given, **named)
        self._crowd = crowd
        self._head, self._stalled = head, stalled
        self._leave: Callable[[], None] | None = None
        self._waits = ""  # what for: the "head" of a request, the "rest" of a body
        self._waiting: asyncio.TimerHandle | None = None
        self._stalling: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._leave = self._crowd.enter(self.client)
        if self._leave is None:
            transport.write(_CROWDED)
            transport.close()
            return
        self._wait_for("head")

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for("")
        self.resume_writing_timer()
        if self._leave:
            self._leave()
            self._leave = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._leave is None:  # turned away
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_for("")  # the application reads the body, and has its own patience
        elif self.conn.their_state is h11.IDLE:
            self._wait_for("head")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and self.conn.their_state is h11.SEND_BODY:
            self._wait_for("rest")

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalling is None:
            self._stalling = self.loop.call_later(self._stalled, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.resume_writing_timer()

    def resume_writing_timer(self) -> None:
        """Forget that the reader was slow."""
        if self._stalling:
            self._stalling.cancel()
            self._stalling = None

    def send_400_response(self, msg: str) -> None:
        """End what is no HTTP: uvicorn itself would fail where an answer has begun, or is still to come."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a stranger may ask for WebSockets as often as they like."""

    def _wait_for(self, what: str) -> None:
        """Begin to wait for something else; what is waited for already keeps its time."""
        if what == self._waits:
            return
        if self._waiting:
            self._waiting.cancel()
        self._waits = what
        seconds = self._head if what == "head" else _REST
        self._waiting = self.loop.call_later(seconds, self._give_up) if what else None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            if self._waits == "head":
                self.transport.write(_LATE)
            self.transport.close()


class _Server(uvicorn.Server):
    """Ends with exit code 0 on SIGTERM and Ctrl+C, within seconds; at once on a second signal."""

    def __init__(
        self, config: uvicorn.Config, stopping: Stopping, ready: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._ready = ready
        self._say = say

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True  # not kept to be raised again, as uvicorn would: to be asked to end is no failure

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._say(
            "hoitin: đang dừng, trả lời nốt các câu đang hỏi (Ctrl+C lần nữa để dừng ngay)"
            " / stopping, answering what was asked (Ctrl+C again to stop at once)"
        )
        # A search in a thread cannot be called off, and the interpreter would wait for it.
        last = threading.Timer(_LAST, os._exit, (0,))
        last.daemon = True
        last.start()
        self._stopping.begin()
        await super().shutdown(sockets=sockets)
        log.info("stopped")


def run(
    app: ASGIApp, settings: Settings, stopping: Stopping, sockets: list[socket.socket], ready: Callable[[], None],
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve `app` at `sockets` until SIGTERM or Ctrl+C. ready: called when the port answers. say: tells the terminal."""
    _Server(make_config(app, settings), stopping, ready, say).run(sockets=sockets)


def make_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return what uvicorn is told."""
    crowd = Crowd(trusted=settings.trusted_proxies)
    return uvicorn.Config(
        app, root_path=settings.root_path, http=partial(Connection, crowd), ws="none",  # type: ignore[arg-type]
        proxy_headers=False,  # uvicorn would believe whoever is on this machine; access.addresses does it
        log_config=None, access_log=False, server_header=False, timeout_keep_alive=10,
        limit_concurrency=max(64, raise_file_limit() - _SPARE_FILES),
        timeout_graceful_shutdown=PATIENCE + 0.5,  # type: ignore[arg-type]
    )  # fmt: skip
