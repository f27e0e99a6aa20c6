"""The gate: with sign-in on, nobody passes unknown, whatever the route; Gradio's routes are no exception."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..messages import EN, VI
from ..security import own_path
from ..source_page import template
from .person import Person
from .tokens import TokenError, person_of

OPEN = frozenset({"/healthz"})
# What the page that says "sign in" needs to look like one, and what tells another page's widget why it sees no chat.
_LOOKS = ("pages.css", "access.css", "icon.svg", "framed.js", "compact.css", "hello.js", "signed-out.js", "away.js")
OPEN_LOOKS = frozenset({*(f"/static/{name}" for name in _LOOKS), "/favicon.ico", "/widget.js", "/widget/hello"})
LOGIN = frozenset({"/login"})
_TOKEN_PATH = re.compile(r"/t/([\w.-]+)(?=/|$)")
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Ways:
    """How people may sign in; none of them means that nobody has to.

    asks: each returns who a request says it is, None if it does not say. token_key: b"" for no tokens.
    login: whether we have a sign-in page. origins: which pages of others may carry ours.
    """

    asks: Sequence[Callable[[Scope], Person | None]] = ()
    token_key: bytes = b""
    login: bool = False
    origins: Sequence[str] = ()

    @property
    def any(self) -> bool:
        return bool(self.asks or self.token_key)


class Gate:
    """Sets scope["hoitin.person"], and answers 401 where there is none and has to be one.

    A token stands in the path, /t/TOKEN/chat/, so that a frame needs no cookie: whatever the
    page asks for by a relative address carries it along. It is taken off as one more root_path.
    """

    def __init__(self, app: ASGIApp, ways: Ways, root: str) -> None:
        self._app = app
        self._ways = ways
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not self._ways.any:
            await self._app(scope, receive, send)
            return
        refusal: Response | None = None
        try:
            person = self._person(scope)
            if person and person.ambient and not from_our_page(scope):
                refusal = self._refuse(scope, 403, VI.sign_in_cross_site, EN.sign_in_cross_site)
        except TokenError as error:
            person = None
            words = (VI.token_expired, EN.token_expired) if error.expired else (VI.token_wrong, EN.token_wrong)
            refusal = self._refuse(scope, 401, *words)
        path = own_path(scope)
        if person is None and path in (OPEN | OPEN_LOOKS | (LOGIN if self._ways.login else frozenset())):
            refusal = None
        elif person is None and refusal is None:
            refusal = self._send_to_login(scope, path) or self._refuse(scope, 401, VI.sign_in_needed, EN.sign_in_needed)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif refusal:
            await refusal(scope, receive, _unkept(send))
        else:
            scope["hoitin.person"] = person
            await self._app(scope, receive, _unkept(send))

    def _person(self, scope: Scope) -> Person | None:
        """Return who asks, None if the request does not say. Raises TokenError."""
        key = self._ways.token_key
        if key and (in_path := _TOKEN_PATH.match(own_path(scope))):
            _take_off(in_path.group(), scope)  # even if it is no good: what is open stays open behind it
            return self._person_of_token(in_path.group(1), scope)
        for ask in self._ways.asks:
            if person := ask(scope):
                return person
        kind, _, bearer = _header(scope, b"authorization").partition(" ")
        return self._person_of_token(bearer.strip(), scope) if key and kind.lower() == "bearer" else None

    def _person_of_token(self, token: str, scope: Scope) -> Person:
        person, origin = person_of(token, self._ways.token_key)
        if origin:
            asking = _header(scope, b"origin")
            if origin not in self._ways.origins or (asking not in ("", origin) and not _same_host(asking, scope)):
                raise TokenError("for another origin")
            scope["hoitin.ancestors"] = origin
        return person

    def _refuse(self, scope: Scope, status: int, vietnamese: str, english: str) -> Response:
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        return refusal(scope, status, f"{vietnamese} | {english}", self._root, headers)

    def _send_to_login(self, scope: Scope, path: str) -> Response | None:
        if not self._ways.login or not _wants_page(scope):
            return None
        query = scope["query_string"].decode("latin-1")
        wanted = quote(path + ("?" + query if query else ""), safe="")
        language = "lang=en&" if path.startswith("/en/") else ""
        return RedirectResponse(f"{self._root}/login?{language}next={wanted}", 303)


def refusal(scope: Scope, status: int, words: str, root: str, headers: Mapping[str, str]) -> Response:
    """Return what says that a request is refused: a page to who wants to see one, JSON to others. words: in both languages."""
    if _wants_page(scope):
        vietnamese, _, english = words.partition(" | ")
        page = template("refused.html").render(m=VI, vietnamese=vietnamese, english=english, root=root)
        return HTMLResponse(page, status, headers)
    return JSONResponse({"error": words}, status, headers)


def _take_off(token_path: str, scope: Scope) -> None:
    """Make the token a part of root_path, or, for Gradio's API, of nothing: it keeps the first root it sees for all."""
    root = scope.get("root_path", "")
    scope["hoitin.token_path"] = token_path
    if "/gradio_api/" in scope["path"]:
        scope["path"] = root + own_path(scope)[len(token_path) :]
        scope.pop("raw_path", None)
    else:
        scope["root_path"] = root + token_path


def from_our_page(scope: Scope) -> bool:
    """Tell whether a request that may change something comes from a page of ours, or from no page at all."""
    if scope["type"] == "http" and scope["method"] in _READING:
        return True
    site, origin = _header(scope, b"sec-fetch-site"), _header(scope, b"origin")
    return site in ("same-origin", "none") if site else not origin or _same_host(origin, scope)


def _wants_page(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and "text/html" in _header(scope, b"accept")


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _same_host(origin: str, scope: Scope) -> bool:
    return bool(origin) and urlsplit(origin).netloc.lower() == _header(scope, b"host").lower()


def _unkept(send: Send) -> Send:
    """Return send, which tells caches that what a signed-in person saw is theirs alone."""

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message["headers"]]
            if not any(name == b"cache-control" for name, _ in headers):
                kinds = next((value for name, value in headers if name == b"content-type"), b"")
                read = kinds.startswith((b"text/html", b"application/json"))
                headers.append((b"cache-control", b"no-store" if read else b"private, no-cache"))
            message = {**message, "headers": headers}
        await send(message)

    return add
