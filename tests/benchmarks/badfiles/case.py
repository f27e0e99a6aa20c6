"""One file of the trial: how it is made and what may become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TEXT, REFUSED, EITHER, SILENT = "text", "refused", "either", "silent"
Make = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Case:
    """make(path) puts the file there.

    expected: "text" (it must be found again), "refused" (a line in the report), "either" of the two, or
    "silent" (it never becomes text; it need not be named: hidden files, folders).
    words: what a good file says; they must stand in a passage.
    question: what only this file answers. big: it takes seconds, so only the whole trial makes it.
    """

    kind: str
    name: str
    make: Make
    expected: str = EITHER
    words: str = ""
    question: str = ""
    big: bool = False


def data(content: Callable[[], bytes]) -> Make:
    """Return a Make that writes what `content` gives."""
    return lambda path: path.write_bytes(content())


def fixed(content: bytes) -> Make:
    """Return a Make that writes these bytes."""
    return lambda path: path.write_bytes(content)
