"""Closed doors: what no request may reach, what no payload may hold, what every response says.

Pure ASGI, so that Gradio's event streams pass through untouched. Every Gradio route is
taken for hostile input: only those that the chat itself uses are open, and its API accepts
nothing but plain strings, numbers and booleans.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, unquote_plus

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024  # bytes
MAX_PATH = 1024  # characters: no address of ours comes near it
BODY_SECONDS = 15.0  # for the whole body of a request, however it trickles in
_LARGEST = 2**53  # of a number in one
_MAX_TEXT = 4_000  # characters of one string in a Gradio payload

# What Gradio's front end asks for while it shows a chat; all else below a mount is closed.
_OPEN_GET = re.compile(
    r"/?$|config/?$|theme\.css$|favicon\.ico$|manifest\.json$|(?:assets|static|svelte)/[A-Za-z0-9_./-]{1,200}$"
    r"|gradio_api/(?:info/?|app_id/?|startup-events|theme\.css|queue/data|heartbeat/[\w-]{1,64}|call/ask/\w+)$"
)
_OPEN_POST = re.compile(r"gradio_api/(?:queue/join|call/ask|run/(?:ask|predict)|reset|cancel)/?$")
_KEYS = {"data", "event_data", "fn_index", "trigger_id", "session_hash", "event_id"}
_NOT_OURS = {"page", "deep_link"}  # pages of Gradio's own, which fails where there are none

Takes = Callable[[str, Mapping[str, Any]], bool]

log = logging.getLogger("hoitin")


def own_path(scope: Scope) -> str:
    """Return the path below root_path, cut as the router cuts it: "/c" is no prefix of "/chat"."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root + "/") else path


def page_path(asked: str, scope: Scope) -> str:
    """Return the path of what was asked for, without a token. asked: own_path as the request came; the router changes it."""
    return asked.removeprefix(scope.get("hoitin.token_path", ""))


def header_of(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """Return the value of the first header of this name, in lower case; b"" if there is none."""
    return next((value for name, value in headers if name.lower() == wanted), b"")


class ClosedRoutes:
    """Answers 404 for every route of a Gradio mount that the chat does not need, 414 for a path that is none of ours."""

    def __init__(self, app: ASGIApp, mounts: Sequence[str]) -> None:
        self._app = app
        self._mounts = tuple(mount.strip("/") + "/" for mount in mounts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(own_path(scope)) > MAX_PATH:
            await JSONResponse({"error": "the address is too long"}, status_code=414)(scope, receive, send)
        elif scope["type"] == "http" and not self._is_open(scope):
            await JSONResponse({"error": "not found"}, status_code=404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            if scope["type"] == "http" and own_path(scope).strip("/").removesuffix("config").strip("/") + "/" in self._mounts:
                scope["query_string"] = _without(scope["query_string"], _NOT_OURS)
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


def _without(query: bytes, names: set[str]) -> bytes:
    parts = query.split(b"&")
    return b"&".join(part for part in parts if unquote_plus(part.partition(b"=")[0].decode("latin-1")) not in names)


class PayloadGuard:
    """Limits the size of every request body and the time that it takes, and the shape of those for Gradio's API.

    takes: mount -> what tells whether a path below it, and a payload for it, are an event that its page has.
    """

    def __init__(self, app: ASGIApp, takes: Mapping[str, Takes], seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._seconds = seconds
        self._takes = dict(takes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH", "DELETE"):
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await _whole_body(scope, receive)
        except TimeoutError:
            said = {"error": "the request did not arrive in time"}
            await JSONResponse(said, 408, {"Connection": "close"})(scope, receive, send)
            return
        except _TooLargeError:
            await JSONResponse({"error": f"the request is larger than {MAX_BODY} bytes"}, 413)(scope, receive, send)
            return
        if body is None:
            return
        path = own_path(scope)
        mount = next((mount for mount in self._takes if path.startswith(mount + "/")), None)
        if mount is not None:
            payload = _plain(body)
            if payload is None:
                await JSONResponse({"error": "only plain strings, numbers and booleans are accepted"}, 422)(
                    scope, receive, send
                )
                return
            if not self._takes[mount](path[len(mount) + 1 :].strip("/"), payload):
                await JSONResponse({"error": "there is no such event, or not with such values"}, 422)(scope, receive, send)
                return

        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)


class _TooLargeError(Exception):
    """More bytes than MAX_BODY, or so it says."""


async def _whole_body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the body, None if the client went away. Raises _TooLargeError."""
    stated = header_of(scope["headers"], b"content-length")
    if stated.isdigit() and (len(stated) > 12 or int(stated) > MAX_BODY):
        raise _TooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _TooLargeError
        if not message.get("more_body", False):
            return bytes(body)


def _plain(body: bytes) -> dict[str, Any] | None:
    """Return a Gradio payload if it holds nothing but plain values, else None: no mapping can name a file."""
    if not body:
        return {}
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict) or not payload.keys() <= _KEYS:
        return None
    data = payload.get("data", [])
    if not isinstance(data, list) or len(data) > 8:
        return None
    values = [*data, *(value for name, value in payload.items() if name != "data")]
    return payload if all(map(_is_plain_value, values)) else None


def _is_plain_value(value: object) -> bool:
    if isinstance(value, str):
        return _is_plain_text(value)
    # No NaN and no number without an end: Gradio cannot write them back.
    return value is None or (isinstance(value, bool | int | float) and abs(value) < _LARGEST)


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
            if scope["type"] != "http" or (started and not replaced):
                raise
            log.exception("cannot answer")
            if started:
                return
            await JSONResponse({"error": self._sentence}, status_code=500)(scope, receive, send)


class SecurityHeaders:
    """Adds the headers to every response, and a fresh nonce to Gradio's own scripts on the pages of its mounts.

    Our own pages have no script but by address, need no nonce and get none; they pass through as they come.
    languages: mount -> the language of its page. first_scripts: run before all else in such a page, since Gradio's own
    `head` comes in late; their addresses are below our root.
    """

    def __init__(
        self, app: ASGIApp, embed_origins: Sequence[str], languages: Mapping[str, str], first_scripts: Sequence[str]
    ) -> None:
        self._app = app
        self._first_scripts = first_scripts
        self._ancestors = " ".join(["'self'", *embed_origins])
        self._languages = dict(languages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["hoitin.ancestors"] = self._ancestors  # the gate may narrow it
        asked = own_path(scope)
        start: Message | None = None
        mount = nonce = ""
        page = bytearray()

        async def add(message: Message) -> None:
            nonlocal start, mount, nonce
            if message["type"] == "http.response.start":
                mount = page_path(asked, scope).rstrip("/")
                chat = mount in self._languages and message["status"] == 200 and _is_html(message["headers"])
                nonce = secrets.token_urlsafe(16) if chat else ""
                own = header_of(message["headers"], b"content-security-policy")
                headers = [(k, v) for k, v in message["headers"] if k.lower() not in (b"server", b"content-security-policy")]
                sandbox = own if own.startswith(b"sandbox;") else b""
                referrer = b"no-referrer" if "hoitin.token_path" in scope else b"same-origin"  # the address holds the token
                headers += [*self._headers(nonce, scope["hoitin.ancestors"], sandbox), (b"referrer-policy", referrer)]
                message = {**message, "headers": headers}
                if chat:
                    start = message  # hold it back: the page's length will change
                    return
            elif start is not None and message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if message.get("more_body", False):
                    return
                body = self._made_ours(bytes(page), nonce, mount)
                headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
                await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
                await send({"type": "http.response.body", "body": body})
                return
            await send(message)

        await self._app(scope, receive, add)

    def _headers(self, nonce: str, ancestors: str, own: bytes) -> list[tuple[bytes, bytes]]:
        """own: the response's own policy, where it is a sandbox: closed further than ours."""
        scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        policy = (
            f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; "
            f"form-action 'self'; base-uri 'self'; frame-ancestors {ancestors}"
        )
        return [
            (b"content-security-policy", own + f"; frame-ancestors {ancestors}".encode() if own else policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    def _made_ours(self, page: bytes, nonce: str, mount: str) -> bytes:
        """Return Gradio's page in our language, with our first script, its scripts under the nonce."""
        page = page.replace(b'href="/manifest.json"', b'href="manifest.json"')  # Gradio names it without our mount
        lang = self._languages[mount].encode()
        page = re.sub(rb'(<html\b[^>]*?\slang=")[^"]*', rb"\g<1>" + lang, page, count=1)
        up = "../" * mount.count("/")
        # Without a link to it, browsers look for an icon at the top of the host, which below a prefix is not ours.
        ours = "".join(f'<script src="{up}{script}"></script>' for script in self._first_scripts)
        ours += f'<link rel="icon" href="{up}static/icon.svg">'
        return with_nonce(page.replace(b"<head>", b"<head>" + ours.encode(), 1), nonce)


# A comment; or a script's tag, its attributes quoted or not; or any other tag.
_MARKUP = re.compile(
    rb"<!--.*?-->|(?P<script><script)(?=[\s>])(?:[^>\"']|\"[^\"]*\"|'[^']*')*>|<[a-z!/](?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.I | re.S,
)
_END = re.compile(rb"</script(?=[\s>/])", re.I)


def with_nonce(page: bytes, nonce: str) -> bytes:
    """Return the page with the nonce in each of its script tags, and nowhere else.

    What is spelt within a script, an attribute or a comment is no tag: it may be a document's text.
    """
    parts = []
    at = 0
    while tag := _MARKUP.search(page, at):
        text = tag.group()
        parts.append(page[at : tag.start()])
        if not tag["script"]:
            parts.append(text)
            at = tag.end()
            continue
        parts.append(text[:7] + b' nonce="' + nonce.encode() + b'"' + text[7:])
        end = _END.search(page, tag.end())
        at = end.start() if end else len(page)
        parts.append(page[tag.end() : at])
    return b"".join([*parts, page[at:]])


def _is_html(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return header_of(headers, b"content-type").startswith(b"text/html")
