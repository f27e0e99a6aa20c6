"""Token buckets: so many now, and one more every so often. Bounded memory, whoever knocks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_MAX_KEYS = 10_000


class Buckets:
    """One bucket for each key. size: how many at once; every: seconds until one more."""

    def __init__(self, size: int, every: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._every = every
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when each bucket is full again; those in use last
        self._lock = threading.Lock()

    def take(self, key: str, count: int = 1) -> float:
        """Take so many, and return 0.0; or return the seconds until there are as many, and take none.

        A bucket never holds more than its size: who asks for more waits for ever.
        """
        taken = count * self._every
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.pop(key, now), now) + taken
            wait = full_at - now - self._size * self._every
            self._full_at[key] = full_at if wait <= 1e-9 else full_at - taken
            if len(self._full_at) > _MAX_KEYS:
                self._full_at.popitem(last=False)
            return wait if wait > 1e-9 else 0.0

    def give_back(self, key: str) -> None:
        """Put back what was taken."""
        with self._lock:
            if key in self._full_at:
                self._full_at[key] -= self._every

    def forget(self, key: str) -> None:
        """Fill the bucket of `key`."""
        with self._lock:
            self._full_at.pop(key, None)
