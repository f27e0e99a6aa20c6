"""What a request costs, said beside its route: so much from one asker a minute, and its turns in the line.

Our own routes say it by `counts_as` or `free`; `refuse_uncounted` holds them to it. The events of the chat pages are
Gradio's routes and no place for a word of ours: `ChatLimits` stands before them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..messages import EN, VI, Messages
from ..security import own_path
from .addresses import asker_key
from .buckets import Buckets
from .line import Line, TooBusyError, Turns

_READS = 600  # source pages, and stretches of originals, a minute: pdf.js asks for many of a scan that is leafed through
_OWN_PLACES = 16  # of the line, for one asker


class Limits:
    """How much one asker may ask and read a minute, and the line that all stand in.

    rate: questions a minute, which may come all at once; 0 for no limits but the line's own. at_once: turns at a time.
    """

    def __init__(self, rate: int, at_once: int) -> None:
        self._rate = rate
        self._questions = Buckets(rate, 60 / rate) if rate else None
        self._reads = Buckets(_READS, 60 / _READS) if rate else None
        if rate:
            self._line = Line(at_once, share=max(1, at_once - 1), places=_OWN_PLACES)
        else:
            self._line = Line(at_once, share=at_once, places=1_000_000)

    def take(self, scope: Scope, questions: int = 0, reads: int = 0) -> float:
        """Take what a request costs, and return 0.0; or return the seconds until it may come again.

        Raises HTTPException for more than one may ask in a minute at all.
        """
        if self._questions is None or self._reads is None:
            return 0.0
        if questions > self._rate:
            words = (one.too_much.format(count=questions, rate=self._rate) for one in (VI, EN))
            raise HTTPException(422, " | ".join(words))
        key = asker_key(scope)
        return (questions and self._questions.take(key, questions)) or (reads and self._reads.take(key, reads))

    def turns(self, scope: Scope) -> Turns:
        """Return the turns of a request."""
        return Turns(self._line, asker_key(scope))


# --- our own routes -------------------------------------------------------------------------

_costs: set[object] = set()


def counts_as(questions: int | Callable[..., Awaitable[int]] = 0, *, reads: int = 0) -> Any:
    """Return the dependency by which a route says what it costs; it gives the route its `Turns`.

    questions: how many, or a dependency that returns it, say from the body. reads: source pages, or as much of an
    original. Answers 429 before anything is done.
    """

    async def fixed() -> int:
        return int(str(questions))

    async def turns(request: Request, count: int = Depends(questions if callable(questions) else fixed)) -> Turns:
        limits: Limits = request.app.state.limits
        if wait := limits.take(request.scope, count, reads):
            raise too_many(wait)
        return limits.turns(request.scope)

    _costs.add(turns)
    return Depends(turns)


free = counts_as(0)


def refuse_uncounted(app: FastAPI, mounts: Iterable[str]) -> None:
    """Raise ValueError for a route that does not say what it costs. mounts: where `ChatLimits` stands before the routes."""
    for route in app.routes:
        if not _is_counted(route, frozenset(mounts)):
            raise ValueError(f"{getattr(route, 'path', route)!r} does not say what it costs: give it counts_as(…) or free")


def _is_counted(route: BaseRoute, mounts: frozenset[str]) -> bool:
    if isinstance(route, Mount):
        return route.path in mounts or isinstance(route.app, StaticFiles)
    return isinstance(route, APIRoute) and any(one.call in _costs for one in route.dependant.dependencies)


def too_many(wait: float) -> HTTPException:
    """Return the refusal of one who asks too fast, in both languages."""
    return _refusal("too_many", wait, [VI, EN])


def too_busy(error: TooBusyError) -> HTTPException:
    """Return the refusal of one who finds no place in the line, in both languages."""
    return _refusal("too_busy", error.seconds, [VI, EN])


def _refusal(message: str, wait: float, languages: Iterable[Messages]) -> HTTPException:
    seconds = max(1, math.ceil(wait))
    words = " | ".join(getattr(messages, message).format(seconds=seconds) for messages in languages)
    return HTTPException(429, words, {"Retry-After": str(seconds), "Cache-Control": "no-store"})


# --- the events of the chat pages -----------------------------------------------------------

TURNS, TAKE = "hoitin.turns", "hoitin.take"
_EVENT = r"(?P<mount>{})/gradio_api/(?:queue/join|call/\w+|run/\w+)/?"


class ChatLimits:
    """Counts each event of a chat page as a question, and answers 429 in the page's language, which it shows as it is.

    The event finds its `Turns` in scope[TURNS], in Gradio's queue too, which runs it outside of the request; one that
    asks more than one question takes the others by scope[TAKE].
    """

    def __init__(self, app: ASGIApp, limits: Limits, mounts: Mapping[str, Messages]) -> None:
        self._app = app
        self._limits = limits
        self._mounts = mounts
        self._event = re.compile(_EVENT.format("|".join(map(re.escape, mounts))))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asking = scope["type"] == "http" and scope["method"] == "POST"
        event = self._event.fullmatch(own_path(scope)) if asking else None
        if event is None:
            await self._app(scope, receive, send)
            return
        messages = self._mounts[event["mount"]]

        async def refuse(message: str, wait: float) -> None:
            refusal = _refusal(message, wait, [messages])
            await JSONResponse({"error": refusal.detail}, refusal.status_code, refusal.headers)(scope, receive, send)

        if wait := self._limits.take(scope, questions=1):
            await refuse("too_many", wait)
            return
        turns = scope[TURNS] = self._limits.turns(scope)
        scope[TAKE] = partial(self._limits.take, scope)
        refused = False

        async def watched(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and turns.refusal:  # Gradio makes a 500 of it
                refused = True
                await refuse("too_busy", turns.refusal.seconds)
            elif not refused:
                await send(message)

        await self._app(scope, receive, watched)
