"""Files written so that a kill or a full disk leaves the old one or the new one, never half of one."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def fsync(path: Path) -> None:
    """See a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_aside(path: Path, content: bytes) -> None:
    """Put `content` in the file's place in one step; on the disk when this returns. The file keeps its rights."""
    aside = path.with_name(f"{path.name}.tmp")
    try:
        with aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        _owned_as(path if path.exists() else path.parent, aside)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    fsync(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Add one line to a file; on the disk when this returns. If the disk is full the file is as it was.

    Hold a lock (`locked`) where several may write.
    """
    new = not path.exists()
    with path.open("a+b") as stream:
        stream.seek(0, os.SEEK_END)
        size = stream.tell()
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
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, waiting for it. The system releases it if this process is killed."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o660)
    try:
        _owned_as(path.parent, path)
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _owned_as(like: Path, path: Path) -> None:
    """Let who owns the data folder own this too: an administrator may be another than who serves."""
    if os.geteuid() == 0:
        status = like.stat()
        os.chown(path, status.st_uid, status.st_gid)
