"""How long a response may be kept, and how small it travels."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .security import header_of, own_path, page_path

_HASHED = re.compile(r"/assets/[\w./-]*-[\w-]{8}\.(?:js|css|woff2?|ttf|svg|png|wasm)$", re.ASCII)
_FOREVER = b"public, max-age=31536000, immutable"
_SMALL = 500  # bytes that are not worth it
_LARGE = 64 * 1024  # bytes that another thread packs
_TEXT = re.compile(rb"(?:text/(?!event-stream)|application/(?:json|javascript|xml|manifest\+json)|image/svg\+xml)")


class Freshness:
    """Says of each response whether it may be kept: what holds news never, a file whose name tells its text for ever.

    What changes only with the program, our scripts and styles, is asked for again each time, by its ETag.
    """

    def __init__(self, app: ASGIApp, mounts: Sequence[str]) -> None:
        self._app = app
        self._mounts = tuple(mount.rstrip("/") for mount in mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = own_path(scope)

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if message["status"] in (200, 206, 304) and self._is_hashed(page_path(asked, scope)):
                    headers = [pair for pair in headers if pair[0].lower() != b"cache-control"]
                    headers.append((b"cache-control", _FOREVER))
                elif not header_of(headers, b"cache-control"):
                    headers.append((b"cache-control", b"no-cache" if header_of(headers, b"etag") else b"no-store"))
                if header_of(headers, b"content-type").startswith(b"text/event-stream"):
                    headers.append((b"x-accel-buffering", b"no"))  # nginx would hold the stream back
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, add)

    def _is_hashed(self, path: str) -> bool:
        return any(path.startswith(mount + "/assets/") for mount in self._mounts) and bool(_HASHED.search(path))


class Gzip:
    """Packs texts, for those who unpack them. Streams of events pass as they are, and parts of a response are not held back.

    Originals are left alone: their readers ask for stretches of them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _unpacks(scope):
            await self._app(scope, receive, send)
            return
        asked = own_path(scope)
        start: Message | None = None
        packer: zlib._Compress | None = None

        async def pack(message: Message) -> None:
            nonlocal start, packer
            if message["type"] == "http.response.start" and _may_pack(message, page_path(asked, scope)):
                start = message  # its headers depend on the body
                return
            if message["type"] != "http.response.body" or (start is None and packer is None):
                await send(message)
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            if start is not None:
                begin, start = start, None
                if not more and len(body) < _SMALL:
                    await send(begin)
                    await send(message)
                    return
                packer = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
                packed = await _packed(packer, body, more=more)
                await send({**begin, "headers": _packed_headers(begin["headers"], None if more else len(packed))})
            else:
                assert packer is not None
                packed = await _packed(packer, body, more=more)
            await send({**message, "body": packed})

        await self._app(scope, receive, pack)


def _unpacks(scope: Scope) -> bool:
    accepted = header_of(scope["headers"], b"accept-encoding").lower()
    return scope["method"] != "HEAD" and bool(re.search(rb"(?:^|[,\s])(?:x-)?gzip(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", accepted))


def _may_pack(start: Message, path: str) -> bool:
    headers = start["headers"]
    return (
        not path.startswith("/original/")
        and start["status"] not in (204, 206, 304)
        and not header_of(headers, b"content-encoding")
        and bool(_TEXT.match(header_of(headers, b"content-type")))
    )


async def _packed(packer: zlib._Compress, body: bytes, *, more: bool) -> bytes:
    def work() -> bytes:
        return packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)

    return await run_in_threadpool(work) if len(body) > _LARGE else work()


def _packed_headers(headers: Sequence[tuple[bytes, bytes]], length: int | None) -> list[tuple[bytes, bytes]]:
    """Return the headers for the packed body. Its ETag is a weak one: the bytes are others, the text is the same."""
    kept = []
    varies = [b"Accept-Encoding"]
    for name, value in headers:
        lower = name.lower()
        if lower == b"vary":
            varies.insert(0, value)
        elif lower == b"etag" and not value.startswith(b"W/"):
            kept.append((name, b"W/" + value))
        elif lower not in (b"content-length", b"accept-ranges"):
            kept.append((name, value))
    if length is not None:
        kept.append((b"content-length", str(length).encode()))
    return [*kept, (b"content-encoding", b"gzip"), (b"vary", b", ".join(varies))]
