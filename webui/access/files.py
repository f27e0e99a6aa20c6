"""Files that several processes change: one at a time, and whole at every moment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock that stands beside the file: whoever reads, changes and writes it does so alone. Raises OSError."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace_text(path: Path, text: str) -> None:
    """Write the file aside and put it in place in one step; on the disk when this returns. Raises OSError.

    A new file is its owner's alone; one that was there keeps its mode and, where we may set it, its owner.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:  # noqa: PTH123
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileNotFoundError):
            before = path.stat()
            aside.chmod(before.st_mode & 0o777)
            with suppress(PermissionError):
                os.chown(aside, before.st_uid, before.st_gid)
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Append a line to a file that is its owner's alone; on the disk when this returns. Raises OSError."""
    new = not path.exists()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(f"\n{line}\n")  # the line before may have been cut short by a power cut
        stream.flush()
        os.fsync(stream.fileno())
    if new:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries last over a power cut. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def state_of(path: Path) -> tuple[int, ...]:
    """Return what changes whenever the file does; () where there is none."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode
