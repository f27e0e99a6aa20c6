"""The one guard before every zip: bombs, overlaps, odd compressions and passwords are refused.

Sizes are checked as declared before anything is unpacked, and as they come while unpacking.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from docs_store import LoadError

_MAX_MEMBERS = 20_000
_LOCAL_HEADER = 30  # bytes before the name, in front of each member's data
_ENCRYPTED = 0x1
# bz2 and lzma cannot be unpacked in bounded steps by zipfile; nobody's office files use them.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, IndexError)


@contextmanager
def open_zip(path: Path | IO[bytes], kind: str, max_members: int = _MAX_MEMBERS) -> Iterator[zipfile.ZipFile]:
    """Give an open zip whose members do not overlap. Raises LoadError; `kind` names the format in it."""
    try:
        archive = zipfile.ZipFile(path)
    except _BAD_ZIP as error:
        raise LoadError(f"tệp {kind} hỏng: {error} | damaged {kind} file") from error
    with archive:
        members = archive.infolist()
        if len(members) > max_members:
            raise LoadError(f"tệp {kind} có quá {max_members} tệp con | more than {max_members} members")
        _refuse_overlaps(members, archive.start_dir, kind)
        yield archive


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """Return a member's bytes, at most `limit`. Raises LoadError."""
    with open_member(archive, member, limit) as stream:
        return stream.read(limit + 1)


@contextmanager
def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> Iterator[BoundedStream]:
    """Give a member as a stream that ends in a LoadError beyond `limit` bytes or where it is damaged."""
    if member.flag_bits & _ENCRYPTED:
        raise LoadError("có mật khẩu | encrypted")
    if member.compress_type not in _METHODS:
        raise LoadError(f"kiểu nén {member.compress_type} không hỗ trợ | unsupported compression")
    if member.file_size > limit:
        raise LoadError(f"giải nén quá {limit >> 20} MB | unpacks to more than {limit >> 20} MB")
    try:
        stream = archive.open(member)
    except _BAD_ZIP as error:
        raise LoadError(f"hỏng: {error} | damaged") from error
    with stream:
        yield BoundedStream(stream, limit)


class BoundedStream:
    """What a member unpacks to, which may be more than it declares."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._left = limit
        self._limit = limit

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, b"" at the end. Raises LoadError if damaged or longer than the limit."""
        try:
            # Never read(): without a size zipfile inflates a whole bomb before it cuts it to the declared size.
            data = self._stream.read(min(size, self._left + 1))
        except _BAD_ZIP as error:
            raise LoadError(f"hỏng: {error} | damaged") from error
        self._left -= len(data)
        if self._left < 0:
            raise LoadError(f"giải nén quá {self._limit >> 20} MB | unpacks to more than {self._limit >> 20} MB")
        return data


def _refuse_overlaps(members: list[zipfile.ZipInfo], end: int, kind: str) -> None:
    """Raise LoadError if two members share bytes: a bomb that multiplies one piece of data."""
    # A name has at least as many bytes as characters.
    spans = sorted((m.header_offset, m.header_offset + _LOCAL_HEADER + len(m.orig_filename) + m.compress_size) for m in members)
    for (_, stop), following in zip(spans, [*(start for start, _ in spans[1:]), end], strict=False):  # an empty one has none
        if stop > following:
            raise LoadError(f"tệp {kind} hỏng: các phần chồng lên nhau | damaged {kind} file: members overlap")
