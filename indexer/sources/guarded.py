"""Listings, read in a guarded child process: a feed that takes too long or too much is one line in the report."""

from __future__ import annotations

import multiprocessing
import signal
from types import TracebackType
from typing import TYPE_CHECKING, Any

from docs_store import LoadError

from ..guard import confine, limits
from ..reading import outcome
from .feeds import read_feed
from .listings import Listing, ListingError
from .sitemaps import read_sitemap

if TYPE_CHECKING:
    from pebble import ProcessPool


class ListingReader:
    """Reads feeds and sitemaps in one child, which begins with the first of them and serves for all; use as a context manager.

    A child that dies or hangs is replaced at the next listing. seconds: for each, instead of what its size allows.
    """

    def __init__(self, seconds: int = 0) -> None:
        self._seconds = seconds
        self._pool: ProcessPool | None = None

    def __enter__(self) -> ListingReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._pool:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None

    def feed(self, data: bytes, url: str, content_type: str, section: str, now: float) -> Listing:
        """Return what `read_feed` returns. Raises ListingError."""
        return self._read(len(data), read_feed, data, url, content_type, section, now)

    def sitemap(self, data: bytes, now: float, limit: int) -> Listing:
        """Return what `read_sitemap` returns. Raises ListingError."""
        return self._read(len(data), read_sitemap, data, now, limit)

    def _read(self, size: int, read: Any, *given: object) -> Listing:
        if self._pool is None:
            from pebble import ProcessPool

            # spawn: forking a process in which FAISS or tokenizers run threads can hang.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=1, initializer=confine, context=context)
        try:
            listing: Listing = outcome(self._pool.schedule(_limited, args=[size, self._seconds, read, *given]))
        except LoadError as error:
            raise ListingError(str(error)) from error
        return listing


# --- in the child ---------------------------------------------------------------------------


def _limited(size: int, seconds: int, read: Any, *given: Any) -> Listing:
    """Return the listing, held to the time of a file of its size. Raises LoadError, which the parent knows."""
    with limits(size):
        if seconds:
            signal.alarm(seconds)
        try:
            listing: Listing = read(*given)
        except ListingError as error:
            raise LoadError(str(error)) from error
        except RecursionError as error:
            raise LoadError("cấu trúc lồng quá sâu | nested too deep") from error
        return listing
