"""So many questions a minute from one, so many at once from all: a flood from one leaves the others unharmed."""

from __future__ import annotations

import asyncio
import math
import re
import threading
import weakref
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retriever import Answer, Assistant

from ..messages import EN, VI, Messages
from ..security import own_path
from .addresses import asker_key
from .buckets import Buckets

_WAITING = 128  # questions that may wait for their turn
_OWN_WAITING = 16  # of them, from one asker
_PATIENCE = 10.0  # seconds a question waits


class QuestionLimits:
    """Answers 429 to one who asks more than `rate` questions a minute. They may come all at once."""

    def __init__(self, app: ASGIApp, rate: int, mounts: Mapping[str, Messages]) -> None:
        self._app = app
        self._buckets = Buckets(rate, 60 / rate)
        self._mounts = mounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_question(scope, self._mounts) and (wait := self._buckets.take(asker_key(scope))):
            await _refuse(scope, receive, send, self._mounts, "too_many", wait)
        else:
            await self._app(scope, receive, send)


class Turns:
    """Lets `at_once` questions through at a time; a few more wait, the rest get 429.

    Stands where a request's body has been read and ends with the first byte of its answer, so
    that nobody holds a turn by being slow. own: how many of one asker, 0 for no limit.
    """

    def __init__(self, app: ASGIApp, at_once: int, mounts: Mapping[str, Messages], own: int = _OWN_WAITING) -> None:
        self._app = app
        self._at_once = at_once
        self._mounts = mounts
        self._own = own
        self._inside: Counter[str] = Counter()
        # One for each event loop: a server has one, tests have several.
        self._turns: weakref.WeakKeyDictionary[Any, asyncio.Semaphore] = weakref.WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_question(scope, self._mounts):
            await self._app(scope, receive, send)
            return
        key = asker_key(scope)
        if self._inside.total() >= self._at_once + _WAITING or (self._own and self._inside[key] >= self._own):
            await _refuse(scope, receive, send, self._mounts, "too_busy", 1)
            return
        turns = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._at_once))
        self._inside[key] += 1
        try:
            async with asyncio.timeout(_PATIENCE):
                await turns.acquire()
        except TimeoutError:
            self._leave(key)
            await _refuse(scope, receive, send, self._mounts, "too_busy", _PATIENCE)
            return
        except BaseException:
            self._leave(key)
            raise
        held = True

        def leave() -> None:
            nonlocal held
            if held:
                held = False
                turns.release()
                self._leave(key)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                leave()
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            leave()

    def _leave(self, key: str) -> None:
        self._inside[key] -= 1
        if not self._inside[key]:
            del self._inside[key]


def pace(assistant: Assistant, at_once: int) -> Assistant:
    """Return the assistant, which now searches for at most `at_once` questions at a time, whichever way they come.

    Gradio's queue runs its events outside of any request, so that `Turns` does not see them.
    """
    return cast(Assistant, _Paced(assistant, at_once))


class _Paced:
    def __init__(self, assistant: Assistant, at_once: int) -> None:
        self._assistant = assistant
        self._slots = threading.BoundedSemaphore(at_once)

    def ask(self, *args: Any, **options: Any) -> Answer:
        with self._slots:
            return self._assistant.ask(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)


def is_question(scope: Scope, mounts: Mapping[str, Messages]) -> bool:
    """Tell whether a request makes us search: POST /api/ask, /api/export or /api/feedback, or an event of a chat page."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path = own_path(scope)
    events = "|".join(re.escape(mount) for mount in mounts)
    return bool(re.match(rf"(?:/api/(?:ask|export|feedback)|(?:{events})/gradio_api/(?:queue/join|call/\w+|run/\w+))/?$", path))


async def _refuse(
    scope: Scope, receive: Receive, send: Send, mounts: Mapping[str, Messages], message: str, wait: float
) -> None:
    """Answer 429: in the language of the chat page, which shows the sentence as it is; in both to programs."""
    seconds = max(1, math.ceil(wait))
    path = own_path(scope)
    languages = [messages for mount, messages in mounts.items() if path.startswith(mount + "/")] or [VI, EN]
    said = " | ".join(getattr(messages, message).format(seconds=seconds) for messages in languages)
    response = JSONResponse({"error": said}, 429, {"Retry-After": str(seconds), "Cache-Control": "no-store"})
    await response(scope, receive, send)
