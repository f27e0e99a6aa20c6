"""Reading files in guarded child processes: one bad file is one line in the report.

Each child has a limit of memory; each file a limit of time that grows with its size. A child
that dies or hangs is replaced, its file reported, and the others go on.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path

from docs_store import Document, LoadError
from docs_store.vietnamese import storable

from . import loaders
from .metadata import complete

MEMORY_LIMIT = 1 << 30  # bytes of address space a child may use
_BASE_SECONDS = 30.0
_SECONDS_PER_MEGABYTE = 5.0
_AHEAD = 4  # files handed out ahead, per child


def read_files(paths: Sequence[Path], processes: int | None = None) -> Iterator[tuple[Path, Document | LoadError]]:
    """Yield each file with its document, or with the reason why there is none; in the order given."""
    if not paths:
        return
    from pebble import ProcessPool

    count = min(processes or os.cpu_count() or 1, len(paths))
    # spawn: forking a process in which FAISS or tokenizers run threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=count, initializer=_guard, initargs=[MEMORY_LIMIT], context=context) as pool:
        try:
            waiting = []
            for position, path in enumerate(paths):
                waiting.append((path, pool.schedule(read_file, args=[path], timeout=_seconds(path))))
                if position + 1 >= _AHEAD * count:
                    yield _result(*waiting.pop(0))
            for path, future in waiting:
                yield _result(path, future)
        finally:
            pool.stop()  # type: ignore[no-untyped-call]


def read_file(path: Path) -> Document:
    """Return what one file holds, in this process. Raises LoadError."""
    try:
        return complete(loaders.load(path), path)
    except (LoadError, MemoryError):
        raise
    except RecursionError as error:
        raise LoadError("cấu trúc lồng quá sâu | nested too deep") from error
    except Exception as error:  # a parser's own bug must not end the run
        raise LoadError(f"{type(error).__name__}: {error} | the file could not be read") from error


def _result(path: Path, future: object) -> tuple[Path, Document | LoadError]:
    from pebble import ProcessExpired, ProcessFuture

    assert isinstance(future, ProcessFuture)
    try:
        document: Document = future.result()
        return path, document
    except LoadError as error:
        return path, LoadError(storable(" ".join(str(error).split()))[:500])
    except FutureTimeoutError:
        return path, LoadError(f"đọc quá {_seconds(path):.0f} giây | took too long")
    except (MemoryError, ProcessExpired):
        return path, LoadError(
            f"cần quá nhiều bộ nhớ hoặc làm hỏng bộ đọc (giới hạn {MEMORY_LIMIT >> 20} MB) | out of memory or reader crashed"
        )


def _seconds(path: Path) -> float:
    size = 0
    with suppress(OSError):
        size = path.stat().st_size
    return _BASE_SECONDS + _SECONDS_PER_MEGABYTE * size / 1e6


def _guard(memory: int) -> None:
    """Limit this child's memory; end it with its parent; keep parsers' chatter off the terminal."""
    import ctypes
    import logging
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):  # Linux only: PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
