"""The limits inside a child process that reads one file: memory, time, output.

The parent sets the memory once (`confine`); each file has its own time and output (`limits`).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MEMORY = 1 << 30  # bytes of address space a child may use
_SECONDS = 30.0
_SECONDS_PER_MEGABYTE = 5.0
_OUTPUT = 256 << 20  # bytes in one written file: OCR writes pictures
_OUTPUT_PER_BYTE = 32


def seconds_for(size: int) -> int:
    """Return how long reading a file of `size` bytes may take, in seconds."""
    return int(_SECONDS + _SECONDS_PER_MEGABYTE * size / 1e6)


def confine() -> None:
    """Limit this child's memory; end it with its parent; keep parsers' chatter off the terminal."""
    import ctypes
    import logging
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):  # Linux only: PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a child that dies for want of memory prints where


@contextmanager
def limits(size: int) -> Iterator[None]:
    """Hold one file of `size` bytes to its time and output.

    Time that runs out ends this process by SIGALRM, whatever it is stuck in; the parent sees it.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT + _OUTPUT_PER_BYTE * size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    signal.alarm(seconds_for(size))
    try:
        yield
    finally:
        signal.alarm(0)


def allow_more_time(seconds: float) -> None:
    """Give the file being read `seconds` more: for work that is long by nature, such as OCR of many pages."""
    if left := signal.alarm(0):
        signal.alarm(left + int(seconds))
