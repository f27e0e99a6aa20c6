"""Closed doors: what no request may reach, what no payload may hold, what every response says.

Pure ASGI, so that Gradio's event streams pass through untouched. Every Gradio route is
taken for hostile input: only those that the chat itself uses are open, and its API accepts
nothing but plain strings, numbers and booleans.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024  # bytes
_MAX_TEXT = 4_000  # characters of one string in a Gradio payload

# What Gradio's front end asks for while it shows a chat; all else below a mount is closed.
_OPEN_GET = re.compile(
    r"/?$|config/?$|theme\.css$|favicon\.ico$|manifest\.json$|(?:assets|static|svelte)/[\w./-]+$"
    r"|gradio_api/(?:info/?|app_id/?|startup-events|theme\.css|queue/data|heartbeat/[\w-]+|call/ask/\w+)$"
)
_OPEN_POST = re.compile(r"gradio_api/(?:queue/join|call/ask|run/(?:ask|predict)|reset|cancel)/?$")
_KEYS = {"data", "event_data", "fn_index", "trigger_id", "session_hash", "event_id", "simple_format", "batched"}

log = logging.getLogger("hoitin")


def own_path(scope: Scope) -> str:
    """Return the path below root_path, cut as the router cuts it: "/c" is no prefix of "/chat"."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root + "/") else path


class ClosedRoutes:
    """Answers 404 for every route of a Gradio mount that the chat does not need."""

    def __init__(self, app: ASGIApp, mounts: Sequence[str]) -> None:
        self._app = app
        self._mounts = tuple(mount.strip("/") + "/" for mount in mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open(scope):
            await JSONResponse({"error": "not found"}, status_code=404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        path = unquote(own_path(scope)).lstrip("/")
        if ".." in path or "\\" in path or "//" in path:
            return False
        for mount in self._mounts:
            if path.startswith(mount):
                pattern = _OPEN_POST if scope["method"] == "POST" else _OPEN_GET
                return scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") and bool(pattern.match(path[len(mount) :]))
        return True


class PayloadGuard:
    """Limits the size of every request body, and the shape of those for Gradio's API."""

    def __init__(self, app: ASGIApp, mounts: Sequence[str]) -> None:
        self._app = app
        self._mounts = tuple("/" + mount.strip("/") + "/" for mount in mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY:
                await JSONResponse({"error": f"the request is larger than {MAX_BODY} bytes"}, 413)(scope, receive, send)
                return
        if own_path(scope).startswith(self._mounts) and not _is_plain(bytes(body)):
            await JSONResponse({"error": "only plain strings, numbers and booleans are accepted"}, 422)(scope, receive, send)
            return

        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)


def _is_plain(body: bytes) -> bool:
    """Tell whether a Gradio payload holds nothing but plain values: no mapping can name a file."""
    if not body:
        return True
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(payload, dict) or not payload.keys() <= _KEYS:
        return False
    data = payload.pop("data", [])
    if not isinstance(data, list) or len(data) > 8:
        return False
    values: list[Any] = [*data, *payload.values()]
    return all(
        value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and _is_plain_text(value))
        for value in values
    )


def _is_plain_text(value: str) -> bool:
    """Tell whether a string is short enough and can be written as UTF-8."""
    return len(value) <= _MAX_TEXT and not any("\ud800" <= char <= "\udfff" for char in value)


class PlainFailures:
    """Answers 500 in one sentence for what nobody caught, and in place of Gradio's own words for a failure.

    An exception handler of the application would stand outside it, and its answer would
    carry neither the security headers nor CORS.
    """

    def __init__(self, app: ASGIApp, sentence: str) -> None:
        self._app = app
        self._sentence = sentence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = replaced = False

        async def watched(message: Message) -> None:
            nonlocal started, replaced
            if message["type"] == "http.response.start" and message["status"] == 500:
                replaced = started = True
                await JSONResponse({"error": self._sentence}, status_code=500)(scope, receive, send)
            elif not replaced:
                started = True
                await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if started or scope["type"] != "http":
                raise
            log.exception("cannot answer")
            await JSONResponse({"error": self._sentence}, status_code=500)(scope, receive, send)


class SecurityHeaders:
    """Adds the headers to every response and a fresh nonce to every script of an HTML page.

    first_scripts: run before all else in the page of a mount; Gradio's own `head` comes in late. Their addresses are below
    our root.
    """

    def __init__(
        self, app: ASGIApp, embed_origins: Sequence[str], languages: dict[str, str], first_scripts: Sequence[str]
    ) -> None:
        self._app = app
        self._first_scripts = first_scripts
        self._ancestors = " ".join(["'self'", *embed_origins])
        self._languages = {mount.strip("/"): lang for mount, lang in languages.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope["hoitin.ancestors"] = self._ancestors  # the gate may narrow it
        start: Message | None = None
        page = bytearray()

        async def add(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                own = next((v for k, v in message["headers"] if k.lower() == b"content-security-policy"), b"")
                headers = [(k, v) for k, v in message["headers"] if k.lower() not in (b"server", b"content-security-policy")]
                sandbox = own if own.startswith(b"sandbox;") else b""
                referrer = b"no-referrer" if "hoitin.token_path" in scope else b"same-origin"  # the address holds the token
                headers += [*self._headers(nonce, scope["hoitin.ancestors"], sandbox), (b"referrer-policy", referrer)]
                message = {**message, "headers": headers}
                if _is_html(headers):
                    start = message  # hold it back: the page's length will change
                    return
            elif start is not None and message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = self._with_nonce(bytes(page), nonce, scope["path"])
                headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await send({"type": "http.response.body", "body": body})
                return
            await send(message)

        await self._app(scope, receive, add)

    def _headers(self, nonce: str, ancestors: str, own: bytes) -> list[tuple[bytes, bytes]]:
        """own: the response's own policy, where it is a sandbox: closed further than ours."""
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; "
            f"form-action 'self'; base-uri 'self'; frame-ancestors {ancestors}"
        )
        return [
            (b"content-security-policy", own + f"; frame-ancestors {ancestors}".encode() if own else policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    def _with_nonce(self, page: bytes, nonce: str, path: str) -> bytes:
        page = page.replace(b'href="/manifest.json"', b'href="manifest.json"')  # Gradio names it without our mount
        mount = max((mount for mount in self._languages if path.strip("/").endswith(mount)), key=len, default="")
        if mount:
            lang = self._languages[mount].encode()
            page = re.sub(rb'(<html\b[^>]*?\slang=")[^"]*', rb"\g<1>" + lang, page, count=1)
            up = "../" * (mount.count("/") + 1)
            # Without a link to it, browsers look for an icon at the top of the host, which below a prefix is not ours.
            ours = "".join(f'<script src="{up}{script}"></script>' for script in self._first_scripts)
            ours += f'<link rel="icon" href="{up}static/icon.svg">'
            page = page.replace(b"<head>", b"<head>" + ours.encode(), 1)
        return re.sub(rb"<script(?=[\s>])", b'<script nonce="' + nonce.encode() + b'"', page)


def _is_html(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(k.lower() == b"content-type" and v.startswith(b"text/html") for k, v in headers)
