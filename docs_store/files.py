"""Files written so that a kill or a full disk leaves the old one or the new one, never half of one."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def fsync(path: Path) -> None:
    """See a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def state_of(path: Path) -> tuple[int, ...]:
    """Return what changes whenever the file does; () where there is none, or none can be seen. Cheap: ask at every question."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode


def write_aside(path: Path, content: bytes, *, private: bool = False) -> None:
    """Put `content` in the file's place in one step; on the disk when this returns. A file that was there keeps its rights.

    private: a new one is its owner's alone. Hold a lock (`locked`) where several may write.
    """
    there = path.exists()
    aside = path.with_name(f"{path.name}.tmp")
    try:
        with _opened(aside, os.O_WRONLY | os.O_TRUNC, private=private or there) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if there:
            shutil.copymode(path, aside)
        _owned_as(path if there else path.parent, aside)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    fsync(path.parent)


def append_line(path: Path, line: bytes, *, private: bool = False) -> None:
    """Add one line to a file; on the disk when this returns. If the disk is full the file is as it was.

    private: a new file is its owner's alone. Hold a lock (`locked`) where several may write.
    """
    new = not path.exists()
    with _opened(path, os.O_RDWR | os.O_APPEND, private=private) as stream:
        size = stream.seek(0, os.SEEK_END)
        if size:
            stream.seek(size - 1)
            line = line if stream.read(1) == b"\n" else b"\n" + line  # the line before was cut short
        try:
            stream.write(line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        except OSError:
            with suppress(OSError):
                os.ftruncate(stream.fileno(), size)
            raise
    if new:
        _owned_as(path.parent, path)
        fsync(path.parent)


@contextmanager
def locked(path: Path, *, private: bool = False) -> Iterator[None]:
    """Hold the lock that stands beside the file, waiting for it: whoever reads, changes and writes it does so alone.

    private: only its owner may. The system releases it if this process is killed.
    """
    beside = path.with_name(f".{path.name}.lock")
    handle = os.open(beside, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600 if private else 0o660)
    try:
        _owned_as(path.parent, beside)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _opened(path: Path, flags: int, *, private: bool) -> BinaryIO:
    handle = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o600 if private else 0o666)
    return open(handle, "rb+" if flags & os.O_RDWR else "wb")  # noqa: PTH123 - a handle, not a path


def _owned_as(like: Path, path: Path) -> None:
    """Let who owns the data folder own this too: an administrator may be another than who serves."""
    if os.geteuid() == 0:
        status = like.stat()
        os.chown(path, status.st_uid, status.st_gid)
