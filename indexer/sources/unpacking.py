"""Bodies of bounded size: what arrives is counted as it arrives, and again as it unpacks."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

_GZIP = 31  # zlib's number for a gzip wrapper with the largest window
GZIP_MAGIC = b"\x1f\x8b"


class TooLargeError(Exception):
    """More bytes than the limit."""


class DamagedError(Exception):
    """The compressed bytes are broken or end too soon."""


def gather(chunks: Iterable[bytes], limit: int) -> bytes:
    """Return the chunks as one. Raises TooLargeError as soon as they pass `limit` bytes."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


def gunzip(chunks: Iterable[bytes], limit: int) -> bytes:
    """Return what the gzip stream holds, never unpacking more than `limit` bytes and one.

    Raises TooLargeError, DamagedError.
    """
    body = bytearray()
    member = zlib.decompressobj(_GZIP)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                if member.eof:
                    if not rest.startswith(GZIP_MAGIC):  # padding behind the last member
                        break
                    member = zlib.decompressobj(_GZIP)
                body += member.decompress(rest, limit + 1 - len(body))
                if len(body) > limit:
                    raise TooLargeError
                rest = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error as error:
        raise DamagedError from error
    if not member.eof:
        raise DamagedError
    return bytes(body)
