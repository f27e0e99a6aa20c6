"""The end of the server: questions under way are answered, idle streams and half-sent requests end at once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 3.5  # seconds that an open question has, once the server is to stop
IDLE = "hoitin.idle"  # the mark of a stream that waits for nothing, in its request's scope

_SAID = (
    "Máy chủ đang khởi động lại. Hãy hỏi lại sau ít giây. | The server is being restarted. Please ask again in a few seconds."
)

log = logging.getLogger("hoitin")


class Stopping:
    """Knows every request that is open, and ends them when the server is to stop.

    What would not end by itself, or not soon, ends at once: a chat tab's heartbeat, a body that is not whole yet. The
    rest has `patience` seconds. Each is ended as a response that a browser understands, so that it asks again.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.begun = False
        self._patience = patience
        self._open: dict[asyncio.Task[Any], _Request] = {}

    def begin(self) -> None:
        """End what need not be waited for, and the rest after its time. Call it in the event loop of the requests."""
        self.begun = True
        for request in list(self._open.values()):
            if request.is_idle():
                request.end()
        asyncio.get_running_loop().call_later(self._patience, self._end_all)

    def _end_all(self) -> None:
        for request in list(self._open.values()):
            request.end()

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the application, its requests known here."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            task = asyncio.current_task()
            if scope["type"] != "http" or task is None:
                await app(scope, receive, send)
                return
            request = self._open[task] = _Request(task, scope, receive, send)
            try:
                if self.begun:
                    await request.refuse()
                else:
                    await app(scope, request.receive, request.send)
            except asyncio.CancelledError:
                if not request.ended:
                    raise
                task.uncancel()
            finally:
                del self._open[task]
            if request.ended:
                await request.refuse()

        return watched


class _Request:
    def __init__(self, task: asyncio.Task[Any], scope: Scope, receive: Receive, send: Send) -> None:
        self.ended = False
        self._task = task
        self._scope = scope
        self._receive = receive
        self._send = send
        self._whole = False  # the body is
        self._reading = False
        self._start: Message | None = None
        self._complete = False

    def is_idle(self) -> bool:
        """Tell whether nobody would miss it: a stream that waits for nothing, or a body that may never come."""
        return IDLE in self._scope or (self._reading and not self._whole)

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self._task.cancel()

    async def receive(self) -> Message:
        self._reading = True
        try:
            message = await self._receive()
        finally:
            self._reading = False
        self._whole = self._whole or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._complete = not message.get("more_body", False)
        await self._send(message)

    async def refuse(self) -> None:
        """Answer that the server stops; a stream that has begun just ends, if it may end anywhere."""
        with suppress(TimeoutError):  # who does not read will not read this either
            async with asyncio.timeout(0.2):
                if self._start is None:
                    response = JSONResponse({"error": _SAID}, 503, {"Retry-After": "5", "Cache-Control": "no-store"})
                    await response(self._scope, self._receive, self._send)
                elif not self._complete and all(name.lower() != b"content-length" for name, _ in self._start["headers"]):
                    await self._send({"type": "http.response.body", "body": b"", "more_body": False})
