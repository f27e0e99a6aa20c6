"""One tree of errors. Each knows its exit code and, where there is one, the next step.

HoitinError
 ├─ UsageError            2  the call itself is wrong
 ├─ LoadError             4  one file could not be read (a line in the report)
 ├─ NoIndexError          5  nothing has been indexed yet
 ├─ DamagedIndexError     6  no generation on disk is whole
 ├─ ModelMismatchError    7  the index was made with another embedding model
 ├─ BusyError             8  another `hoitin index` is running
 └─ ModelError            9  the embedding model cannot be loaded

Messages are written in Vietnamese with the English after " | ": they are shown to the
editor or the administrator who can act on them.
"""

from __future__ import annotations


def first_line(error: BaseException) -> str:
    """Return the first line of what another library says of its error, or the error's name if it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


class HoitinError(Exception):
    """Root of the tree. `str(error)` is one plain sentence; `next_step` a command or advice."""

    exit_code = 1

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step


class UsageError(HoitinError):
    exit_code = 2


class LoadError(HoitinError):
    exit_code = 4


class NoIndexError(HoitinError):
    exit_code = 5


class DamagedIndexError(HoitinError):
    exit_code = 6


class ModelMismatchError(HoitinError):
    exit_code = 7


class BusyError(HoitinError):
    exit_code = 8


class ModelError(HoitinError):
    exit_code = 9
