"""One tree of errors: each says who is at fault, knows its exit code and a next step that is safe to follow.

HoitinError                1  a fault of hoitin's own
 ├─ UsageError             2  the asker's: the call or the request is wrong
 ├─ LoadError              4  one file's: it could not be read (a line in the report)
 ├─ NoIndexError           5  nothing has been indexed yet
 ├─ DamagedError           6  damage: what was written can no longer be read as it was
 ├─ ModelMismatchError     7  the index was made with another embedding model
 ├─ BusyError              8  another command is writing
 ├─ ModelError             9  the embedding model cannot be loaded
 ├─ ConfigError           10  the administrator's: a file of settings is wrong
 └─ StorageError          11  the disk's, the network's, the memory's: full, locked, read-only, gone

Only DamagedError speaks of damage. A full or a read-only disk is none, and no advice for it ever moves a file away.
Messages are written in Vietnamese with the English after " | ": they are shown to the
editor or the administrator who can act on them.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


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


class DamagedError(HoitinError):
    """place: the file or folder that is damaged."""

    exit_code = 6

    def __init__(self, message: str, next_step: str = "", place: object = None) -> None:
        super().__init__(message, next_step)
        self.place = place


class ModelMismatchError(HoitinError):
    exit_code = 7


class BusyError(HoitinError):
    exit_code = 8


class ModelError(HoitinError):
    exit_code = 9


class ConfigError(HoitinError):
    exit_code = 10


class StorageError(HoitinError):
    exit_code = 11


# What went wrong with the disk, in words, and what to do. None of it loses anything.
_FULL = ("hết chỗ trên đĩa | no space left on the disk", "giải phóng chỗ rồi chạy lại; không mất gì cả")
_READ_ONLY = ("chỉ đọc được, không ghi được | read-only", "gắn lại ổ đĩa để ghi được, hoặc chạy dưới tài khoản có quyền ghi")
_RIGHTS = ("không có quyền | permission denied", "chạy dưới tài khoản sở hữu thư mục dữ liệu, hoặc cấp quyền cho tài khoản này")
_LOCKED = ("đang bị lệnh khác giữ | held by another program", "đợi lệnh ấy xong rồi chạy lại")
_CLOSED = ("không mở được | cannot be opened", "kiểm tra quyền và ổ đĩa rồi chạy lại")
_READING = ("ổ đĩa báo lỗi đọc, ghi | the disk reports an error", "kiểm tra ổ đĩa, kết nối mạng tới ổ đĩa rồi chạy lại")
_GONE = ("không có ở đó | is not there", "kiểm tra đường dẫn, ổ đĩa mạng đã gắn chưa, rồi chạy lại")
_MANY = ("quá nhiều tệp đang mở | too many open files", "tăng giới hạn (ulimit -n) rồi chạy lại")
_MEMORY = ("không đủ bộ nhớ | out of memory", "đóng bớt chương trình khác, hoặc thêm bộ nhớ, rồi chạy lại; không mất gì cả")

_NO_ROOM = 64 * 1024  # bytes

_BY_ERRNO = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EFBIG: _FULL,
    errno.EROFS: _READ_ONLY, errno.EACCES: _RIGHTS, errno.EPERM: _RIGHTS,
    errno.EIO: _READING, errno.ESTALE: _READING, errno.ENOENT: _GONE, errno.ENOTDIR: _GONE,
    errno.EMFILE: _MANY, errno.ENFILE: _MANY, errno.ENOMEM: _MEMORY,
}  # fmt: skip
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL, sqlite3.SQLITE_READONLY: _READ_ONLY, sqlite3.SQLITE_CANTOPEN: _CLOSED,
    sqlite3.SQLITE_PERM: _RIGHTS, sqlite3.SQLITE_AUTH: _RIGHTS, sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED, sqlite3.SQLITE_IOERR: _READING, sqlite3.SQLITE_NOMEM: _MEMORY,
}  # fmt: skip


def explain(error: BaseException, place: object, mend: str = "") -> HoitinError:
    """Return what another library raised as one of ours: StorageError where the disk or the memory failed, else DamagedError.

    place: the file or folder that was worked on. mend: the next step if it is damage. One of ours comes back as it is.
    """
    if isinstance(error, HoitinError):
        return error
    words = _trouble(error)
    if words is _READING and _is_full(place):  # SQLite's word for it, where it shares memory by a file
        words = _FULL
    if words is None:
        return DamagedError(f"{place} bị hỏng: {first_line(error)} | {place} is damaged: {first_line(error)}", mend, place)
    vietnamese, english = words[0].split(" | ")
    return StorageError(f"{place}: {vietnamese} | {place}: {english}", words[1])


def _is_full(place: object) -> bool:
    """Tell whether there is no room left where `place` lies."""
    try:
        status = os.statvfs(os.path.dirname(str(place)) or ".")  # noqa: PTH120 - a place may be no path at all
    except OSError:
        return False
    return status.f_bavail * status.f_frsize < _NO_ROOM


def _trouble(error: BaseException) -> tuple[str, str] | None:
    """Return the words for a trouble of the disk or the memory, None if the error is no such thing."""
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return _BY_SQLITE.get(code & 0xFF) if code is not None else None
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0, _READING)
    # FAISS and tantivy tell the system's error in their own words alone.
    said = str(error).lower()
    for code, words in _BY_ERRNO.items():
        if f"os error {code})" in said or f"code: {code}," in said or os.strerror(code).lower() in said:
            return words
    return _MEMORY if "bad_alloc" in said else None


@contextmanager
def explained(place: object, mend: str = "") -> Iterator[None]:
    """Let what other libraries raise inside come out as one of ours (`explain`)."""
    try:
        yield
    except (HoitinError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise explain(error, place, mend) from error
