"""The line before the processor: turns at computing go round by asker, so that nobody waits behind another's crowd."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar, cast

from starlette.concurrency import run_in_threadpool

_WAITING = 128  # places in the line
_PATIENCE = 10.0  # seconds a request waits for its first turn

P = ParamSpec("P")
T = TypeVar("T")
Place = Future[None]  # done when its turn has come


class TooBusyError(Exception):
    """There is no place in the line, or no turn came in time. seconds: when to try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Line:
    """Gives out turns, at most `at_once` at a time, to one asker after the other.

    share: how many of them one asker may hold. places: how many requests of one asker may wait to be let in. A turn is
    held while something is computed, in a thread: who waits takes none, and so never the last of them.
    """

    def __init__(self, at_once: int, share: int, places: int) -> None:
        self._lock = threading.Lock()  # event loops may share a line: a server has one, tests have several
        self._free = at_once
        self._share = share
        self._places = places
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[Place]] = {}  # whose turn is next stands first

    @asynccontextmanager
    async def turn(self, asker: str, *, let_in: bool = False) -> AsyncGenerator[None]:
        """Hold a turn. let_in: go on with a request that had one before, and is not sent away any more. Raises TooBusyError."""
        place = self._stand(asker, let_in)
        try:
            try:
                async with asyncio.timeout(None if let_in else _PATIENCE):
                    await asyncio.wrap_future(place)
            except TimeoutError as error:
                raise TooBusyError(_PATIENCE) from error
            yield
        finally:
            self._leave(asker, place)

    def _stand(self, asker: str, let_in: bool) -> Place:
        with self._lock:
            waiting = sum(map(len, self._waiting.values()))
            own = self._waiting.get(asker, deque())
            if not let_in and (waiting >= _WAITING or len(own) >= self._places):
                raise TooBusyError(1)
            place = Place()
            own.append(place)
            self._waiting[asker] = own
            self._give()
            return place

    def _leave(self, asker: str, place: Place) -> None:
        with self._lock:
            if not place.cancel():  # its turn had come
                self._free += 1
                self._held[asker] -= 1
                if not self._held[asker]:
                    del self._held[asker]
                if asker in self._waiting:  # who has just had a turn stands behind who came meanwhile
                    self._waiting[asker] = self._waiting.pop(asker)
            elif place in (own := self._waiting.get(asker, deque())):
                own.remove(place)
                if not own:
                    del self._waiting[asker]
            self._give()

    def _give(self) -> None:
        """Give out the turns that are free: to the first asker who holds less than a share, who then stands last."""
        while self._free and (asker := next((one for one in self._waiting if self._held[one] < self._share), "")):
            own = self._waiting.pop(asker)
            place = own.popleft()
            if own:
                self._waiting[asker] = own
            if place.set_running_or_notify_cancel():
                self._free -= 1
                self._held[asker] += 1
                place.set_result(None)


class Turns:
    """The turns of one request, in its asker's place of the line. refusal: why it got none."""

    def __init__(self, line: Line, asker: str) -> None:
        self._line = line
        self._asker = asker
        self._let_in = False
        self.refusal: TooBusyError | None = None

    async def work(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Return what the function returns, called in a thread when the turn has come. Raises TooBusyError at the first."""
        try:
            async with self._line.turn(self._asker, let_in=self._let_in):
                self._let_in = True
                return await run_in_threadpool(function, *args, **options)
        except TooBusyError as error:
            self.refusal = error
            raise

    async def each(self, steps: Generator[T]) -> AsyncGenerator[T, None]:
        """Yield what the generator yields. Each step takes a turn of its own, and none is held between them."""
        try:
            while (step := await self.work(_next, steps)) is not _END:
                yield cast(T, step)
        finally:
            steps.close()


_END = object()


def _next(steps: Generator[T]) -> T | object:
    return next(steps, _END)
